"""Search by photo, through HTTP, a real queue and a real gallery; the worker's models see colours."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from backend.config import PROJECT
from backend.db import transaction
from backend.tenants.models import Product, SearchQuery, now
from tests.search.query_worker import BLUE, CARD, RED
from tests.search.serving import OUTFIT, RED_PHOTO, photo, titles


def test_every_object_of_a_photo_carries_its_matches_best_first(make_shop, shelf, search):
    shop = make_shop()
    shelf.put(shop, "red dress", color=RED, category="dress")
    shelf.put(shop, "crimson dress", color=(180, 40, 40), category="dress")
    shelf.put(shop, "blue jeans", color=BLUE, category="pants")

    answer = search(shop, OUTFIT).json

    dress, pants = answer["objects"]
    assert (dress["category"], pants["category"]) == ("dress", "pants")
    assert titles(dress["matches"]) == ["red dress", "crimson dress"]
    assert titles(pants["matches"]) == ["blue jeans"]
    assert dress["matches"][0]["tier"] == "same"
    assert dress["matches"][0]["score"] > dress["matches"][1]["score"]
    assert dress["box"] == pytest.approx([0.05, 0.05, 0.9, 0.45], abs=0.01)
    assert answer["notice"] is None


def test_an_object_is_told_as_finely_as_the_models_see_it(make_shop, search):
    answer = search(make_shop(), OUTFIT).json

    dress, pants = answer["objects"]
    assert (dress["colors"], dress["shades"]) == (["red"], ["red"])
    assert (pants["colors"], pants["shades"]) == (["blue"], ["blue"])
    assert (dress["fine_category"], dress["pattern"]) == ("slip", None)


def test_the_largest_object_is_the_primary_one(make_shop, search):
    shop = make_shop()
    small_red_large_blue = photo((RED, (10, 10, 40, 40)), (BLUE, (50, 50, 190, 190)))

    answer = search(shop, small_red_large_blue).json

    assert [one["category"] for one in answer["objects"]] == ["dress", "pants"]
    assert answer["primary"] == 1


def test_a_photo_without_a_garment_is_answered_as_one_whole(make_shop, shelf, search):
    shop = make_shop()
    shelf.put(shop, "olive thing", color=(90, 90, 0))

    answer = search(shop, photo(((90, 90, 0), (0, 0, 200, 200)))).json

    (whole,) = answer["objects"]
    assert (whole["found_by"], whole["box"]) == ("whole", [0, 0, 1, 1])
    assert titles(whole["matches"]) == ["olive thing"]


def test_a_box_asks_about_that_place_only(make_shop, shelf, search):
    shop = make_shop()
    shelf.put(shop, "red dress", color=RED)
    shelf.put(shop, "blue jeans", color=BLUE)

    answer = search(shop, OUTFIT, box="0.35,0.6,0.3,0.3").json

    (drawn,) = answer["objects"]
    assert (drawn["found_by"], drawn["box"]) == ("box", [0.35, 0.6, 0.3, 0.3])
    assert titles(drawn["matches"]) == ["blue jeans"]


def test_the_answer_tells_where_the_time_went(make_shop, search):
    took = search(make_shop()).json["took_ms"]

    assert {"decode", "detect", "embed", "search", "total"} <= took.keys()
    assert sum(took[stage] for stage in took if stage != "total") == pytest.approx(took["total"], abs=5)


def test_a_match_is_the_product_with_the_sellers_edits(make_shop, shelf, search):
    shop = make_shop()
    product = shelf.put(shop, "red dress", price="1990.5", currency="EUR", availability="InStock")
    edit(shop, product, overrides={"title": "Scarlet dress", "price": "1500"})

    (match,) = search(shop).json["objects"][0]["matches"]

    assert match["product_id"] == product.id
    assert (match["title"], match["price"], match["currency"]) == ("Scarlet dress", 1500, "EUR")
    assert (match["url"], match["image_url"]) == (product.url, f"{product.url}.jpg")
    assert match["availability"] == "InStock"


def test_a_price_that_was_not_seen_lately_is_not_shown(make_shop, shelf, search):
    shop = make_shop()
    product = shelf.put(shop, "red dress", price="1990", currency="JPY")
    edit(shop, product, last_seen_at=now() - timedelta(days=9))

    (match,) = search(shop).json["objects"][0]["matches"]

    assert (match["price"], match["currency"]) == (None, None)


@pytest.mark.parametrize("facts", [{"state": "gone"}, {"state": "hidden"}])
def test_what_may_not_be_shown_any_more_is_left_out_though_the_gallery_has_it(make_shop, shelf, search, facts):
    shop = make_shop()
    shelf.put(shop, "still here")
    edit(shop, shelf.put(shop, "away"), **facts)

    matches = search(shop).json["objects"][0]["matches"]

    assert titles(matches) == ["still here"]


def test_of_duplicates_the_primary_one_is_shown(make_shop, shelf, search):
    shop = make_shop()
    first = shelf.put(shop, "first")
    edit(shop, shelf.put(shop, "its copy"), duplicate_of=first.id)

    matches = search(shop).json["objects"][0]["matches"]

    assert titles(matches) == ["first"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"price": {"max": 50}}, ["cheap"]),
        ({"price": {"min": 50, "max": 200}}, ["dear"]),
        ({"gender": "men"}, ["dear"]),
        ({"gender": ["men", "women"]}, ["cheap", "dear"]),
        ({"color": ["red"]}, ["cheap"]),
        ({"category": "dress"}, ["cheap"]),
        ({"in_stock": True}, ["cheap"]),
        ({}, ["cheap", "dear"]),
    ],
)
def test_filters_narrow_the_search(make_shop, shelf, search, filters, expected):
    shop = make_shop()
    shelf.put(shop, "cheap", price="30", gender="women", colors=["red"], category="dress", availability="InStock")
    shelf.put(shop, "dear", price="90", gender="men", colors=["navy"], category="top", availability="OutOfStock")

    matches = search(shop, filters=json.dumps(filters)).json["objects"][0]["matches"]

    assert sorted(titles(matches)) == expected


def test_a_colour_keeps_what_its_count_promised(make_shop, shelf, search):
    """The shop says what a product comes in; a picture shows one colour of it, and seldom by the same name."""
    shop = make_shop()
    shelf.put(shop, "in two colours", colors=["navy", "red"], pictured=["navy"])
    shelf.put(shop, "called red, looks pink", colors=["red"], pictured=["pink"])
    shelf.put(shop, "called pink, looks red", colors=["pink"], pictured=["red"])
    shelf.put(shop, "of no known colour, looks red", colors=[], pictured=["red"])
    shelf.put(shop, "navy", colors=["navy"], pictured=["navy"])

    everything = search(shop).json["objects"][0]
    red = search(shop, filters='{"color": "red"}').json["objects"][0]
    by_words = search(shop, q="red").json["objects"][0]

    assert {one["value"]: one["count"] for one in everything["facets"]["color"]} == {"navy": 2, "red": 2, "pink": 1}
    expected = {"in two colours", "called red, looks pink", "of no known colour, looks red"}
    assert set(titles(red["matches"])) == set(titles(by_words["matches"])) == expected


def test_a_garment_is_answered_with_its_own_kind_or_one_close_to_it(make_shop, shelf, search):
    shop, nearly_red = make_shop(), (180, 150, 150)
    for category in ("dress", "skirt", "shoes", None):
        shelf.put(shop, str(category), color=nearly_red, category=category)
    shelf.put(shop, "the very same, filed under shoes", color=RED, category="shoes")

    found, of_a_named_kind = search(shop).json, search(shop, filters='{"category": "shoes"}').json

    assert titles(found["objects"][0]["matches"])[0] == "the very same, filed under shoes"
    assert set(titles(found["objects"][0]["matches"])[1:]) == {"dress", "skirt", "None"}
    assert set(titles(of_a_named_kind["objects"][0]["matches"])) == {"shoes", "the very same, filed under shoes"}


def test_words_narrow_the_search_and_say_what_was_understood(make_shop, shelf, search):
    shop = make_shop()
    shelf.put(shop, "red one", colors=["red"])
    shelf.put(shop, "navy one", colors=["navy"])

    answer = search(shop, q="赤").json

    assert titles(answer["objects"][0]["matches"]) == ["red one"]
    assert answer["understood"] == [{"kind": "color", "value": "red", "text": "赤"}]
    assert answer["passed_over"] == []


def test_words_that_the_filters_forbid_are_told_and_not_applied(make_shop, shelf, search, client):
    shop = make_shop()
    shelf.put(shop, "red one", colors=["red"])
    shelf.put(shop, "navy one", colors=["navy"])
    wish = {"q": "赤", "filters": '{"color": "navy"}'}

    answer = search(shop, **wish).json
    by_words = client.get("/v1/search/text", headers=shop.headers, query_string=wish).json

    assert titles(answer["objects"][0]["matches"]) == ["navy one"]
    for each in (answer, by_words):
        assert each["passed_over"] == [{"kind": "color", "value": "red", "text": "赤"}]
        assert each["understood"] == []


def test_limit_bounds_the_matches_of_each_object(make_shop, shelf, search):
    shop = make_shop()
    for number in range(4):
        shelf.put(shop, f"dress {number}")

    assert len(search(shop, limit=3).json["objects"][0]["matches"]) == 3


def test_a_shop_without_a_crawl_gets_its_objects_and_the_reason(make_shop, search):
    answer = search(make_shop())

    assert answer.status_code == 200
    assert answer.json["objects"][0]["matches"] == []
    assert "first crawl" in answer.json["notice"]


def test_an_answered_search_leaves_a_row_without_the_photo(make_shop, shelf, search):
    shop = make_shop()
    shelf.put(shop, "red dress")

    answer = search(shop, OUTFIT, q="red").json

    with transaction(shop.tenant_id) as session:
        row = session.get(SearchQuery, answer["query_id"])
    assert (row.kind, row.categories, row.words) == ("photo", ["dress", "pants"], "red")
    assert row.matches == sum(len(one["matches"]) for one in answer["objects"])
    assert row.took_ms == answer["took_ms"]["total"]


def test_the_web_process_imports_no_model_runtime():
    script = (
        "import sys, backend.app\n"
        "heavy = {'torch', 'torchvision', 'ultralytics', 'onnxruntime', 'openvino', 'cv2', 'timm'}\n"
        "print(*heavy & sys.modules.keys())"
    )

    printed = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)

    assert printed.stdout.strip() == ""


def edit(shop, product, **facts):
    with transaction(shop.tenant_id) as session:
        row = session.get(Product, product.id)
        for name, value in facts.items():
            setattr(row, name, value)


def test_metrics_name_what_looks_at_pictures_in_each_warm_worker(make_shop, client, search):
    shop = make_shop()
    search(shop, RED_PHOTO)

    page = client.get("/metrics").text

    facts = f'detector_side="64",device="cpu",model_id="{CARD.model_id}",queue="query",runtime="colors"'
    assert f"niteru_vision_info{{{facts}}} 1.0" in page
