"""For everybody: axe finds nothing in any state, and the keyboard alone is enough."""

import json
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FileChooser, Page, expect

from tests.widget import widget_drawn as drawn
from tests.widget.conftest import Visit, product_page

LOOKS = [("en", "light", 1280), ("ja", "dark", 390), ("ja", "light", 1280), ("en", "dark", 390)]
FOCUS = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const ring = element ? getComputedStyle(element) : null;
  const ours = element?.getRootNode() instanceof ShadowRoot;
  return element && [element.getAttribute('aria-label') || element.textContent.trim() || element.localName,
    !ours || (element.matches(':focus-visible') && ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 2)];
}"""


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.fixture(params=LOOKS, ids=["-".join(map(str, look)) for look in LOOKS])
def look(request, visit: Callable[..., Visit], service, shop) -> Visit:
    lang, theme, width = request.param
    attributes = f'data-theme="{theme}"'
    shop.pages["/products/1"] = product_page(shop, service, lang=lang, attributes=attributes)
    if theme == "dark":
        shop.pages["/shop.css"] += "body { color: #eee; background: #111 } .top input { color: #eee; background: #222 }"
    return visit(width=width, reduced_motion="reduce")


def test_axe_finds_nothing_from_the_strip_to_the_last_step(look, service):
    page = look.page
    found = {}
    look.strip().evaluate("list => list.scrollIntoView({block: 'center'})")
    found["strip"] = violations(page)
    dialog = look.open_dialog()
    found["start"] = violations(page)
    service.mode = "slow"
    picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": drawn.jpeg(drawn.outfit())}
    dialog.locator("input[name=file]").set_input_files(picture)
    dialog.locator(".photo.working").wait_for()
    found["working"] = violations(page)
    service.release.set()
    dialog.locator(".spot").first.wait_for()
    found["results"] = violations(page)
    dialog.locator("input[name=words]").fill("red")
    dialog.locator("input[name=words]").press("Enter")
    dialog.locator(".tag").first.wait_for()
    dialog.locator(".toggle").click()
    dialog.locator(".choice").first.click()
    dialog.locator(".choice[aria-pressed=true]").wait_for()
    found["narrowed"] = violations(page)
    dialog.locator(".spot-1").click()
    found["nothing close"] = violations(page)
    dialog.locator(".spot-3").click()
    found["only style"] = violations(page)
    dialog.locator(".more").first.click()
    dialog.locator(".like .item").first.wait_for()
    found["similar"] = violations(page)

    assert {state: broken for state, broken in found.items() if broken} == {}


@pytest.mark.parametrize("lang", ["ko", "zh-Hans", "zh-Hant"])
def test_axe_finds_nothing_in_other_languages(visit, service, shop, lang):
    shop.pages["/products/1"] = product_page(shop, service, lang=lang, attributes='data-find="on"')
    seen = visit(width=390, reduced_motion="reduce")
    seen.strip().evaluate("list => list.scrollIntoView({block: 'center'})")
    seen.page.locator("niteru-find button").first.wait_for()
    found = {"page": violations(seen.page)}
    seen.search().locator(".spot").first.wait_for()
    found["results"] = violations(seen.page)

    assert {state: broken for state, broken in found.items() if broken} == {}


def test_axe_finds_nothing_when_it_goes_wrong(look, service):
    page = look.page
    found = {}
    page.locator("niteru-camera").wait_for()
    service.scripts = False
    page.locator("niteru-camera").get_by_role("button").click()
    page.locator("niteru-camera .note:not(:empty)").wait_for()
    found["unloaded"] = violations(page)
    service.scripts = True
    dialog = look.search(b"nothing")
    dialog.locator(".problem").wait_for()
    found["unreadable"] = violations(page)
    service.mode = "500"
    picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": drawn.garment(1)}
    dialog.locator("input[name=file]").set_input_files(picture)
    dialog.locator(".results .button").wait_for()
    found["failed"] = violations(page)
    service.mode, service.photo = "ok", "nothing.json"
    dialog.locator(".results .button").click()
    dialog.locator(".results .lead").wait_for()
    found["no clothes"] = violations(page)

    assert {state: broken for state, broken in found.items() if broken} == {}


def tab_to(page: Page, name: str, *, most: int = 60) -> list[str]:
    """Press Tab until the named control has the focus; returns what was passed. Every stop must show a ring."""
    passed: list[str] = []
    while len(passed) < most:
        page.keyboard.press("Tab")
        label, ring = page.evaluate(FOCUS)
        passed.append(label)
        assert ring, f"{label!r} has the focus and does not show it"
        if label == name:
            return passed
    raise AssertionError(f"{name!r} was not reached: {passed}")


def test_the_whole_search_is_done_by_keyboard_alone(visit, service, shop):
    seen = visit()
    page = seen.page
    choosers: list[FileChooser] = []

    def keep(chooser: FileChooser) -> None:
        choosers.append(chooser)

    # From the start: the browser has to be told before the key is pressed.
    page.on("filechooser", keep)
    page.locator("niteru-camera").get_by_role("button").wait_for()

    tab_to(page, "Search by photo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Seen something you love?")).to_be_focused()
    tab_to(page, "Choose a photo")
    page.keyboard.press("Enter")
    seen.until(lambda: choosers)
    picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": drawn.jpeg(drawn.outfit())}
    choosers[0].set_files(picture)
    expect(page.get_by_role("heading", name="In your photo")).to_be_focused()

    chips = tab_to(page, "5Shoes")
    assert chips == ["1Outerwear", "2Belt", "3Trousers", "4Bag", "5Shoes"]
    stops = tab_to(page, "3: Trousers")
    assert {"Back", "Close", "1: Outerwear", "2: Belt"} <= set(stops)
    assert sum(stop.startswith("More like") for stop in stops) == 8
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="3: Trousers")).to_have_attribute("aria-pressed", "true")
    tab_to(page, "More like ワイドデニム")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="More like this")).to_be_focused()
    tab_to(page, "Back")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="More like ワイドデニム")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("niteru-camera").get_by_role("button")).to_be_focused()


def test_what_happens_is_said_to_screen_readers(visit, service):
    service.mode = "slow"
    seen = visit()
    dialog = seen.search()
    status = dialog.get_by_role("status")

    expect(status).to_have_text("Looking at your photo…")
    service.release.set()
    expect(status).to_have_text("5 pieces found in your photo. Outerwear: 8 matches.")
    dialog.get_by_role("button", name="2: Belt").click()

    expect(status).to_have_text("Belt: 0 matches.")


def test_less_motion_means_none(visit):
    seen = visit(reduced_motion="reduce")
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()

    assert dialog.evaluate("dialog => dialog.getRootNode().getAnimations().length") == 0


def test_every_control_is_large_enough_for_a_finger(visit):
    phone = visit(width=390, height=844, has_touch=True, is_mobile=True)
    dialog = phone.search()
    dialog.locator(".spot").first.wait_for()

    small = [
        button.inner_text()
        for button in dialog.get_by_role("button").all()
        if min(button.bounding_box()["width"], button.bounding_box()["height"]) < 24
    ]

    assert small == []


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_the_dialog_is_mirrored_where_its_words_are_written_from_right_to_left(visit, service, shop, lang):
    shop.pages["/words.json"] = json.dumps({"lang": lang})
    page = product_page(shop, service, lang="ar", attributes='data-words="/words.json"')
    shop.pages["/products/1"] = page.replace('lang="ar"', 'lang="ar" dir="rtl"')
    seen = visit()
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()

    back = dialog.get_by_role("button", name="Back").bounding_box()
    close = dialog.get_by_role("button", name="Close").bounding_box()
    stage = dialog.locator(".stage").bounding_box()
    results = dialog.locator(".results").bounding_box()

    assert (back["x"] > close["x"]) == (lang == "ar")
    assert (stage["x"] > results["x"]) == (lang == "ar")
