/**
 * A step of the dialog is an entry of the browser's history, which has the page's address and the page's state, and
 * the step's number beside it: under the address, since pages copy their state to other addresses.
 */
export const stepName = () => `niteru ${location.href}`;

/** @returns {number} the step that the browser is at; 0 on an entry of the page's own */
export const stepHere = () => history.state?.[stepName()] ?? 0;
