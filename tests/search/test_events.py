"""What shoppers did: sent by sendBeacon from the shop's pages, so by anybody."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from backend.app import create_app
from backend.db import transaction
from backend.tenants.models import Event


@pytest.fixture
def shop(make_shop, shelf):
    shop = make_shop()
    shelf.announce(shop, "red dress")
    shelf.announce(shop, "blue jeans")
    return shop


@pytest.fixture
def query_id(client, shop):
    return client.get("/v1/search/text", query_string={"q": "dress"}, headers=shop.headers).json["query_id"]


@pytest.fixture
def send(client, shop):
    """Return a function that sends an event as a browser does: text/plain, the key in the address."""

    def beacon(body, *, content_type="text/plain;charset=UTF-8", headers=None):
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        url = f"/v1/events?key={shop.publishable_key}"
        return client.post(url, data=data, content_type=content_type, headers=headers)

    return beacon


def noted(shop):
    with transaction(shop.tenant_id) as session:
        return sorted((event.type, event.product_id) for event in session.scalars(select(Event)))


@pytest.mark.parametrize("content_type", ["text/plain;charset=UTF-8", "application/json", None])
def test_an_event_is_noted_for_each_product(shop, query_id, send, content_type):
    ids = sorted(product.id for product in shop.products)

    answer = send({"query_id": query_id, "type": "impression", "product_ids": ids}, content_type=content_type)

    assert (answer.status_code, answer.data) == (204, b"")
    assert noted(shop) == [("impression", id_) for id_ in ids]


def test_an_event_about_similar_items_is_noted_before_its_search_is(client, shop, shelf, send):
    dress = shelf.put(shop, "red dress")
    other = shelf.put(shop, "another red dress")
    answer = client.get("/v1/similar", query_string={"product_id": dress.id}, headers=shop.headers).json

    sent = send({"query_id": answer["query_id"], "type": "impression", "product_ids": [other.id]})

    assert (sent.status_code, noted(shop)) == (204, [("impression", other.id)])


@pytest.mark.parametrize("kind", ["impression", "click", "add_to_cart", "purchase"])
def test_the_same_event_sent_again_is_noted_once(shop, query_id, send, kind):
    product_id = shop.products[0].id
    event = {"query_id": query_id, "type": kind, "product_ids": [product_id, product_id]}

    answers = [send(event) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {204}
    assert noted(shop) == [(kind, product_id)]


def test_a_new_product_among_noted_ones_is_noted(shop, query_id, send):
    first, second = (product.id for product in shop.products)
    send({"query_id": query_id, "type": "impression", "product_ids": [first]})

    send({"query_id": query_id, "type": "impression", "product_ids": [first, second]})

    assert noted(shop) == sorted([("impression", first), ("impression", second)])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"type": "bought"}, "type"),
        ({"query_id": "1"}, "query_id"),
        ({"query_id": None}, "query_id"),
        ({"product_ids": []}, "product_ids"),
        ({"product_ids": ["x"]}, "product_ids"),
        ({"product_ids": "all"}, "product_ids"),
        ({"product_ids": [str(uuid4())] * 101}, "product_ids"),
    ],
)
def test_an_event_that_is_wrong_is_refused_by_name(shop, query_id, send, change, word):
    answer = send({"query_id": query_id, "type": "click", "product_ids": [shop.products[0].id], **change})

    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_input")
    assert word in answer.json["error"]["message"]
    assert noted(shop) == []


@pytest.mark.parametrize("body", ["", "not json", "[]", "null", b"\xff\xfe", "[" * 50_000])
def test_what_is_no_event_is_refused(send, body):
    answer = send(body)

    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_input")


def test_an_event_is_bounded_in_size_and_kind(send):
    too_large, wrong_kind = send("x" * 70_000), send("a=b", content_type="application/x-www-form-urlencoded")

    assert (too_large.status_code, too_large.json["error"]["code"]) == (413, "event_too_large")
    assert (wrong_kind.status_code, wrong_kind.json["error"]["code"]) == (415, "content_type_unsupported")


@pytest.mark.parametrize("unknown", ["query_id", "product_ids"])
def test_an_event_about_something_unknown_notes_nothing(shop, query_id, send, unknown):
    event = {"query_id": query_id, "type": "click", "product_ids": [shop.products[0].id]}
    event[unknown] = str(uuid4()) if unknown == "query_id" else [shop.products[0].id, str(uuid4())]

    answer = send(event)

    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert noted(shop) == []


def test_a_page_that_may_not_use_the_key_cannot_send_events(shop, query_id, send):
    event = {"query_id": query_id, "type": "click", "product_ids": [shop.products[0].id]}

    answer = send(event, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert noted(shop) == []


def test_events_of_one_address_are_limited(settings, shop):
    client = create_app(replace(settings, photos_per_minute=3)).test_client()
    url = f"/v1/events?key={shop.publishable_key}"

    statuses = [client.post(url, data="{}").status_code for _ in range(5)]
    from_elsewhere = client.post(url, data="{}", environ_base={"REMOTE_ADDR": "203.0.113.9"})

    assert statuses == [400, 400, 400, 429, 429]
    assert from_elsewhere.status_code == 400
