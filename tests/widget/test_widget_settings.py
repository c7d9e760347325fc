"""What the seller chose in the dashboard, and the tag's own options before it."""

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import product_page


def test_colours_corners_and_words_are_the_sellers(visit, service):
    service.look = {
        "accent": "#7a1f2b", "on_accent": "#ffffff", "radius": 0, "columns": 3, "theme": "light", "camera": "float",
        "texts": {"en": {"similar": "You may also like", "camera": "Find by photo"}, "ja": {"similar": "おすすめ"}},
    }  # fmt: skip
    seen = visit()

    button = seen.page.locator("niteru-camera[data-place=float]").get_by_role("button", name="Find by photo")
    expect(button).to_have_css("background-color", "rgb(122, 31, 43)")
    expect(seen.page.get_by_role("heading", name="You may also like")).to_be_attached()
    expect(seen.page.locator("niteru-similar .tile").first).to_have_css("border-radius", "0px")
    dialog = seen.open_dialog()
    expect(dialog.get_by_role("button", name="Choose a photo")).to_have_css("background-color", "rgb(122, 31, 43)")


def test_the_page_itself_has_the_last_word(visit, service, shop):
    service.look = {"accent": "#7a1f2b", "camera": "off"}
    shop.pages["/products/1"] = product_page(
        shop, service, attributes='data-camera="float"', head="<style>:root{--niteru-accent:#00ff00}</style>"
    )
    seen = visit()

    button = seen.page.locator("niteru-camera[data-place=float]").get_by_role("button")
    expect(button).to_have_css("background-color", "rgb(0, 255, 0)")


def test_on_some_pages_the_seller_wants_nothing(visit, service):
    service.look = {"hidden_on": ["/checkout", "/products/1"]}
    seen = visit()
    seen.page.wait_for_timeout(1500)

    assert seen.page.locator("niteru-camera, niteru-similar").count() == 0

    seen.page.evaluate("history.pushState({}, '', '/products/2')")  # a single-page app goes on
    expect(seen.page.locator("niteru-camera")).to_be_attached()
    seen.page.evaluate("history.pushState({}, '', '/checkout/address')")
    expect(seen.page.locator("niteru-camera, niteru-similar")).to_have_count(0)


def test_a_page_in_the_products_folder_needs_no_marks(visit, service, shop):
    bare = '<!doctype html><html lang="en"><body><main><h1>Coat</h1><p>38,500</p></main>{tag}</body></html>'
    tag = f'<script async src="{service.origin}/widget/v1.js" data-key="pk_test"></script>'
    shop.pages |= {"/wares/coat": bare.replace("{tag}", tag), "/wares/": bare.replace("{tag}", tag)}
    service.look = {"product_paths": ["/wares/"]}

    seen = visit("/wares/coat")
    seen.strip().wait_for()
    assert service.asked("similar")[0].params["url"] == f"{shop.origin}/wares/coat"

    listing = visit("/wares/")
    listing.page.wait_for_timeout(1500)
    assert listing.page.locator("niteru-similar").count() == 0


@pytest.mark.parametrize(
    "look",
    [
        {"accent": "red;} * {display:none", "radius": "9em", "columns": "many", "theme": 7, "camera": {}},
        {"hidden_on": "/", "product_paths": [7, None, ""], "texts": "x"},
        {"texts": {"en": 5}},
    ],
)
def test_nothing_of_the_wrong_shape_is_believed(visit, service, look):
    service.look = look
    seen = visit()

    expect(seen.page.locator("niteru-camera").get_by_role("button", name="Search by photo")).to_be_attached()
    expect(seen.page.get_by_role("heading", name="Similar items")).to_be_attached()
    assert seen.page.evaluate("document.adoptedStyleSheets.length") == 0


def test_without_the_settings_everything_is_as_the_tag_says(visit, service):
    service.look = {"camera": "off"}
    service.mode = "500"

    seen = visit()

    expect(seen.page.locator("niteru-camera").get_by_role("button", name="Search by photo")).to_be_attached()
