/**
 * Where the strip goes when the seller named no place: after the block that shows the product.
 *
 * @returns {HTMLElement | null} the element to come after
 */
export function productBlock() {
  const marked = document.querySelectorAll('[itemscope][itemtype$="schema.org/Product"]');
  const title = document.querySelector("main h1, [role=main] h1, h1");
  const main = title?.closest("main, [role=main]") ?? document.querySelector("main, [role=main]");
  const block =
    (marked.length === 1 && marked[0]) ||
    title?.closest("article, [data-product], #product, .product, [class*=product-detail], [class*=ProductDetail]") ||
    childOf(main, title) ||
    childOf(document.body, title);
  return block instanceof HTMLElement ? outOfRow(block) : null;
}

/**
 * @param {Element | null | undefined} parent
 * @param {Element | null} inner
 */
function childOf(parent, inner) {
  for (let node = inner; node && parent; node = node.parentElement) if (node.parentElement === parent) return node;
  return null;
}

/**
 * A neighbour inside a row of columns would become one more column: climb until blocks are stacked.
 *
 * @param {HTMLElement} block
 */
function outOfRow(block) {
  for (let node = block; node.parentElement && node !== document.body; node = node.parentElement) {
    const { display, flexDirection } = getComputedStyle(node.parentElement);
    const row = /grid|^table/.test(display) || (/flex/.test(display) && flexDirection.startsWith("row"));
    if (!row && node.parentElement !== document.documentElement) return node;
  }
  return block;
}
