// Shows the picture whose thumbnail is chosen; without this script the thumbnails are plain links.
for (const gallery of document.querySelectorAll(".gallery")) {
  const large = gallery.querySelector(".large");
  for (const link of gallery.querySelectorAll("ul a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      large.src = link.href;
      gallery.querySelector("[aria-current]")?.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
    });
  }
}
