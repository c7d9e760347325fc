import { h, icon } from "../dom.js";
import { formatPrice } from "../shared/format.js";
import { KINDS, filtersIn, noWish, without } from "./wish.js";

/**
 * What narrows one garment's matches: words, and filters with how many matches each keeps. Every change is a new wish.
 *
 * @typedef {import("../types.js").Wish} Wish
 * @typedef {import("../types.js").Understood} Understood
 */
const SEARCH = "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.2 15.2 20 20";
const SLIDERS = "M4 7.5h9M17 7.5h3M4 16.5h3M11 16.5h9M15 9.5v-4M9 18.5v-4";
const CROSS = "m7 7 10 10m0-10L7 17";
const LONGEST = 200;

/**
 * @param {import("./dialog.js").App} app
 * @param {import("../types.js").Facets} facets of the answer that nothing had narrowed yet
 * @param {(wish: Wish) => void} search
 */
export function createRefine(app, facets, search) {
  const { words } = app;
  let wish = noWish();

  /** @param {Partial<Wish>} change */
  function change(change) {
    wish = { ...wish, ...change };
    update();
    search(wish);
  }

  const field = h("input", {
    type: "search", name: "words", maxlength: LONGEST, autocomplete: "off", enterkeyhint: "search",
    "aria-label": words.words, placeholder: words.wordsExample,
  });
  const form = h(
    "form",
    { class: "words", role: "search" },
    field,
    h("button", { class: "go", "aria-label": words.search }, icon(SEARCH)),
  );
  const ask = () => {
    const said = field.value.trim();
    if (said !== wish.words) change({ words: said });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  field.addEventListener("search", ask); // the field's own cross

  const filters = filterPanel(app, facets, () => wish, change);
  const count = h("span", {}, words.filters);
  const toggle = h("button", { type: "button", class: "toggle", "aria-expanded": "false" }, icon(SLIDERS), count);
  toggle.addEventListener("click", () => {
    filters.node.hidden = !filters.node.hidden;
    toggle.setAttribute("aria-expanded", String(!filters.node.hidden));
  });
  const chips = h("div", { class: "understood" });

  function update() {
    field.value = wish.words;
    count.textContent = words.filtersOf(filtersIn(wish));
    filters.update();
  }

  return {
    node: h("div", { class: "refine" }, form, filters.empty ? null : toggle, chips, filters.node),
    /** @param {import("../types.js").Box} box */
    look: (box) => change({ box }),
    clear: () => change({ ...noWish(), box: wish.box }),
    /** @param {Understood[]} understood */
    tell(understood) {
      const said = [...new Set(understood.map(({ text }) => text))];
      chips.replaceChildren(
        ...said.map((text) => {
          const name = chipName(app, understood.filter((each) => each.text === text), text, facets.price?.currency ?? "");
          const chip = h("button", { type: "button", class: "tag", "aria-label": words.remove(name) }, name, icon(CROSS));
          chip.addEventListener("click", () => {
            field.focus();
            change({ words: without(wish.words, text) });
          });
          return chip;
        }),
      );
    },
  };
}

/**
 * @param {import("./dialog.js").App} app
 * @param {Understood[]} meant what one piece of the words was taken for
 * @param {string} text that piece
 * @param {string} currency
 */
function chipName({ words, context }, meant, text, currency) {
  const [one] = meant;
  if (!one || meant.length > 1) return text;
  if (one.kind === "price") {
    const [low = "", high = ""] = one.value.split("-");
    /** @param {string} price */
    const written = (price) => formatPrice({ price: Number(price), currency }, context.lang());
    if (low && high) return `${written(low)} – ${written(high)}`;
    return low ? words.atLeast(written(low)) : words.upTo(written(high));
  }
  return ["color", "category", "gender"].includes(one.kind) ? words.nameOf(one.kind, one.value) : text;
}

/**
 * @param {import("./dialog.js").App} app
 * @param {import("../types.js").Facets} facets
 * @param {() => Wish} read
 * @param {(change: Partial<Wish>) => void} change
 */
function filterPanel({ words, context }, facets, read, change) {
  /** @type {(() => void)[]} */
  const updates = [];

  /** @param {HTMLElement} button @param {() => boolean} isOn */
  const pressable = (button, isOn) => {
    updates.push(() => button.setAttribute("aria-pressed", String(isOn())));
    return button;
  };

  const groups = KINDS.filter((kind) => facets.choices[kind].length > 1).map((kind) => {
    const choices = facets.choices[kind].map(({ value, count }) => {
      const isOn = () => read().chosen[kind]?.includes(value) ?? false;
      const press = () => {
        const others = (read().chosen[kind] ?? []).filter((each) => each !== value);
        change({ chosen: { ...read().chosen, [kind]: isOn() ? others : [...others, value] } });
      };
      const swatch = kind === "color" && h("span", { class: `swatch ${value}` });
      const name = kind === "size" || kind === "brand" ? value : words.nameOf(kind, value);
      return pressable(h("button", { type: "button", class: "choice", click: press }, swatch, name, h("small", {}, String(count))), isOn);
    });
    return h("fieldset", {}, h("legend", {}, words[kind]), h("div", { class: "choices" }, ...choices));
  });

  const { price } = facets;
  if (price && price.max > price.min) {
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
    const currency = formatPrice({ price: 0, currency: price.currency }, context.lang()).replace(/[\d.,\s]/g, "");
    const title = `${words.price}${currency ? ` (${currency})` : ""}`;
    groups.push(
      h("fieldset", {}, h("legend", {}, title), h("div", { class: "choices" }, bound("min", words.lowest), bound("max", words.highest))),
    );
  }
  if (facets.inStock) {
    const press = () => change({ inStock: !read().inStock });
    const only = h("button", { type: "button", class: "choice", click: press }, words.inStock, h("small", {}, String(facets.inStock)));
    groups.push(h("fieldset", {}, pressable(only, () => read().inStock)));
  }
  const clear = h("button", { type: "button", class: "link", click: () => change({ ...noWish(), words: read().words, box: read().box }) }, words.clear);
  updates.push(() => (clear.hidden = !filtersIn(read())));
  const node = h("div", { class: "filters", hidden: true }, ...groups, clear);
  const update = () => updates.forEach((each) => each());
  update();
  return { node, update, empty: !groups.length };
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
