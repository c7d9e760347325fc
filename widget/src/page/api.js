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
  return [400, 413, 415, 422].includes(status) ? "picture" : "down";
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
   * @param {(json: unknown) => T | null} read
   * @param {RequestInit & { stop?: AbortSignal, patience?: number }} [options] `patience` in milliseconds
   * @returns {Promise<T>} rejects with a Failure, always
   */
  async function ask(url, read, { stop, patience = PATIENCE_MS, ...request } = {}) {
    const hurry = new AbortController();
    const quit = () => hurry.abort();
    const timer = setTimeout(quit, patience);
    stop?.addEventListener("abort", quit);
    try {
      const response = await fetch(url, { ...request, credentials: "omit", signal: hurry.signal });
      if (!response.ok) throw new Failure(codeOf(response.status));
      const answer = read(await response.json());
      if (!answer) throw new Failure("down");
      return answer;
    } catch (reason) {
      if (stop?.aborted) throw new Failure("stopped");
      if (hurry.signal.aborted) throw new Failure("slow");
      if (reason instanceof Failure) throw reason;
      throw new Failure(navigator.onLine ? "down" : "offline");
    } finally {
      clearTimeout(timer);
      stop?.removeEventListener("abort", quit);
    }
  }

  return { address, ask };
}
