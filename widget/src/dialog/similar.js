import { h } from "../shared/dom.js";
import { askSimilar } from "../shared/ask.js";
import { grid, placeholders, summary, trouble } from "./results.js";

/**
 * A further step: what looks like one product.
 *
 * @typedef {import("../types.js").Match} Match
 */
const LIMIT = 24;

/**
 * @param {import("./dialog.js").App} app
 * @param {import("../types.js").ProductRef} product
 * @param {Match | null} match the product itself, where it is known
 * @param {(matches: Match[]) => void} [done]
 * @returns {import("./dialog.js").Step}
 */
export function similarStep(app, product, match, done = () => {}) {
  const { words } = app;
  const results = h("div", { class: "results" });
  const node = h(
    "div",
    { class: match ? "split like" : "split alone" },
    match && h("div", { class: "stage" }, summary(app, match)),
    results,
  );
  let stop = new AbortController();

  async function run() {
    stop = new AbortController();
    const title = h("h3", { tabindex: -1 }, words.likeWorking);
    const waiting = placeholders();
    results.replaceChildren(title, waiting);
    app.announce(words.likeWorking);
    app.focus(title);
    try {
      const { queryId, matches } = await askSimilar(app.context.api, product, LIMIT, stop.signal);
      if (stop.signal.aborted) return;
      title.textContent = matches.length ? words.moreTitle : words.nothingTitle;
      // The title stays in its place: it may have the focus.
      waiting.replaceWith(
        matches.length ? grid(app, queryId, matches) : h("p", { class: "lead" }, words.nothingText),
      );
      app.announce(words.shown(title.textContent, matches.length));
      done(matches);
    } catch (reason) {
      const { code = "down" } = /** @type {{ code?: import("../page/api.js").FailureCode }} */ (reason);
      if (code === "stopped") return done([]);
      const { title: sentence, nodes } = trouble(app, code, run);
      results.replaceChildren(...nodes);
      app.context.emit("error", { where: "similar", code });
      app.focus(sentence);
      done([]);
    }
  }

  return { node, start: run, leave: () => stop.abort() };
}
