/**
 * What every page has: copy buttons, filters that apply themselves, moments in the reader's own time zone,
 * garments that light up with their choice. Pages work without it.
 */
const lang = document.documentElement.lang;

/** @param {ParentNode} root */
export function ownTime(root) {
  const exact = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
  for (const element of root.querySelectorAll("time")) element.title = exact.format(new Date(element.dateTime));
}

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!(button instanceof HTMLElement)) return;
  const label = button.querySelector("span");
  if (!label) return;
  const before = button.dataset.label ?? label.textContent ?? "";
  button.dataset.label = before;
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
  } catch {
    select(button.closest("section")?.querySelector("code"));
    return;
  }
  label.textContent = button.dataset.done ?? before;
  setTimeout(() => (label.textContent = before), 2000);
});

/** Without access to the clipboard the text is selected, so that Ctrl+C copies it. @param {Element | null | undefined} text */
function select(text) {
  if (text) getSelection()?.selectAllChildren(text);
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) return;
  if (field.form?.hasAttribute("data-auto") && field.type !== "search") field.form.requestSubmit();
  if (field.name === "detection") light(field);
});

/** Show which garment of the picture a choice means. @param {HTMLInputElement | HTMLSelectElement} choice */
function light(choice) {
  for (const box of choice.closest(".shot")?.querySelectorAll(".box") ?? [])
    box.classList.toggle("box-chosen", box.getAttribute("data-box") === choice.value);
}

for (const menu of document.querySelectorAll("details.account")) {
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute("open");
  });
  menu.addEventListener("keydown", (event) => {
    if (event instanceof KeyboardEvent && event.key === "Escape") {
      menu.removeAttribute("open");
      menu.querySelector("summary")?.focus();
    }
  });
}

document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
ownTime(document);
