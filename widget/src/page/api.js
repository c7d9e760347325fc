import { toJson } from "../shared/json.js";

/**
 * Speaks to /v1. Every way a request can go wrong becomes a Failure with one of a few codes.
 *
 * @typedef {"slow" | "offline" | "busy" | "picture" | "refused" | "down" | "unknown" | "stopped"} FailureCode
 */
export class Failure extends Error {
  /** @param {FailureCode} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const PATIENCE_MS = 10_000;

/** @param {number} status @returns {FailureCode} */
function codeOf(status) {
  if (status === 429 || status === 503) return "busy";
  if (status === 404) return "unknown";
  if (status === 401 || status === 403) return "refused";
  return status === 400 || status === 413 || status === 415 || status === 422 ? "picture" : "down";
}

/** @typedef {ReturnType<typeof createApi>} Api */

/** @param {import("../types.js").Config} config */
export function createApi({ origin, key }) {
  /**
   * @param {string} path
   * @param {Record<string, string>} [params]
   */
  const address = (path, params = {}) => `${origin}/v1/${path}?${new URLSearchParams({ ...params, key })}`;

  /**
   * @template T
   * @param {string} url
   * @param {RequestInit} options
   * @param {(json: unknown) => T | null} read
   * @param {AbortSignal} [stop]
   * @returns {Promise<T>} rejects with a Failure, always
   */
  async function ask(url, options, read, stop) {
    const hurry = new AbortController();
    const quit = () => hurry.abort();
    const timer = setTimeout(quit, PATIENCE_MS);
    stop?.addEventListener("abort", quit);
    try {
      const response = await fetch(url, { ...options, credentials: "omit", signal: hurry.signal });
      if (!response.ok) throw new Failure(codeOf(response.status));
      const answer = read(await response.json());
      if (!answer) throw new Failure("down");
      return answer;
    } catch (reason) {
      if (stop?.aborted) throw new Failure("stopped");
      if (hurry.signal.aborted) throw new Failure("slow");
      if (reason instanceof Failure) throw reason;
      throw new Failure(navigator.onLine === false ? "offline" : "down");
    } finally {
      clearTimeout(timer);
      stop?.removeEventListener("abort", quit);
    }
  }

  return {
    address,
    ask,

    /**
     * Sent even while the page is being left. A string body goes as text/plain, so no preflight is needed.
     *
     * @param {string} type impression, click, add_to_cart or purchase
     * @param {string} queryId
     * @param {string[]} productIds
     */
    record(type, queryId, productIds) {
      const body = toJson({ query_id: queryId, type, product_ids: productIds });
      if (!navigator.sendBeacon?.(address("events"), body)) {
        fetch(address("events"), { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
      }
    },
  };
}
