import cardCss from "../shared/card.css";
import dialogCss from "./dialog.css";
import { h, icon, shadow } from "../dom.js";
import { dialogWords } from "../strings.js";
import { photoStep } from "./photo.js";
import { readPicture } from "./picture.js";
import { similarStep } from "./similar.js";
import { startStep } from "./start.js";

/**
 * The dialog's shell: a native <dialog> in a shadow root, and the steps the shopper goes through in it.
 *
 * @typedef {object} Step
 * @property {HTMLElement} node
 * @property {HTMLElement} [focus]
 * @property {() => void} [start] called once it is shown
 * @property {() => void} [leave] called when it is gone for good
 *
 * @typedef {object} App what a step may use
 * @property {import("../types.js").Context} context
 * @property {ReturnType<typeof dialogWords>} words
 * @property {(text: string) => void} announce to screen readers
 * @property {(element: HTMLElement) => void} focus unless the shopper is busy with a control elsewhere in the dialog
 * @property {(css: string) => void} setRules positions on the photo
 * @property {(source: import("../types.js").PictureSource) => void} search
 * @property {(match: import("../types.js").Match) => void} showSimilar
 * @property {() => void} startOver
 */

/** @type {import("../types.js").CreateDialog} */
function createDialog(context) {
  const host = document.createElement("niteru-dialog");
  const root = shadow(host, cardCss, dialogCss);
  const rules = new CSSStyleSheet();
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, rules];

  /** @type {Step[]} the last one is shown; each keeps its nodes, so going back shows what was there */
  let steps = [];
  /** @type {HTMLDialogElement} */
  let dialog;
  /** @type {HTMLElement} */
  let body;
  /** @type {HTMLElement} */
  let status;
  /** @type {HTMLButtonElement} */
  let back;
  /** @type {Element | null} */
  let opener = null;
  let search = 0;

  /** @type {App} */
  const app = {
    context,
    words: dialogWords("en"),
    announce: (text) => (status.textContent = text),
    focus(element) {
      const active = root.activeElement;
      if (!active || active === dialog || active.closest(".results")) element.focus({ preventScroll: true });
    },
    setRules: (css) => rules.replaceSync(css),
    search: (source) => void searchBy(source),
    showSimilar: (match) => push(similarStep(app, { product_id: match.product_id }, match)),
    startOver: () => reset(startStep(app)),
  };

  /** The frame is drawn anew at each opening: the page may have changed its language. */
  function draw() {
    const lang = context.lang();
    const words = (app.words = dialogWords(lang));
    back = h("button", { type: "button", class: "round", "aria-label": words.back, click: goBack }, icon("M14.5 5.5 8 12l6.5 6.5"));
    const close = h("button", { type: "button", class: "round", "aria-label": words.close, click: () => dialog.close() }, icon("m6.5 6.5 11 11m0-11-11 11"));
    body = h("div", { class: "body" });
    status = h("p", { class: "sr", role: "status" });
    dialog = h(
      "dialog",
      { "aria-labelledby": "name" },
      h(
        "div",
        { class: "panel" },
        h("div", { class: "bar" }, back, h("h2", { id: "name" }, words.name), close),
        body,
        status,
        h("div", { class: "dropping", "aria-hidden": "true" }, words.dropNow),
      ),
    );
    const font = getComputedStyle(document.body).fontFamily;
    const plain = /^(["']?times|serif|initial|$)/i.test(font) ? "plain" : "";
    root.replaceChildren(h("div", { class: `root ${context.config.theme} ${plain}`, lang }, dialog));
    listen();
  }

  function listen() {
    dialog.addEventListener("close", closed);
    dialog.addEventListener("pointerdown", (event) => event.target === dialog && dialog.close());
    // Outside the panel the page behind must not scroll.
    for (const type of ["wheel", "touchmove"]) {
      dialog.addEventListener(type, (event) => event.target === dialog && event.preventDefault(), { passive: false });
    }
    let depth = 0;
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
      take(event.dataTransfer);
    });
  }

  /** @param {DataTransfer | null} data */
  function take(data) {
    const file = [...(data?.files ?? [])].find(({ type }) => type.startsWith("image/") || !type);
    if (file) app.search(file);
    return Boolean(file);
  }

  /** @param {ClipboardEvent} event */
  function paste(event) {
    if (take(event.clipboardData)) event.preventDefault();
  }

  /** @param {import("../types.js").PictureSource} source */
  async function searchBy(source) {
    const turn = (search += 1);
    try {
      const picture = await readPicture(source);
      if (turn === search && dialog.open) reset(startStep(app), photoStep(app, picture));
    } catch {
      if (turn !== search || !dialog.open) return;
      const sentence = app.words.failures.picture;
      reset(startStep(app, sentence));
      app.announce(sentence);
      context.events.emit("error", { where: "photo", code: "picture" });
    }
  }

  /** @param {...Step} next */
  function reset(...next) {
    for (const step of steps) step.leave?.();
    steps = next;
    show();
    steps[steps.length - 1]?.start?.();
  }

  /** @param {Step} step */
  function push(step) {
    steps.push(step);
    show();
    step.start?.();
  }

  /** @type {WeakMap<HTMLElement, [Element, number][]>} where a step was scrolled to, and what had the focus */
  const left = new WeakMap();
  /** @type {WeakMap<HTMLElement, Element>} */
  const focused = new WeakMap();

  function show() {
    const before = body.firstElementChild;
    if (before instanceof HTMLElement) {
      const scrollers = [body, before, ...before.querySelectorAll(".results")];
      left.set(before, scrollers.map((scroller) => [scroller, scroller.scrollTop]));
      const active = root.activeElement;
      if (active && before.contains(active)) focused.set(before, active);
    }
    const step = steps[steps.length - 1];
    if (!step) return;
    back.hidden = steps.length < 2;
    body.replaceChildren(step.node);
    body.scrollTop = 0;
    for (const [scroller, top] of left.get(step.node) ?? []) scroller.scrollTop = top;
    const target = focused.get(step.node) ?? step.focus;
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  }

  function goBack() {
    if (steps.length < 2) return;
    search += 1;
    steps.pop()?.leave?.();
    show();
  }

  /** @returns {boolean} whether it has just opened */
  function openShell() {
    if (dialog?.open) return false;
    opener = deepFocus();
    draw();
    if (!host.isConnected) document.body.append(host);
    dialog.showModal();
    document.addEventListener("paste", paste);
    context.events.emit("open");
    return true;
  }

  function closed() {
    search += 1;
    document.removeEventListener("paste", paste);
    for (const step of steps) step.leave?.();
    steps = [];
    rules.replaceSync("");
    root.replaceChildren();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    context.events.emit("close");
  }

  return {
    open(picture) {
      const opened = openShell();
      if (opened || !picture) reset(startStep(app));
      if (picture) app.search(picture);
    },
    similar(product) {
      openShell();
      return new Promise((done) => {
        const step = similarStep(app, product, null, done);
        if (steps.length) push(step);
        else reset(step);
      });
    },
    destroy() {
      if (dialog?.open) dialog.close();
      host.remove();
    },
  };
}

/** What has the focus, looked up through open shadow roots. */
function deepFocus() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

document.currentScript?.dispatchEvent(new CustomEvent("niteru:part", { detail: createDialog }));
