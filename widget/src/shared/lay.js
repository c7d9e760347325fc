/**
 * Lays an element of ours over one of the page's. Nothing of the page moves and nothing of the page is changed; the
 * element has to be `position: absolute`, and where it counts from is found by measuring.
 *
 * @param {HTMLElement} element
 * @param {CSSStyleSheet} place adopted by its shadow root
 * @param {{ left: number, top: number, width: number, height: number }} rect in pixels of the window
 */
export function lay(element, place, { left, top, width, height }) {
  const put = (/** @type {number} */ x, /** @type {number} */ y, scale = 1) =>
    place.replaceSync(
      `:host{left:${x / scale}px!important;top:${y / scale}px!important;` +
        `width:${width / scale}px!important;height:${height / scale}px!important}`,
    );
  put(0, 0);
  const at = element.getBoundingClientRect();
  put(left - at.left, top - at.top, at.width / width || 1); // the page may show this part larger or smaller
}
