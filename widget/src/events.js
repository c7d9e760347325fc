/**
 * What shoppers did: told to the page as DOM events named `niteru:*`, and to /v1 as impressions and clicks.
 * No cookie, no storage, no identity; nothing is sent for people who asked not to be counted.
 *
 * @typedef {ReturnType<typeof createEvents>} Events
 */
const GATHER_MS = 1000;

/** @param {import("./api.js").Api} api */
export function createEvents(api) {
  const counted = !(navigator.globalPrivacyControl || navigator.doNotTrack === "1");
  /** @type {Map<string, Set<string>>} query id → ids of the products seen for it */
  const seen = new Map();
  /** @type {[queryId: string, productId: string][]} */
  let waiting = [];
  let timer = 0;

  /**
   * @param {string} name
   * @param {object} [detail]
   */
  function emit(name, detail = {}) {
    document.dispatchEvent(new CustomEvent(`niteru:${name}`, { detail }));
  }

  function flush() {
    clearTimeout(timer);
    timer = 0;
    for (const queryId of new Set(waiting.map(([id]) => id))) {
      const product_ids = waiting.filter(([id]) => id === queryId).map(([, productId]) => productId);
      emit("impression", { query_id: queryId, product_ids });
      if (counted) api.record("impression", queryId, product_ids);
    }
    waiting = [];
  }

  /**
   * @param {string} queryId
   * @param {string} productId
   */
  function see(queryId, productId) {
    const known = seen.get(queryId) ?? new Set();
    if (known.has(productId)) return;
    seen.set(queryId, known.add(productId));
    waiting.push([queryId, productId]);
    timer ||= setTimeout(flush, GATHER_MS);
  }

  /** @type {WeakMap<Element, [string, string]>} */
  const cards = new WeakMap();
  // Half of a card has to be on screen: a product that nobody scrolled to was not shown.
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const card = cards.get(target);
        if (!isIntersecting || !card) continue;
        watcher.unobserve(target);
        see(...card);
      }
    },
    { threshold: 0.5 },
  );

  const leave = () => document.visibilityState === "hidden" && flush();
  document.addEventListener("visibilitychange", leave);
  window.addEventListener("pagehide", flush);

  return {
    emit,
    /**
     * @param {string} name with or without "niteru:"
     * @param {(detail: unknown) => void} listener
     * @returns {() => void} ends it
     */
    on(name, listener) {
      const type = `niteru:${String(name).replace(/^niteru:/, "")}`;
      /** @param {Event} event */
      const hear = (event) => listener(/** @type {CustomEvent} */ (event).detail);
      document.addEventListener(type, hear);
      return () => document.removeEventListener(type, hear);
    },
    /**
     * Counts an impression when the card comes into view, a click when its link is followed.
     *
     * @param {Element} card
     * @param {HTMLAnchorElement} link
     * @param {string} queryId
     * @param {import("./types.js").Match} match
     */
    watch(card, link, queryId, match) {
      cards.set(card, [queryId, match.product_id]);
      watcher.observe(card);
      /** @param {MouseEvent} event */
      const follow = (event) => {
        if (event.button > 1) return;
        see(queryId, match.product_id);
        flush();
        emit("click", { query_id: queryId, product_id: match.product_id, url: match.url });
        if (counted) api.record("click", queryId, [match.product_id]);
      };
      link.addEventListener("click", follow);
      link.addEventListener("auxclick", follow);
    },
    stop() {
      flush();
      watcher.disconnect();
      document.removeEventListener("visibilitychange", leave);
      window.removeEventListener("pagehide", flush);
    },
  };
}
