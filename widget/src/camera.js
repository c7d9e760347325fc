import cameraCss from "./camera.css";
import { CAMERA, h, icon, shadow } from "./dom.js";
import { find, isHidden } from "./page.js";

/**
 * The camera button, `<niteru-camera>`: where the seller put it, else in the page's search field, else in the corner.
 *
 * @typedef {import("./types.js").Context} Context
 */
const TAG = "niteru-camera";
const NOTE_MS = 6000;
const FIELDS = [
  "input[type=search]",
  "[role=search] input:not([type=hidden],[type=submit],[type=checkbox],[type=radio])",
  "form[action*=search] input:not([type=hidden],[type=submit],[type=checkbox],[type=radio])",
  "input[name=q],input[name=s],input[name=keyword],input[name=keywords],input[name=search]",
];
const NARROWEST_FIELD = 140;

/** @returns {HTMLInputElement | null} a search field that is on the page and wide enough to share */
function searchField() {
  for (const selector of FIELDS) {
    for (const field of document.querySelectorAll(selector)) {
      if (!(field instanceof HTMLInputElement) || field.closest("dialog, [aria-hidden=true]")) continue;
      const { visibility, opacity } = getComputedStyle(field);
      if (field.offsetWidth >= NARROWEST_FIELD && visibility === "visible" && opacity !== "0") return field;
    }
  }
  return null;
}

/**
 * How much of the field's far end something else covers already: the shop's own button, or the browser's clear cross.
 *
 * @param {HTMLInputElement} field
 * @param {boolean} rtl
 */
function takenEnd(field, rtl) {
  const rect = field.getBoundingClientRect();
  const form = field.closest("form") ?? field.parentElement;
  let taken = field.type === "search" ? 24 : 4;
  for (let inset = 6; inset < Math.min(120, rect.width / 2); inset += 6) {
    const x = rtl ? rect.left + inset : rect.right - inset;
    const top = document.elementFromPoint(x, rect.top + rect.height / 2);
    if (top && top !== field && form?.contains(top) && !top.contains(field) && top.localName !== TAG) taken = inset + 8;
  }
  return taken;
}

/**
 * Lays the button over the field's far end. Nothing of the page moves and nothing of the page is changed.
 *
 * @param {HTMLElement} element
 * @param {HTMLInputElement} field
 */
function overlay(element, field) {
  const rtl = getComputedStyle(field).direction === "rtl";
  const size = Math.max(24, Math.min(field.offsetHeight - 6, 40));
  const width = Math.max(size, 32);
  const end = takenEnd(field, rtl);
  const left = rtl ? field.offsetLeft + end : field.offsetLeft + field.offsetWidth - end - width;
  const top = field.offsetTop + (field.offsetHeight - size) / 2;
  const { backgroundColor, color } = getComputedStyle(field);
  const sheet = new CSSStyleSheet();
  const lay = (/** @type {number} */ x, /** @type {number} */ y) =>
    sheet.replaceSync(
      `:host([data-place=field]){left:${x}px!important;top:${y}px!important;` +
        `width:${width}px!important;height:${size}px!important}.root{color:${color};background:${backgroundColor}}`,
    );
  lay(left, top);
  const root = element.shadowRoot;
  if (root) root.adoptedStyleSheets = [root.adoptedStyleSheets[0] ?? sheet, sheet];
  const at = element.getBoundingClientRect();
  const over = field.getBoundingClientRect();
  // What the field counts from may not be what we count from, a table's cell for one. (Scaled pages count well.)
  if (Math.abs(over.width - field.offsetWidth) > 1) return;
  const across = (rtl ? over.left + end : over.right - end - width) - at.left;
  const down = over.top + (over.height - size) / 2 - at.top;
  if (Math.abs(across) > 1 || Math.abs(down) > 1) lay(left + across, top + down);
}

/**
 * @param {Context} context
 * @param {() => Promise<unknown>} open opens the dialog; rejects when it cannot be loaded
 */
export function createCamera(context, open) {
  const { config } = context;
  let live = true;

  /** @param {HTMLElement} element */
  function draw(element) {
    if (!live) return;
    const lang = context.lang();
    const words = context.words.page();
    const label = element.getAttribute("label");
    const note = h("span", { class: "note", role: "status" });
    const button = h("button", { type: "button", "aria-haspopup": "dialog" }, icon(CAMERA), label);
    if (!label) button.setAttribute("aria-label", words.camera);
    if (!label) button.title = words.camera;
    button.addEventListener("click", async () => {
      button.setAttribute("aria-busy", "true");
      note.textContent = "";
      try {
        await open();
      } catch {
        note.textContent = words.resting;
        setTimeout(() => (note.textContent = ""), NOTE_MS);
      }
      button.removeAttribute("aria-busy");
    });
    shadow(element, cameraCss).replaceChildren(h("span", { class: `root ${config.theme}`, lang }, button, note));
  }

  if (!customElements.get(TAG)) {
    customElements.define(
      TAG,
      class extends HTMLElement {
        connectedCallback() {
          draw(this);
        }
      },
    );
  }

  /** @type {HTMLElement | null} */
  let own = null;
  /** @type {HTMLInputElement | null} */
  let field = null;
  const follow = new ResizeObserver(() => (field?.offsetWidth ? own && field && overlay(own, field) : place()));

  function place() {
    if (!live || config.camera === "off") return;
    const theirs = [...document.querySelectorAll(TAG)].some((element) => element !== own);
    const target = find(config.cameraTarget);
    const nextField = theirs || target || config.camera === "float" ? null : searchField();
    const where = theirs || isHidden(config) ? "" : target ? "inline" : nextField ? "field" : "float";
    if (own?.isConnected && own.dataset.place === where && nextField === field) {
      if (field) overlay(own, field);
      return;
    }
    follow.disconnect();
    own?.remove();
    own = null;
    field = nextField;
    if (!where) return;
    own = document.createElement(TAG);
    own.dataset.place = where;
    if (target) target.append(own);
    else if (field) field.after(own);
    else document.body.append(own);
    if (!field) return;
    overlay(own, field);
    follow.observe(field);
  }

  let timer = 0;
  const resized = () => {
    clearTimeout(timer);
    timer = setTimeout(place, 250);
  };
  window.addEventListener("resize", resized, { passive: true });

  return {
    place,
    destroy() {
      live = false;
      clearTimeout(timer);
      follow.disconnect();
      window.removeEventListener("resize", resized);
      own?.remove();
      for (const element of document.querySelectorAll(TAG)) element.shadowRoot?.replaceChildren();
    },
  };
}
