/**
 * An entry of the browser's history that the dialog added for one of its steps: noted in the state that the Navigation
 * API keeps beside the page's own, which stays as it is.
 *
 * @typedef {object} Mark
 * @property {string} opening of the dialog, which went through these steps
 * @property {number} step of it, from 1
 * @property {number} depth how many entries ago the page's own is, those of earlier openings included
 *
 * @param {NavigationHistoryEntry | null | undefined} entry
 * @returns {Mark | undefined}
 */
export const markOf = (entry) => /** @type {any} */ (entry?.getState())?.niteru;
