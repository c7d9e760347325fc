import cardCss from "../shared/card.css";
import dialogCss from "./dialog.css";
import { h, shadow } from "../shared/dom.js";
import { createFrame } from "./frame.js";
import { photoStep } from "./photo.js";
import { readPicture } from "./picture.js";
import { similarStep } from "./similar.js";
import { startStep } from "./start.js";
import { createTrail } from "./trail.js";
import { dialogWords, translations } from "./words.js";

/**
 * The dialog: one shadow root, and the steps the shopper goes through in it.
 *
 * @typedef {object} Step
 * @property {HTMLElement} node
 * @property {HTMLElement} [focus]
 * @property {() => void} [start] called once it is shown
 * @property {() => void} [leave] called when it is gone for good
 *
 * @typedef {object} App what a step may use
 * @property {import("../types.js").Context} context
 * @property {import("./words.js").DialogWords} words
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
  /** @type {import("./frame.js").Frame} */
  let frame;
  /** @type {Element | null} */
  let opener = null;
  let search = 0;
  let away = false; // a single-page app shows another page: the steps wait until the shopper comes back
  let gone = false;
  const trail = createTrail({ count: () => (away || frame?.dialog.open ? steps.length : 0), back: stepTo, left: leavePage });
  /** A single-page app may replace the page's body or what is in it, and the dialog with it. */
  const body = new MutationObserver(() => {
    if (!document.body || host.isConnected || !frame.dialog.open) return;
    if (trail.isHere()) unveil();
    else leavePage();
  });

  /** @type {App} */
  const app = {
    context,
    words: dialogWords([], "en"),
    announce: (text) => (frame.status.textContent = text),
    focus(element) {
      const active = root.activeElement;
      if (!active || active === frame.dialog || active.closest(".results")) element.focus({ preventScroll: true });
    },
    setRules: (css) => rules.replaceSync(css),
    search: (source) => void searchBy(source),
    showSimilar: (match) => push(similarStep(app, { product_id: match.product_id }, match)),
    startOver: () => reset(startStep(app)),
  };

  /** The frame is drawn anew at each opening: the page may have changed its language. */
  async function draw() {
    const lang = context.lang();
    app.words = dialogWords(await translations(context.words), lang);
    frame = createFrame(app.words, goBack, app.search);
    frame.dialog.addEventListener("close", closed);
    // A phone's back gesture goes one step back; Escape on a keyboard closes.
    frame.dialog.addEventListener("cancel", (event) => {
      if (steps.length < 2 || !event.cancelable || !matchMedia("(pointer: coarse)").matches) return;
      event.preventDefault();
      goBack();
    });
    const font = getComputedStyle(document.body).fontFamily;
    const plain = /^(["']?times|serif|initial|$)/i.test(font) ? "plain" : "";
    root.replaceChildren(h("div", { class: `root ${context.config.theme} ${plain}`, lang, dir: direction(lang) }, frame.dialog));
  }

  /** @param {import("../types.js").PictureSource} source */
  async function searchBy(source) {
    const turn = (search += 1);
    try {
      const picture = await readPicture(source);
      if (turn === search && isOpen()) reset(startStep(app), photoStep(app, picture));
    } catch {
      if (turn !== search || !isOpen()) return;
      const sentence = app.words.failures.picture;
      reset(startStep(app, sentence));
      app.announce(sentence);
      context.emit("error", { where: "photo", code: "picture" });
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

  /** @type {WeakMap<HTMLElement, [Element, number, number][]>} where a step was scrolled to, and what had the focus */
  const left = new WeakMap();
  /** @type {WeakMap<HTMLElement, Element>} */
  const focused = new WeakMap();

  function show() {
    const before = frame.body.firstElementChild;
    if (before instanceof HTMLElement) {
      const scrollers = [frame.body, before, ...before.querySelectorAll(".results, .chips")];
      left.set(before, scrollers.map((scroller) => [scroller, scroller.scrollLeft, scroller.scrollTop]));
      const active = root.activeElement;
      if (active && before.contains(active)) focused.set(before, active);
    }
    const step = steps[steps.length - 1];
    if (!step) return;
    frame.back.hidden = steps.length < 2;
    frame.body.replaceChildren(step.node);
    frame.body.scrollTop = 0;
    for (const [scroller, ...place] of left.get(step.node) ?? []) scroller.scrollTo(...place);
    const target = focused.get(step.node) ?? step.focus;
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    trail.to(steps.length);
  }

  function goBack() {
    if (steps.length > 1) cutTo(steps.length - 1);
  }

  /** @param {number} count of the steps that stay */
  function cutTo(count) {
    search += 1;
    for (const step of steps.splice(count)) step.leave?.();
    show();
  }

  /**
   * The browser's own back button leads here.
   *
   * @param {number} step
   */
  function stepTo(step) {
    if (!step && isOpen()) frame.dialog.close();
    else if (!step) forget();
    else {
      if (!isOpen()) unveil();
      cutTo(step);
    }
  }

  /** A single-page app shows another page: a match that was followed. */
  function leavePage() {
    if (!frame?.dialog.open) return;
    away = true; // before the dialog says that it is closed
    frame.dialog.close();
  }

  const isOpen = () => host.isConnected && frame?.dialog.open;

  /** @type {Promise<boolean> | null} */
  let opening = null;

  /** @returns {Promise<boolean>} whether it has just opened */
  function openShell() {
    if (isOpen()) return Promise.resolve(false);
    opener = deepFocus();
    return (opening ??= reveal().finally(() => (opening = null)));
  }

  async function reveal() {
    if (away) forget();
    await draw();
    if (gone) return false;
    trail.begin();
    unveil();
    return true;
  }

  function unveil() {
    const isShownAgain = frame.dialog.open;
    away = false;
    if (!host.isConnected) {
      frame.dialog.removeAttribute("open");
      document.body.append(host);
    }
    frame.dialog.showModal();
    for (const parent of [document.documentElement, document.body]) body.observe(parent, { childList: true });
    document.addEventListener("paste", frame.paste);
    if (!isShownAgain) context.emit("open");
  }

  function closed() {
    body.disconnect();
    document.removeEventListener("paste", frame.paste);
    if (!away) forget();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    context.emit("close");
  }

  function forget() {
    search += 1;
    away = false;
    for (const step of steps) step.leave?.();
    steps = [];
    rules.replaceSync("");
    root.replaceChildren();
  }

  return {
    async open(picture) {
      const opened = await openShell();
      if (gone) return;
      if (opened || !picture) reset(startStep(app));
      if (picture) app.search(picture);
    },
    async similar(product) {
      await openShell();
      if (gone) return [];
      return new Promise((done) => {
        const step = similarStep(app, product, null, done);
        if (steps.length) push(step);
        else reset(step);
      });
    },
    destroy() {
      gone = true;
      trail.end();
      if (frame?.dialog.open) frame.dialog.close();
      else forget();
      host.remove();
    },
  };
}

/** @param {string} lang of the words, which may be another than the page's */
const direction = (lang) => (/^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/.test(lang) ? "rtl" : "ltr");

/** What has the focus, looked up through open shadow roots. */
function deepFocus() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

document.currentScript?.dispatchEvent(new CustomEvent("niteru:part", { detail: createDialog }));
