import { h, icon } from "../shared/dom.js";
import { formatPrice } from "../shared/format.js";
import { filterPanel } from "./filters.js";
import { filtersIn, noWish, without } from "./wish.js";

/**
 * What narrows one garment's matches: words, and filters with how many matches each keeps. Every change is a new wish.
 *
 * @typedef {import("../types.js").Wish} Wish
 * @typedef {import("../types.js").Understood} Understood
 */
const SEARCH = "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.2 15.2 20 20";
const SLIDERS = "M4 7.5h9M17 7.5h3M4 16.5h3M11 16.5h9M15 9.5v-4M9 18.5v-4";
const CROSS = "m7 7 10 10m0-10L7 17";
const SWAP = "M4 8.5h14l-3-3M20 15.5H6l3 3";
const LONGEST = 200;

/**
 * @param {import("./dialog.js").App} app
 * @param {import("../types.js").Facets} facets of the answer that nothing had narrowed yet
 * @param {(wish: Wish) => void} search
 */
export function createRefine(app, facets, search) {
  const { words } = app;
  let wish = noWish();

  /** @param {Partial<Wish>} some */
  function change(some) {
    wish = { ...wish, ...some };
    if (some.words !== undefined) field.value = some.words; // else what is being typed stays
    count.textContent = words.filtersOf(filtersIn(wish));
    filters.update();
    search(wish);
  }

  /**
   * A press on something that goes away with it.
   *
   * @param {Partial<Wish>} some
   */
  function lead(some) {
    field.focus();
    change(some);
  }

  const { form, field } = wordsForm(words, (said) => {
    if (said !== wish.words) change({ words: said });
  });
  const filters = filterPanel(app, facets, () => wish, change, () => {
    open(false);
    toggle.focus({ preventScroll: true });
    node.scrollIntoView();
  });
  const count = h("span", {}, words.filters);
  const toggle = h("button", { type: "button", class: "toggle", "aria-expanded": "false" }, icon(SLIDERS), count);
  toggle.addEventListener("click", () => open(Boolean(filters.node.hidden)));
  /** @param {boolean} wanted */
  function open(wanted) {
    filters.node.hidden = !wanted;
    toggle.setAttribute("aria-expanded", String(wanted));
    if (wanted) node.scrollIntoView({ block: "nearest" });
  }
  const chips = h("div", { class: "understood" });
  const node = h("div", { class: "refine" }, form, filters.empty ? null : toggle, chips, filters.node);

  return {
    node,
    /** @param {import("../types.js").Box} box */
    look: (box) => change({ box }),
    clear: () => change({ ...noWish(), box: wish.box }),
    /**
     * Says what the answer is: what was understood of the words, what a filter kept from them, and how many matches
     * there are.
     *
     * @param {import("../types.js").Said} said
     * @param {number} matches
     */
    tell({ understood, passedOver }, matches) {
      filters.count(matches);
      /** @param {string} text */
      const chip = (text) => {
        const name = chipName(app, understood.filter((each) => each.text === text), text, facets.price?.currency ?? "");
        const press = () => lead({ words: without(wish.words, text) });
        return h("button", { type: "button", class: "tag", "aria-label": words.remove(name), click: press }, name, icon(CROSS));
      };
      /** @param {string} kind */
      const swap = (kind) => {
        const name = passedOver.filter((each) => each.kind === kind).map(({ value }) => words.nameOf(kind, value)).join(", ");
        const press = () => lead({ chosen: { ...wish.chosen, [kind]: [] } });
        return h("button", { type: "button", class: "tag swap", click: press }, icon(SWAP), words.instead(name));
      };
      chips.replaceChildren(
        ...[...new Set(understood.map(({ text }) => text))].map(chip),
        ...[...new Set(passedOver.map(({ kind }) => kind))].map(swap),
      );
    },
  };
}

/**
 * @param {import("./words.js").DialogWords} words
 * @param {(said: string) => void} ask
 */
function wordsForm(words, ask) {
  const field = h("input", {
    type: "search", name: "words", maxlength: LONGEST, autocomplete: "off", enterkeyhint: "search",
    "aria-label": words.words, placeholder: words.wordsExample,
  });
  const go = h("button", { class: "go", "aria-label": words.search }, icon(SEARCH));
  const form = h("form", { class: "words", role: "search" }, field, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(field.value.trim());
  });
  field.addEventListener("search", () => ask(field.value.trim())); // the field's own cross
  return { form, field };
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
