import { ownScript, readConfig } from "./config.js";
import { createRunning } from "./page/main.js";
import { createPart } from "./parts.js";

/**
 * The one tag's script: it keeps what the page calls, and once the page has loaded, been painted and is idle it begins
 * (page/main.js), at once where something is called.
 *
 * @typedef {import("./page/main.js").Running} Running
 */
const PATIENCE_MS = 3000;
/** After its load event a page still paints its largest picture: that comes first. */
const PAINTED_MS = 200;

/** @param {() => void} task runs when the browser has nothing better to do */
function whenIdle(task) {
  if ("requestIdleCallback" in window) requestIdleCallback(task, { timeout: PATIENCE_MS });
  else setTimeout(task, 300);
}

function main() {
  const script = ownScript();
  const before = /** @type {any} */ (window.niteru);
  if (!script || typeof before?.destroy === "function") return;
  /** @type {Running | null} */
  let running = null;
  let live = true;

  /** Nothing that can wait is done while the page loads. */
  const run = () => {
    const config = readConfig(script);
    return createRunning(config, createPart(config));
  };

  /**
   * @template T
   * @param {(running: Running) => T | Promise<T>} call
   * @param {T} [otherwise] what there is when a part cannot be fetched
   */
  async function ask(call, otherwise) {
    try {
      return live ? await call((running ??= run())) : otherwise;
    } catch {
      return otherwise;
    }
  }
  const global = {
    version: 1,
    /** @param {{ image?: import("./types.js").PictureSource }} [options] */
    open: (options) => ask((running) => running.open(options)),
    /** @param {string | import("./types.js").ProductRef} product its address, or an id */
    similar: (product) => ask((running) => running.similar(product), []),
    /** @param {Parameters<Running["track"]>} call */
    track: (...call) => void ask((running) => running.track(...call)),
    /**
     * @param {string} name with or without "niteru:"
     * @param {(detail: unknown) => void} listener
     * @returns {() => void} ends it
     */
    on(name, listener) {
      const type = `niteru:${String(name).replace(/^niteru:/, "")}`;
      /** @param {Event} event */
      const hear = (event) => listener(/** @type {CustomEvent} */ (event).detail);
      document.addEventListener(type, hear);
      return () => document.removeEventListener(type, hear);
    },
    destroy() {
      const gone = ask((running) => running.destroy());
      live = false;
      return gone;
    },
    /**
     * Calls made before this script was there: `(window.niteru = window.niteru || []).push(["open"])`.
     *
     * @param {[name: string, ...args: any[]]} call
     */
    push([name, ...args]) {
      if (name !== "push") /** @type {any} */ (global)[name]?.(...args);
    },
  };
  window.niteru = global;
  for (const call of Array.isArray(before) ? before : []) if (Array.isArray(call)) global.push(/** @type {any} */ (call));

  const begin = () => setTimeout(() => whenIdle(() => ask((running) => running.begin())), PAINTED_MS);
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin, { once: true });
}

// A browser without it (before 2023) keeps its page as it is; those that have it have all else that is used.
if ("replaceSync" in CSSStyleSheet.prototype) main();
