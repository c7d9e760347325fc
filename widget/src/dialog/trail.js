import { pageAddress, watchAddress } from "../page/navigation.js";
import { markOf, navigationApi } from "../shared/step.js";

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
  const native = window === window.top ? navigationApi() : null; // a frame's entries are the whole tab's
  const listening = new AbortController();
  const { signal } = listening;
  /** @type {Map<string, import("../shared/step.js").Mark>} by key of the entry; pages write over an entry's state */
  const marks = new Map();
  let opening = "";
  let home = "";
  let adding = false;
  let passedTo = -1;
  /** @type {NavigationHistoryEntry | null} */
  let from = null;

  const here = () => native?.currentEntry;
  /** @param {NavigationHistoryEntry | null | undefined} entry */
  const marked = (entry) => marks.get(entry?.key ?? "") ?? markOf(entry);

  /** @returns {number} the step of this opening that the browser is at, 0 when it is at none */
  function stepHere() {
    const mark = marked(here());
    return mark?.opening === opening ? mark.step : 0;
  }
  const isHere = () => stepHere() > 0;

  /** Past what pages put in the place of pushState: analytics count what goes through it as a visit. */
  function add() {
    const before = here();
    const mark = marked(before);
    const state = before?.getState();
    const step = stepHere() + 1;
    adding = true;
    try {
      History.prototype.pushState.call(history, history.state, "");
    } finally {
      adding = false;
    }
    const key = here()?.key ?? "";
    if (!before || key === before.key) throw new Error("refused"); // by the page
    const next = { key, root: mark?.root ?? before.key, opening, step, depth: (mark?.depth ?? 0) + 1 };
    marks.set(key, next);
    native?.updateCurrentEntry({ state: { .../** @type {any} */ (state), niteru: next } });
    return step;
  }

  /** The shopper moved in the history, which the page has heard of by now. */
  function moved() {
    const was = marked(from);
    const now = marked(here());
    const isPassed = here()?.index === passedTo;
    passedTo = -1;
    const isBack = was && (now ? now.root === was.root && now.depth < was.depth : here()?.key === was.root);
    const steps = was?.opening === opening || isHere() ? count() : 0;
    from = null;
    if (isPassed) return;
    if (isBack && steps) back(Math.min(stepHere(), steps - 1));
    else if (isBack) passOver(now?.depth ?? 0);
    else if (now && steps) back(Math.min(now.step, steps));
  }

  /** @param {number} depth of where the browser is: how many entries ago the page is */
  function passOver(depth) {
    const to = (here()?.index ?? 0) - depth - 1;
    // Another site's pages before this one are not told of; where there is nothing at all, the page it is.
    const isPageFirst = to < 0 && history.length === native?.entries().length;
    if (to >= 0) passedTo = to;
    if (!isPageFirst) history.go(-1 - depth);
    else if (depth) history.go(-depth);
  }

  if (native) {
    native.addEventListener(
      "currententrychange",
      (event) => {
        const isMove = event.navigationType === "traverse";
        if (isMove) from = event.from;
        if (!isMove && (event.navigationType !== "push" || adding)) return;
        if (count() && !isHere() && pageAddress() !== home) left();
      },
      { signal },
    );
    addEventListener("popstate", () => from && moved(), { signal });
  } else {
    signal.addEventListener("abort", watchAddress(() => count() && pageAddress() !== home && left()));
  }

  return {
    begin() {
      opening = String(Math.random());
      home = pageAddress();
    },
    to(step) {
      let at = stepHere();
      try {
        while (native && at < step) at = add();
      } catch {
        // The page, or Safari, which allows a hundred in ten seconds. The dialog has a button of its own.
      }
    },
    isHere,
    end: () => listening.abort(),
  };
}
