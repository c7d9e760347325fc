/**
 * The other files of the widget, fetched when they are first needed.
 */
const PATIENCE_MS = 10_000;

/**
 * @template T
 * @param {import("./types.js").Config} config
 * @param {string} file
 * @param {(detail: any) => T} [make] of what the file hands over; done once
 * @returns {() => Promise<T>} a failed load is tried anew at the next call
 */
export function createPart(config, file, make = (detail) => detail) {
  /** @type {Promise<T> | null} */
  let loading = null;

  /** @returns {Promise<T>} */
  const load = () =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const fail = () => {
        clearTimeout(timer);
        script.remove();
        loading = null;
        reject(new Error(file));
      };
      const timer = setTimeout(fail, PATIENCE_MS);
      // The file hands over what it has on its own tag: no second global, and no CORS header needed.
      script.addEventListener("niteru:part", (event) => {
        clearTimeout(timer);
        resolve(make(/** @type {CustomEvent} */ (event).detail));
      });
      script.addEventListener("error", fail);
      script.async = true;
      if (config.nonce) script.nonce = config.nonce;
      script.src = config.base + file;
      document.head.append(script);
    });

  return () => (loading ??= load());
}
