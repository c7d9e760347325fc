import { createApi } from "./api.js";
import { createCamera } from "./camera.js";
import { emit } from "./events.js";
import { watchAddress } from "./navigation.js";
import { isHidden } from "./product.js";
import { loadSettings } from "./settings.js";
import { navigationApi } from "../shared/step.js";
import { createStrips } from "./strips.js";
import { createWords } from "./words.js";

/**
 * What every page gets once it is idle: it looks at what the page is, and adds the camera button and the place of the
 * strip. The strip and the dialog are files of their own, fetched when a shopper comes near, and when one asks.
 *
 * @typedef {import("../types.js").Dialog} Dialog
 * @typedef {import("../types.js").Context} Context
 * @typedef {ReturnType<typeof createRunning>} Running what the tag hands calls on to
 */
/** Single-page apps draw the product after they have changed the address. */
const LOOK_AGAIN_MS = [300, 1000, 2500];

/**
 * @param {import("../types.js").Config} config
 * @param {import("../parts.js").Part} part
 */
export function createRunning(config, part) {
  const api = createApi(config);
  const words = createWords(config, api, part);
  /** @type {Context} */
  const context = { config, api, words, emit, lang: words.lang };
  const known = Promise.all([words.load(), loadSettings(config, api)]);
  const keepsFollowed = config.attribution === "session";
  let live = true;
  let dialogUsed = false;

  /** @param {(context: Context) => any} create */
  const withContext = (create) => create(context);
  /** @type {() => Promise<Dialog>} */
  const dialogPart = part(DIALOG_FILE, withContext);
  const dialog = async () => {
    dialogUsed = true;
    await known;
    words.dialog()?.catch(() => {}); // beside the file, not after it
    return dialogPart().catch((reason) => {
      emit("error", { where: "dialog", code: "down" });
      throw reason;
    });
  };

  /** @type {() => Promise<import("../types.js").Strip>} */
  const stripPart = part(STRIP_FILE, withContext);
  const strips = createStrips(context, stripPart);
  /** @param {import("../types.js").PictureSource} [image] */
  const search = async (image) => {
    const shown = await dialog();
    if (live) await shown.open(image);
  };
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
      const addStrip = strips.look(); // before anything changes: whatever is read after that lays the page out anew
      camera.place();
      addStrip?.();
      // Loaded anew, with steps of a dialog that is gone: the next one knows how to pass over them.
      if (/** @type {any} */ (navigationApi()?.currentEntry?.getState())?.niteru) dialog().catch(() => {});
      if (/^(|off)$/.test(config.find) || isHidden(config)) finder?.destroy();
      else findPart().then((found) => live && (finder = found).look()).catch(surprised);
    } catch {
      surprised();
    }
  }

  /** Some page will surprise us: the shopper's console is no place to say so. */
  const surprised = () => emit("error", { where: "page", code: "down" });

  /** @param {boolean} moved */
  function look(moved) {
    timers.forEach(clearTimeout);
    timers = LOOK_AGAIN_MS.map((delay, turn) =>
      setTimeout(() => {
        if (moved && turn === 0 && live) strips.renew();
        place();
      }, delay),
    );
  }

  return {
    /** Looks at the page; called when it is idle. */
    async begin() {
      await known;
      if (!live) return;
      strips.define();
      camera.define();
      unwatch = watchAddress(() => look(true));
      place();
      look(false);
      if (keepsFollowed) stripPart().catch(() => {}); // a cart may be told of on any page, which is left at once
      emit("ready");
    },
    /** @param {{ image?: import("../types.js").PictureSource }} [options] */
    open: ({ image } = {}) => search(image),
    /** @param {string | import("../types.js").ProductRef} product its address, or an id */
    async similar(product) {
      const ref = typeof product === "string" ? { url: product } : product;
      return (await dialog()).similar(ref);
    },
    /** @type {import("../types.js").Following["track"]} */
    track(...call) {
      if (context.following) context.following.track(...call);
      else if (keepsFollowed) stripPart().then((strip) => strip.track(...call)).catch(() => {});
    },
    destroy() {
      live = false;
      timers.forEach(clearTimeout);
      unwatch();
      strips.destroy();
      camera.destroy();
      finder?.destroy();
      context.following?.stop();
      if (dialogUsed) dialogPart().then((shown) => shown.destroy()).catch(() => {});
    },
  };
}
