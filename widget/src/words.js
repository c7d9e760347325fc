import { createPart } from "./parts.js";
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
 * @param {string} address
 * @returns {Promise<Translation>} empty when it does not come, or is none
 */
async function fetched(address) {
  try {
    const response = await fetch(address, { credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) });
    const read = response.ok ? await response.json() : null;
    return read && typeof read === "object" ? read : {};
  } catch {
    return {};
  }
}

/** @param {import("./types.js").Config} config */
export function createWords(config) {
  const { lang: wanted, words: file } = config;
  /** @type {Translation} */
  let own = {};
  /** @type {Map<string, () => Promise<Translation>>} */
  const parts = new Map();
  const lang = () => pickLanguage(wanted, String(own.lang ?? ""));
  return {
    lang,
    /** Call once before anything else is asked. */
    async load() {
      if (file) own = await fetched(new URL(file, document.baseURI).href);
    },
    page: () => ({ ...pageWords(lang()), ...own.page }),
    /**
     * The dialog's words, as far as there are any besides its own English ones; ours first, then the seller's.
     *
     * @returns {Promise<Translation[]>}
     */
    async dialog() {
      const name = WORDS_FILES[lang()];
      if (!name) return [own];
      const part = parts.get(name) ?? createPart(config, name);
      parts.set(name, part);
      const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, {}));
      return [await Promise.race([part().catch(() => ({})), late]), own];
    },
  };
}
