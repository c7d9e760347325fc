/** How the widget would look is shown while it is chosen; the field for colours gets the system's own chooser. */
const form = /** @type {HTMLFormElement | null} */ (document.getElementById("look-form"));
const frame = /** @type {HTMLIFrameElement | null} */ (document.getElementById("look-preview"));
const status = document.getElementById("look-status");
const accent = /** @type {HTMLInputElement | null} */ (document.getElementById("l-accent"));
const chooser = /** @type {HTMLInputElement | null} */ (document.getElementById("l-accent-chooser"));
/** @type {Element | null} the field that cannot be shown; others may have been refused when they were saved */
let marked = null;

/** @param {Event} [event] a change of words is shown in their language */
function show(event) {
  if (!form || !frame) return;
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (name !== "csrf_token" && name !== "hidden_on") asked.set(name, String(value));
  const lang = event?.target instanceof HTMLInputElement && event.target.lang;
  if (lang) asked.set("lang", lang);
  // In place of what was shown: a choice is no step to go back to.
  frame.contentWindow?.location.replace(`${frame.dataset.src}?${asked}`);
}

/** What cannot be shown is said here: what a frame says when it is loaded is often not read out. */
function report() {
  const problem = frame?.contentDocument?.getElementById("problem");
  marked?.removeAttribute("aria-invalid");
  marked = problem ? (form?.querySelector(`[name="${problem.dataset.field}"]`) ?? null) : null;
  marked?.setAttribute("aria-invalid", "true");
  if (status) status.textContent = problem?.textContent ?? "";
}

form?.addEventListener("change", show);
frame?.addEventListener("load", report);
if (accent && chooser) {
  const follow = () => {
    if (/^#[0-9a-f]{6}$/i.test(accent.value.trim())) chooser.value = accent.value.trim();
  };
  follow();
  accent.addEventListener("input", follow);
  chooser.addEventListener("input", () => (accent.value = chooser.value));
  chooser.hidden = false;
}
if (form?.querySelector("[aria-invalid]")) show(); // what was refused is not what is saved
