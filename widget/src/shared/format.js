/**
 * @param {{ price: number | null, currency: string }} amount
 * @param {string} lang
 * @returns {string} "" when the shop names no price
 */
export function formatPrice({ price, currency }, lang) {
  if (price === null) return "";
  try {
    const whole = Number.isInteger(price) ? { minimumFractionDigits: 0 } : {};
    const written = new Intl.NumberFormat(lang, { style: "currency", currency, ...whole }).format(price);
    // Japanese writes the yen sign full-width, which tears a hole before the figure.
    return written.replace("\uffe5", "\u00a5");
  } catch {
    // No such currency: the bare number is still true.
    return `${new Intl.NumberFormat(lang).format(price)} ${currency}`.trim();
  }
}
