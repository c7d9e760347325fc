import { watchAddress } from "../page/navigation.js";
import { markOf } from "../shared/step.js";

/**
 * The dialog's steps in the browser's history, so that its back button, or a swipe, goes through them.
 *
 * A page hears of each move in its history, and some load themselves anew then. So nothing moves but when the shopper
 * does: entries that are left over when the dialog is closed, or goes back by its own button, stay, and the next time
 * the shopper goes back they are passed over. It takes a browser that tells from where it came (the Navigation API).
 *
 * @typedef {object} Trail
 * @property {() => void} begin the dialog is opened
 * @property {(step: number) => void} to the dialog shows this step now, the first is 1
 * @property {() => boolean} isHere whether the browser is at one of the steps
 * @property {() => void} end
 *
 * @typedef {object} Listener
 * @property {() => number} count of the dialog's steps, 0 while it is closed
 * @property {(step: number) => void} back the shopper went back to this step, or came back to it from another page of a
 * single-page app; 0 is before the first
 * @property {() => void} left a single-page app shows another page
 *
 * @param {Listener} dialog
 * @returns {Trail}
 */
export function createTrail({ count, back, left }) {
  const native = "navigation" in window && window === window.top ? window.navigation : null; // a frame's are the whole tab's
  const listening = new AbortController();
  const { signal } = listening;
  let opening = "";
  let home = "";
  let adding = false;
  let passedTo = -1;
  /** @type {NavigationHistoryEntry | null} */
  let from = null;

  const here = () => native?.currentEntry;
  const markHere = () => markOf(here());

  /** The page's address, without a place on the page. */
  const page = () => location.href.replace(/#(?![!/]).*/, "");

  /** Past what pages put in the place of pushState: analytics count what goes through it as a visit. */
  function add() {
    const before = markHere();
    const step = before?.opening === opening ? before.step + 1 : 1;
    adding = true;
    try {
      History.prototype.pushState.call(history, history.state, "");
    } finally {
      adding = false;
    }
    native?.updateCurrentEntry({ state: { niteru: { opening, step, depth: (before?.depth ?? 0) + 1 } } });
    return step;
  }

  /** The shopper moved in the history, which the page has heard of by now. */
  function moved() {
    const was = markOf(from);
    const now = markHere();
    const isPassed = here()?.index === passedTo;
    passedTo = -1;
    const isBack = from && from.url === here()?.url && was && (now?.depth ?? 0) < was.depth;
    const steps = was?.opening === opening || now?.opening === opening ? count() : 0;
    from = null;
    if (isPassed) return;
    if (isBack && steps) back(now?.opening === opening ? Math.min(now.step, steps - 1) : 0);
    else if (isBack) passOver(now?.depth ?? 0);
    else if (now && steps) back(Math.min(now.step, steps));
  }

  /** @param {number} depth of where the browser is; where nothing is before the page, the page it is */
  function passOver(depth) {
    const at = here()?.index ?? 0;
    const to = Math.max(0, at - depth - 1);
    if (to === at) return;
    passedTo = to;
    history.go(to - at);
  }

  if (native) {
    native.addEventListener(
      "currententrychange",
      (event) => {
        const isMove = event.navigationType === "traverse";
        if (isMove) from = event.from;
        if (!isMove && (event.navigationType !== "push" || adding)) return;
        if (count() && markHere()?.opening !== opening && page() !== home) left();
      },
      { signal },
    );
    addEventListener("popstate", () => from && moved(), { signal });
  } else {
    signal.addEventListener("abort", watchAddress(() => count() && page() !== home && left()));
  }

  return {
    begin() {
      opening = String(Math.random());
      home = page();
    },
    to(step) {
      const mark = markHere();
      let at = mark?.opening === opening ? mark.step : 0;
      try {
        while (native && at < step) at = add();
      } catch {
        // Safari allows a hundred in ten seconds. The dialog has a button of its own.
      }
    },
    isHere: () => markHere()?.opening === opening,
    end: () => listening.abort(),
  };
}
