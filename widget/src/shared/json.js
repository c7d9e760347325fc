/**
 * Text that JSON readers read back as `value`: texts, numbers, booleans, and lists and plain objects of them. Written
 * by hand: old Prototype.js gives strings and arrays a `toJSON` that makes the page's own JSON.stringify quote twice.
 *
 * @param {unknown} value undefined is left out of objects
 * @returns {string}
 */
export function toJson(value) {
  if (typeof value === "string") {
    const escaped = value.replace(
      /[\\"\u0000-\u001f\u2028\u2029]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    return `"${escaped}"`;
  }
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (value && typeof value === "object") {
    const fields = Object.entries(value).filter(([, each]) => each !== undefined);
    return `{${fields.map(([name, each]) => `${toJson(name)}:${toJson(each)}`).join(",")}}`;
  }
  return String(value);
}
