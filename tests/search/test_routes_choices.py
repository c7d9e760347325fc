"""What answers may be narrowed by, the seller's rules in them, and why they are what they are."""

import json

import pytest

from backend.db import transaction
from backend.search.facets import facets_of, sizes_in_stock
from backend.tenants.catalog import effective
from backend.tenants.models import Detection, Product, ProductImage
from tests.search.query_worker import RED
from tests.search.serving import multipart, titles

REDS = [RED, (225, 8, 8), (215, 10, 10), (205, 14, 14)]
VARIANTS = [{"size": "S", "availability": "OutOfStock"}, {"size": "M", "availability": "InStock"}, {"size": "M"}]


def change(shop, product, **columns):
    with transaction(shop.tenant_id) as session:
        row = session.get(Product, product.id)
        for name, value in columns.items():
            setattr(row, name, value)


def counts(choices):
    return {choice["value"]: choice["count"] for choice in choices}


@pytest.mark.parametrize(
    ("facts", "sizes"),
    [
        ({"variants": VARIANTS, "sizes": ["S", "M"]}, ["M"]),
        ({"sizes": ["S", "M", "S"]}, ["S", "M"]),
        ({"sizes": ["S"], "availability": "SoldOut"}, []),
        ({}, []),
    ],
)
def test_sizes_in_stock_are_those_that_can_be_bought(facts, sizes):
    assert sizes_in_stock(effective(Product(overrides={}, **facts))) == sizes


def test_facets_count_products_with_the_sellers_edits():
    products = [
        Product(title="a", category="top", colors=["red", "blue"], price=10, currency="JPY", overrides={}),
        Product(title="b", category="top", colors=["red"], price=30, currency="JPY", overrides={"category": "dress"}),
        Product(title="c", colors=[], availability="OutOfStock", price=1, currency="USD", overrides={}),
    ]

    facets = facets_of([effective(product) for product in products])

    assert {choice.value: choice.count for choice in facets.category} == {"top": 1, "dress": 1}
    assert {choice.value: choice.count for choice in facets.color} == {"red": 2, "blue": 1}
    assert facets.in_stock == 2
    assert facets.price is not None
    assert (facets.price.min, facets.price.max, facets.price.currency) == (10, 30, "JPY")


def test_a_photos_answer_counts_its_choices_and_is_narrowed_by_them(make_shop, shelf, search):
    shop = make_shop()
    for number, color in enumerate(REDS):
        shelf.put(shop, f"dress {number}", color=color, brand=["Aoi", "Beni"][number % 2], sizes=["S", "M"][:number])

    everything = search(shop, limit=2).json["objects"][0]
    of_one_brand = search(shop, filters=json.dumps({"brand": "aoi"})).json["objects"][0]
    in_size_m = search(shop, filters=json.dumps({"size": ["M"]})).json["objects"][0]

    assert counts(everything["facets"]["brand"]) == {"Aoi": 2, "Beni": 2}
    assert counts(everything["facets"]["size"]) == {"S": 3, "M": 2}
    assert len(everything["matches"]) == 2
    assert set(titles(of_one_brand["matches"])) == {"dress 0", "dress 2"}
    assert set(titles(in_size_m["matches"])) == {"dress 2", "dress 3"}


def test_words_are_narrowed_by_brand_too(client, make_shop):
    shop = make_shop()
    shop.add_product("linen dress", brand="Aoi")
    shop.add_product("cotton dress", brand="Beni")

    asked = {"q": "dress", "filters": json.dumps({"brand": ["Beni"]})}
    answer = client.get("/v1/search/text", query_string=asked, headers=shop.headers).json

    assert titles(answer["matches"]) == ["cotton dress"]
    assert counts(answer["facets"]["brand"]) == {"Beni": 1}


def test_a_pinned_product_comes_first_and_a_buried_one_last(make_shop, shelf, search):
    shop = make_shop()
    products = [shelf.put(shop, f"dress {number}", color=color) for number, color in enumerate(REDS)]
    change(shop, products[0], placement="bury")
    change(shop, products[3], placement="pin")

    (found,) = search(shop).json["objects"]

    assert titles(found["matches"]) == ["dress 3", "dress 1", "dress 2", "dress 0"]


def test_similar_items_show_other_designs_before_more_colours_of_one(client, make_shop, shelf):
    shop = make_shop()
    asked = shelf.put(shop, "Linen shirt red", color=RED)
    shelf.put(shop, "Linen shirt wine", color=REDS[1])
    shelf.put(shop, "Poplin shirt red", color=REDS[2])
    shelf.put(shop, "Poplin shirt wine", color=REDS[3])
    shelf.put(shop, "Cotton tee", color=(195, 18, 18))

    def similar(limit):
        named = {"product_id": asked.id, "limit": limit}
        return titles(client.get("/v1/similar", query_string=named, headers=shop.headers).json["matches"])

    assert similar(2) == ["Poplin shirt red", "Cotton tee"]
    assert len(similar(20)) == 4


def alike(shop, products, **facts):
    """Give the pictures of these products the same facts."""
    with transaction(shop.tenant_id) as session:
        for product in products:
            (image,) = session.query(ProductImage).filter_by(tenant_id=shop.tenant_id, product_id=product.id)
            for name, value in facts.items():
                setattr(image, name, value)


@pytest.mark.parametrize("same", ["content_hash", "perceptual_hash"])
def test_one_photo_on_two_products_is_shown_once_where_there_are_others(make_shop, shelf, search, same):
    shop = make_shop()
    products = [shelf.put(shop, f"dress {number}", color=color) for number, color in enumerate(REDS)]
    alike(shop, products[:2], **{same: "f0f0f0f0f0f0f0f0"})

    (found,) = search(shop, limit=3).json["objects"]

    assert titles(found["matches"]) == ["dress 0", "dress 2", "dress 3"]


def test_another_colour_in_the_same_pose_is_no_repeat(make_shop, shelf, search):
    shop = make_shop()
    products = [shelf.put(shop, f"dress {number}", color=color) for number, color in enumerate(REDS)]
    alike(shop, products[:2], perceptual_hash="f0f0f0f0f0f0f0f0")
    change(shop, products[1], colors=["wine"])

    (found,) = search(shop, limit=3).json["objects"]

    assert titles(found["matches"]) == ["dress 0", "dress 1", "dress 2"]


def test_a_secret_key_is_told_why(make_shop, shelf, search):
    shop = make_shop()
    products = [shelf.put(shop, f"dress {number}", color=color, brand="Aoi") for number, color in enumerate(REDS)]
    change(shop, products[1], placement="boost")
    change(shop, products[2], state="hidden")
    change(shop, products[3], brand="Beni")
    with transaction(shop.tenant_id) as session:
        image = session.query(ProductImage).filter_by(tenant_id=shop.tenant_id, product_id=products[0].id).one()
        box = {"x": 0.1, "y": 0.2, "w": 0.5, "h": 0.6, "category": "dress", "confidence": 0.9, "for_sale": True}
        session.add(Detection(tenant_id=shop.tenant_id, image_id=image.id, **box))

    (found,) = search(shop, why="true", filters=json.dumps({"brand": "Aoi"})).json["objects"]

    reasons = {one["product_id"]: one["reason"] for one in found["left_out"]}
    assert reasons == {products[2].id: "not_shown", products[3].id: "filtered"}
    whys = {match["product_id"]: match["why"] for match in found["matches"]}
    assert whys[products[1].id]["rule"] == "boost"
    assert whys[products[0].id]["box"] == [0.1, 0.2, 0.5, 0.6]
    assert whys[products[0].id]["reaches"].keys() == {"same", "close", "style"}


def test_a_page_is_not_told_why(client, make_shop, query_worker):
    shop = make_shop()

    answer = client.get("/v1/search/text", query_string={"q": "dress", "why": "1", "key": shop.publishable_key})
    photo = client.post(f"/v1/search/photo?key={shop.publishable_key}", **multipart(b"x", why="1"))

    assert [one.status_code for one in (answer, photo)] == [400, 400]
    assert "secret key" in answer.json["error"]["message"]


def test_rules_and_reasons_of_one_shop_are_nothing_to_another(make_shop, shelf, search):
    ours, theirs = make_shop(), make_shop()
    mine = shelf.put(ours, "our dress", color=RED)
    change(theirs, shelf.put(theirs, "their dress", color=RED), placement="pin")

    (found,) = search(ours, why="true").json["objects"]

    assert [match["product_id"] for match in found["matches"]] == [mine.id]
    assert found["left_out"] == []
