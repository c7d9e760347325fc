import { readPhotoAnswer, readSimilarAnswer } from "./answers.js";

/**
 * The two questions a shopper can ask. They live apart from the loader, which asks nothing.
 *
 * @typedef {import("../types.js").Api} Api
 */

/**
 * @param {Api} api
 * @param {import("../types.js").ProductRef} product
 * @param {number} limit
 * @param {AbortSignal} stop
 */
export const askSimilar = ({ ask, address }, product, limit, stop) =>
  ask(address("similar", { ...product, limit: String(limit) }), {}, readSimilarAnswer, stop);

/**
 * @param {Api} api
 * @param {Blob | string} image the picture, or the address of one on the seller's own hosts
 * @param {AbortSignal} stop
 */
export function askPhoto({ ask, address }, image, stop) {
  const body = new FormData();
  if (typeof image === "string") body.append("image_url", image);
  else body.append("image", image, "photo.jpg");
  return ask(address("search/photo"), { method: "POST", body }, readPhotoAnswer, stop);
}
