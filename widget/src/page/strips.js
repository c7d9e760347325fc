import { shadow } from "../shared/dom.js";
import { productBlock } from "./block.js";
import { find, isHidden, isProductPage, productAddress } from "./product.js";
import stripsCss from "./strips.css";

/**
 * The strips of similar items, `<niteru-similar>`: where they are, for which product, and when they are needed: not before
 * the shopper comes near.
 *
 * @typedef {import("../types.js").Context} Context
 * @typedef {import("../types.js").ProductRef} ProductRef
 */
const TAG = "niteru-similar";
const NAMED_BY = ["url", "product-id", "sku"];
const ENOUGH_FAILURES = 2;
/** Far enough ahead for an answer to be there when a shopper scrolls on. */
const NEAR = "600px";

/** @param {HTMLElement} element @returns {ProductRef} */
function productOf(element) {
  const id = element.getAttribute("product-id");
  const sku = element.getAttribute("sku");
  if (id) return { product_id: id };
  return sku ? { sku } : { url: element.getAttribute("url") || productAddress() };
}

/**
 * @param {Element} element takes no space, but is laid out
 * @param {AbortSignal} stop
 * @returns {Promise<void>} when it is nearly on screen; never, once stopped
 */
const near = (element, stop) =>
  new Promise((resolve) => {
    const watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        watcher.disconnect();
        resolve();
      },
      { rootMargin: NEAR },
    );
    watcher.observe(element);
    stop.addEventListener("abort", () => watcher.disconnect());
  });

/**
 * @param {Context} context
 * @param {() => Promise<import("../types.js").Strip>} part
 */
export function createStrips({ config, emit }, part) {
  /** @type {Map<HTMLElement, AbortController>} */
  const filling = new Map();
  let failures = 0;
  let live = true;

  /** @param {HTMLElement} element */
  async function fill(element) {
    filling.get(element)?.abort();
    // A service that failed twice is left alone until the page is loaded again.
    if (!live || failures >= ENOUGH_FAILURES) return;
    const stop = new AbortController();
    filling.set(element, stop);
    try {
      if (!element.shadowRoot) shadow(element, stripsCss);
      await near(element, stop.signal);
      const strip = await part();
      if (stop.signal.aborted) return;
      const limit = Number(element.getAttribute("limit")) || config.limit;
      await strip.fill(element, productOf(element), limit, stop.signal);
      failures = 0;
    } catch (reason) {
      const { code = "down" } = /** @type {{ code?: string }} */ (reason);
      if (code === "stopped") return;
      failures += 1;
      emit("error", { where: "similar", code });
    }
  }

  /** @type {HTMLElement | null} */
  let own = null;
  const unwanted = () => !live || own?.isConnected || document.querySelector(TAG) || isHidden(config) || !isProductPage(config);

  return {
    /** Takes up the elements that the seller placed. */
    define() {
      if (customElements.get(TAG)) return;
      customElements.define(
        TAG,
        class extends HTMLElement {
          static observedAttributes = NAMED_BY;
          connectedCallback() {
            // Attributes are often set one by one: ask once, when they are all there.
            queueMicrotask(() => this.isConnected && fill(this));
          }
          /** @param {string} _name @param {string | null} before @param {string | null} after */
          attributeChangedCallback(_name, before, after) {
            if (before !== after && filling.has(this)) fill(this);
          }
          disconnectedCallback() {
            filling.get(this)?.abort();
            filling.delete(this);
          }
        },
      );
    },
    /**
     * Looks where a product page's strip belongs, unless it has one.
     *
     * @returns {(() => void) | undefined} puts it there
     */
    look() {
      if (config.similar === "off" || failures >= ENOUGH_FAILURES || unwanted()) return;
      const target = find(config.similarTarget);
      const block = config.similarTarget ? null : productBlock();
      if (!target && !block) return;
      return () => {
        own = document.createElement(TAG);
        if (target) target.append(own);
        else block?.after(own);
      };
    },
    /** The shopper went to another page of a single-page app. */
    renew() {
      own?.remove();
      own = null;
      for (const element of document.querySelectorAll(TAG)) {
        if (!(element instanceof HTMLElement) || NAMED_BY.some((name) => element.hasAttribute(name))) continue;
        delete element.dataset.state;
        fill(element);
      }
    },
    destroy() {
      live = false;
      own?.remove();
      for (const [element, stop] of filling) {
        stop.abort();
        delete element.dataset.state;
      }
    },
  };
}
