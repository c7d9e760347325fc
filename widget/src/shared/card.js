import { h } from "./dom.js";
import { followingOf } from "./following.js";
import { formatPrice } from "./format.js";

/**
 * One product, as a real link. Used by the strip and by the dialog.
 *
 * @param {import("../types.js").Context} context
 * @param {string} queryId
 * @param {import("../types.js").Match} match
 * @param {string} soldOut the words for it
 * @param {Node} [extra] a control beside the link
 */
export function card(context, queryId, match, soldOut, extra) {
  const picture = match.image_url
    ? h("img", { src: match.image_url, alt: "", loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" })
    : null;
  // A broken picture leaves a calm empty tile, not the browser's torn page.
  picture?.addEventListener("error", () => picture.remove(), { once: true });
  const price = formatPrice(match, context.lang());
  const link = h(
    "a",
    { href: match.url, class: "card" },
    h("span", { class: "tile" }, picture, match.soldOut && h("span", { class: "badge" }, soldOut)),
    h("span", { class: "title", dir: "auto" }, match.title || match.url),
    price && h("span", { class: "price" }, price),
  );
  const item = h("li", { class: match.soldOut ? "item sold-out" : "item" }, link, extra);
  followingOf(context).watch(item, link, queryId, match);
  return item;
}
