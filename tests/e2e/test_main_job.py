"""The whole job, as a newcomer sees it: `niteru demo`, a shopper with a photo, the seller in the dashboard."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.demo.pictures import outfit_picture
from tests.conftest import free_port, passable_folder, wait_until
from tests.e2e.conftest import Deployment, start, stop

CRAWL_S = 900
LAST_LINE = "the next `niteru demo` starts where this one ended"


@pytest.fixture(scope="module")
def demo() -> Iterator[Deployment]:
    with passable_folder() as folder:
        running = start(folder / "data", "demo", NITERU_DEMO_PORT=str(free_port()))
        says = running.data_dir / "out.txt"
        try:
            wait_until(
                lambda: "Ctrl-C stops everything; the next" in says.read_text(), seconds=CRAWL_S, what="the crawl"
            )
            yield running
        finally:
            stop(running)


@pytest.fixture(scope="module")
def facts(demo: Deployment) -> dict[str, str]:
    """What the demo made: tenant, keys, login."""
    (memory,) = (demo.data_dir / "demo").glob("127.0.0.1_*.json")
    return json.loads(memory.read_text())


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def shop_url(demo: Deployment) -> str:
    return f"http://127.0.0.1:{demo.env['NITERU_DEMO_PORT']}"


def test_the_demo_prints_its_addresses_and_finds_every_product(demo, facts):
    from backend.demo.catalog import demo_products

    said = (demo.data_dir / "out.txt").read_text()
    products = demo.niteru("products", facts["tenant"])

    assert f"{shop_url(demo)}/" in said
    assert f"{demo.url}/" in said
    assert facts["password"] in said
    expected = {product.sku: product for product in demo_products()}
    assert {product["sku"] for product in products} == set(expected)
    assert all(product["title"] == expected[product["sku"]].title_ja for product in products)
    assert all(product["price"] == expected[product["sku"]].price for product in products)
    assert all(any(image["usefulness"] == "garment" for image in product["images"]) for product in products)


def test_a_shopper_finds_the_second_garment_of_a_photo_and_the_seller_sees_the_click(demo, facts, page):
    first = demo.niteru("products", facts["tenant"])[0]

    # similar items on a product page
    page.goto(first["url"])
    strip = page.locator("niteru-similar").get_by_role("link")
    expect(strip.first).to_be_visible()

    # the camera, with a picture of a whole outfit
    page.locator("niteru-camera").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    picture = {"name": "outfit.jpg", "mimeType": "image/jpeg", "buffer": outfit_picture(1)}
    dialog.locator("input[name=file]").set_input_files(picture)
    expect(dialog.locator(".spot").nth(1)).to_be_visible()
    dialog.locator(".chip").nth(1).click()
    expect(dialog.locator(".chip").nth(1)).to_have_attribute("aria-pressed", "true")

    # a result
    result = dialog.locator(".groups").get_by_role("link").first
    address = result.get_attribute("href")
    result.click()
    page.wait_for_url(re.compile(re.escape(address)))
    clicked = next(product for product in demo.niteru("products", facts["tenant"]) if product["url"] == address)

    # the dashboard
    page.goto(demo.url)
    page.locator("input[name=email]").fill(facts["email"])
    page.locator("input[name=password]").fill(facts["password"])
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(re.compile(r"/shops/"))

    def seen() -> bool:  # the browser sends the click when it likes
        page.goto(f"{demo.url}/shops/{facts['tenant']}/searches")
        return page.locator(".clicked", has_text=clicked["title"]).count() > 0

    wait_until(seen, seconds=60, what="the click in the dashboard")


def test_the_command_line_searches_what_the_widget_searches(demo, facts, tmp_path):
    photo = tmp_path / "outfit.jpg"
    photo.write_bytes(outfit_picture(2))
    products = demo.niteru("products", facts["tenant"])

    by_photo = demo.niteru("search", "photo", facts["tenant"], str(photo))
    similar = demo.niteru("search", "similar", facts["tenant"], products[0]["url"])
    by_words = demo.niteru("search", "text", facts["tenant"], products[0]["title"])

    assert by_photo["objects"]
    assert all(one["matches"] for one in by_photo["objects"])
    assert products[0]["product_id"] not in {match["product_id"] for match in similar["matches"]}
    assert similar["matches"]
    assert products[0]["product_id"] in {match["product_id"] for match in by_words["matches"]}
