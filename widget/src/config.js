/** @param {unknown} value "" for whatever is no theme */
export const readTheme = (value) => (value === "light" || value === "dark" ? value : "");

/**
 * The tag's options: `data-…` attributes, or the same names in the script's address
 * (`v1.js?key=pk_…&lang=ja`), because tag managers drop attributes they do not know.
 *
 * @param {HTMLScriptElement} script
 * @returns {import("./types.js").Config}
 */
export function readConfig(script) {
  const address = new URL(script.src);
  /** @param {string} name */
  const read = (name) => (script.getAttribute(`data-${name}`) ?? address.searchParams.get(name) ?? "").trim();
  return {
    origin: address.origin,
    base: address.origin + address.pathname.replace(/[^/]*$/, ""),
    key: read("key"),
    nonce: script.nonce,
    lang: read("lang"),
    words: read("words"),
    attribution: read("attribution"),
    theme: readTheme(read("theme")),
    similar: read("similar"),
    similarTarget: read("similar-target"),
    camera: read("camera"),
    cameraTarget: read("camera-target"),
    find: read("find"),
    saved: { hidden_on: [], product_paths: [], texts: {} },
    limit: Math.min(Math.max(Number(read("limit")) || 12, 1), 48),
  };
}

/**
 * The tag that is running now. A module or a bundler leaves no `currentScript`, so the tag is looked for.
 *
 * @returns {HTMLScriptElement | null}
 */
export function ownScript() {
  const script = document.currentScript ?? document.querySelector('script[src*="/widget/v1.js"]');
  return script instanceof HTMLScriptElement && script.src ? script : null;
}
