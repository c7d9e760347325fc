"""The real shop of ../shared/shops, served for one test, and what a perfect crawl of it finds."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from sqlalchemy import select

from backend.db import transaction
from backend.tenants.models import Product, ProductImage
from tests.conftest import free_port, listens, wait_until
from tests.ingest.local_shop import Trap
from tests.ingest.whole import Ingest

THEMES = ("jsonld", "microdata", "opengraph", "bare", "spa", "shopify")
TRAPS = ("bomb", "logo", "anim")
FORBIDDEN = ("/account/", "/cart", "/secret/")


@dataclass(frozen=True)
class Asked:
    """One line of the shop's log: what was asked for and when, in seconds since 1970."""

    path: str
    at: float


@dataclass
class RealShop:
    """A shop that runs, its trap (a port that nobody may reach) and its book of what was asked."""

    url: str
    trap: Trap

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def truth(self) -> dict[str, dict[str, Any]]:
        """Return what a perfect crawl of today's shop finds, by address. Fetches no page of the shop."""
        return {product["url"]: product for product in self._read("/_control/truth")["products"]}

    def log(self) -> list[Asked]:
        return [Asked(line["path"], line["at"]) for line in self._read("/_control/log")]

    def tick(self) -> None:
        """Let a day pass: prices change, products vanish, come and sell out."""
        with urlopen(Request(f"{self.url}/_control/tick", method="POST")):
            pass

    def _read(self, path: str) -> Any:
        with urlopen(self.url + path) as answer:
            return json.load(answer)


@contextmanager
def serve(shared: Path, theme: str, language: str = "en", *options: str) -> Iterator[RealShop]:
    """Serve the shop in a theme and a language until the block ends."""
    trap, port = Trap(), free_port()
    words = ["--theme", theme, "--lang", language, "--port", str(port), "--trap-port", str(trap.port), *options]
    process = subprocess.Popen(
        [sys.executable, shared / "shops" / "serve.py", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: listens(port), what="the shop")
        yield RealShop(f"http://127.0.0.1:{port}", trap)
    finally:
        process.terminate()
        process.wait(10)
        trap.close()


def garment_images(product: dict[str, Any]) -> list[str]:
    """Return the addresses of the pictures of a product in the truth."""
    return [image["url"] for image in product["images"]]


def is_trap_image(url: str) -> bool:
    return any(f"/media-{name}" in url for name in TRAPS)


def catalog_of(ingest: Ingest) -> tuple[dict[str, Product], dict[str, list[ProductImage]]]:
    """Return the products that a shopper can find, by address, and their images that are in the shop still."""
    with transaction(ingest.tenant_id) as session:
        shown = Product.state.in_(("live", "attention"))
        rows = session.scalars(select(Product).where(Product.tenant_id == ingest.tenant_id, shown)).all()
        own = select(ProductImage).where(ProductImage.tenant_id == ingest.tenant_id, ProductImage.state != "gone")
        images = session.scalars(own).all()
    products = {product.url: product for product in rows}
    return products, {row.url: [image for image in images if image.product_id == row.id] for row in rows}
