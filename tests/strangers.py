"""What a stranger tries on each route: every endpoint of the app has its case here, or the suite fails.

A case is a function of one `Stranger`; it asserts that the other shop's things are not found. The dashboard's cases,
for people who sign in, are in tests/dashboard/strangers.py; tests/search/test_strangers.py asks for both.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.db import transaction
from backend.tenants import widget
from backend.tenants.models import Product
from tests.conftest import Shop


@dataclass(frozen=True)
class Stranger:
    """`us` holds valid keys and asks for what is `theirs`: a product in their gallery, and a search they made."""

    client: FlaskClient
    us: Shop
    theirs: Shop
    product: Product
    query_id: str
    photo: bytes

    def get(self, path: str, shop: Shop | None = None, **named: str) -> TestResponse:
        return self.client.get(path, query_string=named, headers=(shop or self.us).headers)


CASES: dict[str, Callable[[Stranger], None]] = {}
PUBLIC = frozenset({"search.openapi_document", "assets.static", "widget.file", "healthz", "readyz", "metrics"})
"""Endpoints that know no tenant: they answer everybody the same."""


def case(endpoint: str) -> Callable[[Callable[[Stranger], None]], Callable[[Stranger], None]]:
    """Register what a stranger tries on this endpoint."""

    def register(attempt: Callable[[Stranger], None]) -> Callable[[Stranger], None]:
        CASES[endpoint] = attempt
        return attempt

    return register


@case("search.search_photo")
def photo_of_their_product(stranger: Stranger) -> None:
    def send(shop: Shop, **fields: Any) -> TestResponse:
        form = {"image": (BytesIO(stranger.photo), "a.png"), **fields}
        return stranger.client.post("/v1/search/photo", data=form, headers=shop.headers)

    control = send(stranger.theirs)
    ours = send(stranger.us)
    of_their_host = stranger.client.post(
        "/v1/search/photo",
        data={"image_url": f"{stranger.product.url}.jpg"},
        headers=stranger.us.headers,
        content_type="multipart/form-data",
    )

    assert stranger.product.id in control.text
    assert ours.status_code == 200
    assert all(one["matches"] == [] for one in ours.json["objects"])
    assert stranger.product.id not in ours.text
    assert of_their_host.json["error"]["code"] == "image_url_refused"


@case("search.similar")
def similar_to_their_product(stranger: Stranger) -> None:
    product = stranger.product
    for named in ({"product_id": product.id}, {"sku": product.sku or ""}, {"url": product.url}):
        assert stranger.get("/v1/similar", stranger.theirs, **named).status_code == 200
        assert stranger.get("/v1/similar", **named).status_code == 404


@case("search.search_text")
def words_of_their_product(stranger: Stranger) -> None:
    assert stranger.get("/v1/search/text", stranger.theirs, q=stranger.product.title).json["matches"] != []
    assert stranger.get("/v1/search/text", q=stranger.product.title).json["matches"] == []


@case("search.widget_look")
def look_of_their_widget(stranger: Stranger) -> None:
    with transaction(stranger.theirs.tenant_id) as session:
        widget.keep(session, stranger.theirs.tenant_id, widget.clean({"accent": "#123456", "similar_en": "Ours alone"}))

    assert stranger.get("/v1/widget", stranger.theirs).json["accent"] == "#123456"
    assert stranger.get("/v1/widget").json["accent"] is None
    assert "Ours alone" not in stranger.get("/v1/widget").text


@case("search.record_event")
def events_on_their_search(stranger: Stranger) -> None:
    def send(shop: Shop, query_id: str, product_id: str) -> TestResponse:
        body = {"query_id": query_id, "type": "click", "product_ids": [product_id]}
        return stranger.client.post("/v1/events", data=json.dumps(body), headers=shop.headers)

    own = stranger.us.products[0].id
    own_query = stranger.get("/v1/similar", product_id=own).json["query_id"]

    assert send(stranger.theirs, stranger.query_id, stranger.product.id).status_code == 204
    assert send(stranger.us, own_query, own).status_code == 204
    for query_id, product_id in (
        (stranger.query_id, stranger.product.id),
        (stranger.query_id, own),
        (own_query, stranger.product.id),
        (str(uuid4()), own),
        (own_query, str(uuid4())),
    ):
        assert send(stranger.us, query_id, product_id).status_code == 404


@case("search.list_products")
def their_catalogue(stranger: Stranger) -> None:
    listed = stranger.get("/v1/products")
    after_theirs = stranger.get("/v1/products", after=stranger.product.id)

    assert [product["product_id"] for product in listed.json["products"]] == [stranger.us.products[0].id]
    assert after_theirs.status_code == 404


@case("search.get_product")
def their_product_by_id(stranger: Stranger) -> None:
    path = f"/v1/products/{stranger.product.id}"

    assert stranger.get(path, stranger.theirs).status_code == 200
    told_of_theirs, told_of_nothing = stranger.get(path), stranger.get(f"/v1/products/{uuid4()}")
    assert (told_of_theirs.status_code, told_of_nothing.status_code) == (404, 404)
    assert told_of_theirs.json["error"]["message"] == told_of_nothing.json["error"]["message"]


@case("ingest.refresh_products")
def refreshing_their_products(stranger: Stranger) -> None:
    def send(shop: Shop, **body: list[str]) -> TestResponse:
        return stranger.client.post("/v1/products/refresh", json=body, headers=shop.headers)

    product = stranger.product
    by_url, by_sku = send(stranger.us, urls=[product.url]), send(stranger.us, skus=[product.sku or ""])
    control = send(stranger.theirs, urls=[product.url], skus=[product.sku or ""])

    assert by_url.status_code == 400
    assert (by_sku.status_code, by_sku.json["run"], by_sku.json["unknown"]) == (202, None, [product.sku])
    assert (control.status_code, control.json["accepted"]) == (202, 1)
