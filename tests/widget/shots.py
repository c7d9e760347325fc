"""Writes a picture and the accessible text of every state of the widget, to be looked at and read.

`python -m tests.widget.shots FOLDER [STATE ...] [--lang ko] [--rtl] [--drawn]`

Uses real photos where the folder `shared` lies beside the project, drawn ones where it does not.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser

from tests.conftest import open_browser
from tests.widget import conftest
from tests.widget import widget_drawn as drawn
from tests.widget.widget_fake import HERE, FakeService, FakeShop, serve, service_handler, shop_handler

DATA = HERE.parents[2] / "shared" / "data"
DARK = "<style>:root{color-scheme:dark}body{background:#111;color:#eee}</style>"
WIDTHS = {390: 844, 1280: 900}
LANGUAGES = ("ja", "en")


class Photos:
    """Real photos by number, where there are any and they are wanted."""

    def __init__(self, *, drawn_ones: bool) -> None:
        self.garments = [] if drawn_ones else sorted((DATA / "luma" / "images").glob("*main.jpg"))
        self.street = DATA / "street_photos"
        self.boxes: dict[str, list[tuple[str, list[float]]]] = {}
        self.photo = drawn.jpeg(drawn.outfit())
        if self.garments and self.street.is_dir():
            self._choose_street_photo()

    def picture(self, name: str) -> bytes:
        """A product picture by number."""
        number = int(name)
        return self.garments[number * 7 % len(self.garments)].read_bytes() if self.garments else drawn.garment(number)

    def _choose_street_photo(self) -> None:
        notes = json.loads((self.street / "annotations.json").read_text())
        coarse = json.loads((DATA / "classes.json").read_text())["street_photos"]
        names = {category["id"]: coarse[category["name"]] for category in notes["categories"]}
        found: dict[int, list[tuple[str, list[float]]]] = {}
        for note in notes["annotations"]:
            if names[note["category_id"]]:
                found.setdefault(note["image_id"], []).append((names[note["category_id"]], note["bbox"]))
        image = next(image for image in notes["images"] if 5 <= len(found.get(image["id"], [])) <= 6)
        self.photo = (self.street / "images" / image["file_name"]).read_bytes()
        width, height = image["width"], image["height"]
        self.found = [
            (name, [x / width, y / height, w / width, h / height]) for name, (x, y, w, h) in found[image["id"]]
        ]

    def answer(self, name: str) -> str:
        """The saved answer, with the boxes of the real photo."""
        text = (HERE / "answers" / name).read_text(encoding="utf-8")
        if name != "photo.json" or not hasattr(self, "found"):
            return text
        saved = json.loads(text)
        ranked = sorted(self.found, key=lambda pair: -pair[1][2] * pair[1][3])
        objects = zip(ranked, saved["objects"], strict=False)
        saved["objects"] = [{**old, "category": category, "box": box} for (category, box), old in objects]
        return json.dumps(saved, ensure_ascii=False)


def chosen(visit: conftest.Visit, photos: Photos) -> None:
    visit.search(photos.photo)
    visit.page.locator(".photo:not(.working)").wait_for()


def scroll_to_strip(visit: conftest.Visit) -> None:
    visit.page.mouse.wheel(0, 300)
    visit.strip().wait_for()
    visit.strip().evaluate("list => list.scrollIntoView({block: 'center'})")


def found_similar(visit: conftest.Visit, _service: FakeService, _photos: Photos) -> None:
    visit.page.locator("niteru-find button").first.wait_for()


def working(visit: conftest.Visit, service: FakeService, photos: Photos) -> None:
    service.mode = "slow"
    visit.search(photos.photo)


def answered(name: str) -> Callable[..., None]:
    def state(visit: conftest.Visit, service: FakeService, photos: Photos) -> None:
        service.photo = name
        chosen(visit, photos)

    return state


def failed(visit: conftest.Visit, service: FakeService, photos: Photos) -> None:
    service.mode = "500"
    chosen(visit, photos)


def second(visit: conftest.Visit, service: FakeService, photos: Photos) -> None:
    chosen(visit, photos)
    visit.page.locator(".spot-1").click()


def weak(visit: conftest.Visit, service: FakeService, photos: Photos) -> None:
    chosen(visit, photos)
    visit.page.locator(".spot-3").click()


def say(visit: conftest.Visit, words: str, until: str) -> None:
    """Narrow by words and wait for what the answer brings."""
    visit.page.locator("input[name=words]").fill(words)
    visit.page.locator("input[name=words]").press("Enter")
    visit.page.locator(until).first.wait_for()


def narrowed(visit: conftest.Visit, service: FakeService, photos: Photos) -> None:
    chosen(visit, photos)
    say(visit, "red under 50,000", ".tag")
    visit.page.locator(".toggle").click()
    visit.page.locator(".choice").first.click()
    visit.page.locator(".choice[aria-pressed=true]").wait_for()
    if visit.page.viewport_size["width"] < 600:
        visit.page.locator(".refine").evaluate("refine => refine.scrollIntoView()")


def refined(name: str, words: str, until: str) -> Callable[..., None]:
    def state(visit: conftest.Visit, service: FakeService, photos: Photos) -> None:
        service.refined = name
        chosen(visit, photos)
        say(visit, words, until)

    return state


def similar(visit: conftest.Visit, service: FakeService, photos: Photos) -> None:
    chosen(visit, photos)
    visit.page.locator(".more").nth(1).click()
    visit.page.locator(".like .item").first.wait_for()


def unreadable(visit: conftest.Visit, service: FakeService, photos: Photos) -> None:
    visit.search(b"no picture")
    visit.page.locator(".problem").wait_for()


def unloaded(visit: conftest.Visit, service: FakeService, photos: Photos) -> None:
    service.scripts = False
    visit.page.locator("niteru-camera").get_by_role("button").click()
    visit.page.locator("niteru-camera .note:not(:empty)").wait_for()


STATES: dict[str, Callable[[conftest.Visit, FakeService, Photos], None]] = {
    "strip": lambda visit, _service, _photos: scroll_to_strip(visit),
    "find": found_similar,
    "start": lambda visit, _service, _photos: visit.open_dialog() and None,
    "working": working,
    "results": lambda visit, _service, photos: chosen(visit, photos),
    "nothing-close": second,
    "only-style": weak,
    "narrowed": narrowed,
    "passed-over": refined("passed.json", "red", ".swap"),
    "too-narrow": refined("narrow.json", "緑", ".groups > .button"),
    "similar": similar,
    "no-clothes": answered("nothing.json"),
    "failed": failed,
    "unreadable": unreadable,
    "unloaded": unloaded,
}


def shoot(
    browser: Browser, folder: Path, wanted: list[str], languages: Sequence[str], photos: Photos, *, rtl: bool
) -> None:
    """Every wanted state in every width, language and theme; rtl: on a page written from right to left."""
    service, shop = FakeService(), FakeShop()
    service.origin = f"http://127.0.0.1:{serve(service_handler(service)).server_address[1]}"
    shop.origin = f"http://127.0.0.1:{serve(shop_handler(shop)).server_address[1]}"
    shop.picture = photos.picture
    for name in wanted or STATES:
        for width, height in WIDTHS.items():
            for lang in languages:
                for theme in ("light", "dark"):
                    service.reset()
                    service.shop, service.answer = shop.origin, photos.answer
                    head = DARK if theme == "dark" else ""
                    wish = 'data-find="on"' if name == "find" else ""
                    page_html = conftest.product_page(shop, service, lang=lang, head=head, attributes=wish)
                    page_html = page_html.replace("<html", '<html dir="rtl"') if rtl else page_html
                    shop.pages = {"/p": page_html, "/shop.css": (conftest.PAGES / "shop.css").read_text()}
                    context = browser.new_context(
                        viewport={"width": width, "height": height},
                        device_scale_factor=1,
                        has_touch=width < 600,
                        is_mobile=width < 600,
                        color_scheme="dark" if theme == "dark" else "light",
                    )
                    page = context.new_page()
                    page.goto(shop.origin + "/p")
                    page.locator("niteru-camera").wait_for()
                    STATES[name](conftest.Visit(page), service, photos)
                    page.wait_for_timeout(700)
                    page.screenshot(path=folder / f"{name}-{width}-{lang}-{theme}.png")
                    if theme == "light":
                        heard = page.locator("dialog[open]").or_(page.locator("body")).last.aria_snapshot()
                        (folder / f"{name}-{width}-{lang}.txt").write_text(heard, encoding="utf-8")
                    service.release.set()
                    context.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("states", nargs="*", help=", ".join(STATES))
    parser.add_argument("--lang", action="append")
    parser.add_argument("--rtl", action="store_true")
    parser.add_argument("--drawn", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with open_browser() as chromium:
        photos = Photos(drawn_ones=asked.drawn)
        shoot(chromium, asked.folder, asked.states, asked.lang or LANGUAGES, photos, rtl=asked.rtl)


if __name__ == "__main__":
    main()
