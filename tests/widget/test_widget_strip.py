"""The strip of similar items on the seller's page."""

import json

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import product_page, tag

LONG_PAGE = '<div class="details"></div>'
SHORT_PAGE = ""
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  const add = list => { for (const shift of list.getEntries()) sum += shift.value };
  new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 100);
})"""


def test_a_product_page_gets_a_strip_of_real_links(visit, service, shop):
    seen = visit()

    cards = seen.strip().get_by_role("link")

    expect(cards).to_have_count(8)
    expect(cards.first).to_have_attribute("href", f"{shop.origin}/products/5")
    expect(seen.page.get_by_role("heading", name="Similar items")).to_be_attached()
    assert service.asked("similar")[0].params == {"url": f"{shop.origin}/products/1", "limit": "12", "key": "pk_test"}


def test_the_strip_comes_after_the_product_and_not_beside_it(visit):
    seen = visit()

    seen.strip().wait_for()

    assert seen.page.evaluate("document.querySelector('niteru-similar').previousElementSibling.className") == "product"


def test_a_page_without_a_product_gets_no_strip(visit, service, shop):
    page = product_page(shop, service).replace("application/ld+json", "text/plain").replace('content="product"', "")
    shop.pages["/about"] = page.replace("/products/1", "/about")

    seen = visit("/about")
    seen.page.locator("niteru-camera").wait_for()
    seen.page.wait_for_timeout(600)

    assert service.asked("similar") == []
    expect(seen.page.locator("niteru-similar")).to_have_count(0)


@pytest.mark.parametrize(
    "lost",
    [
        ("application/ld+json", 'rel="canonical"'),
        ('content="product"', 'rel="canonical"'),
        ("application/ld+json", 'content="product"'),
    ],
    ids=["og:type alone", "JSON-LD alone", "canonical link alone"],
)
def test_one_sign_of_a_product_is_enough(visit, service, shop, lost):
    page = product_page(shop, service)
    for sign in lost:
        page = page.replace(sign, "data-lost")
    shop.pages["/products/1"] = page

    visit().strip().wait_for()

    assert service.asked("similar")[0].params["url"] == f"{shop.origin}/products/1"


@pytest.mark.parametrize("listed", ["ItemList", "two products"])
def test_a_page_about_several_products_is_no_product_page(visit, service, shop, listed):
    product = '{"@type":"Product","name":"Coat"}'
    data = f'{{"@type":"ItemList","itemListElement":[{product}]}}' if listed == "ItemList" else f"[{product},{product}]"
    page = product_page(shop, service).replace('content="product"', "")
    start, end = page.index('{"@context"'), page.index("</script>")
    shop.pages["/coats"] = (page[:start] + data + page[end:]).replace("/products/1", "/coats")

    seen = visit("/coats")
    seen.page.locator("niteru-camera").wait_for()
    seen.page.wait_for_timeout(600)

    assert service.asked("similar") == []


def test_a_strip_without_matches_takes_no_space(visit, service):
    service.similar = "none.json"

    seen = visit()
    seen.page.locator("niteru-similar").wait_for(state="attached")
    seen.page.wait_for_timeout(500)

    expect(seen.page.locator("niteru-similar")).to_be_hidden()


@pytest.mark.parametrize(("details", "name"), [(LONG_PAGE, "below the screen"), (SHORT_PAGE, "in the middle of it")])
def test_the_strip_moves_nothing_on_screen(visit, service, shop, details, name):
    shop.pages["/products/1"] = product_page(shop, service, details=details)

    seen = visit(height=1100, width=1280)
    seen.page.locator("niteru-similar[data-state=open]").wait_for(state="attached")
    seen.page.wait_for_function("document.querySelector('niteru-similar').getAnimations().length === 0")

    assert seen.page.locator("niteru-similar").bounding_box()["height"] > 300
    assert seen.page.evaluate(SHIFTS) <= 0.01


def test_the_seller_chooses_the_place_by_element(visit, service, shop):
    place = '<aside><niteru-similar url="/products/77" limit="3" heading="もっと見る"></niteru-similar></aside>'
    shop.pages["/products/1"] = product_page(shop, service, extra=place)

    seen = visit()
    seen.strip().wait_for()

    expect(seen.page.locator("niteru-similar")).to_have_count(1)
    expect(seen.page.get_by_role("heading", name="もっと見る")).to_be_attached()
    assert service.asked("similar")[0].params["limit"] == "3"


def test_the_seller_chooses_the_place_by_selector(visit, service, shop):
    attributes = 'data-similar-target="#here" data-limit="4"'
    shop.pages["/products/1"] = product_page(shop, service, attributes=attributes, extra='<div id="here"></div>')

    seen = visit()
    seen.strip().wait_for()

    expect(seen.page.locator("#here > niteru-similar")).to_have_count(1)
    assert service.asked("similar")[0].params["limit"] == "4"


def test_a_mistyped_selector_leaves_the_page_as_it_is(visit, service, shop):
    attributes = 'data-similar-target="###" data-camera-target="[["'
    shop.pages["/products/1"] = product_page(shop, service, attributes=attributes)

    seen = visit()
    seen.page.locator("niteru-camera").wait_for()

    expect(seen.page.locator("niteru-similar")).to_have_count(0)


def test_the_tag_twice_does_everything_once(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, tags=tag(service) * 2)

    seen = visit()
    seen.strip().wait_for()

    expect(seen.page.locator("niteru-camera")).to_have_count(1)
    assert len(service.asked("similar")) == 1


def test_options_may_stand_in_the_address_for_tag_managers(visit, service, shop):
    bare = f'<script async src="{service.origin}/widget/v1.js?key=pk_other&lang=ja"></script>'
    shop.pages["/products/1"] = product_page(shop, service, tags=bare)

    seen = visit()

    expect(seen.page.get_by_role("heading", name="似ているアイテム")).to_be_attached()
    assert service.asked("similar")[0].params["key"] == "pk_other"


SPA = """
<script>
function go(id) {
  history.pushState({}, '', '/products/' + id);
  setTimeout(() => {
    document.querySelector('h1').textContent = 'Product ' + id;
    document.querySelector('script[type="application/ld+json"]').textContent = id
      ? JSON.stringify({'@type': 'Product', name: 'Product ' + id}) : '';
    document.querySelector('meta[property="og:type"]').content = id ? 'product' : 'website';
    if (!id) document.querySelector('link[rel="canonical"]').href = '/';
  }, 50);
}
</script>
"""


def test_a_single_page_app_gets_the_strip_of_each_page(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, head=SPA)

    seen = visit()
    seen.strip().wait_for()
    before = seen.page.evaluate("String(history.pushState)")
    seen.page.evaluate("go(2)")
    seen.page.wait_for_function("document.querySelectorAll('niteru-similar').length === 1")
    seen.until(lambda: len(service.asked("similar")) == 2)

    # The canonical link still names the first page, as such apps leave it.
    assert [request.params["url"] for request in service.asked("similar")] == [
        f"{shop.origin}/products/1",
        f"{shop.origin}/products/2",
    ]
    assert "native code" in before

    seen.page.evaluate("go('')")
    expect(seen.page.locator("niteru-similar")).to_have_count(0)


def test_a_strip_whose_product_is_changed_asks_again(visit, service, shop):
    place = '<niteru-similar product-id="p-1"></niteru-similar>'
    shop.pages["/products/1"] = product_page(shop, service, extra=place)

    seen = visit()
    seen.strip().wait_for()
    seen.page.evaluate("document.querySelector('niteru-similar').setAttribute('product-id', 'p-2')")
    seen.until(lambda: len(service.asked("similar")) == 2)

    assert [request.params["product_id"] for request in service.asked("similar")] == ["p-1", "p-2"]


def test_the_arrows_scroll_the_strip(visit):
    seen = visit()
    strip = seen.strip()
    strip.wait_for()

    seen.page.get_by_role("button", name="Scroll on").click()

    seen.page.wait_for_function(
        "document.querySelector('niteru-similar').shadowRoot.querySelector('ul').scrollLeft > 100"
    )


def test_a_strip_far_below_asks_nothing_until_the_shopper_comes_near(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, details='<div class="details"></div>' * 6)
    seen = visit(height=700)
    seen.page.locator("niteru-similar").wait_for(state="attached")
    fetched = "performance.getEntriesByType('resource').some(({ name }) => name.includes('v1-strip.js'))"
    seen.page.wait_for_timeout(1000)

    assert (service.asked("similar"), seen.page.evaluate(fetched)) == ([], False)

    seen.page.locator("footer").scroll_into_view_if_needed()
    seen.strip().wait_for()
    assert len(service.asked("similar")) == 1


AS_INTL_WRITES = """([lang, amounts]) => amounts.map(([price, currency]) => {
  const whole = price % 1 ? {} : {minimumFractionDigits: 0};
  const written = new Intl.NumberFormat(lang, {style: 'currency', currency, ...whole}).format(price);
  return written.replace('￥', '¥').replace('￦', '₩');
})"""
AMOUNTS = [
    (price, currency)
    for currency in ("JPY", "USD", "EUR", "GBP", "KRW", "CNY", "TWD", "HKD", "THB")
    for price in (0, 999, 38_500, 1_234_567.5)
]


@pytest.mark.parametrize("lang", ["en", "ja", "ko", "zh-Hans", "zh-Hant", "de"])
def test_prices_are_written_as_the_language_writes_them(visit, service, shop, lang):
    matches = [
        {"product_id": str(number), "title": "Coat", "url": f"/products/{number}", "price": price, "currency": currency}
        for number, (price, currency) in enumerate(AMOUNTS)
    ]
    service.answer = lambda _name: json.dumps({"query_id": "q", "matches": matches})
    shop.pages["/words.json"] = '{"lang": "de"}'
    attributes = 'data-words="/words.json"' if lang == "de" else ""
    shop.pages["/products/1"] = product_page(shop, service, lang=lang, attributes=attributes)

    seen = visit()
    seen.strip().wait_for()

    written = seen.page.locator("niteru-similar .price").all_text_contents()
    assert written == seen.page.evaluate(AS_INTL_WRITES, [lang, AMOUNTS])
