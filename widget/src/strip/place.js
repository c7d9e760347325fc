/**
 * Showing something late without moving what the shopper is looking at.
 */
const OPEN_AFTER_MS = 2500;
const PIXELS_A_SECOND = 120;

/**
 * Would anything on screen move if this element took up space?
 *
 * @param {Element} element
 */
function disturbs(element) {
  const top = element.getBoundingClientRect().top;
  if (top >= innerHeight) return false;
  /** @type {Element | null} */
  let node = element;
  for (; node && node !== document.body; node = node.parentElement) {
    for (let next = node.nextElementSibling; next; next = next.nextElementSibling) {
      const rect = next.getBoundingClientRect();
      const moves = rect.width * rect.height > 0 && rect.top < innerHeight && rect.bottom > 0;
      if (moves && !/fixed|absolute/.test(getComputedStyle(next).position)) return true;
    }
  }
  return false;
}

/**
 * Opens a ready element (`data-state="ready"`: laid out, without space of its own). At once where nothing on screen
 * moves; else when its place leaves the screen; and if that does not come, as a slow drawer: two pixels a frame are
 * no layout shift to the eye nor by the measure (three pixels and more count).
 *
 * @param {HTMLElement} element
 */
export function openQuietly(element) {
  element.dataset.state = "ready";
  const show = () => {
    watcher.disconnect();
    clearTimeout(timer);
    element.dataset.state = "open";
  };
  const watcher = new IntersectionObserver(() => {
    if (element.dataset.state !== "ready") watcher.disconnect();
    else if (!disturbs(element)) show();
  });
  const timer = setTimeout(() => {
    if (element.dataset.state !== "ready" || !element.isConnected) return;
    show();
    const height = element.getBoundingClientRect().height;
    element.animate(
      [
        { height: "0", overflow: "clip" },
        { height: `${height}px`, overflow: "clip" },
      ],
      { duration: (height / PIXELS_A_SECOND) * 1000 },
    );
  }, OPEN_AFTER_MS);
  if (disturbs(element)) watcher.observe(element);
  else show();
}
