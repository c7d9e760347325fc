/**
 * Reads what /v1 answers. Nothing is believed: a field of the wrong type is dropped, an answer of the wrong shape is
 * a failure, and only http(s) addresses come through, so that no answer can put a script behind a link.
 *
 * @typedef {import("../types.js").Match} Match
 */

/** @param {unknown} value @returns {Record<string, unknown> | null} */
const record = (value) => (value && typeof value === "object" ? /** @type {Record<string, unknown>} */ (value) : null);

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "");

/** @param {unknown} value */
function webAddress(value) {
  try {
    const url = new URL(text(value), location.href);
    return text(value) && /^https?:$/.test(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

/** @param {unknown} value @returns {Match[]} */
function readMatch(value) {
  const raw = record(value);
  const url = webAddress(raw?.url);
  if (!raw || !url || !text(raw.product_id)) return [];
  const price = raw.price === null || raw.price === "" ? NaN : Number(raw.price);
  return [
    {
      product_id: text(raw.product_id),
      title: text(raw.title),
      url,
      image_url: webAddress(raw.image_url),
      price: Number.isFinite(price) ? price : null,
      currency: text(raw.currency),
      soldOut: /out|discontinued/i.test(text(raw.availability)),
      tier: raw.tier === "same" || raw.tier === "close" ? raw.tier : "style",
    },
  ];
}

/** @param {unknown} value @returns {Match[]} */
const readMatches = (value) => (Array.isArray(value) ? value.flatMap(readMatch) : []);

/** @param {unknown} value @returns {import("../types.js").Garment[]} */
function readGarment(value) {
  const raw = record(value);
  const box = raw?.box;
  if (!raw || !Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite)) return [];
  const [x, y, w, h] = box.map((side) => Math.min(Math.max(side, 0), 1));
  return [
    {
      box: /** @type {import("../types.js").Box} */ ([x, y, w, h]),
      category: text(raw.category),
      matches: readMatches(raw.matches),
      facets: readFacets(raw.facets),
    },
  ];
}

/** @param {unknown} value @returns {import("../types.js").Choice[]} */
const readChoices = (value) =>
  (Array.isArray(value) ? value : []).flatMap((each) => {
    const [name, count] = [text(record(each)?.value), Number(record(each)?.count)];
    return name && count > 0 ? [{ value: name, count }] : [];
  });

/** @param {unknown} value @returns {import("../types.js").Facets} */
function readFacets(value) {
  const raw = record(value) ?? {};
  const price = record(raw.price);
  const [min, max] = [Number(price?.min ?? NaN), Number(price?.max ?? NaN)];
  return {
    choices: {
      color: readChoices(raw.color),
      category: readChoices(raw.category),
      gender: readChoices(raw.gender),
      size: readChoices(raw.size),
      brand: readChoices(raw.brand),
    },
    inStock: Number(raw.in_stock) || 0,
    price: Number.isFinite(min) && Number.isFinite(max) ? { min, max, currency: text(price?.currency) } : null,
  };
}

/** @param {unknown} value @returns {import("../types.js").Understood[]} */
const readUnderstood = (value) =>
  (Array.isArray(value) ? value : []).flatMap((each) => {
    const raw = record(each);
    const [kind, name, said] = [text(raw?.kind), text(raw?.value), text(raw?.text)];
    return kind && said ? [{ kind, value: name, text: said }] : [];
  });

/**
 * @param {unknown} json
 * @returns {import("../types.js").PhotoAnswer | null} null when it is no photo answer at all
 */
export function readPhotoAnswer(json) {
  const raw = record(json);
  if (!raw || !Array.isArray(raw.objects)) return null;
  const garments = raw.objects.flatMap(readGarment);
  const primary = Number(raw.primary) || 0;
  return {
    queryId: text(raw.query_id),
    primary: primary in garments ? primary : 0,
    garments,
    understood: readUnderstood(raw.understood),
    passedOver: readUnderstood(raw.passed_over),
  };
}

/**
 * @param {unknown} json
 * @returns {import("../types.js").SimilarAnswer | null}
 */
export function readSimilarAnswer(json) {
  const raw = record(json);
  if (!raw || !Array.isArray(raw.matches)) return null;
  return { queryId: text(raw.query_id), matches: readMatches(raw.matches) };
}
