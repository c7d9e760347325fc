/** Keeps the running crawl's figures current: asks for that part of the page again while the run is open. */
import { ownTime } from "./main.js";

const EVERY_MS = 2000;
const LONGEST_MS = 30_000;
const panel = /** @type {HTMLElement | null} */ (document.getElementById("live"));
let wait = EVERY_MS;

async function refresh() {
  if (!panel?.dataset.live) return;
  if (document.hidden) {
    document.addEventListener("visibilitychange", refresh, { once: true });
    return;
  }
  try {
    const answer = await fetch(panel.dataset.live, { redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    replace(await answer.text());
    wait = EVERY_MS;
    if (answer.headers.get("X-Run-Open") !== "1") {
      // The run ended: the history below has a new row.
      location.reload();
      return;
    }
  } catch {
    // The server is away for a moment, or the session ended: ask less and less often, say nothing.
    wait = Math.min(wait * 2, LONGEST_MS);
  }
  setTimeout(refresh, wait);
}

/** @param {string} html a part of our own page, escaped by the server */
function replace(html) {
  if (!panel) return;
  const open = panel.querySelector("details")?.open;
  const focused = panel.contains(document.activeElement) ? document.activeElement?.tagName : null;
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  panel.replaceChildren(...fresh.childNodes);
  const details = panel.querySelector("details");
  if (details && open) details.open = true;
  if (focused) /** @type {HTMLElement | null} */ (panel.querySelector(focused))?.focus();
  ownTime(panel);
}

if (panel?.dataset.open === "1") setTimeout(refresh, EVERY_MS);
