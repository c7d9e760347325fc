/**
 * Where the numbers stand on the photo. Two garments often share a centre (a belt on a coat): their numbers are
 * pushed apart until each can be touched.
 *
 * @param {[number, number, number, number][]} boxes as fractions
 * @param {number} width of the shown photo in px
 * @param {number} height
 * @param {number} [room] px between two centres
 * @returns {[x: number, y: number][]} in px
 */
export function spreadOut(boxes, width, height, room = 38) {
  /** @type {[number, number][]} */
  const spots = boxes.map(([x, y, w, h]) => [(x + w / 2) * width, (y + h / 2) * height]);
  for (let round = 0; round < 60; round += 1) {
    let moved = false;
    // No entries(): old Prototype.js gives arrays another one.
    spots.forEach((a, i) => {
      for (const b of spots.slice(i + 1)) {
        const dx = b[0] - a[0];
        const dy = b[1] - a[1];
        const apart = Math.hypot(dx, dy);
        if (apart >= room) continue;
        // On the very same spot: one goes up, the other down.
        const [ux, uy] = apart < 1 ? [0.2, 1] : [dx / apart, dy / apart];
        const push = (room - apart) / 2 + 0.5;
        a[0] -= ux * push;
        a[1] -= uy * push;
        b[0] += ux * push;
        b[1] += uy * push;
        moved = true;
      }
    });
    for (const spot of spots) {
      spot[0] = Math.min(Math.max(spot[0], 20), Math.max(width - 20, 20));
      spot[1] = Math.min(Math.max(spot[1], 20), Math.max(height - 20, 20));
    }
    if (!moved) break;
  }
  return spots;
}

const percent = (/** @type {number} */ fraction) => `${Math.round(fraction * 10000) / 100}%`;

/**
 * Style rules for the numbers and for the frame around the chosen garment: rules, because inline styles are refused
 * by strict policies.
 *
 * @param {[number, number, number, number][]} boxes
 * @param {number} chosen
 * @param {number} width
 * @param {number} height
 */
export function spotRules(boxes, chosen, width, height) {
  const spots = spreadOut(boxes, width, height).map(
    ([x, y], i) => `.spot-${i}{left:${percent(x / width)};top:${percent(y / height)}}`,
  );
  const [x, y, w, h] = boxes[chosen] ?? [0, 0, 1, 1];
  return `${spots.join("")}.frame{left:${percent(x)};top:${percent(y)};width:${percent(w)};height:${percent(h)}}`;
}
