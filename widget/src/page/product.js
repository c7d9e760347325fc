import { pageAddress } from "./navigation.js";

/**
 * What the page says about itself: is it one product's page, and by which address is the product known?
 */

/**
 * A selector from the tag may be mistyped: then there is no such place.
 *
 * @param {string} selector
 */
export function find(selector) {
  try {
    return selector ? document.querySelector(selector) : null;
  } catch {
    return null;
  }
}

/** @param {unknown} type */
const isProductType = (type) => [type].flat().some((name) => /(^|[/#:])(Product|ProductGroup)$/.test(String(name)));

/**
 * The product a JSON-LD block is about. Lists of products (category pages) are not about one.
 *
 * @param {unknown} data
 * @returns {Record<string, any>[]}
 */
function productsIn(data) {
  if (Array.isArray(data)) return data.flatMap(productsIn);
  if (!data || typeof data !== "object") return [];
  const node = /** @type {Record<string, any>} */ (data);
  if (isProductType(node["@type"])) return [node];
  return [node["@graph"], node.mainEntity, node.mainEntityOfPage].flatMap((part) => (part ? productsIn(part) : []));
}

/** @returns {Record<string, any> | null} */
function jsonLdProduct() {
  const products = [...document.querySelectorAll('script[type="application/ld+json"]')].flatMap((block) => {
    try {
      return productsIn(JSON.parse(block.textContent ?? ""));
    } catch {
      return [];
    }
  });
  return products.length === 1 ? (products[0] ?? null) : null;
}

/** @param {string} name */
const meta = (name) =>
  document.querySelector(`meta[property="${name}"],meta[name="${name}"]`)?.getAttribute("content")?.trim() ?? "";

/** @param {unknown} value @returns {URL | null} */
function sameSite(value) {
  if (typeof value !== "string" || !value.trim()) return null;
  try {
    const url = new URL(value, document.baseURI);
    return url.host.replace(/^www\./, "") === location.host.replace(/^www\./, "") ? url : null;
  } catch {
    return null;
  }
}

/** @type {Map<string, string>} canonical address → the path it was first seen on */
const claims = new Map();

/**
 * The product's address as the page names it. A canonical link or og:url that stayed the same while the shopper moved
 * on is a leftover of a single-page app, and so is one that sends every page to the home page.
 */
export function productAddress() {
  const here = location.pathname + location.search;
  for (const value of [canonicalLink(), meta("og:url"), jsonLdProduct()?.url]) {
    const url = sameSite(value);
    if (!url || (url.pathname === "/" && !url.search && location.pathname !== "/")) continue;
    const claim = claims.get(url.href) ?? here;
    claims.set(url.href, claim);
    if (claim === here || url.pathname === location.pathname) return url.href;
  }
  return pageAddress();
}

/** Shops that mark nothing up still name their products' pages so: /products/blue-coat. */
const PRODUCT_PATH = /\/(products?|items?|goods|p|dp)\/[^/]/i;

const canonicalLink = () => document.querySelector('link[rel="canonical"]')?.getAttribute("href");

/** @param {import("../types.js").Config} config whether the seller wants nothing here that they did not place */
export const isHidden = ({ saved }) => saved.hidden_on.some((path) => location.pathname.startsWith(path));

/** @param {import("../types.js").Config} config */
export function isProductPage({ saved }) {
  return (
    saved.product_paths.some((path) => location.pathname.startsWith(path) && location.pathname.length > path.length) ||
    jsonLdProduct() !== null ||
    PRODUCT_PATH.test(sameSite(canonicalLink())?.pathname ?? "") ||
    /^(product|product\.item|og:product)$/.test(meta("og:type")) ||
    document.querySelectorAll('[itemscope][itemtype$="schema.org/Product"]').length === 1
  );
}
