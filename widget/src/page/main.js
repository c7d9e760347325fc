import { createApi } from "./api.js";
import { createCamera } from "./camera.js";
import { createEvents } from "./events.js";
import { watchAddress } from "./navigation.js";
import { isHidden } from "./product.js";
import { loadSettings } from "./settings.js";
import { createStrips } from "./strips.js";
import { createWords } from "./words.js";

/**
 * What every page gets once it is idle: it looks at what the page is, and adds the camera button and the place of the
 * strip. The strip and the dialog are files of their own, fetched when a shopper comes near, and when one asks.
 *
 * @typedef {import("../types.js").Dialog} Dialog
 * @typedef {import("../types.js").Context} Context
 */
/** Single-page apps draw the product after they have changed the address. */
const LOOK_AGAIN_MS = [300, 1000, 2500];

/** @type {import("../types.js").CreateRunning} */
function createRunning(config, part, whenIdle) {
  const api = createApi(config);
  const events = createEvents(api, config);
  const words = createWords(config, api, part);
  /** @type {Context} */
  const context = { config, api, words, events, lang: words.lang };
  const known = Promise.all([words.load(), loadSettings(config, api)]);
  let live = true;
  let dialogUsed = false;

  /** @param {(context: Context) => any} create */
  const withContext = (create) => create(context);
  /** @type {() => Promise<Dialog>} */
  const dialogPart = part(DIALOG_FILE, withContext);
  const dialog = async () => {
    dialogUsed = true;
    await known;
    void words.dialog(); // beside the file, not after it
    return dialogPart().catch((reason) => {
      events.emit("error", { where: "dialog", code: "down" });
      throw reason;
    });
  };

  const strips = createStrips(context, part(STRIP_FILE, withContext));
  /** @param {import("../types.js").PictureSource} [image] */
  const search = async (image) => (await dialog()).open(image);
  const camera = createCamera(context, search);
  /** @type {() => Promise<import("../types.js").Finder>} */
  const findPart = part(FIND_FILE, (create) => create(context, search));
  /** @type {import("../types.js").Finder | null} */
  let finder = null;
  /** @type {number[]} */
  let timers = [];
  let unwatch = () => {};

  function place() {
    if (!live) return;
    try {
      strips.place();
      camera.place();
      if (/^(|off)$/.test(config.find) || isHidden(config)) finder?.destroy();
      else findPart().then((found) => live && (finder = found).look()).catch(surprised);
    } catch {
      surprised();
    }
  }

  /** Some page will surprise us: the shopper's console is no place to say so. */
  const surprised = () => events.emit("error", { where: "page", code: "down" });

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

  return {
    async begin() {
      await known;
      if (!live) return;
      strips.define();
      camera.define();
      unwatch = watchAddress(() => look(true));
      place();
      look(false);
      events.emit("ready");
    },
    async open({ image } = {}) {
      if (live) await dialog().then((shown) => (live ? shown.open(image) : undefined));
    },
    async similar(product) {
      const ref = typeof product === "string" ? { url: product } : product;
      return live ? (await dialog()).similar(ref) : [];
    },
    track: events.track,
    destroy() {
      live = false;
      timers.forEach(clearTimeout);
      unwatch();
      strips.destroy();
      camera.destroy();
      finder?.destroy();
      events.stop();
      if (dialogUsed) dialogPart().then((shown) => shown.destroy()).catch(() => {});
    },
  };
}

document.currentScript?.dispatchEvent(new CustomEvent("niteru:part", { detail: createRunning }));
