import { h } from "../shared/dom.js";
import { askPhoto } from "../shared/ask.js";
import { showGarments } from "./garments.js";
import { lock } from "./lock.js";
import { placeholders, trouble } from "./results.js";
import { fieldsOf } from "./wish.js";

/**
 * The second step: the photo, the garments found in it, and the matches of the chosen one. The photo stays in its
 * place from the first moment of waiting to the last result.
 *
 * @typedef {import("./dialog.js").App} App
 * @typedef {import("../types.js").PhotoAnswer} PhotoAnswer
 */
const LONG_MS = 4000;

/**
 * @param {App} app
 * @param {import("./picture.js").Picture} picture
 * @returns {import("./dialog.js").Step}
 */
export function photoStep(app, { canvas, upload }) {
  const { words } = app;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words.yourPhoto);
  const photo = h("div", { class: "photo working" }, canvas);
  const results = h("div", { class: "results" });
  const another = h("button", { type: "button", class: "link", click: () => app.startOver() }, words.another);
  const node = h(
    "div",
    { class: "split" },
    h("div", { class: "stage" }, photo, h("div", { class: "under" }, another, lock(words.privacy))),
    results,
  );
  const shape = `.photo{aspect-ratio:${canvas.width}/${canvas.height};--ratio:${canvas.width / canvas.height}}`;
  app.setRules(shape);

  let stop = new AbortController();
  let leave = () => {};

  async function run() {
    stop = new AbortController();
    const title = h("h3", { tabindex: -1 }, words.working);
    const timer = setTimeout(() => app.announce((title.textContent = words.workingLong)), LONG_MS);
    photo.classList.add("working");
    results.replaceChildren(title, placeholders());
    app.announce(words.working);
    app.focus(title);
    app.context.emit("photo");
    try {
      const answer = await askPhoto(app.context.api, upload, stop.signal);
      if (!stop.signal.aborted) show(answer);
    } catch (reason) {
      const { code = "down" } = /** @type {{ code?: import("../page/api.js").FailureCode }} */ (reason);
      if (code === "stopped") return;
      const { title: sentence, nodes } = trouble(app, code, run);
      results.replaceChildren(...nodes);
      app.context.emit("error", { where: "photo", code });
      app.focus(sentence);
    } finally {
      clearTimeout(timer);
      photo.classList.remove("working");
    }
  }

  /** @param {PhotoAnswer} answer */
  function show(answer) {
    const { garments } = answer;
    app.context.emit("results", {
      query_id: answer.queryId,
      categories: garments.map((garment) => garment.category),
      product_ids: [...new Set(garments.flatMap((garment) => garment.matches.map((match) => match.product_id)))],
    });
    if (!garments.length) {
      const title = h("h3", { tabindex: -1 }, words.emptyTitle);
      results.replaceChildren(
        title,
        h("p", { class: "lead" }, words.emptyText),
        h("button", { type: "button", class: "button", click: () => app.startOver() }, words.another),
      );
      app.announce(`${words.emptyTitle} ${words.emptyText}`);
      app.focus(title);
      return;
    }
    const shown = showGarments(app, answer, photo, canvas, (wish, signal) =>
      askPhoto(app.context.api, upload, signal, fieldsOf(wish)),
    );
    photo.append(...shown.marks);
    results.replaceChildren(...shown.nodes);
    shown.select(answer.primary);
    const place = () => {
      const { width, height } = photo.getBoundingClientRect();
      if (width && height) app.setRules(shape + shown.rules(width, height));
    };
    const follow = new ResizeObserver(place);
    follow.observe(photo);
    shown.listen(() => {
      place();
      results.scrollTop = 0;
    }, place);
    leave = () => {
      follow.disconnect();
      shown.stop();
    };
    place();
    app.focus(shown.title);
  }

  return {
    node,
    start: run,
    leave() {
      stop.abort();
      leave();
    },
  };
}
