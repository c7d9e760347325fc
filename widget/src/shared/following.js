import { toJson } from "./json.js";

/**
 * What shoppers saw and followed: told to the page, and to /v1 as impressions, clicks, carts and purchases. No cookie, no
 * identity, and no storage unless the seller asks for it (`data-attribution`); nothing is sent for people who asked not
 * to be counted.
 *
 * @typedef {ReturnType<typeof createFollowing>} Following
 * @typedef {[queryId: string, productId: string]} Origin the answer and the product that a shopper followed
 */
const GATHER_MS = 1000;
const STORED = "niteru";

/** @param {string} url */
const address = (url) => URL.parse?.(url, document.baseURI)?.href.replace(/#.*/, "") ?? url;

/** @returns {[string, Origin][]} what an earlier page of this tab kept */
function stored() {
  try {
    return Object.entries(JSON.parse(sessionStorage.getItem(STORED) ?? "{}"));
  } catch {
    return [];
  }
}

/** @param {import("../types.js").Context} context */
function createFollowing({ api, config, emit }) {
  const counted = !(navigator.globalPrivacyControl || navigator.doNotTrack === "1");
  /** @type {Map<string, Set<string>>} query id → ids of the products seen for it */
  const seen = new Map();
  /** @type {[queryId: string, productId: string][]} */
  let waiting = [];
  let timer = 0;

  /**
   * Sent even while the page is being left. A string body goes as text/plain, so no preflight is needed.
   *
   * @param {string} type impression, click, add_to_cart or purchase
   * @param {string} queryId
   * @param {string[]} productIds
   */
  function record(type, queryId, productIds) {
    if (!counted) return;
    const url = api.address("events");
    const body = toJson({ query_id: queryId, type, product_ids: productIds });
    if (!navigator.sendBeacon?.(url, body)) {
      fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
    }
  }

  const stays = counted && config.attribution === "session";
  /** @type {Map<string, Origin>} address of a product → how the shopper came to it */
  const followed = new Map(stays ? stored() : []);

  /** @param {string} url @param {Origin} origin */
  function remember(url, origin) {
    followed.set(address(url), origin);
    try {
      if (stays) sessionStorage.setItem(STORED, toJson(Object.fromEntries(followed)));
    } catch {
      // A full or forbidden store: this page still knows.
    }
  }

  function flush() {
    clearTimeout(timer);
    timer = 0;
    for (const queryId of new Set(waiting.map(([id]) => id))) {
      const product_ids = waiting.filter(([id]) => id === queryId).map(([, productId]) => productId);
      emit("impression", { query_id: queryId, product_ids });
      record("impression", queryId, product_ids);
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
    /**
     * Counts an impression when the card comes into view, a click when its link is followed.
     *
     * @param {Element} card
     * @param {HTMLAnchorElement} link
     * @param {string} queryId
     * @param {import("../types.js").Match} match
     */
    watch(card, link, queryId, match) {
      cards.set(card, [queryId, match.product_id]);
      watcher.observe(card);
      /** @param {MouseEvent} event */
      const follow = (event) => {
        if (event.button > 1) return;
        see(queryId, match.product_id);
        flush();
        remember(match.url, [queryId, match.product_id]);
        emit("click", { query_id: queryId, product_id: match.product_id, url: match.url });
        record("click", queryId, [match.product_id]);
      };
      link.addEventListener("click", follow);
      link.addEventListener("auxclick", follow);
    },
    /**
     * Products that a shopper came to through us and now put into the cart or bought; others are passed over.
     *
     * @param {"add_to_cart" | "purchase"} type
     * @param {string | string[]} [urls] addresses of their pages; without any, this page's
     */
    track(type, urls = location.href) {
      const origins = [urls].flat().map((url) => followed.get(address(url)));
      for (const id of new Set(origins.map((origin) => origin?.[0]))) {
        const product_ids = origins.flatMap((origin) => (id && origin?.[0] === id ? [origin[1]] : []));
        if (!id) continue;
        emit(type, { query_id: id, product_ids });
        record(type, id, product_ids);
      }
    },
    stop() {
      flush();
      watcher.disconnect();
      document.removeEventListener("visibilitychange", leave);
      window.removeEventListener("pagehide", flush);
    },
  };
}

/**
 * The page's one: the strip and the dialog count together.
 *
 * @param {import("../types.js").Context} context
 */
export const followingOf = (context) => (context.following ??= createFollowing(context));
