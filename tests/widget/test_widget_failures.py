"""A broken or slow service: one clear sentence for the shopper, nothing for the page."""

import json

import pytest
from playwright.sync_api import expect

from tests.widget import widget_drawn as drawn
from tests.widget.conftest import product_page

SENTENCES = {
    "gone": "Photo search is taking a short rest. Please try again in a moment.",
    "500": "Photo search is taking a short rest. Please try again in a moment.",
    "503": "Many people are searching right now. Please try again in a moment.",
    "html": "Photo search is taking a short rest. Please try again in a moment.",
    "garbage": "Photo search is taking a short rest. Please try again in a moment.",
}


def body_of(page) -> str:
    return page.evaluate("document.body.innerText")


@pytest.mark.parametrize("mode", SENTENCES)
def test_trouble_is_one_sentence_in_the_dialog_and_nothing_on_the_page(visit, service, shop, mode):
    shop.pages["/bare"] = product_page(shop, service, tags="")
    untouched = body_of(visit("/bare").page)
    service.mode = mode

    seen = visit()
    seen.until(lambda: service.asked("similar"))
    seen.page.wait_for_timeout(600)
    assert body_of(seen.page) == untouched
    expect(seen.page.locator("niteru-similar")).to_be_hidden()
    dialog = seen.search()

    expect(dialog.locator(".results h3")).to_have_text(SENTENCES[mode])
    expect(dialog.get_by_role("status")).to_have_text(SENTENCES[mode])
    service.mode = "ok"
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.locator(".spot")).to_have_count(5)


def test_a_service_that_does_not_answer_is_given_up_after_ten_seconds(visit, service, browser, shop):
    service.mode = "slow"
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{shop.origin}/products/1")
    page.clock.run_for(2000)
    page.locator("niteru-camera").get_by_role("button").click()
    page.get_by_role("dialog").wait_for()
    file = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": drawn.garment(1)}
    page.locator("input[name=file]").set_input_files(file)
    page.locator(".photo.working").wait_for()

    page.clock.run_for(5000)
    expect(page.locator(".results h3")).to_have_text("Still looking. Almost there…")
    page.clock.run_for(5500)

    expect(page.locator(".results h3")).to_contain_text("longer than it should")
    context.close()


def test_a_file_that_is_no_picture_is_named_as_such(visit, service):
    seen = visit()

    dialog = seen.search(b"no picture at all")

    expect(dialog.locator(".problem")).to_have_text("This picture could not be read. Please try a JPEG or PNG photo.")
    assert service.asked("search/photo") == []


def test_a_dialog_that_cannot_be_fetched_is_said_at_the_button(visit, service):
    seen = visit()
    seen.page.locator("niteru-camera").wait_for()
    service.scripts = False

    seen.page.locator("niteru-camera").get_by_role("button").click()

    expect(seen.page.locator("niteru-camera").get_by_role("status")).to_contain_text("short rest")
    service.scripts = True
    seen.open_dialog()


def test_a_strip_that_failed_twice_asks_no_more(visit, service, shop):
    service.mode = "500"
    places = '<niteru-similar url="/a"></niteru-similar><niteru-similar url="/b"></niteru-similar>'
    shop.pages["/products/1"] = product_page(shop, service, extra=places)
    seen = visit()
    seen.until(lambda: len(service.asked("similar")) == 2)
    seen.page.wait_for_timeout(800)  # both failures have come back

    seen.page.evaluate("document.querySelector('niteru-similar').setAttribute('url', '/c')")
    seen.page.wait_for_timeout(400)

    assert len(service.asked("similar")) == 2


def test_a_product_that_the_service_does_not_know_is_no_failure(visit, service, shop):
    service.mode = "404"
    places = '<niteru-similar url="/a"></niteru-similar><niteru-similar url="/b"></niteru-similar>'
    shop.pages["/products/1"] = product_page(shop, service, extra=places)
    seen = visit()
    seen.until(lambda: len(service.asked("similar")) == 2)
    service.mode = "ok"

    seen.page.evaluate("document.querySelector('niteru-similar').setAttribute('url', '/c')")

    seen.page.locator("niteru-similar[data-state=open]").wait_for(state="attached")


def test_a_photo_without_clothes_is_told_kindly(visit, service):
    service.photo = "nothing.json"

    dialog = visit().search()

    expect(dialog.get_by_role("heading", name="No clothes found in this photo")).to_be_focused()
    dialog.locator(".results").get_by_role("button", name="Another photo").click()
    expect(dialog.get_by_role("button", name="Choose a photo")).to_be_visible()


def test_an_answer_cannot_put_a_script_behind_a_link(visit, service):
    script = {"product_id": "1", "title": "<img src=x onerror=alert(1)>", "url": "javascript:alert(1)", "price": 1}
    odd = {"product_id": "2", "title": "<b>bold</b>", "url": "/products/2", "image_url": "javascript:alert(1)"}
    odd |= {"price": "oops", "currency": "??", "availability": None, "tier": "nonsense"}
    service.answer = lambda _name: json.dumps({"query_id": "q", "matches": [script, odd]})

    cards = visit().strip().get_by_role("link")

    expect(cards).to_have_count(1)
    expect(cards).to_have_text("<b>bold</b>")


def test_a_closed_dialog_drops_the_search_that_was_running(visit, service):
    service.mode = "slow"
    seen = visit()
    dialog = seen.search()
    dialog.locator(".photo.working").wait_for()

    seen.page.keyboard.press("Escape")
    service.release.set()

    expect(dialog).to_be_hidden()
    expect(seen.page.locator("niteru-camera").get_by_role("button")).to_be_focused()
