import { h, icon, shadow } from "../shared/dom.js";
import { createPlace } from "../shared/lay.js";
import { findWords } from "./words.js";
import findCss from "./find.css";

/**
 * "Find similar" on the page's own pictures, where the seller wants it: a small button in the corner of each, right
 * after it in the page's order, so that keyboards and fingers reach it as mice do.
 *
 * @typedef {import("../types.js").Finder} Finder
 */
const TAG = "niteru-find";
const SMALLEST_SIDE = 160;
const MOST = 60;
const ASIDE = "header, footer, nav, dialog, [aria-hidden=true]";
const LENS = "M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16M11.5 15a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM14.2 14.2 19.5 19.5";

/** @type {import("../types.js").CreateFinder} */
function createFinder(context, open) {
  const { config, lang } = context;
  /** @type {Map<HTMLImageElement, HTMLElement>} */
  const buttons = new Map();
  /** @type {WeakMap<Element, ReturnType<typeof createPlace>>} */
  const places = new WeakMap();

  /** @param {HTMLImageElement} image */
  function put(image) {
    const element = buttons.get(image);
    const rect = image.getBoundingClientRect();
    const large = Math.min(rect.width, rect.height) >= SMALLEST_SIDE;
    if (element) element.hidden = !large;
    if (element && large) places.get(element)?.(rect);
  }

  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) if (target instanceof HTMLImageElement) put(target);
  });
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting || !(target instanceof HTMLImageElement)) continue;
        watcher.unobserve(target);
        if (buttons.size < MOST) add(target);
      }
    },
    { rootMargin: "200px" },
  );

  /** @param {HTMLImageElement} image */
  function add(image) {
    const { width, height } = image.getBoundingClientRect();
    if (config.find === "on" && Math.min(width, height) < SMALLEST_SIDE) return;
    const { find: title } = findWords(context);
    const name = [title, image.alt.trim()].filter(Boolean).join(": ");
    const button = h("button", { type: "button", "aria-haspopup": "dialog", "aria-label": name, title }, icon(LENS));
    button.addEventListener("click", async (event) => {
      event.stopPropagation(); // the picture may be a part of something to press
      button.setAttribute("aria-busy", "true");
      await open(image).catch(() => {});
      button.removeAttribute("aria-busy");
    });
    const element = document.createElement(TAG);
    shadow(element, findCss).replaceChildren(h("span", { class: "root", lang: lang() }, button));
    buttons.set(image, element);
    places.set(element, createPlace(element));
    (image.closest("a, button") ?? image.closest("picture") ?? image).after(element);
    resized.observe(image); // which calls once it is laid out
  }

  return {
    look() {
      for (const [image, element] of buttons) if (!image.isConnected) remove(image, element);
      const chosen = config.find === "on" ? "img" : config.find;
      for (const image of document.querySelectorAll(chosen)) {
        if (!(image instanceof HTMLImageElement) || buttons.has(image)) continue;
        if (config.find !== "on" || !image.closest(ASIDE)) watcher.observe(image);
      }
    },
    destroy() {
      watcher.disconnect();
      resized.disconnect();
      for (const [image, element] of buttons) remove(image, element);
    },
  };

  /** @param {HTMLImageElement} image @param {HTMLElement} element */
  function remove(image, element) {
    resized.unobserve(image);
    element.remove();
    buttons.delete(image);
  }
}

document.currentScript?.dispatchEvent(new CustomEvent("niteru:part", { detail: createFinder }));
