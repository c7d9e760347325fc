import { readPhotoAnswer, readSimilarAnswer } from "./answers.js";

/**
 * The two questions a shopper can ask. They live apart from the tag's script, which asks neither.
 *
 * @typedef {import("../types.js").Api} Api
 */

/**
 * A product that the service does not know (yet) has no similar ones: that is an answer, not a failure.
 *
 * @param {Api} api
 * @param {import("../types.js").ProductRef} product
 * @param {number} limit
 * @param {AbortSignal} stop
 * @returns {Promise<import("../types.js").SimilarAnswer>}
 */
export const askSimilar = ({ ask, address }, product, limit, stop) =>
  ask(address("similar", { ...product, limit: String(limit) }), readSimilarAnswer, { stop }).catch((reason) => {
    if (reason.code === "unknown") return { queryId: "", matches: [] };
    throw reason;
  });

/**
 * @param {Api} api
 * @param {Blob | string} image the picture, or the address of one on the seller's own hosts
 * @param {AbortSignal} stop
 * @param {Record<string, string>} [wish] further fields of the question
 */
export function askPhoto({ ask, address }, image, stop, wish = {}) {
  const body = new FormData();
  for (const name in wish) body.append(name, wish[name] ?? "");
  if (typeof image === "string") body.append("image_url", image);
  else body.append("image", image, "photo.jpg");
  return ask(address("search/photo"), readPhotoAnswer, { method: "POST", body, stop });
}
