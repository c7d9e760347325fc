import { h, icon } from "../shared/dom.js";
import { pictureIn } from "../shared/taken.js";

/**
 * The dialog's frame: a native <dialog> with back, close, a body, a voice for screen readers, and an open hand for
 * dropped and pasted pictures.
 *
 * @typedef {object} Frame
 * @property {HTMLDialogElement} dialog
 * @property {HTMLElement} body
 * @property {HTMLElement} status
 * @property {HTMLButtonElement} back
 * @property {(event: ClipboardEvent) => void} paste
 *
 * @param {import("./words.js").DialogWords} words
 * @param {() => void} goBack
 * @param {(picture: File | string) => void} take a picture was dropped or pasted
 * @returns {Frame}
 */
export function createFrame(words, goBack, take) {
  const back = h("button", { type: "button", class: "round", "aria-label": words.back, click: goBack }, icon("M14.5 5.5 8 12l6.5 6.5"));
  const close = h("button", { type: "button", class: "round", "aria-label": words.close }, icon("m6.5 6.5 11 11m0-11-11 11"));
  const body = h("div", { class: "body" });
  const status = h("p", { class: "sr", role: "status" });
  const panel = h(
    "div",
    { class: "panel" },
    h("div", { class: "bar" }, back, h("h2", { id: "name" }, words.name), close),
    body,
    status,
    h("div", { class: "dropping", "aria-hidden": "true" }, words.dropNow),
  );
  const dialog = h("dialog", { "aria-labelledby": "name" }, panel);
  close.addEventListener("click", () => dialog.close());
  guardPage(dialog);
  acceptDrops(dialog, take);
  return {
    dialog,
    body,
    status,
    back,
    paste(event) {
      const picture = pictureIn(event.clipboardData);
      if (!picture) return;
      event.preventDefault();
      take(picture);
    },
  };
}

/**
 * Beside the panel a press closes, and the page behind does not scroll.
 *
 * @param {HTMLDialogElement} dialog
 */
function guardPage(dialog) {
  dialog.addEventListener("pointerdown", (event) => event.target === dialog && dialog.close());
  for (const type of ["wheel", "touchmove"]) {
    dialog.addEventListener(type, (event) => event.target === dialog && event.preventDefault(), { passive: false });
  }
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {(picture: File | string) => void} take
 */
function acceptDrops(dialog, take) {
  let depth = 0; // enter and leave are told for every element inside
  /** @param {number} change */
  const dragging = (change) => {
    depth = Math.max(0, change ? depth + change : 0);
    dialog.classList.toggle("drag", depth > 0);
  };
  dialog.addEventListener("dragenter", () => dragging(1));
  dialog.addEventListener("dragleave", () => dragging(-1));
  dialog.addEventListener("dragover", (event) => event.preventDefault());
  dialog.addEventListener("drop", (event) => {
    event.preventDefault();
    dragging(0);
    const picture = pictureIn(event.dataTransfer);
    if (picture) take(picture);
  });
}
