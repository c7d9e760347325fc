import { pictures as en } from "../words/en.json";
import { pictures as ja } from "../words/ja.json";
import { pictures as ko } from "../words/ko.json";
import { pictures as hans } from "../words/zh-Hans.json";
import { pictures as hant } from "../words/zh-Hant.json";

/** @type {Record<string, typeof en>} */
const FIND = { en, ja, ko, "zh-Hans": hans, "zh-Hant": hant };

/** @param {import("../types.js").Context} context */
export const findWords = ({ words }) => ({ ...(FIND[words.lang()] ?? en), ...words.own("pictures") });
