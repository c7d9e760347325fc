import english from "../words/en.json";

/**
 * The dialog's words, with the places in them filled.
 *
 * @typedef {typeof english.dialog} Texts
 * @typedef {Record<string, string | number>} Values
 * @typedef {{ other: string, one?: string }} Forms by plural category (Unicode CLDR)
 * @typedef {ReturnType<typeof dialogWords>} DialogWords
 */

const PATIENCE_MS = 3000;

/**
 * What there is besides the dialog's own English words: ours of the page's language, then the seller's. A file that does
 * not come in time is done without.
 *
 * @param {import("../page/words.js").Words} words
 */
export async function translations(words) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  return [await Promise.race([words.dialog()?.catch(() => {}), late]), words.theirs()];
}

/** @param {string} text @param {Values} values */
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/**
 * @param {Record<string, any>[]} translated each before the ones ahead of it, in the shape of en.json
 * @param {string} lang
 */
export function dialogWords(translated, lang) {
  /** @param {keyof typeof english} part @returns {any} */
  const merged = (part) => Object.assign({}, english[part], ...translated.map((each) => each?.[part]));
  /** @type {Texts} */
  const texts = merged("dialog");
  /** @type {Record<string, Record<string, string>>} */
  const names = { category: merged("categories"), color: merged("colors"), gender: merged("genders") };
  const plurals = new Intl.PluralRules(lang);
  /** @param {Forms} forms @param {number} count @param {Values} [values] */
  const counted = (forms, count, values) =>
    filled(plurals.select(count) === "one" && forms.one ? forms.one : forms.other, { ...values, count });
  return {
    ...texts,
    /** @param {number} count */
    found: (count) => counted(texts.found, count),
    /** @param {string} name @param {number} count */
    shown: (name, count) => counted(texts.shown, count, { name }),
    /** @param {number} count */
    filtersOf: (count) => (count ? counted(texts.filtersOf, count) : texts.filters),
    /** @param {number} count */
    see: (count) => counted(texts.see, count),
    /** @param {string} title */
    moreOf: (title) => filled(texts.moreOf, { title }),
    /** @param {string} name */
    remove: (name) => filled(texts.remove, { name }),
    /** @param {string} name */
    instead: (name) => filled(texts.instead, { name }),
    /** @param {string} price */
    upTo: (price) => filled(texts.upTo, { price }),
    /** @param {string} price */
    atLeast: (price) => filled(texts.atLeast, { price }),
    /**
     * What the API calls a category, a colour or a gender; anything else is shown as it is.
     *
     * @param {string} kind
     * @param {string} value
     */
    nameOf: (kind, value) => names[kind]?.[value] ?? (value ? value[0]?.toUpperCase() + value.slice(1) : texts.piece),
  };
}
