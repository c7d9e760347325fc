/**
 * Lays an element of ours over one of the page's. Nothing of the page moves and nothing of the page is changed; where
 * the element counts from is found by measuring, unless it is told. It has to be `position: absolute`, at 0, 0 until it
 * is laid, and its `.root` is shown from then on: what is seen to move is a layout shift.
 *
 * @param {HTMLElement} element
 * @param {string} [rules] more CSS for it
 * @returns {(rect: { left: number, top: number, width: number, height: number }, at?: { left: number, top: number, width?: number }) => void}
 * lays it there, in pixels of the window; `at` is where it lies now
 */
export function createPlace(element, rules = "") {
  const place = new CSSStyleSheet();
  element.shadowRoot?.adoptedStyleSheets.push(place);
  let [x, y] = [0, 0];
  let laid = "";
  return ({ left, top, width, height }, at = element.getBoundingClientRect()) => {
    const scale = (at.width && at.width / element.offsetWidth) || 1; // the page may show this part larger or smaller
    x = Math.round(x + (left - at.left) / scale);
    y = Math.round(y + (top - at.top) / scale);
    const css =
      `${rules}.root{display:block}` +
      `:host{inset:${y}px auto auto ${x}px!important;width:${width / scale}px!important;height:${height / scale}px!important}`;
    if (css !== laid) place.replaceSync((laid = css));
  };
}
