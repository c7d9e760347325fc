"""What the tests of `/v1` share: a query worker that runs, photos to send, products on the shelf."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from rq import Worker
from werkzeug.test import TestResponse

from backend import queues
from backend.config import PROJECT, Settings
from backend.db import transaction
from backend.ingest.addresses import fingerprint
from backend.search.gallery import Entry, embedding_id
from backend.search.milvus_gallery import MilvusGallery, open_gallery
from backend.tenants.models import Product, ProductImage, ProductUrl
from tests.conftest import Shop, wait_until
from tests.search.query_worker import BLUE, CARD, RED, WHITE, vector_of

Color = Sequence[int]


@pytest.fixture(scope="session")
def query_worker(redis_url: str) -> Iterator[None]:
    """One query worker for all tests; its models see colours (tests/search/query_worker.py)."""
    command = [sys.executable, "-m", "tests.search.query_worker", redis_url]
    process = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL)
    connection = queues.connect(redis_url)
    wait_until(lambda: bool(Worker.all(connection=connection)), what="the query worker")
    yield
    process.terminate()
    process.wait(30)


@dataclass
class Shelf:
    """Puts products where a crawl would have put them: catalog and gallery."""

    settings: Settings

    def put(
        self, shop: Shop, title: str, *, color: Color = RED, pictured: Sequence[str] | None = None, **facts: Any
    ) -> Product:
        """Add a product with one picture, whose garment has this colour; `pictured` is what that is called."""
        product = self.announce(shop, title, **facts)
        with transaction(shop.tenant_id) as session:
            image = ProductImage(
                tenant_id=shop.tenant_id, product_id=product.id, url=f"{product.url}.jpg", state="live"
            )
            session.add(image)
        entry = Entry(
            embedding_id(image.id, (0, 0, 1, 1), CARD.model_id),
            vector_of(color),
            product.id,
            image.id,
            category=product.category or "",
            gender=product.gender or "",
            colors=tuple((product.colors or ()) if pictured is None else pictured),
            price=None if product.price is None else float(product.price),
            in_stock=product.availability != "OutOfStock",
        )
        self.gallery(shop).upsert([entry])
        return product

    def announce(self, shop: Shop, title: str, **facts: Any) -> Product:
        """Add a product that is in the catalog only."""
        number = len(shop.products) + 1
        url = facts.pop("url", f"https://shop.example/products/{shop.tenant_id[:8]}-{number}")
        product = shop.add_product(title, url=url, fingerprint=fingerprint(url), **facts)
        with transaction(shop.tenant_id) as session:
            session.add(
                ProductUrl(tenant_id=shop.tenant_id, product_id=product.id, url=url, fingerprint=fingerprint(url))
            )
        return product

    def gallery(self, shop: Shop) -> MilvusGallery:
        return open_gallery(
            self.settings.milvus_uri, "", tenant_id=shop.tenant_id, model_id=CARD.model_id, dim=CARD.dim
        )


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    return Shelf(settings)


def photo(*patches: tuple[Color, tuple[int, int, int, int]], size: int = 200, form: str = "PNG") -> bytes:
    """Return a white picture with rectangles (color, (left, top, right, bottom)) in pixels."""
    picture = Image.new("RGB", (size, size), WHITE)
    for color, place in patches:
        picture.paste(tuple(color), place)
    stream = BytesIO()
    picture.save(stream, form)
    return stream.getvalue()


RED_PHOTO = photo((RED, (20, 20, 180, 180)))
OUTFIT = photo((RED, (10, 10, 190, 100)), (BLUE, (60, 110, 140, 190)))


def multipart(data: bytes | None, **fields: Any) -> dict[str, Any]:
    """Return a photo search's body and content type; built here because Werkzeug's client spools large ones to disk."""
    boundary = "niteru-test-boundary"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in fields.items()]  # fmt: skip
    if data is not None:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="street.jpg"\r\n\r\n'
        parts += [head.encode(), data, b"\r\n"]
    return {
        "data": b"".join([*parts, f"--{boundary}--\r\n".encode()]),
        "content_type": f"multipart/form-data; boundary={boundary}",
    }


@pytest.fixture
def search(client: FlaskClient, query_worker: None) -> Callable[..., TestResponse]:
    """Return a function that searches by photo: `search(shop, photo, limit=…)`."""

    def send(shop: Shop | None, data: bytes | None = RED_PHOTO, **fields: Any) -> TestResponse:
        return client.post("/v1/search/photo", headers=shop.headers if shop else {}, **multipart(data, **fields))

    return send


def titles(matches: Sequence[dict[str, Any]]) -> list[str]:
    return [match["title"] for match in matches]
