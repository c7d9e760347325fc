/**
 * The other files of the widget, fetched when they are first needed, and only as they were built.
 *
 * @typedef {ReturnType<typeof createPart>} Part
 */
const PATIENCE_MS = 10_000;

/** @param {import("./types.js").Config} config */
export const createPart = (config) =>
  /**
   * @template T
   * @param {import("./types.js").PartFile} file
   * @param {(detail: any) => T} [make] of what the file hands over; done once
   * @returns {() => Promise<T>} a failed load is tried anew at the next call
   */
  ([name, hash], make = (detail) => detail) => {
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
          reject(new Error(name));
        };
        const timer = setTimeout(fail, PATIENCE_MS);
        // The file hands over what it has on its own tag: no second global.
        script.addEventListener("niteru:part", (event) => {
          clearTimeout(timer);
          resolve(make(/** @type {CustomEvent} */ (event).detail));
        });
        script.addEventListener("error", fail);
        script.nonce = config.nonce;
        script.crossOrigin = "anonymous";
        script.integrity = `sha256-${hash}`;
        // Named by its content, so that a cached part never meets a newer loader.
        script.src = `${config.base}${name}?h=${encodeURIComponent(hash)}`;
        document.head.append(script);
      });

    return () => (loading ??= load());
  };
