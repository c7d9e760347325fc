import { toJson } from "../shared/json.js";

/**
 * What a shopper narrows one garment's matches by, and how the service is asked for it.
 *
 * @typedef {import("../types.js").Wish} Wish
 */
export const KINDS = /** @type {const} */ (["color", "category", "gender", "size", "brand"]);

/** @returns {Wish} */
export const noWish = () => ({ words: "", chosen: {}, price: {}, inStock: false, box: null });

/** @param {Wish} wish how many filters are set, the words left out */
export const filtersIn = ({ chosen, price, inStock }) =>
  KINDS.reduce((sum, kind) => sum + (chosen[kind]?.length ?? 0), 0) +
  Number(price.min !== undefined || price.max !== undefined) +
  Number(inStock);

/** @param {Wish} wish @returns {Record<string, string>} fields of a photo search */
export function fieldsOf(wish) {
  const { words, chosen, price, inStock, box } = wish;
  /** @type {Record<string, string>} */
  const fields = {};
  if (words) fields.q = words;
  if (box) fields.box = box.map((side) => String(Math.floor(side * 1e4) / 1e4)).join(",");
  if (filtersIn(wish)) {
    /** @type {Record<string, unknown>} */
    const filters = {};
    for (const kind of KINDS) if (chosen[kind]?.length) filters[kind] = chosen[kind];
    if (price.min !== undefined || price.max !== undefined) filters.price = price;
    if (inStock) filters.in_stock = true;
    fields.filters = toJson(filters);
  }
  return fields;
}

/**
 * The words without a piece that was understood.
 *
 * @param {string} words
 * @param {string} piece
 */
export const without = (words, piece) =>
  words
    .replace(piece, " ")
    .replace(/\s+/g, " ")
    .replace(/([、,，・])\s*(?:[、,，・]\s*)+/g, "$1")
    .replace(/^[\s、,，・]+|[\s、,，・]+$/g, "");
