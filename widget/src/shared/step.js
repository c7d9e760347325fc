/**
 * The Navigation API, where the browser has it: a page may have an element or a variable of that name.
 *
 * @returns {Navigation | null}
 */
export const navigationApi = () => (window.navigation?.currentEntry ? window.navigation : null);

/**
 * An entry of the browser's history that the dialog added for one of its steps: noted in the state that the Navigation
 * API keeps beside the page's own, which stays as it is.
 *
 * @typedef {object} Mark
 * @property {string} key of the entry itself: going to a place on the page copies its state to a new one
 * @property {string} root key of the page's own entry, from which the steps began
 * @property {string} opening of the dialog, which went through these steps
 * @property {number} step of it, from 1
 * @property {number} depth how many entries ago the page's own is, those of earlier openings included
 *
 * @param {NavigationHistoryEntry | null | undefined} entry
 * @returns {Mark | undefined}
 */
export function markOf(entry) {
  const mark = /** @type {any} */ (entry?.getState())?.niteru;
  if (mark?.key === entry?.key) return mark;
}
