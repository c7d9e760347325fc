"""The catalogue as the shop's own server reads it."""

import pytest

from backend.db import transaction
from backend.tenants.models import Product


@pytest.fixture
def get(client):
    def ask(shop, path="/v1/products", **named):
        return client.get(path, query_string=named, headers=shop.headers)

    return ask


def test_the_catalogue_is_paged_by_key_newest_first(make_shop, shelf, get):
    shop = make_shop()
    ids = [shelf.announce(shop, f"product {number}").id for number in range(5)]

    pages, after = [], {}
    while True:
        page = get(shop, limit=2, **after).json
        pages.append([product["product_id"] for product in page["products"]])
        if page["next"] is None:
            break
        after = {"after": page["next"]}

    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]


def test_a_product_is_told_with_the_sellers_edits_its_pictures_and_its_state(make_shop, shelf, get):
    shop = make_shop()
    product = shelf.put(
        shop, "dress", sku="D-1", price="10", currency="EUR", colors=["red"], shades=["wine"], category="dress",
        fine_category="slip", pattern="dot",
    )  # fmt: skip
    with transaction(shop.tenant_id) as session:
        row = session.get(Product, product.id)
        row.overrides, row.state, row.attention = {"title": "Gown"}, "attention", ["price_zero"]

    told = get(shop, f"/v1/products/{product.id}").json

    assert (told["product_id"], told["title"], told["sku"], told["price"]) == (product.id, "Gown", "D-1", 10)
    assert told["images"] == [{"url": f"{product.url}.jpg", "usefulness": None}]
    assert (told["state"], told["attention"]) == ("attention", ["price_zero"])
    assert (told["colors"], told["category"], told["duplicate_of"]) == (["red"], "dress", None)
    assert (told["shades"], told["fine_category"], told["pattern"]) == (["wine"], "slip", "dot")


def test_the_catalogue_can_be_asked_by_state(make_shop, shelf, get):
    shop = make_shop()
    shelf.announce(shop, "here")
    shelf.announce(shop, "away", state="gone")

    assert [product["title"] for product in get(shop, state="gone").json["products"]] == ["away"]


@pytest.mark.parametrize(
    ("named", "titles"),
    [
        ({"fine_category": "cardigan"}, ["cardigan"]), ({"category": "top"}, ["shirt", "cardigan"]),
        ({"pattern": "check"}, ["shirt"]), ({"gender": "men", "category": "top"}, ["shirt"]), ({"pattern": "dot"}, []),
    ],
)  # fmt: skip
def test_the_catalogue_can_be_asked_by_kind_gender_and_pattern(make_shop, shelf, get, named, titles):
    shop = make_shop()
    shelf.announce(shop, "cardigan", category="top", fine_category="cardigan")
    shelf.announce(shop, "shirt", category="top", fine_category="shirt", pattern="check", gender="men")
    shelf.announce(shop, "coat", category="outer", fine_category="coat")

    assert [product["title"] for product in get(shop, **named).json["products"]] == titles


@pytest.mark.parametrize(
    "named",
    [{"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"state": "unknown"}, {"pattern": "tartan"}, {"gender": "dogs"}],
)
def test_fields_that_are_wrong_are_refused(make_shop, get, named):
    assert get(make_shop(), **named).status_code == 400


@pytest.mark.parametrize("id_", ["1", "5d9c9b3e-0000-4000-8000-000000000000", "..", "%27"])
def test_a_product_that_is_not_there_is_not_found(make_shop, get, id_):
    answer = get(make_shop(), f"/v1/products/{id_}")

    assert answer.status_code == 404
    assert set(answer.json["error"]) == {"code", "message", "request_id"}
