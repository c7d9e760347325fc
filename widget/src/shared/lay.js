/**
 * Lays an element of ours over one of the page's. Nothing of the page moves and nothing of the page is changed; where
 * the element counts from is found by measuring. It has to be `position: absolute; left: 0; top: 0`, and
 * to show nothing without `data-laid`: what is seen to move is a layout shift.
 *
 * @param {HTMLElement} element
 * @param {string} [rules] more CSS for it
 * @returns {(rect: { left: number, top: number, width: number, height: number }) => void} lays it there, in pixels of
 * the window
 */
export function createPlace(element, rules = "") {
  const place = new CSSStyleSheet();
  const root = element.shadowRoot;
  if (root) root.adoptedStyleSheets = [...root.adoptedStyleSheets, place];
  let [x, y] = [0, 0];
  return ({ left, top, width, height }) => {
    const at = element.getBoundingClientRect();
    const scale = at.width / element.offsetWidth || 1; // the page may show this part larger or smaller
    x += (left - at.left) / scale;
    y += (top - at.top) / scale;
    place.replaceSync(
      `${rules}:host([data-laid]){left:${x}px!important;top:${y}px!important;` +
        `width:${width / scale}px!important;height:${height / scale}px!important}`,
    );
    element.dataset.laid = "";
  };
}
