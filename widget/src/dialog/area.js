import { h } from "../shared/dom.js";

/**
 * The frame around the chosen garment, which a shopper moves and resizes: its corners with finger, pen or mouse, the
 * whole of it with a mouse or the arrow keys (a finger on it scrolls the page).
 *
 * @typedef {import("../types.js").Box} Box
 */
const SMALLEST = 0.06;
const STEP = 0.02;
const REST_MS = 600;

/** @type {Record<string, [x: number, y: number]>} which sides a corner moves: -1 the first, 1 the second */
const CORNERS = { nw: [-1, -1], ne: [1, -1], sw: [-1, 1], se: [1, 1] };
/** @type {Record<string, [x: number, y: number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {number} value @param {number} low @param {number} high */
const within = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

/** @param {Box} box @param {number} dx @param {number} dy @returns {Box} */
const moved = ([x, y, w, h], dx, dy) => [within(x + dx, 0, 1 - w), within(y + dy, 0, 1 - h), w, h];

/**
 * One side of a box after its first or second end went `by`.
 *
 * @param {number} start
 * @param {number} length
 * @param {number} end -1, 1, or 0 for neither
 * @param {number} by
 * @returns {[start: number, length: number]}
 */
function stretched(start, length, end, by) {
  const last = start + length;
  if (end > 0) return [start, within(length + by, SMALLEST, 1 - start)];
  const first = end < 0 ? within(start + by, 0, last - SMALLEST) : start;
  return [first, last - first];
}

/** @param {Box} box @param {[x: number, y: number]} corner @param {number} dx @param {number} dy @returns {Box} */
function resized([x, y, w, h], [cx, cy], dx, dy) {
  const [left, width] = stretched(x, w, cx, dx);
  const [top, height] = stretched(y, h, cy, dy);
  return [left, top, width, height];
}

/**
 * @param {import("./dialog.js").App} app
 * @param {HTMLElement} photo
 * @param {() => Box} read where the frame is
 * @param {(box: Box) => void} draw while it moves
 * @param {(box: Box) => void} settle when it has come to rest somewhere else
 */
export function createArea(app, photo, read, draw, settle) {
  const { words } = app;
  const corners = Object.keys(CORNERS).map((name) => h("span", { class: `corner ${name}`, "data-corner": name }));
  const help = h("span", { class: "sr", id: "area-help" }, words.areaHelp);
  const frame = h(
    "button",
    { type: "button", class: "frame", "aria-label": words.area, "aria-describedby": "area-help" },
    ...corners,
  );

  frame.addEventListener("pointerdown", (event) => {
    const corner = CORNERS[/** @type {HTMLElement} */ (event.target).dataset.corner ?? ""];
    if (event.button || (!corner && event.pointerType === "touch")) return;
    const { width, height } = photo.getBoundingClientRect();
    const before = read();
    let box = before;
    const drag = new AbortController();
    /** @param {PointerEvent} now */
    const follow = (now) => {
      const [dx, dy] = [(now.clientX - event.clientX) / width, (now.clientY - event.clientY) / height];
      box = corner ? resized(before, corner, dx, dy) : moved(before, dx, dy);
      draw(box);
    };
    const end = () => {
      drag.abort();
      if (box.some((side, i) => side !== before[i])) settle(box);
    };
    frame.setPointerCapture(event.pointerId);
    frame.addEventListener("pointermove", follow, { signal: drag.signal });
    for (const type of ["pointerup", "pointercancel"]) frame.addEventListener(type, end, { signal: drag.signal });
  });

  let timer = 0;
  frame.addEventListener("keydown", (event) => {
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    if (!dx && !dy) return;
    event.preventDefault();
    const [x, y] = [dx * STEP, dy * STEP];
    const box = event.shiftKey ? resized(read(), [1, 1], x, y) : moved(read(), x, y);
    draw(box);
    clearTimeout(timer);
    timer = setTimeout(() => settle(box), REST_MS);
  });
  return { nodes: [frame, help], stop: () => clearTimeout(timer) };
}
