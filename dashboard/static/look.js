/** How the widget would look is shown while it is chosen; the field for colours gets the system's own chooser. */
const form = /** @type {HTMLFormElement | null} */ (document.getElementById("look-form"));
const frame = /** @type {HTMLIFrameElement | null} */ (document.getElementById("look-preview"));
const accent = /** @type {HTMLInputElement | null} */ (document.getElementById("l-accent"));
const chooser = /** @type {HTMLInputElement | null} */ (document.getElementById("l-accent-chooser"));

function show() {
  if (!form || !frame) return;
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (name !== "csrf_token" && name !== "hidden_on") asked.set(name, String(value));
  // In place of what was shown: a choice is no step to go back to.
  frame.contentWindow?.location.replace(`${frame.dataset.src}?${asked}`);
}

form?.addEventListener("change", show);
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
