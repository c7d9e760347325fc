import { stepHere, stepName } from "../shared/step.js";

/**
 * The dialog's steps in the browser's history, so that its back button, or a swipe, goes through them.
 *
 * A page hears of each move in its history, and some load themselves anew then. So nothing moves but when the shopper
 * does: entries that are left over when the dialog is closed, or goes back by its own button, stay, and the next time
 * the shopper goes back they are passed over.
 *
 * @typedef {object} Trail
 * @property {(step: number) => void} to the dialog shows this step now, the first is 1
 * @property {() => void} leave the page goes elsewhere, and stays loaded
 * @property {() => void} end
 *
 * @param {() => number} count of the dialog's steps, 0 while it is closed
 * @param {(step: number) => void} back the shopper went back to this step, or came back to it from elsewhere; 0 is
 * before the first
 * @returns {Trail}
 */
export function createTrail(count, back) {
  if (window !== window.top) return { to() {}, leave() {}, end() {} }; // a frame's entries would be the whole tab's
  let home = ""; // where the steps were begun
  let address = location.href;
  let step = stepHere();

  function look() {
    address = location.href;
    step = stepHere();
  }

  /** Adds an entry, past what pages put in the place of pushState: analytics count what goes through it as a visit. */
  function add() {
    const next = step + 1;
    History.prototype.pushState.call(history, { ...history.state, [stepName()]: next }, "");
    step = next;
  }

  function moved() {
    const wasAt = address;
    const wasStep = step;
    look();
    const steps = address === home ? count() : 0;
    if (address !== wasAt) {
      if (steps) back(Math.min(step, steps));
    } else if (step < wasStep) {
      if (steps) back(Math.min(step, steps - 1));
      else history.go(-1 - step);
    }
  }
  addEventListener("popstate", moved);

  return {
    to(next) {
      look();
      home = address;
      try {
        while (step < next) add();
      } catch {
        // Safari allows a hundred in ten seconds. The dialog has a button of its own.
      }
    },
    leave: () => void (address = ""),
    end: () => removeEventListener("popstate", moved),
  };
}
