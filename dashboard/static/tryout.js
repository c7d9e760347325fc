/** Search with a photo as a shopper would: choose or drop one, see its garments, see what each finds. */
const form = /** @type {HTMLFormElement | null} */ (document.getElementById("try"));
const report = document.getElementById("try-status");
const answerArea = document.getElementById("try-answer");
const csrf = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
const SVG = "http://www.w3.org/2000/svg";
let shownUrl = "";

if (form && report && answerArea) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("image"));
  input.addEventListener("change", () => input.files?.[0] && search(input.files[0]));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("drop-over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("drop-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("drop-over");
    const file = event.dataTransfer?.files[0];
    if (file) search(file);
  });
}

/** @param {File} file */
async function search(file) {
  if (!form || !report) return;
  report.textContent = form.dataset.busy ?? "";
  const body = new FormData();
  body.append("image", file);
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": csrf } });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.problem);
    show(file, answer);
    report.textContent = fill(form.dataset.done, { n: answer.objects.length, ms: answer.ms });
  } catch (error) {
    const problem = error instanceof TypeError || error instanceof SyntaxError ? "" : /** @type {Error} */ (error).message;
    report.textContent = problem || form.dataset.failed || "";
  }
}

/** @param {string | undefined} words @param {Record<string, unknown>} facts */
function fill(words, facts) {
  return (words ?? "").replace(/\{(\w+)\}/g, (_, name) => String(facts[name]));
}

/** @param {File} file @param {any} answer */
function show(file, answer) {
  const image = /** @type {HTMLImageElement} */ (answerArea?.querySelector(".try-photo img"));
  const choice = /** @type {HTMLElement} */ (answerArea?.querySelector(".try-choice"));
  if (shownUrl) URL.revokeObjectURL(shownUrl);
  shownUrl = URL.createObjectURL(file);
  image.src = shownUrl;
  const boxes = frame(image, answer.objects);
  const buttons = answer.objects.map((/** @type {any} */ object, /** @type {number} */ index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = fill(form?.dataset.garment, { name: object.name, n: object.matches.length });
    button.addEventListener("click", () => pick(index));
    return button;
  });
  choice.replaceChildren(...buttons);
  if (answerArea) answerArea.hidden = false;
  form?.classList.add("drop-small");
  pick(answer.primary);

  /** @param {number} index */
  function pick(index) {
    buttons.forEach((/** @type {HTMLElement} */ button, /** @type {number} */ each) => button.setAttribute("aria-pressed", String(each === index)));
    boxes.forEach((box, each) => box.classList.toggle("box-sold", each === index));
    list(answer.objects[index].matches);
  }
}

/** Draw the garments' boxes over the photo. @param {HTMLImageElement} image @param {any[]} objects */
function frame(image, objects) {
  let around = image.parentElement;
  if (!around?.classList.contains("try-frame")) {
    around = document.createElement("div");
    around.className = "try-frame";
    image.replaceWith(around);
    around.append(image);
  }
  around.querySelector("svg")?.remove();
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 1 1");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "boxes");
  svg.setAttribute("aria-hidden", "true");
  const boxes = objects.map((object) => {
    const box = document.createElementNS(SVG, "rect");
    box.setAttribute("class", "box");
    ["x", "y", "width", "height"].forEach((name, index) => box.setAttribute(name, object.box[index]));
    return box;
  });
  svg.append(...boxes);
  around.append(svg);
  return boxes;
}

/** @param {any[]} matches */
function list(matches) {
  const place = /** @type {HTMLElement} */ (answerArea?.querySelector("ul"));
  if (!matches.length) {
    const none = document.createElement("li");
    none.className = "muted";
    none.textContent = form?.dataset.none ?? "";
    place.replaceChildren(none);
    return;
  }
  place.replaceChildren(...matches.map(card));
}

/** @param {any} match */
function card(match) {
  const item = document.createElement("li");
  item.className = "card";
  const link = document.createElement("a");
  link.href = match.href;
  const picture = document.createElement("span");
  picture.className = "picture";
  if (match.image) {
    const image = document.createElement("img");
    image.src = match.image;
    image.alt = "";
    picture.append(image);
  }
  const title = document.createElement("span");
  title.className = "card-title";
  title.textContent = match.title;
  link.append(picture, title);
  const facts = document.createElement("p");
  facts.className = "card-facts";
  for (const words of [match.price, match.tier].filter(Boolean)) {
    const part = document.createElement("span");
    part.textContent = words;
    facts.append(part);
  }
  item.append(link, facts);
  return item;
}
