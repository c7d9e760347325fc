import { h } from "../shared/dom.js";
import { createArea } from "./area.js";
import { spotRules } from "./hotspots.js";
import { cutOut } from "./picture.js";
import { createPiece } from "./piece.js";

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
 * @param {HTMLElement} photo
 * @param {HTMLCanvasElement} canvas
 * @param {(wish: import("../types.js").Wish, stop: AbortSignal) => Promise<import("../types.js").PhotoAnswer>} ask
 */
export function showGarments(app, { queryId, garments }, photo, canvas, ask) {
  const several = garments.length > 1;
  const boxes = garments.map((garment) => garment.box);
  const names = garments.map((garment) => app.words.nameOf("category", garment.category));
  const list = h("div", {});
  let chosen = -1;
  let redraw = () => {};
  let selected = () => {};

  const spots = names.map((_, i) => h("button", { type: "button", class: `spot spot-${i}`, click: () => select(i) }, String(i + 1)));
  const chips = names.map(() => h("button", { type: "button", class: "chip" }));
  chips.forEach((chip, i) => chip.addEventListener("click", () => select(i)));
  const title = h("h3", { tabindex: -1, class: several ? "small" : "" }, several ? app.words.pieces : names[0]);

  /** @param {number} i */
  function label(i) {
    const name = names[i] ?? "";
    spots[i]?.setAttribute("aria-label", `${i + 1}: ${name}`);
    const picture = cutOut(canvas, boxes[i] ?? [0, 0, 1, 1]);
    chips[i]?.replaceChildren(picture, h("span", { class: "number" }, String(i + 1)), h("span", {}, name));
    if (!several) title.textContent = name;
  }
  names.forEach((_, i) => label(i));

  const pieces = garments.map((garment, i) =>
    createPiece(app, queryId, garment, {
      others: several,
      async ask(wish, stop) {
        const answer = await ask(wish, stop);
        return { ...answer, garment: answer.garments[wish.box ? 0 : i] };
      },
      found({ category }) {
        names[i] = app.words.nameOf("category", category);
        label(i);
        tell();
      },
    }),
  );

  /** @param {string} [before] */
  function tell(before = "") {
    app.announce(`${before} ${app.words.shown(names[chosen] ?? "", pieces[chosen]?.count() ?? 0)}`);
  }

  const area = createArea(
    app,
    photo,
    () => boxes[chosen] ?? [0, 0, 1, 1],
    (box) => {
      boxes[chosen] = box;
      redraw();
    },
    (box) => pieces[chosen]?.look(box),
  );

  /** @param {number} index */
  function select(index) {
    if (index === chosen) return;
    const first = chosen < 0;
    chosen = index;
    area.stop();
    for (const buttons of [spots, chips]) {
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
    }
    list.replaceChildren(...(pieces[index]?.nodes ?? []));
    reveal(row, chips[index]);
    tell(first ? app.words.found(garments.length) : "");
    if (!first) app.context.emit("select", { query_id: queryId, category: garments[index]?.category });
    selected();
  }

  const row = h("div", { class: "chips", role: "group", "aria-label": app.words.pieces }, ...chips);
  return {
    title,
    nodes: several ? [title, row, list] : [title, list],
    marks: [...area.nodes, ...spots],
    select,
    /**
     * @param {() => void} onSelect another garment was chosen
     * @param {() => void} onMove the frame of the chosen one moved
     */
    listen(onSelect, onMove) {
      [selected, redraw] = [onSelect, onMove];
    },
    /** @param {number} width of the shown photo in px @param {number} height */
    rules: (width, height) => spotRules(boxes, chosen, width, height),
    stop() {
      area.stop();
      pieces.forEach((piece) => piece.stop());
    },
  };
}
