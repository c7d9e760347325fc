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
  /** @type {Record<string, () => Promise<Translation>>} */
  const parts = {};
  const lang = () => pickLanguage(wanted, String(own.lang ?? ""));
  return {
    lang,
    /** Call once before anything else is asked. */
    async load() {
      if (!file) return;
      own = await ask(file, readObject, { patience: PATIENCE_MS }).catch(() => ({}));
    },
    page: () => ({ ...pageWords(lang()), ...said("page") }),
    own: said,
    /** What the seller's file says, in the shape of words/en.json. */
    theirs: () => own,
    /** @returns {Promise<Translation> | undefined} the dialog's words; its English ones it has itself */
    dialog() {
      const now = lang();
      const hash = WORDS_HASHES[now];
      return hash ? (parts[now] ??= createPart([`words/${now}.js`, hash]))() : undefined;
    },
  };
}
