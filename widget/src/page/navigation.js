/**
 * Tells when a single-page app moved to another address, without touching the page's `history`: the Navigation API
 * where the browser has it, else popstate and hashchange and a look at the address once a second.
 *
 * @param {() => void} moved
 * @returns {() => void} stops watching
 */
export function watchAddress(moved) {
  let address = location.href;
  const look = () => {
    if (location.href === address) return;
    address = location.href;
    moved();
  };
  const native = "navigation" in window ? window.navigation : null;
  native?.addEventListener("currententrychange", look);
  const moves = ["popstate", "hashchange", "pageshow"];
  for (const move of moves) window.addEventListener(move, look);
  const timer = native ? 0 : setInterval(() => document.visibilityState === "visible" && look(), 1000);
  return () => {
    native?.removeEventListener("currententrychange", look);
    for (const move of moves) window.removeEventListener(move, look);
    clearInterval(timer);
  };
}
