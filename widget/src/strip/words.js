import { strip as en } from "../words/en.json";
import { strip as ja } from "../words/ja.json";
import { strip as ko } from "../words/ko.json";
import { strip as hans } from "../words/zh-Hans.json";
import { strip as hant } from "../words/zh-Hant.json";

/** @typedef {typeof en} StripWords */

/** @type {Record<string, StripWords>} */
const STRIP = { en, ja, ko, "zh-Hans": hans, "zh-Hant": hant };

/**
 * @param {import("../types.js").Context} context
 * @returns {StripWords}
 */
export const stripWords = ({ words }) => ({ ...(STRIP[words.lang()] ?? en), ...words.own("strip") });
