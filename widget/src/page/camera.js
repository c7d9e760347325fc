import cameraCss from "./camera.css";
import { CAMERA, h, icon, shadow } from "../shared/dom.js";
import { createPlace } from "../shared/lay.js";
import { takenFrom } from "../shared/taken.js";
import { find, isHidden } from "./product.js";

/**
 * The camera button, `<niteru-camera>`: where the seller put it, else in the page's search field, else in the corner.
 *
 * @typedef {import("../types.js").Context} Context
 */
const TAG = "niteru-camera";
const NOTE_MS = 6000;
const FIELDS = [
  "input[type=search]",
  ":is([role=search],form[action*=search]) input:not([type=hidden],[type=submit],[type=checkbox],[type=radio])",
  "input:is([name=q],[name=s],[name=keyword],[name=keywords],[name=search])",
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

/** @param {Element} element */
const isRtl = (element) => getComputedStyle(element).direction === "rtl";

/** @param {HTMLInputElement} field */
const formOf = (field) => field.form ?? field.parentElement;

/**
 * How much of the field's far end something else covers already: the shop's own button, or the browser's clear cross.
 *
 * @param {HTMLInputElement} field
 */
function takenEnd(field) {
  const rect = field.getBoundingClientRect();
  const rtl = isRtl(field);
  const form = formOf(field);
  let taken = field.type === "search" ? 24 : 4;
  for (let inset = 6; inset < Math.min(120, rect.width / 2); inset += 10) {
    const x = rtl ? rect.left + inset : rect.right - inset;
    const top = document.elementFromPoint(x, rect.top + rect.height / 2);
    if (top && top !== field && form?.contains(top) && !top.contains(field) && top.localName !== TAG) taken = inset + 12;
  }
  return taken;
}

/**
 * What changes when the button has to be laid anew: the field's place and size, and what its form has beside it.
 *
 * @param {HTMLInputElement} field
 */
const signOf = (field) =>
  [
    field.offsetLeft, field.offsetTop, field.offsetWidth, field.offsetHeight,
    formOf(field)?.querySelectorAll("*").length,
  ].join();

/**
 * Where the button belongs: over the field's far end.
 *
 * @param {HTMLInputElement} field
 * @param {number} end what something else covers of it
 */
function endOf(field, end) {
  const rect = field.getBoundingClientRect();
  const height = Math.max(24, Math.min(rect.height - 6, 40));
  const width = Math.max(height, 32);
  const left = isRtl(field) ? rect.left + end : rect.right - end - width;
  return { left, top: rect.top + (rect.height - height) / 2, width, height };
}

/**
 * Where something at `left: 0; top: 0` beside the field lies: mostly. What is laid by it is measured once it is there.
 *
 * @param {HTMLInputElement} field
 */
function originOf({ offsetParent: block }) {
  if (!block || getComputedStyle(block).position === "static") return { left: -scrollX, top: -scrollY };
  const { left, top } = block.getBoundingClientRect();
  return { left: left + block.clientLeft, top: top + block.clientTop };
}

/**
 * What makes the button look like a part of the field.
 *
 * @param {HTMLInputElement} field
 */
function tintOf(field) {
  const { backgroundColor, color } = getComputedStyle(field);
  return `.root{color:${color};background:${backgroundColor}}`;
}

/**
 * @param {Context} context
 * @param {(image?: import("../types.js").PictureSource) => Promise<unknown>} open opens the dialog; rejects when it cannot be loaded
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
    const named = label ? {} : { "aria-label": words.camera, title: words.camera };
    /** @param {import("../types.js").PictureSource} [image] */
    const press = async (image) => {
      button.setAttribute("aria-busy", "true");
      note.textContent = "";
      try {
        await open(image);
      } catch {
        note.textContent = words.resting;
        setTimeout(() => (note.textContent = ""), NOTE_MS);
      }
      button.removeAttribute("aria-busy");
    };
    const button = h(
      "button",
      {
        type: "button",
        "aria-haspopup": "dialog",
        ...named,
        click: () => press(),
        dragover: (event) => event.preventDefault(),
        drop(event) {
          event.preventDefault();
          press(takenFrom(event.dataTransfer));
        },
      },
      icon(CAMERA),
      label,
    );
    shadow(element, cameraCss).replaceChildren(h("span", { class: `root ${config.theme}`, lang }, button, note));
  }

  /** @type {HTMLElement | null} the one that the seller did not place */
  let own = null;
  /** @type {HTMLInputElement | null} the field that it lies over */
  let field = null;
  /** @type {ReturnType<typeof createPlace>} */
  let lay = () => {};
  let sign = "";
  let taken = 0;
  let tint = "";
  /** @type {Parameters<typeof lay>} where it belongs at first, and where it would lie by itself */
  let first;

  function follow() {
    if (!field?.offsetWidth) return place();
    const now = signOf(field);
    if (now === sign) return;
    if (sign) taken = takenEnd(field);
    lay(endOf(field, taken));
    sign = now;
  }
  // It calls first when the page has been laid out anyway.
  const resizes = new ResizeObserver(follow);

  function place() {
    if (!live || config.camera === "off") return;
    const theirs = [...document.querySelectorAll(TAG)].some((element) => element !== own);
    const target = find(config.cameraTarget);
    const nextField = theirs || target || config.camera === "float" ? null : searchField();
    const where = theirs || isHidden(config) ? "" : target ? "inline" : nextField ? "field" : "float";
    if (own?.isConnected && own.dataset.place === where && nextField === field) {
      if (field) follow();
      return;
    }
    resizes.disconnect();
    own?.remove();
    own = null;
    field = nextField;
    if (!where) return;
    if (field) {
      // Before anything changes: to ask for any of it afterwards lays the page out.
      taken = takenEnd(field);
      tint = tintOf(field);
      first = [endOf(field, taken), originOf(field)];
    }
    own = document.createElement(TAG);
    own.dataset.place = where;
    if (target) target.append(own);
    else if (field) field.after(own);
    else document.body.append(own);
  }

  /** @param {HTMLElement} element */
  function connected(element) {
    draw(element);
    if (element !== own || !field) return;
    lay = createPlace(own, tint);
    lay(...first);
    sign = "";
    resizes.observe(field);
  }

  let timer = 0;
  const resized = () => {
    clearTimeout(timer);
    timer = setTimeout(place, 250);
  };
  window.addEventListener("resize", resized);

  return {
    /** Takes up the elements that the seller placed. */
    define() {
      if (customElements.get(TAG)) return;
      customElements.define(
        TAG,
        class extends HTMLElement {
          connectedCallback() {
            connected(this);
          }
        },
      );
    },
    place,
    destroy() {
      live = false;
      clearTimeout(timer);
      resizes.disconnect();
      window.removeEventListener("resize", resized);
      own?.remove();
      for (const element of document.querySelectorAll(TAG)) element.shadowRoot?.replaceChildren();
    },
  };
}
