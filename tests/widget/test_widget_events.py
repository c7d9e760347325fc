"""What the service and the page are told about what shoppers did."""

from playwright.sync_api import expect

from tests.widget.conftest import product_page

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
    seen.until(lambda: service.events("impression"))

    (event,) = service.events("impression")
    assert event["query_id"] == "q-similar-1"
    assert [id_[-2:] for id_ in event["product_ids"]] == ["05", "09", "13", "17"]


def test_a_click_is_sent_while_the_page_is_left(visit, service, shop):
    shop.pages["/products/5"] = "<title>Arrived</title>"
    seen = visit()
    seen.strip().wait_for()

    seen.strip().get_by_role("link").first.click()
    seen.page.wait_for_url("**/products/5")
    seen.until(lambda: service.events("click"))

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
    seen.until(lambda: service.events("click"))

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
    page.locator("niteru-similar").evaluate("strip => strip.scrollIntoView()")
    page.locator("niteru-similar").get_by_role("list").evaluate("list => list.scrollIntoView()")
    page.wait_for_timeout(1500)

    assert service.asked("events") == []
    context.close()


def test_nothing_is_kept_in_the_browser(visit):
    seen = visit()
    seen.search().locator(".spot").first.wait_for()

    assert seen.page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]


def arrive(visit, shop, service, attributes):
    """Follow the first match of a strip to its page, which carries the tag as well."""
    for path in ("/products/1", "/products/5"):
        shop.pages[path] = product_page(shop, service, attributes=attributes).replace("/products/1", path)
    seen = visit()
    seen.strip().get_by_role("link").first.click()
    seen.page.wait_for_url("**/products/5")
    seen.page.locator("niteru-camera").wait_for()
    return seen


def test_a_cart_and_a_purchase_are_told_with_the_answer_that_led_there(visit, service, shop):
    seen = arrive(visit, shop, service, 'data-attribution="session"')

    seen.page.evaluate("niteru.track('add_to_cart')")
    seen.page.evaluate("niteru.track('purchase', ['/products/5', '/products/9'])")  # nobody came to 9 through us
    seen.until(lambda: service.events("purchase"))

    expected = {"query_id": "q-similar-1", "product_ids": ["00000000-0000-4000-8000-000000000005"]}
    assert service.events("add_to_cart") == [{**expected, "type": "add_to_cart"}]
    assert service.events("purchase") == [{**expected, "type": "purchase"}]


def test_without_the_sellers_wish_no_page_knows_of_the_one_before(visit, service, shop):
    seen = arrive(visit, shop, service, "")

    seen.page.evaluate("niteru.track('add_to_cart')")
    seen.page.wait_for_timeout(300)

    assert service.events("add_to_cart") == []
    assert seen.page.evaluate("sessionStorage.length") == 0


def test_a_single_page_app_needs_no_storage_for_it(visit, service, shop):
    seen = visit()
    seen.page.evaluate("document.addEventListener('click', event => event.preventDefault())")  # its router
    seen.strip().get_by_role("link").first.click()
    seen.page.evaluate("history.pushState({}, '', '/products/5#size-m')")

    seen.page.evaluate("niteru.track('add_to_cart')")
    seen.until(lambda: service.events("add_to_cart"))

    assert [event["query_id"] for event in service.events("add_to_cart")] == ["q-similar-1"]


def test_a_tag_manager_hears_every_step_in_its_data_layer(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, head="<script>window.dataLayer = []</script>")
    seen = visit()

    seen.search().locator(".spot").first.wait_for()

    layer = seen.page.evaluate("dataLayer")
    assert {"niteru_ready", "niteru_open", "niteru_photo", "niteru_results"} <= {one["event"] for one in layer}
    (results,) = [one["niteru"] for one in layer if one["event"] == "niteru_results"]
    assert results["query_id"] == "q-photo-1"


def test_a_phones_back_gesture_goes_one_step_back(visit):
    seen = visit(width=390, height=844, has_touch=True, is_mobile=True)
    dialog = seen.search()
    dialog.locator(".more").first.click()
    dialog.locator(".like .item").first.wait_for()

    seen.page.keyboard.press("Escape")  # Chromium asks a dialog the same for both

    expect(dialog.locator(".spot")).to_have_count(5)
