import cardCss from "../shared/card.css";
import stripCss from "./strip.css";
import { h, icon, shadow } from "../shared/dom.js";
import { askSimilar } from "../shared/ask.js";
import { card } from "../shared/card.js";
import { followingOf } from "../shared/following.js";
import { openQuietly } from "./place.js";
import { stripWords } from "./words.js";

/**
 * What is inside `<niteru-similar>`. Loaded on pages that have a product to compare with.
 *
 * @typedef {import("../types.js").Context} Context
 * @typedef {import("../types.js").SimilarAnswer} SimilarAnswer
 */

/** @param {HTMLElement} list @param {import("./words.js").StripWords} words */
function arrows(list, words) {
  /** @param {number} way */
  const scroll = (way) => () => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const forward = getComputedStyle(list).direction === "rtl" ? -way : way;
    list.scrollBy({ left: forward * list.clientWidth, behavior: calm ? "auto" : "smooth" });
  };
  const back = h("button", { type: "button", "aria-label": words.back, click: scroll(-1) }, icon("M14.5 5.5 8 12l6.5 6.5"));
  const on = h("button", { type: "button", "aria-label": words.on, click: scroll(1) }, icon("M9.5 5.5 16 12l-6.5 6.5"));
  const update = () => {
    const gone = Math.abs(list.scrollLeft);
    back.disabled = gone < 8;
    on.disabled = gone + list.clientWidth > list.scrollWidth - 16;
    back.parentElement?.classList.toggle("scrolls", list.scrollWidth > list.clientWidth + 16);
  };
  list.addEventListener("scroll", update, { passive: true });
  new ResizeObserver(update).observe(list);
  return [back, on];
}

/**
 * @param {Context} context
 * @param {HTMLElement} element
 * @param {SimilarAnswer} answer
 */
function draw(context, element, { queryId, matches }) {
  const lang = context.lang();
  const words = stripWords(context);
  const list = h("ul", { role: "list" }, ...matches.map((match) => card(context, queryId, match, words.soldOut)));
  const title = h("h2", { id: "title", dir: "auto" }, element.getAttribute("heading") || words.similar);
  shadow(element, cardCss, stripCss).replaceChildren(
    h(
      "section",
      { lang, class: context.config.theme, "aria-labelledby": "title" },
      h("header", {}, title, ...arrows(list, words)),
      list,
    ),
  );
}

/** @type {import("../types.js").CreateStrip} */
const createStrip = (context) => ({
  async fill(element, product, limit, stop) {
    const answer = await askSimilar(context.api, product, limit, stop);
    if (stop.aborted || !element.isConnected) return;
    delete element.dataset.state;
    context.emit("similar", { ...product, query_id: answer.queryId, count: answer.matches.length });
    if (!answer.matches.length) return;
    draw(context, element, answer);
    openQuietly(element);
  },
  track: (...call) => followingOf(context).track(...call),
});

document.currentScript?.dispatchEvent(new CustomEvent("niteru:part", { detail: createStrip }));
