import { h } from "../dom.js";
import { categoryName } from "../strings.js";
import { spotRules } from "./hotspots.js";
import { cutOut } from "./picture.js";
import { groups } from "./results.js";

const EDGE = 16;

/**
 * Scrolls the row alone, never the page around it.
 *
 * @param {HTMLElement} row
 * @param {HTMLElement | undefined} chip
 */
function reveal(row, chip) {
  if (!chip) return;
  const outer = row.getBoundingClientRect();
  const inner = chip.getBoundingClientRect();
  const before = Math.min(0, inner.left - outer.left - EDGE);
  row.scrollBy({ left: before || Math.max(0, inner.right - outer.right + EDGE) });
}

/**
 * The garments of an answered photo: a number on the photo and a chip beside it for each, and the matches of the
 * chosen one. All answers are here already, so choosing is instant.
 *
 * @param {import("./dialog.js").App} app
 * @param {import("../types.js").PhotoAnswer} answer
 * @param {HTMLCanvasElement} canvas
 */
export function showGarments(app, { queryId, garments }, canvas) {
  const lang = app.context.lang();
  const several = garments.length > 1;
  const names = garments.map((garment) => categoryName(garment.category, lang));
  const list = h("div", { class: "groups" });
  let chosen = -1;
  let selected = () => {};

  const spots = names.map((name, i) =>
    h(
      "button",
      { type: "button", class: `spot spot-${i}`, "aria-label": `${i + 1}: ${name}`, click: () => select(i) },
      String(i + 1),
    ),
  );
  const chips = garments.map((garment, i) =>
    h(
      "button",
      { type: "button", class: "chip", click: () => select(i) },
      cutOut(canvas, garment.box),
      h("span", { class: "number" }, String(i + 1)),
      h("span", {}, names[i]),
    ),
  );

  /** @param {number} index */
  function select(index) {
    if (index === chosen) return;
    const first = chosen < 0;
    chosen = index;
    for (const buttons of [spots, chips]) {
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
    }
    const { matches = [], category } = garments[index] ?? {};
    list.replaceChildren(...groups(app, queryId, matches, several));
    reveal(row, chips[index]);
    app.announce(`${first ? app.words.found(garments.length) : ""} ${app.words.shown(names[index] ?? "", matches.length)}`);
    if (!first) app.context.events.emit("select", { query_id: queryId, category });
    selected();
  }

  const title = h("h3", { tabindex: -1, class: several ? "small" : "" }, several ? app.words.pieces : names[0]);
  const row = h("div", { class: "chips", role: "group", "aria-label": app.words.pieces }, ...chips);
  return {
    title,
    nodes: several ? [title, row, list] : [title, list],
    marks: [h("span", { class: "frame" }), ...spots],
    select,
    /** @param {() => void} listener */
    onSelect: (listener) => (selected = listener),
    /** @param {number} width of the shown photo in px @param {number} height */
    rules: (width, height) => spotRules(garments.map((garment) => garment.box), chosen, width, height),
  };
}
