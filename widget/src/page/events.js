/**
 * Tells the page what happens, as a DOM event named `niteru:*` and through its `dataLayer`.
 *
 * @param {string} name
 * @param {object} [detail]
 */
export function emit(name, detail = {}) {
  document.dispatchEvent(new CustomEvent(`niteru:${name}`, { detail }));
  const { dataLayer } = /** @type {any} */ (window);
  if (Array.isArray(dataLayer)) dataLayer.push({ event: `niteru_${name}`, niteru: detail });
}
