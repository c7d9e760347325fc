import { h } from "../shared/dom.js";
import { formatPrice } from "../shared/format.js";
import { KINDS, filtersIn, noWish } from "./wish.js";

/**
 * The filters of one garment's matches: colour, category, gender, size, brand, price and stock, each choice with how
 * many matches it keeps.
 *
 * @typedef {import("../types.js").Wish} Wish
 * @typedef {import("../types.js").Facets} Facets
 *
 * @typedef {object} Ways
 * @property {import("./words.js").DialogWords} words
 * @property {() => Wish} read
 * @property {(change: Partial<Wish>) => void} change
 * @property {(() => void)[]} updates what to do after every change
 */

/**
 * @param {import("./dialog.js").App} app
 * @param {Facets} facets
 * @param {() => Wish} read
 * @param {(change: Partial<Wish>) => void} change
 * @param {() => void} done the shopper wants to see what is left
 */
export function filterPanel({ words, context }, facets, read, change, done) {
  /** @type {Ways} */
  const ways = { words, read, change, updates: [] };
  const kinds = KINDS.filter((kind) => facets.choices[kind].length > 1);
  const groups = [
    ...kinds.map((kind) => choicesOf(ways, kind, facets.choices[kind])),
    ...pricesOf(ways, facets.price, context.lang()),
    ...stockOf(ways, facets.inStock),
  ];
  const nothing = () => change({ ...noWish(), words: read().words, box: read().box });
  const clear = h("button", { type: "button", class: "link", click: nothing }, words.clear);
  ways.updates.push(() => (clear.hidden = !filtersIn(read())));
  const see = h("button", { type: "button", class: "button see", click: done });
  const node = h("div", { class: "filters", hidden: true }, ...groups, clear, see);
  const update = () => ways.updates.forEach((each) => each());
  update();
  /** @param {number} matches */
  const count = (matches) => (see.textContent = words.see(matches));
  return { node, update, count, empty: !groups.length };
}

/**
 * @param {Ways} ways
 * @param {() => boolean} isOn
 * @param {() => void} press
 * @param {...import("../shared/dom.js").Child} children
 */
function choice({ updates }, isOn, press, ...children) {
  const button = h("button", { type: "button", class: "choice", click: press }, ...children);
  updates.push(() => button.setAttribute("aria-pressed", String(isOn())));
  return button;
}

/**
 * @param {Ways} ways
 * @param {keyof Facets["choices"]} kind
 * @param {import("../types.js").Choice[]} choices
 */
function choicesOf(ways, kind, choices) {
  const { words, read, change } = ways;
  const buttons = choices.map(({ value, count }) => {
    const isOn = () => read().chosen[kind]?.includes(value) ?? false;
    const press = () => {
      const others = (read().chosen[kind] ?? []).filter((each) => each !== value);
      change({ chosen: { ...read().chosen, [kind]: isOn() ? others : [...others, value] } });
    };
    const swatch = kind === "color" && h("span", { class: `swatch ${value}` });
    const name = kind === "size" || kind === "brand" ? value : words.nameOf(kind, value);
    return choice(ways, isOn, press, swatch, name, h("small", {}, String(count)));
  });
  return h("fieldset", {}, h("legend", {}, words[kind]), h("div", { class: "choices" }, ...buttons));
}

/**
 * @param {Ways} ways
 * @param {Facets["price"]} price
 * @param {string} lang
 */
function pricesOf({ words, read, change, updates }, price, lang) {
  if (!price || price.max <= price.min) return [];
  /** @param {"min" | "max"} end @param {string} label */
  const bound = (end, label) => {
    const input = h("input", {
      type: "number", inputmode: "decimal", min: 0, step: "any", name: end,
      placeholder: String(end === "min" ? Math.floor(price.min) : Math.ceil(price.max)),
    });
    input.addEventListener("change", () => {
      const value = input.value === "" ? undefined : Number(input.value);
      change({ price: inOrder({ ...read().price, [end]: value }, end) });
    });
    updates.push(() => (input.value = String(read().price[end] ?? "")));
    return h("label", {}, label, input);
  };
  const sign = formatPrice({ price: 0, currency: price.currency }, lang).replace(/[\d.,\s]/g, "");
  const title = sign ? `${words.price} (${sign})` : words.price;
  const bounds = h("div", { class: "choices" }, bound("min", words.lowest), bound("max", words.highest));
  return [h("fieldset", {}, h("legend", {}, title), bounds)];
}

/** @param {Ways} ways @param {number} count */
function stockOf(ways, count) {
  const { words, read, change } = ways;
  const press = () => change({ inStock: !read().inStock });
  const only = () => choice(ways, () => read().inStock, press, words.inStock, h("small", {}, String(count)));
  return count ? [h("fieldset", {}, only())] : [];
}

/**
 * The end just written wins where the two ends are the wrong way round.
 *
 * @param {{ min?: number, max?: number }} price
 * @param {"min" | "max"} end
 */
function inOrder(price, end) {
  const { min, max } = price;
  if (min === undefined || max === undefined || min <= max) return price;
  return end === "min" ? { min } : { max };
}
