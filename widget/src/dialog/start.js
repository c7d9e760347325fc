import { CAMERA, h, icon } from "../shared/dom.js";
import { lock } from "./lock.js";

/**
 * The first step: choose, take, drop or paste a photo.
 *
 * @param {import("./dialog.js").App} app
 * @param {string} [problem] a sentence about the picture that did not work
 * @returns {import("./dialog.js").Step}
 */
export function startStep(app, problem) {
  const { words } = app;
  /** @param {Record<string, string>} more */
  const input = (more) => {
    const field = h("input", { type: "file", accept: "image/*", hidden: true, ...more });
    field.addEventListener("change", () => {
      const [file] = field.files ?? [];
      if (file) app.search(file);
    });
    return field;
  };
  const file = input({ name: "file" });
  const shot = input({ name: "shot", capture: "environment" });
  const title = h("h3", { tabindex: -1 }, words.startTitle);
  return {
    focus: title,
    node: h(
      "div",
      { class: "start" },
      h("div", { class: "scene" }, drawing()),
      h(
        "div",
        { class: "invite" },
        title,
        h("p", { class: "lead" }, words.startText),
        problem && h("p", { class: "problem" }, problem),
        h(
          "div",
          { class: "ways" },
          h("button", { type: "button", class: "button", click: () => file.click() }, words.choose),
          h("button", { type: "button", class: "button second take", click: () => shot.click() }, icon(CAMERA), words.take),
        ),
        file,
        shot,
        h("p", { class: "hint" }, words.drop),
        lock(words.privacy),
      ),
    ),
  };
}

/** A dress and a bag in a viewfinder: what the numbers on a photo will look like. */
function drawing() {
  const svg = icon(
    "M18 62V34a16 16 0 0 1 16-16h28M238 18h28a16 16 0 0 1 16 16v28M282 298v28a16 16 0 0 1-16 16h-28M62 342H34a16 16 0 0 1-16-16v-28" +
      "M106 74c4 20 56 20 60 0l22 10c2 26-4 48-10 64 2 52 26 100 36 146-44 18-112 18-156 0 10-46 34-94 36-146-6-16-12-38-10-64z" +
      "M96 150c26 8 54 8 80 0M118 168c-6 44-16 86-22 130M154 168c6 44 16 86 22 130" +
      "M230 238h42l6 50h-54zM239 238c0-26 24-26 24 0",
  );
  svg.setAttribute("viewBox", "0 0 300 360");
  for (const [x, y] of [
    [136, 128],
    [251, 264],
  ]) {
    const dot = document.createElementNS(svg.namespaceURI ?? "", "circle");
    dot.setAttribute("cx", String(x));
    dot.setAttribute("cy", String(y));
    dot.setAttribute("r", "7");
    svg.append(dot);
  }
  return svg;
}
