import { createApi } from "./api.js";
import { createCamera } from "./camera.js";
import { ownScript, readConfig } from "./config.js";
import { createEvents } from "./events.js";
import { watchAddress, whenIdle } from "./navigation.js";
import { createPart } from "./parts.js";
import { createStrips } from "./strips.js";
import { loadSettings } from "./settings.js";
import { createWords } from "./words.js";

/**
 * The one tag's script. It waits until the page has loaded and is idle, then looks at what the page is and adds the
 * camera button. The strip and the dialog are files of their own, fetched where there is a product, and when a shopper
 * first asks.
 *
 * @typedef {import("./types.js").Dialog} Dialog
 * @typedef {import("./types.js").Context} Context
 */
/** Single-page apps draw the product after they have changed the address. */
const LOOK_AGAIN_MS = [300, 1000, 2500];

/** @param {Context} context */
function start(context) {
  const { events } = context;
  let live = true;
  let dialogUsed = false;

  /** @param {(context: Context) => any} create */
  const withContext = (create) => create(context);
  /** @type {() => Promise<Dialog>} */
  const dialogPart = createPart(context.config, DIALOG_FILE, withContext);
  const dialog = () => {
    dialogUsed = true;
    void context.words.dialog(); // beside the file, not after it
    return dialogPart().catch((reason) => {
      events.emit("error", { where: "dialog", code: "down" });
      throw reason;
    });
  };

  const strips = createStrips(context, createPart(context.config, STRIP_FILE, withContext));
  const camera = createCamera(context, async () => (await dialog()).open());
  /** @type {number[]} */
  let timers = [];

  function place() {
    if (!live) return;
    // Some page will surprise us: the shopper's console is no place to say so.
    const report = () => events.emit("error", { where: "page", code: "down" });
    strips.place().catch(report);
    try {
      camera.place();
    } catch {
      report();
    }
  }

  /** @param {boolean} moved */
  function look(moved) {
    timers.forEach(clearTimeout);
    timers = LOOK_AGAIN_MS.map((delay, turn) =>
      setTimeout(() => whenIdle(() => {
        if (moved && turn === 0 && live) strips.renew();
        place();
      }), delay),
    );
  }

  const unwatch = watchAddress(() => look(true));
  place();
  look(false);

  return {
    /** @param {{ image?: import("./types.js").PictureSource }} [options] */
    async open({ image } = {}) {
      if (live) await dialog().then((shown) => (live ? shown.open(image) : undefined)).catch(() => {});
    },
    /** @param {string | import("./types.js").ProductRef} product its address, or an id */
    async similar(product) {
      if (!live) return [];
      const ref = typeof product === "string" ? { url: product } : product;
      return dialog().then((shown) => shown.similar(ref)).catch(() => []);
    },
    on: events.on,
    destroy() {
      live = false;
      timers.forEach(clearTimeout);
      unwatch();
      strips.destroy();
      camera.destroy();
      events.stop();
      if (dialogUsed) dialogPart().then((shown) => shown.destroy()).catch(() => {});
    },
  };
}

/** @typedef {ReturnType<typeof start>} Running */

function main() {
  const script = ownScript();
  const before = /** @type {any} */ (window.niteru);
  if (!script || typeof before?.destroy === "function") return;
  const config = readConfig(script);
  const api = createApi(config);
  const words = createWords(config, api);
  /** @type {Context} */
  const context = { config, api, words, events: createEvents(api, config), lang: words.lang };

  /** @type {(running: Running) => void} */
  let ready;
  /** @type {Promise<Running>} */
  const running = new Promise((resolve) => (ready = resolve));
  const global = {
    version: 1,
    /** @param {Parameters<Running["open"]>[0]} [options] */
    open: (options) => running.then((it) => it.open(options)),
    /** @param {Parameters<Running["similar"]>[0]} product */
    similar: (product) => running.then((it) => it.similar(product)),
    on: context.events.on,
    track: context.events.track,
    destroy: () => running.then((it) => it.destroy()),
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

  const begin = () =>
    whenIdle(async () => {
      await Promise.all([words.load(), loadSettings(config, api)]);
      ready(start(context));
      context.events.emit("ready");
    });
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin, { once: true });
}

// A browser without these (before 2023) keeps its page as it is.
if (typeof CSSStyleSheet.prototype.replaceSync === "function" && window.customElements && window.IntersectionObserver) main();
