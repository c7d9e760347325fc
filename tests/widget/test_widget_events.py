"""What the service and the page are told about what shoppers did."""

from playwright.sync_api import expect

LISTEN = """
window.heard = [];
for (const name of ['ready', 'open', 'close', 'photo', 'results', 'select', 'similar', 'impression', 'click', 'error'])
  document.addEventListener('niteru:' + name, event => heard.push([name, event.detail]));
"""


def heard(seen, name: str) -> list[dict]:
    return [detail for kind, detail in seen.page.evaluate("window.heard") if kind == name]


def test_an_impression_is_a_product_that_was_on_screen(visit, service):
    seen = visit()
    seen.strip().wait_for()
    seen.page.wait_for_timeout(1300)
    assert service.events("impression") == []

    seen.strip().evaluate("list => list.scrollIntoView({block: 'center'})")
    seen.page.wait_for_timeout(1500)

    (event,) = service.events("impression")
    assert event["query_id"] == "q-similar-1"
    assert [id_[-2:] for id_ in event["product_ids"]] == ["05", "09", "13", "17"]


def test_a_click_is_sent_while_the_page_is_left(visit, service, shop):
    shop.pages["/products/5"] = "<title>Arrived</title>"
    seen = visit()
    seen.strip().wait_for()

    seen.strip().get_by_role("link").first.click()
    seen.page.wait_for_url("**/products/5")
    seen.page.wait_for_timeout(300)

    (click,) = service.events("click")
    assert click == {
        "query_id": "q-similar-1",
        "type": "click",
        "product_ids": ["00000000-0000-4000-8000-000000000005"],
    }
    (request,) = [request for request in service.asked("events") if request.event()["type"] == "click"]
    assert request.params == {"key": "pk_test"}
    assert request.content_type.startswith("text/plain")


def test_a_click_in_the_dialog_carries_the_photos_query(visit, service, shop):
    shop.pages["/products/2"] = "<title>Arrived</title>"
    seen = visit()
    dialog = seen.search()
    dialog.get_by_role("button", name="3: Trousers").click()

    dialog.get_by_role("link", name="テーパード スラックス").click()
    seen.page.wait_for_url("**/products/2")
    seen.page.wait_for_timeout(300)

    (click,) = service.events("click")
    assert click["query_id"] == "q-photo-1"
    shown = {id_ for event in service.events("impression") for id_ in event["product_ids"]}
    assert "00000000-0000-4000-8000-000000000002" in shown


def test_the_page_hears_every_step(visit, service, shop):
    seen = visit()
    seen.page.evaluate(LISTEN)
    seen.page.evaluate("void niteru.on('select', detail => (window.chosen = detail.category))")

    dialog = seen.search()
    dialog.get_by_role("button", name="3: Trousers").click()
    seen.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    assert all(heard(seen, name) for name in ("open", "photo", "close"))
    (results,) = heard(seen, "results")
    assert results["query_id"] == "q-photo-1"
    assert results["categories"] == ["outer", "belt", "pants", "bag", "shoes"]
    assert seen.page.evaluate("window.chosen") == "pants"


def test_a_listener_can_be_taken_off_again(visit):
    seen = visit()
    seen.page.evaluate("window.count = 0; void (window.off = niteru.on('open', () => count++))")
    seen.open_dialog()
    seen.page.keyboard.press("Escape")

    seen.page.evaluate("off()")
    seen.open_dialog()

    assert seen.page.evaluate("count") == 1


def test_shoppers_who_ask_not_to_be_counted_are_not(browser, service, shop):
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page = context.new_page()
    page.goto(f"{shop.origin}/products/1")
    page.locator("niteru-similar").get_by_role("list").evaluate("list => list.scrollIntoView()")
    page.wait_for_timeout(1500)

    assert service.asked("events") == []
    context.close()


def test_nothing_is_kept_in_the_browser(visit):
    seen = visit()
    seen.search().locator(".spot").first.wait_for()

    assert seen.page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
