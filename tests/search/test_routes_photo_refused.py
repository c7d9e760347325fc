"""Photos that are refused, and shops and shoppers who ask too often: what the answer says, and who may read it."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from backend import queues
from backend.app import create_app
from tests.conftest import free_port
from tests.search.query_worker import RED
from tests.search.serving import RED_PHOTO, multipart, photo


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
