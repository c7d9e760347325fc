import { card } from "../shared/card.js";
import { h, icon } from "../shared/dom.js";
import { formatPrice } from "../shared/format.js";

/**
 * Matches as the shopper sees them.
 *
 * @typedef {import("../types.js").Match} Match
 * @typedef {import("./dialog.js").App} App
 */
const MORE = "M4 4h10v13H4zM17.5 7H20v13H10v-.5";
const TIERS = /** @type {const} */ (["same", "close", "style"]);

/**
 * @param {App} app
 * @param {string} queryId
 * @param {Match[]} matches
 */
export function grid(app, queryId, matches) {
  const items = matches.map((match) => {
    const more = h(
      "button",
      { type: "button", class: "more", title: app.words.more, "aria-label": app.words.moreOf(match.title) },
      icon(MORE),
    );
    more.addEventListener("click", () => app.showSimilar(match));
    return card(app.context, queryId, match, app.words.soldOut, more);
  });
  return h("ul", { role: "list", class: "grid" }, ...items);
}

/**
 * One garment's matches in honest groups.
 *
 * @param {App} app
 * @param {string} queryId
 * @param {Match[]} matches
 * @param {boolean} others whether the photo shows other garments to choose
 */
export function groups(app, queryId, matches, others) {
  const { words } = app;
  if (!matches.length) {
    return [
      h("h4", {}, words.nothingTitle),
      h("p", { class: "note" }, words.nothingText),
      h("p", { class: "note" }, others ? words.nothingOthers : words.nothingOne),
    ];
  }
  const sections = TIERS.flatMap((tier) => {
    const chosen = matches.filter((match) => match.tier === tier);
    const [title = "", note = ""] = words.tiers[tier];
    return chosen.length
      ? [h("section", { class: `tier ${tier}` }, h("h4", {}, title), h("p", { class: "note" }, note), grid(app, queryId, chosen))]
      : [];
  });
  const weak = matches.every((match) => match.tier === "style");
  return weak ? [h("p", { class: "notice" }, words.onlyStyle), ...sections] : sections;
}

/** Calm empty tiles while something is looked up. */
export function placeholders() {
  const tiles = [0, 1, 2, 3, 4, 5].map(() => h("span", { class: "tile" }));
  return h("div", { class: "grid waiting", "aria-hidden": "true" }, ...tiles);
}

/**
 * One clear sentence, and a way on.
 *
 * @param {App} app
 * @param {import("../page/api.js").FailureCode} code
 * @param {() => void} retry
 */
export function trouble(app, code, retry) {
  const sentence = app.words.failures[code === "stopped" || code === "unknown" ? "down" : code];
  const again = h("button", { type: "button", class: "button", click: retry }, app.words.retry);
  const title = h("h3", { tabindex: -1, class: "sentence" }, sentence);
  app.announce(sentence);
  return { title, nodes: [title, code !== "refused" && again].filter((node) => node instanceof Node) };
}

/**
 * @param {App} app
 * @param {Match} match
 */
export function summary(app, match) {
  return h(
    "a",
    { href: match.url, class: "summary" },
    match.image_url && h("img", { src: match.image_url, alt: "", referrerpolicy: "no-referrer" }),
    h("span", { class: "title" }, match.title),
    h("span", { class: "price" }, formatPrice(match, app.context.lang())),
  );
}
