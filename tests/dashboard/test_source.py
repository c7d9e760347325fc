"""Where a shop's products come from is its owner's choice: the pages, a feed by address, a feed as a file."""

import gzip
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from backend.db import transaction
from backend.ingest import feeds
from backend.tenants.models import Feed, Tenant, now
from tests.dashboard.conftest import token

ROW = "dress-1\tA dress\t{shop}/products/1\t10 USD\n"
TABLE = "id\ttitle\tlink\tprice\n"


def shop_of(me):
    with transaction(me.shop.tenant_id) as session:
        return session.get_one(Tenant, me.shop.tenant_id)


def feeds_of(me):
    with transaction(me.shop.tenant_id) as session:
        return session.scalars(select(Feed).where(Feed.tenant_id == me.shop.tenant_id)).all()


def file_of(me, text=TABLE + ROW, *, name="feed.tsv"):
    return BytesIO(text.format(shop=shop_of(me).shop_url).encode()), name


def stored(settings, me):
    folder = Path(settings.storage_url) / me.shop.tenant_id / "feeds"
    return [path.read_bytes() for path in folder.rglob("feed")]


def test_a_feed_is_chosen_by_its_address(seller):
    me = seller()

    answer = me.post("/settings/source", source="feed", feed_url=" https://shop.example/feed.xml ")

    assert answer.status_code == 302
    assert shop_of(me).settings == {"source": "feed", "feed_url": "https://shop.example/feed.xml"}
    page = me.get("/settings").get_data(as_text=True)
    assert 'value="feed" checked' in page
    assert 'value="https://shop.example/feed.xml"' in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"source": "feed", "feed_url": ""}, "or upload its file"),
        ({"source": "both", "feed_url": "shop.example/feed"}, "Write the whole address"),
        ({"source": "crawl", "feed_url": "https://["}, "Write the whole address"),
        ({"source": "crawl", "feed_url": "javascript:alert(1)"}, "Write the whole address"),
    ],
)
def test_what_cannot_be_chosen_is_said_beside_the_field_and_stays_typed(seller, fields, said):
    me = seller()

    answer = me.post("/settings/source", **fields)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert f'value="{fields["source"]}" checked' in page
    assert f'value="{fields["feed_url"]}"' in page
    assert shop_of(me).settings == {}


def test_an_uploaded_feed_takes_the_place_of_the_address_and_of_the_file_before(seller, settings):
    me = seller()
    me.post("/settings/source", source="feed", feed_url="https://shop.example/feed.xml")

    me.post("/settings/source", source="feed", feed_url="https://shop.example/feed.xml", feed_file=file_of(me))
    first = stored(settings, me)
    me.post("/settings/source", source="feed", feed_url="", feed_file=file_of(me, TABLE + ROW + ROW))

    assert shop_of(me).settings == {"source": "feed", "feed_url": ""}
    assert len(first) == len(stored(settings, me)) == 1
    assert stored(settings, me)[0] != first[0]
    assert [feed.url for feed in feeds_of(me)] == [None]
    assert "A file was uploaded" in me.get("/settings").get_data(as_text=True)


def test_a_packed_file_is_a_feed_too(seller, settings):
    me = seller()
    packed = gzip.compress(file_of(me)[0].read())

    me.post("/settings/source", source="both", feed_file=(BytesIO(packed), "feed.tsv.gz"))

    assert stored(settings, me) == [packed]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<html><h1>Sign in</h1></html>", "no product"),
        ("GIF89a", "no product"),
        (TABLE + "1\tA dress\thttps://other.example/1\t10 USD\n", "another site"),
        (TABLE + "1\tA dress\t\t10 USD\n", "a link is missing"),
    ],
)
def test_a_file_without_a_product_of_the_shop_is_not_kept(seller, settings, text, why):
    me = seller()
    me.post("/settings/source", source="feed", feed_url="https://shop.example/feed.xml")

    answer = me.post("/settings/source", source="feed", feed_url="", feed_file=file_of(me, text))

    assert answer.status_code == 422
    assert why in answer.get_data(as_text=True)
    assert shop_of(me).settings["feed_url"] == "https://shop.example/feed.xml"
    assert (stored(settings, me), feeds_of(me)) == ([], [])


def send(client, me, text):
    """Post a large file; the test client by itself would leave a temporary one open."""
    fields = {"csrf_token": token(client), "source": "feed", "feed_file": FileStorage(*file_of(me, text))}
    stream, length, boundary = stream_encode_multipart(fields, use_tempfile=False)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return client.post(me.url("/settings/source"), input_stream=stream, content_length=length, content_type=kind)


def test_a_file_may_be_larger_than_a_photo_but_not_without_bound(seller, app):
    me = seller()
    rows = TABLE + ROW + "x\tA shirt, quite long\t{shop}/products/2\t10 USD\n" * 300_000
    over = rows + "x" * feeds.MAX_UPLOAD_BYTES

    kept, refused, unknown = (
        send(client, me, text) for client, text in ((me.client, rows), (me.client, over), (app.test_client(), rows))
    )

    assert app.config["MAX_CONTENT_LENGTH"] < len(rows)
    assert (kept.status_code, refused.status_code, unknown.status_code) == (302, 413, 413)
    assert "smaller file" in refused.get_data(as_text=True)


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_what_the_last_reading_saw_is_told(seller, locale):
    me = seller(locale=locale)
    me.post("/settings/source", source="feed", feed_url="https://shop.example/feed.xml")
    problems = [
        {"row": 7, "item_id": "<b>x</b>", "code": "link_missing"}, {"row": 0, "item_id": "", "code": "cut_short"},
    ]  # fmt: skip
    with transaction(me.shop.tenant_id) as session:
        feed = Feed(tenant_id=me.shop.tenant_id, url="https://shop.example/feed.xml", rows=42, problems=problems)
        feed.fetched_at = now()
        session.add(feed)

    page = me.get("/settings").get_data(as_text=True)

    said = {
        "en": ("42 products", "2 rows gave no product", "Row 7", "a link is missing", "it breaks off"),
        "ja": ("42 点の商品", "商品にできなかった行：2", "7 行目", "リンクがありません", "途中で切れています"),
    }
    assert all(words in page for words in said[locale])
    assert "&lt;b&gt;x&lt;/b&gt;" in page
