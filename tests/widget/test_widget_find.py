"""Find-similar buttons on the page's own pictures, and pictures dropped onto the camera button."""

import base64

import pytest
from playwright.sync_api import expect

from tests.widget import widget_drawn as drawn
from tests.widget.conftest import product_page

PICTURES = """
<p class="cards">
<a href="/products/2" onclick="window.followed = true">
<img src="/pictures/2.jpg" alt="Blue skirt" width="240" height="320"></a>
<img src="/pictures/3.jpg" alt="" width="40" height="40">
</p>"""
DROP = """(button, [type, data]) => {
  const transfer = new DataTransfer();
  if (type === 'file') {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], 'a.jpg', {type: 'image/jpeg'}));
  } else transfer.setData(type, data);
  button.dispatchEvent(new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def marked(service, shop):
    """A page whose seller wants the button on the pictures."""
    shop.pages["/products/1"] = product_page(shop, service, attributes='data-find="on"', extra=PICTURES)


def test_without_the_sellers_wish_pictures_stay_as_they_are(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, extra=PICTURES)
    seen = visit()
    seen.page.wait_for_timeout(1500)

    assert seen.page.locator("niteru-find").count() == 0
    assert "v1-find.js" not in seen.page.content()


@pytest.mark.usefixtures("marked")
def test_each_large_picture_has_a_button_in_its_corner_that_searches_by_it(visit, service):
    seen = visit(height=1600)
    button = seen.page.get_by_role("button", name="Find similar: Blue skirt")
    expect(button).to_be_visible()
    expect(seen.page.locator("niteru-find")).to_have_count(2)  # not on the small one

    picture, place = seen.page.get_by_alt_text("Blue skirt").bounding_box(), button.bounding_box()
    assert place["x"] + place["width"] == pytest.approx(picture["x"] + picture["width"] - 8, abs=1)
    assert place["y"] + place["height"] == pytest.approx(picture["y"] + picture["height"] - 8, abs=1)
    assert min(place["width"], place["height"]) >= 24

    button.click()
    expect(seen.page.get_by_role("dialog").locator(".spot")).to_have_count(5)
    assert isinstance(service.asked("search/photo")[0].part("image"), bytes)
    assert not seen.page.evaluate("window.followed")


@pytest.mark.usefixtures("marked")
def test_the_button_is_reached_by_keyboard_right_after_its_picture(visit):
    seen = visit(height=1600)
    seen.page.get_by_role("button", name="Find similar: Blue skirt").wait_for()

    seen.page.get_by_role("link", name="Blue skirt").focus()
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Enter")

    expect(seen.page.get_by_role("dialog").locator(".spot").first).to_be_visible()
    seen.page.keyboard.press("Escape")
    expect(seen.page.get_by_role("button", name="Find similar: Blue skirt")).to_be_focused()


@pytest.mark.usefixtures("marked")
def test_the_button_stays_in_the_corner_when_the_picture_changes(visit):
    seen = visit(height=1600)
    button = seen.page.get_by_role("button", name="Find similar: Blue skirt")
    button.wait_for()

    seen.page.evaluate("document.querySelector('[alt=\"Blue skirt\"]').width = 300")
    seen.page.wait_for_timeout(300)

    picture, place = seen.page.get_by_alt_text("Blue skirt").bounding_box(), button.bounding_box()
    assert place["x"] + place["width"] == pytest.approx(picture["x"] + picture["width"] - 8, abs=1)
    seen.page.evaluate("niteru.destroy()")
    expect(seen.page.locator("niteru-find")).to_have_count(0)


def test_the_seller_may_choose_the_pictures_in_the_dashboard_or_by_a_selector(visit, service, shop):
    service.look = {"find": "on"}
    shop.pages["/on"] = product_page(shop, service, extra=PICTURES)
    chosen = product_page(shop, service, attributes='data-find=".cards a img"', extra=PICTURES)
    shop.pages["/chosen"] = chosen
    shop.pages["/wrong"] = chosen.replace(".cards a img", "###")

    expect(visit("/on", height=1600).page.locator("niteru-find")).to_have_count(2)
    expect(visit("/chosen", height=1600).page.locator("niteru-find")).to_have_count(1)
    seen = visit("/wrong")
    seen.page.locator("niteru-camera").wait_for()
    expect(seen.page.locator("niteru-find")).to_have_count(0)


@pytest.mark.parametrize("kind", ["file", "text/html"])
def test_a_picture_dropped_onto_the_camera_button_is_searched(visit, service, shop, kind):
    seen = visit()
    page = f'<a href="/x"><img src="{shop.origin}/pictures/4.jpg" onerror="window.ran = true"></a>'
    data = base64.b64encode(drawn.jpeg(drawn.outfit())).decode() if kind == "file" else page

    seen.page.locator("niteru-camera").get_by_role("button").evaluate(DROP, [kind, data])

    expect(seen.page.get_by_role("dialog").locator(".spot")).to_have_count(5)
    assert len(service.asked("search/photo")) == 1
    assert not seen.page.evaluate("window.ran")


def test_text_dropped_onto_the_camera_button_just_opens_it(visit, service):
    seen = visit()

    seen.page.locator("niteru-camera").get_by_role("button").evaluate(DROP, ["text/html", "<b>hello</b>"])

    expect(seen.page.get_by_role("button", name="Choose a photo")).to_be_visible()
    assert service.asked("search/photo") == []
