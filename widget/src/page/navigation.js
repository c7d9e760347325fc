import { navigationApi } from "../shared/step.js";

/** The page's address, without a place on the page; apps that route by what is after the # write #! or #/. */
export const pageAddress = () => location.href.replace(/#(?![!/]).*/, "");

/**
 * Tells when a single-page app moved to another address, without touching the page's `history`: the Navigation API
 * where the browser has it, else popstate and hashchange and a look at the address once a second.
 *
 * @param {() => void} moved
 * @returns {() => void} stops watching
 */
export function watchAddress(moved) {
  const watching = new AbortController();
  const { signal } = watching;
  let address = location.href;
  const look = () => {
    if (location.href === address) return;
    address = location.href;
    moved();
  };
  const native = navigationApi();
  native?.addEventListener("currententrychange", look, { signal });
  for (const move of ["popstate", "hashchange", "pageshow"]) window.addEventListener(move, look, { signal });
  const timer = native ? 0 : setInterval(() => document.visibilityState === "visible" && look(), 1000);
  return () => {
    watching.abort();
    clearInterval(timer);
  };
}
