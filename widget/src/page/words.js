import { readObject } from "./settings.js";
import { pageWords, pickLanguage } from "./strings.js";

/**
 * The words shoppers read, in the page's language: a seller's own (`data-words`, a file in the shape of
 * words/en.json that may leave things out) come before ours.
 *
 * @typedef {ReturnType<typeof createWords>} Words
 */
const PATIENCE_MS = 3000;

/** @typedef {Record<string, any>} Translation what there is of it, in the shape of words/en.json */

/**
 * @param {import("../types.js").Config} config
 * @param {import("./api.js").Api} api
 * @param {import("../parts.js").Part} createPart
 */
export function createWords(config, { ask }, createPart) {
  const { lang: wanted, words: file } = config;
  /** @type {Translation} */
  let own = {};
  /** @param {string} part @returns {Record<string, string>} what the seller says of it: in the dashboard, in the file */
  const said = (part) => ({ ...config.saved.texts[lang()], ...own[part] });
  /** @type {Map<string, () => Promise<Translation>>} */
  const parts = new Map();
  const lang = () => pickLanguage(wanted, String(own.lang ?? ""));
  return {
    lang,
    /** Call once before anything else is asked. */
    async load() {
      if (!file) return;
      const stop = AbortSignal.timeout(PATIENCE_MS);
      own = await ask(file, {}, readObject, stop).catch(() => ({}));
    },
    page: () => ({ ...pageWords(lang()), ...said("page") }),
    own: said,
    /**
     * The dialog's words, as far as there are any besides its own English ones; ours first, then the seller's.
     *
     * @returns {Promise<Translation[]>}
     */
    async dialog() {
      const file = WORDS_FILES[lang()];
      if (!file) return [own];
      const part = parts.get(file[0]) ?? createPart(file);
      parts.set(file[0], part);
      const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, {}));
      return [await Promise.race([part().catch(() => ({})), late]), own];
    },
  };
}
