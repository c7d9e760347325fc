import { page as en } from "../words/en.json";
import { page as ja } from "../words/ja.json";
import { page as ko } from "../words/ko.json";
import { page as hans } from "../words/zh-Hans.json";
import { page as hant } from "../words/zh-Hant.json";

/**
 * The words of the page: all languages, since they are few. The strip has its own, the dialog fetches them (words.js).
 *
 * @typedef {typeof en} PageWords
 */

/** @type {Record<string, PageWords>} */
const PAGE = { en, ja, ko, "zh-Hans": hans, "zh-Hant": hant };

/**
 * @param {string} wanted the tag's data-lang, "" to follow the page
 * @param {string} own the language of the seller's own words, "" when there are none
 * @returns {string} one of ours, or the seller's own
 */
export function pickLanguage(wanted, own = "") {
  // The first that says anything decides: a Thai page gets English, not the browser's Japanese.
  const asked = wanted || document.documentElement.lang || navigator.language || "en";
  const tag = asked.replaceAll("_", "-").toLowerCase();
  const first = tag.split("-")[0] ?? "en";
  if (own && own.toLowerCase().split("-")[0] === first) return own;
  if (first === "zh") return /-(hant|tw|hk|mo)\b/.test(tag) ? "zh-Hant" : "zh-Hans";
  return first in PAGE ? first : "en";
}

/** @param {string} lang @returns {PageWords} */
export const pageWords = (lang) => PAGE[lang] ?? en;
