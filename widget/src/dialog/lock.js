import { h, icon } from "../shared/dom.js";

/**
 * The promise about the photo, always in sight.
 *
 * @param {string} sentence
 */
export const lock = (sentence) =>
  h("p", { class: "privacy" }, icon("M6.5 10.5h11v8.5h-11zM9 10.5V8a3 3 0 0 1 6 0v2.5"), sentence);
