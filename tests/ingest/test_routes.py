"""The webhook by which a shop says that products changed: who may, what is refused, and that the pages are read."""

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.ingest.routes import PER_MINUTE
from backend.tenants.models import FrontierUrl, IngestRun

DRESS = "https://shop.example/products/dress"


def send(client, shop, body, *, key=None):
    headers = {"Authorization": f"Bearer {key or shop.secret_key}"}
    return client.post("/v1/products/refresh", json=body, headers=headers)


def queued(shop):
    with transaction(shop.tenant_id) as session:
        run = session.scalars(select(IngestRun)).one()
        rows = session.scalars(select(FrontierUrl).where(FrontierUrl.run_id == run.id, FrontierUrl.state == "queued"))
        return run, {row.url for row in rows}


def test_pages_that_a_shop_names_wait_for_a_run_of_their_own(client, make_shop):
    shop = make_shop()
    shop.add_product("A coat", sku="C-1", url="https://shop.example/products/coat")

    answer = send(client, shop, {"urls": [f"{DRESS}?utm_source=x", DRESS], "skus": ["C-1", "C-9"]})

    run, urls = queued(shop)
    assert (answer.status_code, answer.json) == (202, {"run": run.id, "accepted": 2, "unknown": ["C-9"]})
    assert run.kind == "urls"
    assert urls == {DRESS, "https://shop.example/products/coat"}


def test_what_comes_while_a_run_is_open_joins_it(client, make_shop):
    shop = make_shop()

    first, second = (send(client, shop, {"urls": [f"{DRESS}-{n}"]}).json["run"] for n in range(2))

    assert first == second
    assert len(queued(shop)[1]) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"urls": []},
        {"urls": ["https://elsewhere.example/dress"]},
        {"urls": ["http://169.254.169.254/latest"]},
        {"urls": ["http://[::1"]},
        {"urls": [DRESS] * 101},
        {"urls": "https://shop.example/"},
        {"skus": [""]},
        {"urls": [DRESS], "more": 1},
        [DRESS],
        "text",
    ],
)
def test_what_names_no_page_of_the_shop_is_refused_and_starts_nothing(client, make_shop, body):
    shop = make_shop()

    answer = send(client, shop, body)

    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_input")
    with transaction(shop.tenant_id) as session:
        assert session.scalars(select(IngestRun)).all() == []


def test_only_the_secret_key_may_ask(client, make_shop):
    shop = make_shop()

    assert send(client, shop, {"urls": [DRESS]}, key=shop.publishable_key).status_code == 403
    assert send(client, shop, {"urls": [DRESS]}, key="sk_nobody").status_code == 401
    assert client.post("/v1/products/refresh", json={"urls": [DRESS]}).status_code == 401


def test_a_shop_that_asks_too_often_is_told_to_wait(client, make_shop):
    shop, other = make_shop(), make_shop()
    for _ in range(PER_MINUTE):
        send(client, shop, {"skus": ["x"]})

    refused = send(client, shop, {"skus": ["x"]})

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert send(client, other, {"skus": ["x"]}).status_code == 202


def test_a_body_that_is_nested_without_end_is_refused(client, make_shop):
    headers = make_shop().headers

    answer = client.post("/v1/products/refresh", data='{"urls":' + "[" * 100_000, headers=headers)

    assert answer.status_code == 400
