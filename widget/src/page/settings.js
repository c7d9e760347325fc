import { readTheme } from "../config.js";

/**
 * What the seller chose in the dashboard: asked for once a page, when it is idle. Without an answer everything is as
 * the tag says.
 *
 * @typedef {import("../types.js").Config} Config
 */
const PATIENCE_MS = 2000;

/** @param {unknown} value */
const texts = (value) => (Array.isArray(value) ? value.filter((each) => typeof each === "string" && each) : []);

/** @param {unknown} json @returns {Record<string, any>} */
export const readObject = (json) => (json && typeof json === "object" ? json : {});

/**
 * Custom properties for the whole page, which whatever the page itself says of them beats.
 *
 * @param {Record<string, any>} saved
 */
function css({ accent, on_accent, radius, columns }) {
  /** @param {string} name @param {unknown} value @param {RegExp} shape */
  const rule = (name, value, shape) => (shape.test(String(value)) ? `--niteru-${name}:${value};` : "");
  const color = /^#[0-9a-f]{6}$/i;
  return [
    rule("accent", accent, color),
    rule("on-accent", on_accent, color),
    rule("radius", typeof radius === "number" ? `${radius}px` : "", /^\d\d?px$/),
    rule("columns", columns, /^\d$/),
  ].join("");
}

/**
 * @param {Config} config takes up what is saved
 * @param {import("./api.js").Api} api
 */
export async function loadSettings(config, { ask, address }) {
  const saved = await ask(address("widget"), readObject, { patience: PATIENCE_MS }).catch(() => readObject(null));
  const style = css(saved);
  if (style) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`:where(:root){${style}}`);
    document.adoptedStyleSheets.push(sheet);
  }
  config.saved = {
    hidden_on: texts(saved.hidden_on),
    product_paths: texts(saved.product_paths),
    texts: readObject(saved.texts),
  };
  config.theme ||= readTheme(saved.theme);
  if (!config.camera && !config.cameraTarget) config.camera = String(saved.camera ?? "");
  config.similar ||= String(saved.similar ?? "");
  config.find ||= String(saved.find ?? "");
}
