"""A stranger tries every route of the app with valid keys of another shop, and every key that should not work."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.db import transaction
from backend.tenants import keys
from tests.dashboard.strangers import CASES as DASHBOARD_CASES
from tests.search.query_worker import BLUE, RED
from tests.search.serving import RED_PHOTO, multipart
from tests.strangers import CASES, PUBLIC, Stranger

SECRET_ONLY = ("/v1/products", "/v1/products/5d9c9b3e-0000-4000-8000-000000000000")
OPEN_TO_BOTH = ("/v1/similar?sku=1", "/v1/search/text?q=dress")


def untried(app: Flask) -> set[str]:
    """Return the endpoints of the app that have no stranger's case."""
    return {rule.endpoint for rule in app.url_map.iter_rules()} - CASES.keys() - DASHBOARD_CASES.keys() - PUBLIC


def test_every_route_of_the_app_has_a_strangers_case(app):
    assert untried(app) == set(), "write what a stranger tries there, in a strangers.py"


def test_a_new_route_without_a_strangers_case_is_noticed(app):
    app.add_url_rule("/new", "new_route", lambda: "")

    assert "new_route" in untried(app)


@pytest.fixture
def stranger(client, make_shop, shelf, query_worker):
    us = make_shop("Ours", "https://ours.example")
    theirs = make_shop("Theirs", "https://theirs.example")
    shelf.put(us, "blue jeans", color=BLUE, url="https://ours.example/jeans")
    product = shelf.put(theirs, "red velvet gown", color=RED, sku="GOWN-1", url="https://theirs.example/gown")
    query = client.get("/v1/similar", query_string={"product_id": product.id}, headers=theirs.headers)
    return Stranger(client, us, theirs, product, query.json["query_id"], RED_PHOTO)


@pytest.mark.parametrize("endpoint", sorted(CASES))
def test_a_stranger_finds_nothing_of_another_shop(stranger, endpoint):
    CASES[endpoint](stranger)


def ask_all(client: FlaskClient, *, key: str | None = None, **headers: str) -> set[tuple[int, str]]:
    """Ask every route that needs a key, with `key` in the address; return status and error code of the answers."""
    given = {"key": key} if key else {}
    answers = []
    for path in (*SECRET_ONLY, *OPEN_TO_BOTH):
        bare, _, query = path.partition("?")
        asked = dict(pair.split("=") for pair in query.split("&") if pair) | given
        answers.append(client.get(bare, query_string=asked, headers=headers))
    answers.append(client.post("/v1/search/photo", query_string=given, headers=headers, **multipart(RED_PHOTO)))
    answers.append(client.post("/v1/events", query_string=given, headers=headers, data="{}"))
    return {(answer.status_code, answer.json["error"]["code"]) for answer in answers}


def test_without_a_key_nothing_is_answered(client):
    assert ask_all(client) == {(401, "unauthorized")}
    assert ask_all(client, Authorization="Basic dXNlcjpwYXNz") == {(401, "unauthorized")}


@pytest.mark.parametrize("kind", ["publishable_key", "secret_key"])
def test_an_unknown_key_is_refused(client, make_shop, kind):
    known = getattr(make_shop(), kind)

    for key in (known[:-1], known + "x", known.swapcase(), known[:3], "pk_", "%00"):
        assert ask_all(client, Authorization=f"Bearer {key}") == {(401, "unauthorized")}


def test_a_revoked_key_is_refused_at_once_though_it_was_just_used(client, make_shop):
    shop = make_shop()
    for key in (shop.secret_key, shop.publishable_key):
        used = client.get("/v1/search/text", query_string={"q": "dress"}, headers={"Authorization": f"Bearer {key}"})
        assert used.status_code == 200
    with transaction(shop.tenant_id) as session:
        for key in keys.list_keys(session, shop.tenant_id):
            keys.revoke_key(session, shop.tenant_id, key.id)

    assert ask_all(client, Authorization=f"Bearer {shop.secret_key}") == {(401, "unauthorized")}
    assert ask_all(client, key=shop.publishable_key) == {(401, "unauthorized")}


def test_a_secret_key_in_an_address_is_refused_even_though_it_is_valid(client, make_shop):
    shop = make_shop()

    assert ask_all(client, key=shop.secret_key) == {(401, "unauthorized")}


@pytest.mark.parametrize("path", SECRET_ONLY)
def test_a_publishable_key_does_not_list_the_catalogue(client, make_shop, path):
    shop = make_shop()

    in_address = client.get(path, query_string={"key": shop.publishable_key})
    in_header = client.get(path, headers={"Authorization": f"Bearer {shop.publishable_key}"})

    assert (in_address.status_code, in_header.status_code) == (403, 403)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://shop.example.evil.example", "http://shop.example"]
)
def test_a_publishable_key_is_refused_to_the_pages_of_others(client, make_shop, origin):
    shop = make_shop(shop_url="https://shop.example")

    assert ask_all(client, key=shop.publishable_key, Origin=origin) == {(403, "forbidden")}


def test_an_origin_that_the_seller_added_may_search_at_once(client, make_shop):
    shop = make_shop(shop_url="https://shop.example")
    assert ask_all(client, key=shop.publishable_key, Origin="https://app.shop.example") == {(403, "forbidden")}
    with transaction(shop.tenant_id) as session:
        (key,) = [key for key in keys.list_keys(session, shop.tenant_id) if key.kind == "publishable"]
        keys.set_origins(session, shop.tenant_id, key.id, ["https://app.shop.example"])

    for origin in ("https://shop.example", "https://app.shop.example"):
        answer = client.get(
            "/v1/search/text", query_string={"q": "dress", "key": shop.publishable_key}, headers={"Origin": origin}
        )
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, origin)
