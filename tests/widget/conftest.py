"""A browser, a shop and a service that can be put in any trouble."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.widget import widget_drawn as drawn
from tests.widget.widget_fake import FakeService, FakeShop, serve, service_handler, shop_handler

PAGES = Path(__file__).parent / "pages"
DETAILS = '<div class="details"><h2>Details</h2><p>Wool 70 %, polyamide 30 %.</p></div>'
START = "Seen something you love?"
WITHOUT_NAVIGATION_API = "<script>delete window.navigation;</script>"
SEARCH = '<form role="search"><input type="search" name="q" aria-label="Search"></form>'


@pytest.fixture(scope="session")
def _service() -> Iterator[FakeService]:
    service = FakeService()
    server = serve(service_handler(service))
    service.origin = f"http://127.0.0.1:{server.server_address[1]}"
    yield service
    service.release.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def _shop() -> Iterator[FakeShop]:
    shop = FakeShop()
    server = serve(shop_handler(shop))
    shop.origin = f"http://127.0.0.1:{server.server_address[1]}"
    yield shop
    server.shutdown()
    server.server_close()


@pytest.fixture
def service(_service: FakeService, _shop: FakeShop) -> FakeService:
    """A healthy service that nobody has asked yet."""
    _service.reset()
    _service.shop = _shop.origin
    return _service


@pytest.fixture
def shop(_shop: FakeShop, service: FakeService) -> FakeShop:
    """A shop with one product page, /products/1, that carries the tag."""
    _shop.headers = {}
    _shop.pages = {"/shop.css": (PAGES / "shop.css").read_text(encoding="utf-8")}
    _shop.pages["/products/1"] = product_page(_shop, service)
    return _shop


def tag(service: FakeService, attributes: str = "") -> str:
    """The one tag, as a seller pastes it."""
    return f'<script async src="{service.origin}/widget/v1.js" data-key="pk_test" {attributes}></script>'


def product_page(
    shop: FakeShop,
    service: FakeService,
    *,
    lang: str = "en",
    attributes: str = "",
    search: str = SEARCH,
    head: str = "",
    extra: str = "",
    details: str = DETAILS,
    tags: str | None = None,
) -> str:
    """HTML of a product page; `attributes` go on the tag, `tags` replaces it."""
    page = (PAGES / "product.html").read_text(encoding="utf-8")
    fields = {
        "lang": lang,
        "shop": shop.origin,
        "head": head,
        "search": search,
        "extra": extra,
        "details": details,
        "tag": tag(service, attributes) if tags is None else tags,
    }
    for name, value in fields.items():
        page = page.replace("{" + name + "}", value)
    return page


@dataclass
class Visit:
    """A shopper's tab, with what the host page would notice."""

    page: Page
    errors: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def until(self, told: Callable[[], object]) -> None:
        """Let the page go on until `told` is true; fails after 30 seconds."""
        for _ in range(600):
            if told():
                return
            self.page.wait_for_timeout(50)
        pytest.fail("the page did not get there within 30 seconds")

    def strip(self) -> Locator:
        """The list of similar items."""
        return self.page.locator("niteru-similar").get_by_role("list")

    def open_dialog(self) -> Locator:
        """Press the camera button and wait for the dialog."""
        self.page.locator("niteru-camera").get_by_role("button").click()
        dialog = self.page.get_by_role("dialog")
        dialog.wait_for()
        return dialog

    def search(self, picture: bytes | None = None, *, name: str = "street.jpg", kind: str = "image/jpeg") -> Locator:
        """Open the dialog and choose a photo."""
        dialog = self.open_dialog()
        data = drawn.jpeg(drawn.outfit()) if picture is None else picture
        dialog.locator("input[name=file]").set_input_files({"name": name, "mimeType": kind, "buffer": data})
        return dialog


@pytest.fixture
def visit(browser: Browser, shop: FakeShop) -> Iterator[Callable[..., Visit]]:
    """Open a page of the shop as a new shopper; fails if the widget threw or wrote anything there."""
    visits: list[Visit] = []

    def go(path: str = "/products/1", *, width: int = 1280, height: int = 900, **options: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, **{"locale": "en-GB", **options})
        context.set_default_timeout(30_000)
        page = context.new_page()
        found = Visit(page)
        page.on("pageerror", lambda error: found.errors.append(str(error)))
        page.on("console", lambda message: found.console.append(message.text))
        page.goto(shop.origin + path, wait_until="load")
        visits.append(found)
        return found

    yield go
    for found in visits:
        found.page.context.close()
    # A request that failed is noted by the browser itself; no script can prevent that line.
    said = [text for found in visits for text in found.console if not text.startswith("Failed to load resource")]
    assert [error for found in visits for error in found.errors] == []
    assert said == []


@pytest.fixture
def from_home(visit: Callable[..., Visit], service: FakeService, shop: FakeShop) -> Callable[..., Visit]:
    """A visit to the product page by a shopper who came from the shop's home page."""

    def go(head: str = "") -> Visit:
        shop.pages["/"] = "<!doctype html><title>Home</title><h1>Home</h1>"
        shop.pages["/products/1"] = product_page(shop, service, head=head)
        shop.pages["/products/5"] = "<!doctype html><title>Five</title><h1>Five</h1>"
        seen = visit("/")
        seen.page.goto(shop.origin + "/products/1", wait_until="load")
        return seen

    return go
