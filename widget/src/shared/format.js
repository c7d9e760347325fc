/**
 * Prices as Intl.NumberFormat writes them. Its first use takes a browser some 50 ms at once, which a shop's page is not
 * to lose: the usual currencies are written without it in our own languages.
 */
/** @type {Record<string, string>} */
const SIGNS = { JPY: "¥", USD: "$", EUR: "€", GBP: "£", KRW: "₩", CNY: "CN¥", TWD: "NT$", HKD: "HK$" };
/** @type {Record<string, Record<string, string>>} what a language signs otherwise */
const OTHERWISE = {
  en: {},
  ja: { CNY: "元\u00a0" },
  ko: { USD: "US$", JPY: "JP¥" },
  "zh-Hans": { USD: "US$", JPY: "JP¥", CNY: "¥" },
  "zh-Hant": { USD: "US$", TWD: "$" },
};
const WITHOUT_CENTS = /JPY|KRW/;

/**
 * @param {{ price: number | null, currency: string }} amount
 * @param {string} lang
 * @returns {string} "" when the shop names no price
 */
export function formatPrice({ price, currency }, lang) {
  if (price === null) return "";
  const sign = { ...SIGNS, ...OTHERWISE[lang] }[currency];
  if (!OTHERWISE[lang] || !sign || price < 0 || (WITHOUT_CENTS.test(currency) && price % 1)) return spelled(price, currency, lang);
  const [whole = "", cents] = price.toFixed(price % 1 ? 2 : 0).split(".");
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (cents ? `.${cents}` : "");
}

/** @param {number} price @param {string} currency @param {string} lang */
function spelled(price, currency, lang) {
  try {
    const whole = Number.isInteger(price) ? { minimumFractionDigits: 0 } : {};
    const written = new Intl.NumberFormat(lang, { style: "currency", currency, ...whole }).format(price);
    // Japanese writes the signs of yen and won full-width, which tears a hole before the figure.
    return written.replace("\uffe5", "¥").replace("\uffe6", "₩");
  } catch {
    // No such currency: the bare number is still true.
    return `${new Intl.NumberFormat(lang).format(price)} ${currency}`.trim();
  }
}
