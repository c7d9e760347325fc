/**
 * The other files of the widget, fetched when they are first needed.
 */
const PATIENCE_MS = 10_000;

/**
 * @template T
 * @param {import("./types.js").Context} context
 * @param {string} file
 * @returns {() => Promise<T>} what the file made of the context; a failed load is tried anew at the next call
 */
export function createPart(context, file) {
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
      // The file hands its function over on its own tag: no second global, and no CORS header needed.
      script.addEventListener("niteru:part", (event) => {
        clearTimeout(timer);
        resolve(/** @type {CustomEvent} */ (event).detail(context));
      });
      script.addEventListener("error", fail);
      script.async = true;
      if (context.config.nonce) script.nonce = context.config.nonce;
      script.src = context.config.base + file;
      document.head.append(script);
    });

  return () => (loading ??= load());
}
