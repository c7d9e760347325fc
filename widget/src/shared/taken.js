/**
 * The picture in what was dropped or pasted. Some systems name no type; a picture dragged from a page may come as the
 * page's text alone.
 *
 * @param {DataTransfer | null} data
 * @returns {File | string | null} a string is the picture's address
 */
export function pictureIn(data) {
  const file = [...(data?.files ?? [])].find(({ type }) => type.startsWith("image/") || !type);
  if (file || !data) return file ?? null;
  const html = new DOMParser().parseFromString(data.getData("text/html"), "text/html");
  const address = html.querySelector("img[src]")?.getAttribute("src") ?? "";
  return /^https?:/i.test(address) ? address : null;
}
