"""The widget shown beside the form in which it is chosen: the real one, and nobody's search."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from backend.db import transaction
from backend.search import noting
from backend.tenants.models import SearchQuery
from tests.dashboard.test_browser import open_as
from tests.search.query_worker import RED
from tests.search.serving import RED_PHOTO, multipart, query_worker, shelf

__all__ = ["query_worker", "shelf"]  # fixtures that tests/search has


def searches(me) -> list[SearchQuery]:
    noting.write_all()
    with transaction(me.shop.tenant_id) as session:
        return list(session.scalars(select(SearchQuery)))


@pytest.fixture
def opened(browser, address, seller, shelf):
    """Return a function that opens the form in a shop with two dresses; gives the page and what it shows."""
    pages = []

    def open_form(me):
        shelf.put(me.shop, "Red dress", color=RED)
        shelf.put(me.shop, "Another red dress", color=(225, 10, 10))
        page = open_as(browser, address, me, "en", viewport={"width": 1280, "height": 900})
        pages.append(page)
        page.context.route(
            "https://shop.example/**", lambda route: route.fulfill(body=RED_PHOTO, content_type="image/png")
        )
        page.goto(address + me.url("/embed"))
        return page, page.frame_locator("#look-preview")

    yield open_form
    for page in pages:
        page.context.close()


def test_what_is_chosen_is_shown_at_once_and_what_was_saved_stays(opened, seller):
    me = seller(locale="en")
    page, shown = opened(me)
    expect(shown.locator("niteru-similar").get_by_role("heading")).to_have_text("Similar items")
    expect(shown.locator("niteru-camera")).to_have_attribute("data-place", "field")

    page.get_by_label("Heading of similar items, in English").fill("Goes well with it")
    page.get_by_label("Camera button", exact=True).select_option("float")
    page.get_by_label("Colour of buttons", exact=True).fill("#7a1f2b")
    page.keyboard.press("Tab")

    expect(shown.locator("niteru-similar").get_by_role("heading")).to_have_text("Goes well with it")
    expect(shown.locator("niteru-camera")).to_have_attribute("data-place", "float")
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--niteru-accent').trim()"
    assert shown.locator("body").evaluate(accent) == "#7a1f2b"
    assert page.get_by_label("Choose the colour of buttons").input_value() == "#7a1f2b"
    page.go_back()  # a choice is no step to go back to
    assert not page.url.endswith("/embed")


def test_a_seller_who_looks_and_clicks_is_counted_nowhere(opened, seller):
    me = seller(locale="en")
    page, shown = opened(me)
    link = shown.locator("niteru-similar").get_by_role("link").first
    expect(link).to_contain_text("red dress", ignore_case=True)

    with page.expect_popup() as popup:  # the page itself stays
        link.click()

    assert popup.value.url.startswith("https://shop.example/products/")
    assert searches(me) == []


def test_a_colour_that_is_none_is_said_where_the_widget_would_be(opened, seller):
    page, shown = opened(seller(locale="en"))

    page.get_by_label("Colour of buttons", exact=True).fill("crimson")
    page.keyboard.press("Tab")

    status = page.get_by_role("status").filter(has_text="Write a colour as # and six digits, such as #7a1f2b.")
    expect(status).to_be_visible()
    expect(page.get_by_label("Colour of buttons", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Colour of buttons", exact=True).fill("")
    page.keyboard.press("Tab")
    expect(status).to_have_count(0)
    expect(shown.locator("niteru-camera")).to_have_attribute("data-place", "field")


def test_what_a_shop_says_in_its_own_language_is_shown_in_it(opened, seller):
    page, shown = opened(seller(locale="en"))

    page.get_by_label("Heading of similar items, in Japanese").fill("おすすめ")
    page.keyboard.press("Tab")

    expect(shown.locator("niteru-similar").get_by_role("heading")).to_have_text("おすすめ")


def test_pages_without_the_widget_are_the_shops_and_not_this_one(opened, seller):
    me = seller(locale="en")
    me.post("/embed", hidden_on="/", camera="float")

    _, shown = opened(me)

    expect(shown.locator("niteru-camera")).to_have_attribute("data-place", "float")


def test_without_products_the_preview_says_when_there_will_be_some(seller):
    page = seller(locale="en").get("/embed/preview").get_data(as_text=True)

    assert "Similar items appear here" in page
    assert "<niteru-similar" not in page


def test_only_pages_of_the_dashboard_may_frame_it(seller):
    me = seller()

    preview, form = me.get("/embed/preview"), me.get("/embed")

    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'none'" in form.headers["Content-Security-Policy"]


def test_a_title_that_is_hostile_stays_text(seller, shelf):
    me = seller()
    shelf.put(me.shop, "</script><script>alert(1)</script>")

    page = me.get("/embed/preview?similar_en=</script><script>alert(2)</script>").get_data(as_text=True)

    assert "<script>alert" not in page


@pytest.mark.parametrize(("headers", "counted"), [({}, 1), ({"Niteru-Preview": "1"}, 0)])
def test_the_service_counts_what_shoppers_ask_and_not_what_its_own_pages_do(
    client, *, seller, shelf, query_worker, headers, counted
):
    me = seller()
    shelf.put(me.shop, "Red dress", color=RED)
    asked = f"/v1/search/photo?key={me.shop.publishable_key}"

    answer = client.post(asked, headers={"Origin": "http://localhost", **headers}, **multipart(RED_PHOTO))

    assert answer.status_code == 200
    assert len(searches(me)) == counted
