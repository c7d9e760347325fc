"""Search by photo, through HTTP, a real queue and a real gallery; the worker's models see colours."""

import io
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image

from backend import queues
from backend.app import create_app
from backend.config import PROJECT
from backend.db import transaction
from backend.search import jobs
from backend.tenants.models import Product, SearchQuery, now
from tests.conftest import free_port
from tests.search.query_worker import BLUE, CARD, RED, ColorVision
from tests.search.serving import RED_PHOTO, multipart, photo, titles

OUTFIT = photo((RED, (10, 10, 190, 100)), (BLUE, (60, 110, 140, 190)))


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


def bomb() -> bytes:
    """A PNG of a few KB that claims 400 megapixels."""
    stream = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(stream, "PNG", optimize=True)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "refusal", "word"),
    [
        (b"", (422, "image_unreadable"), "empty"),
        (b"this is no picture at all", (415, "image_type_unsupported"), "JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", (415, "image_type_unsupported"), "SVG"),
        (RED_PHOTO[:60], (422, "image_unreadable"), "damaged"),
        (photo((RED, (0, 0, 900, 900)), size=900, form="JPEG")[:-900], (422, "image_unreadable"), "damaged"),
        (bomb(), (413, "image_too_large"), "megapixels"),
    ],
    ids=["empty", "text", "svg", "header only", "truncated", "bomb"],
)
def test_bytes_that_are_no_picture_are_refused_clearly(make_shop, search, data, refusal, word):
    answer = search(make_shop(), data)

    assert (answer.status_code, answer.json["error"]["code"]) == refusal
    assert word in answer.json["error"]["message"]
    assert answer.json["error"]["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"box": "1,2,3"}, "box"),
        ({"box": "a,b,c,d"}, "box"),
        ({"box": "0.5,0.5,0.9,0.1"}, "box"),
        ({"box": "0,0,0,0"}, "box"),
        ({"box": "nan,0,1,1"}, "box"),
        ({"filters": "{"}, "filters"),
        ({"filters": "[]"}, "filters"),
        ({"filters": '{"colour": "red"}'}, "colour"),
        ({"filters": '{"color": "reddish"}'}, "reddish"),
        ({"filters": '{"price": {"min": 9, "max": 1}}'}, "price"),
        ({"filters": '{"price": {"min": "NaN"}}'}, "price"),
        ({"limit": "0"}, "limit"),
        ({"limit": "51"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"q": "x" * 201}, "q"),
        ({"image_url": "https://shop.example/a.jpg"}, "image_url"),
    ],
)
def test_fields_that_are_wrong_are_named(make_shop, search, fields, word):
    answer = search(make_shop(), **fields)

    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_input")
    assert word in answer.json["error"]["message"]


def test_a_request_without_a_picture_says_what_to_send(make_shop, search, client):
    shop = make_shop()

    nothing = search(shop, None)
    as_text = client.post("/v1/search/photo", headers=shop.headers, **multipart(None, image="abc"))

    assert (nothing.status_code, as_text.status_code) == (400, 400)
    assert "image" in nothing.json["error"]["message"]
    assert "file" in as_text.json["error"]["message"]


@pytest.mark.parametrize("content_type", ["application/json", "image/jpeg", "application/x-www-form-urlencoded", None])
def test_a_wrong_content_type_is_refused(make_shop, client, content_type):
    answer = client.post("/v1/search/photo", data=RED_PHOTO, headers=make_shop().headers, content_type=content_type)

    assert (answer.status_code, answer.json["error"]["code"]) == (415, "content_type_unsupported")


def test_a_picture_that_is_too_large_is_refused(make_shop, search, settings):
    answer = search(make_shop(), b"\xff" * (settings.photo_max_bytes + 1))
    beyond = search(make_shop(), b"\xff" * (settings.photo_max_bytes + 1_000_000))

    assert (answer.status_code, answer.json["error"]["code"]) == (413, "image_too_large")
    assert (beyond.status_code, beyond.json["error"]["code"]) == (413, "image_too_large")


def test_photos_are_counted_by_shop_so_that_one_shop_cannot_use_up_anothers(settings, make_shop, query_worker):
    ours, theirs = make_shop(), make_shop()
    app = create_app(replace(settings, photos_per_minute=2))

    def send(shop):
        return app.test_client().post("/v1/search/photo", headers=shop.headers, **multipart(RED_PHOTO))

    answers = [send(ours) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert send(theirs).status_code == 200


def test_one_shopper_cannot_use_up_the_shops_photos(settings, make_shop):
    shop = make_shop()
    app = create_app(replace(settings, photos_per_minute=200))
    url = f"/v1/search/photo?key={shop.publishable_key}"

    statuses = [app.test_client().post(url, data=b"").status_code for _ in range(42)]
    other = app.test_client().post(url, data=b"", environ_base={"REMOTE_ADDR": "203.0.113.9"})

    assert statuses.count(429) == 2
    assert other.status_code == 415


def test_with_nobody_to_look_the_answer_is_busy_and_says_when_to_come_back(settings, make_shop, redis_url):
    shop = make_shop()
    app = create_app(replace(settings, query_queue_limit=0))

    answer = app.test_client().post("/v1/search/photo", headers=shop.headers, **multipart(RED_PHOTO))

    assert (answer.status_code, answer.json["error"]["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_rush_in_one_shop_leaves_the_others_their_turn(settings, make_shop, shelf, query_worker):
    rushing, quiet = make_shop(), make_shop()
    app = create_app(replace(settings, query_tenant_limit=1))
    held = queues._turn(rushing.tenant_id, 1)  # somebody's photo of that shop is under way

    with held:
        refused = app.test_client().post("/v1/search/photo", headers=rushing.headers, **multipart(RED_PHOTO))
        answered = app.test_client().post("/v1/search/photo", headers=quiet.headers, **multipart(RED_PHOTO))
    later = app.test_client().post("/v1/search/photo", headers=rushing.headers, **multipart(RED_PHOTO))

    assert (refused.status_code, refused.json["error"]["code"]) == (503, "busy")
    assert (answered.status_code, later.status_code) == (200, 200)


def test_a_gallery_that_is_away_is_a_clear_503(settings, make_shop, query_worker):
    shop = make_shop()
    app = create_app(replace(settings, milvus_uri=f"http://127.0.0.1:{free_port()}"))

    answer = app.test_client().post("/v1/search/photo", headers=shop.headers, **multipart(RED_PHOTO))

    assert (answer.status_code, answer.json["error"]["code"]) == (503, "gallery_unavailable")


def test_a_page_of_the_shop_may_read_the_answer_and_another_page_may_not(make_shop, client, query_worker):
    shop = make_shop()
    url = f"/v1/search/photo?key={shop.publishable_key}"

    def send(origin):
        return client.post(url, headers={"Origin": origin}, **multipart(RED_PHOTO))

    ours, others = send("https://shop.example"), send("https://evil.example")

    assert (ours.status_code, ours.headers["Access-Control-Allow-Origin"]) == (200, "https://shop.example")
    assert (others.status_code, others.json["error"]["code"]) == (403, "forbidden")


class Opened:
    """Paths that this process opened for writing while `watching`, told by the interpreter itself."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.watching = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple) -> None:
        if not self.watching:
            return
        if event in {"tempfile.mkstemp", "tempfile.mkdtemp"}:
            self.paths.append(str(arguments[0]))
        if event == "open" and (arguments[2] or 0) & 3:
            self.paths.append(str(arguments[0]))


def test_a_photo_never_touches_the_disk_nor_a_log(app, make_shop, search, capfd, monkeypatch):
    shop, opened = make_shop(), Opened()
    large = photo((RED, (20, 20, 1480, 1480)), size=1500, form="BMP")
    monkeypatch.setattr(tempfile, "tempdir", None)

    opened.watching = True
    answer = search(shop, large)
    opened.watching = False

    assert len(large) > 5_000_000
    assert answer.status_code == 415  # BMP is no format of ours: what counts is that all of it travelled
    assert [path for path in opened.paths if not path.startswith("/dev/")] == []
    assert "BM" not in capfd.readouterr().err
    assert [key for key in queues.redis().scan_iter() if b"photo:" in key] == []


def test_the_upload_stays_in_memory_whatever_its_size(app, make_shop):
    with app.test_request_context("/v1/search/photo", method="POST", **multipart(b"x" * 3_000_000)) as context:
        stream = context.request.files["image"].stream

    assert isinstance(stream, io.BytesIO)


def test_the_worker_looks_at_a_photo_without_the_disk_and_forgets_it(settings, app):
    opened, key = Opened(), "niteru:photo:test"
    jobs.use(ColorVision())
    queues.redis().set(key, OUTFIT, ex=30)

    opened.watching = True
    answer = jobs.look_at_photo(photo_key=key, tenant_id="a")["answer"]
    opened.watching = False

    assert [one["category"] for one in answer["objects"]] == ["dress", "pants"]
    assert opened.paths == []
    assert queues.redis().get(key) is None


def test_a_photo_that_waited_too_long_is_refused(settings, app):
    jobs.use(ColorVision())

    answer = jobs.look_at_photo(photo_key="niteru:photo:gone", tenant_id="a")

    assert (answer["refused"]["status"], answer["refused"]["code"]) == (503, "busy")


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
