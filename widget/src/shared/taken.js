/**
 * What was dropped or pasted: a picture's file (some systems name no type), or the HTML of what was dragged, in which
 * there may be one.
 *
 * @param {DataTransfer | null} data
 * @returns {File | string}
 */
export const takenFrom = (data) =>
  [...(data?.files ?? [])].find(({ type }) => type.startsWith("image/") || !type) ?? data?.getData("text/html") ?? "";

/**
 * @param {string} html as a page's text was dragged or copied; a picture dragged from a page may come so
 * @returns {string | null} the address of the picture in it
 */
export function addressIn(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const address = page.querySelector("img[src]")?.getAttribute("src") ?? "";
  return /^https?:/i.test(address) ? address : null;
}

/**
 * @param {DataTransfer | null} data
 * @returns {File | string | null} a string is the picture's address
 */
export function pictureIn(data) {
  const taken = takenFrom(data);
  return typeof taken === "string" ? addressIn(taken) : taken;
}
