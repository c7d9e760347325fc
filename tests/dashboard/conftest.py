"""A browser, the web application on a real port, and people who sign in."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from backend.config import Settings
from backend.db import transaction
from backend.tenants import accounts
from backend.tenants.models import Product, User
from tests.conftest import Shop, free_port
from tests.dashboard.seeding import drawn_pieces, fill

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PASSWORD = "correct horse battery"
PATHS = (
    "/",
    "/catalog",
    "/pairs",
    "/pairs?state=merged",
    "/crawl",
    "/crawl/failures",
    "/crawl/failures?kind=pictures",
    "/searches",
    "/try",
    "/embed",
    "/embed/preview",
    "/keys",
    "/settings",
)
"""Every page of a shop but a product's."""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application on a port of its own; the value is its address."""

    def whole(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        """Answer with what was read to its end: werkzeug leaves files open for a browser that goes in the middle."""
        with closing(app(environ, start_response)) as answer:
            return [b"".join(answer)]

    port = free_port()
    server = make_server("127.0.0.1", port, whole, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Seller:
    """Someone who is signed in: gets pages, and posts forms with the token that a page gave."""

    client: FlaskClient
    shop: Shop

    def url(self, path: str) -> str:
        return f"/shops/{self.shop.tenant_id}{path}"

    def get(self, path: str) -> TestResponse:
        return self.client.get(self.url(path))

    def post(self, path: str, **fields: object) -> TestResponse:
        return self.client.post(self.url(path), data={"csrf_token": token(self.client), **fields})


def token(client: FlaskClient) -> str:
    """The CSRF token of this client's session, as a page shows it."""
    page = client.get("/sign-in", follow_redirects=True).get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return found[1]


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> TestResponse:
    fields = {"csrf_token": token(client), "email": email, "password": password, **more}
    return client.post("/sign-in", data=fields)


@pytest.fixture
def seller(app: Flask, make_shop: Callable[..., Shop]) -> Callable[..., Seller]:
    """Return a function that makes a shop and signs its person in: `seller(role="viewer", locale="en")`."""

    def make(shop: Shop | None = None, *, role: str = "owner", locale: str = "en") -> Seller:
        shop = shop or make_shop(name="Atelier Kiri")
        with transaction() as session:
            user = session.scalars(select(User).where(User.email == shop.email)).one()
            user.locale = locale
        with transaction(shop.tenant_id) as session:
            accounts.add_member(session, shop.tenant_id, user_id=user.id, role=role)
        client = app.test_client()
        assert sign_in(client, shop.email).status_code == 302
        return Seller(client, shop)

    return make


@pytest.fixture
def stocked(settings: Settings) -> Callable[[Shop], list[Product]]:
    """Return a function that fills a shop with drawn products."""
    return lambda shop: fill(settings, shop, drawn_pieces())
