import { h } from "../shared/dom.js";
import { createRefine } from "./refine.js";
import { groups, trouble } from "./results.js";
import { fieldsOf, filtersIn } from "./wish.js";

/**
 * One garment of the photo: its matches, and what narrows them.
 *
 * @typedef {import("../types.js").Garment} Garment
 * @typedef {import("../types.js").Said} Said
 * @typedef {{ queryId: string, garment: Garment | undefined } & Said} PieceAnswer
 */

/** @type {Said} */
const NOTHING_SAID = { understood: [], passedOver: [] };

/**
 * @param {import("./dialog.js").App} app
 * @param {string} queryId
 * @param {Garment} garment
 * @param {object} ways
 * @param {boolean} ways.others whether the photo shows other garments to choose
 * @param {(wish: import("../types.js").Wish, stop: AbortSignal) => Promise<PieceAnswer>} ways.ask
 * @param {(garment: Garment) => void} ways.found another answer is shown
 */
export function createPiece(app, queryId, garment, { others, ask, found }) {
  const list = h("div", { class: "groups" });
  const refine = createRefine(app, garment.facets, (wish) => void search(wish));
  let stop = new AbortController();
  let { matches } = garment;

  /** @param {import("../types.js").Wish} wish */
  async function search(wish) {
    stop.abort();
    const mine = (stop = new AbortController());
    if (!Object.keys(fieldsOf(wish)).length) return show({ queryId, garment, ...NOTHING_SAID }, false);
    list.setAttribute("aria-busy", "true");
    app.announce(app.words.refining);
    try {
      const answer = await ask(wish, mine.signal);
      if (!mine.signal.aborted) show(answer, wish.words !== "" || filtersIn(wish) > 0);
    } catch (reason) {
      const { code = "down" } = /** @type {{ code?: import("../page/api.js").FailureCode }} */ (reason);
      if (code === "stopped" || mine.signal.aborted) return;
      app.context.emit("error", { where: "photo", code });
      list.replaceChildren(...trouble(app, code, () => void search(wish)).nodes);
      list.removeAttribute("aria-busy");
    }
  }

  /** @param {PieceAnswer} answer @param {boolean} isNarrowed */
  function show(answer, isNarrowed) {
    matches = answer.garment?.matches ?? [];
    refine.tell(answer, matches.length);
    list.replaceChildren(
      ...(matches.length || !isNarrowed ? groups(app, answer.queryId, matches, others) : tooNarrow()),
    );
    list.removeAttribute("aria-busy");
    found(answer.garment ?? garment);
  }

  function tooNarrow() {
    const clear = h("button", { type: "button", class: "button second", click: () => refine.clear() }, app.words.clear);
    return [h("h4", {}, app.words.narrowTitle), h("p", { class: "note" }, app.words.narrowText), clear];
  }

  refine.tell(NOTHING_SAID, matches.length);
  list.replaceChildren(...groups(app, queryId, matches, others));
  return {
    nodes: [refine.node, list],
    look: refine.look,
    count: () => matches.length,
    stop: () => stop.abort(),
  };
}
