"""Every other page: what it shows, in both languages, and that filters, pages and forms do what they say."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from backend import queues
from backend.db import transaction
from backend.ingest import runs
from backend.tenants import accounts, keys
from backend.tenants.models import Event, IngestRun, Product, SearchQuery, now
from tests.dashboard.conftest import PATHS

ALL = (*PATHS, "/crawl/live")


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_every_page_opens_empty_and_full_in_both_languages(seller, stocked, locale):
    me = seller(locale=locale)
    empty = {path: me.get(path).status_code for path in ALL}
    products = stocked(me.shop)

    full = {path: me.get(path) for path in (*ALL, *(f"/products/{product.id}" for product in products))}

    assert set(empty.values()) == {200}
    assert {answer.status_code for answer in full.values()} == {200}
    for path, answer in full.items():
        page = answer.get_data(as_text=True)
        if path != "/crawl/live":
            speaks = "body" if path == "/embed/preview" else "html"  # whose widget speaks the shop's language
            assert f'<{speaks} lang="{locale}">' in page
        assert "{n}" not in page or path == "/try"  # whose script fills the words in


@pytest.mark.parametrize(
    ("asked", "heading"),
    [("ja,en;q=0.5", "サインイン"), ("en-GB,fr", "Sign in"), ("fr", "Sign in"), ("", "サインイン")],
)
def test_before_signing_in_the_browser_chooses_the_language(client, asked, heading):
    page = client.get("/sign-in", headers={"Accept-Language": asked}).get_data(as_text=True)

    assert f"<h1>{heading}</h1>" in page


def test_the_switch_changes_the_language_and_stays_on_the_page(seller):
    me = seller(locale="en")
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', me.get("/catalog").get_data(as_text=True))[1]

    answer = me.client.post("/language", data={"csrf_token": csrf, "locale": "ja", "next": me.url("/catalog")})

    assert answer.location == me.url("/catalog")
    assert '<html lang="ja">' in me.get("/").get_data(as_text=True)


def test_the_first_page_counts_what_shoppers_can_find(seller, stocked):
    me = seller()
    stocked(me.shop)

    page = me.get("/").get_data(as_text=True)

    assert "2 products can be found by photo" in page  # of six: hidden, gone, a duplicate, one without a picture
    assert "Getting started" not in page


def test_a_new_shop_is_told_what_to_do_first(seller):
    page = seller().get("/").get_data(as_text=True)

    assert "Getting started" in page
    assert "Crawl your shop" in page


def test_the_catalog_finds_by_words_state_category_and_attention(seller, stocked):
    me = seller()
    edited, hidden, _, unclear, *_ = stocked(me.shop)

    def found(query: str) -> set[str]:
        page = me.get(f"/catalog?{query}").get_data(as_text=True)
        return set(re.findall(r"/products/([0-9a-f-]{36})", page))

    assert found("q=限定色") == {edited.id}
    assert found("q=NT-1002") == {hidden.id}
    assert found("state=hidden") == {hidden.id}
    assert found("attention=1") == {unclear.id}
    assert hidden.id in found("category=dress")
    assert edited.id not in found("category=dress")
    assert found("q=%25") == set()
    assert "No product fits" in me.get("/catalog?q=nothing-like-this").get_data(as_text=True)


def test_the_catalog_goes_on_page_by_page_without_gap_or_repeat(seller):
    me = seller()
    with transaction(me.shop.tenant_id) as session:
        for n in range(100):
            row = {"url": f"u{n}", "fingerprint": f"u{n}", "title": f"Coat {n}", "price": Decimal(n)}
            session.add(Product(tenant_id=me.shop.tenant_id, **row))

    seen: list[str] = []
    path = "/catalog?q=Coat"
    while path:
        page = me.get(path).get_data(as_text=True)
        seen += re.findall(r'card-title">Coat (\d+)<', page)
        following = re.search(r'rel="next" href="/shops/[^/]+([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""

    assert sorted(map(int, seen)) == list(range(100))


def test_starting_a_crawl_queues_it_once(seller):
    me = seller()

    for _ in range(2):
        me.post("/crawl/start")

    with transaction(me.shop.tenant_id) as session:
        run = session.scalars(select(IngestRun)).one()
    assert run.state == "queued"
    assert queues.queue(queues.CRAWL).count == 1


def test_stopping_a_crawl_asks_it_to_stop(seller):
    me = seller()
    with transaction(me.shop.tenant_id) as session:
        run = runs.request_crawl(session, me.shop.tenant_id)
        run.state, run.stage, run.heartbeat_at = "running", "pages", now()

    me.post(f"/crawl/{run.id}/stop")

    with transaction(me.shop.tenant_id) as session:
        assert session.scalars(select(IngestRun)).one().stop_requested


def test_a_running_crawl_is_told_live_and_its_end_too(seller, stocked):
    me = seller()
    stocked(me.shop)
    with transaction(me.shop.tenant_id) as session:
        run = session.scalars(select(IngestRun).order_by(IngestRun.created_at.desc())).first()
        run.state, run.stage, run.finished_at = "running", "images", None

    live = me.get("/crawl/live")
    with transaction(me.shop.tenant_id) as session:
        runs.finish(session, me.shop.tenant_id, run.id)
    ended = me.get("/crawl/live")

    page = live.get_data(as_text=True)
    assert live.headers["X-Run-Open"] == "1"
    assert "Fetching pictures" in page
    assert "3 pages were not read" in page
    assert "robots.txt does not allow it" in page
    assert ended.headers["X-Run-Open"] == "0"


@pytest.mark.parametrize(
    ("error", "advice", "sentences"),
    [
        ("no_products", "no_products", ("商品が見つかりません", "アドレスが正しいかご確認ください")),
        ("shop_refuses", "http_403", ("ショップに拒否されました", "NiteruBot を許可してください")),
        ("tls", "tls", ("証明書が無効です", "証明書を更新し")),
        ("some_new_code", "another_code", ("some new code", "another code")),
        ("no_products", "Check <it>.", ("商品が見つかりません", "Check &lt;it&gt;.")),
    ],
)
def test_a_crawl_that_failed_says_why_and_what_to_do_in_the_persons_language(seller, error, advice, sentences):
    me = seller(locale="ja")
    with transaction(me.shop.tenant_id) as session:
        run = runs.request_crawl(session, me.shop.tenant_id)
        runs.fail(session, me.shop.tenant_id, run.id, error=error, advice=advice)

    page = me.get("/crawl").get_data(as_text=True)

    assert all(sentence in page for sentence in sentences)


def test_a_crawl_that_ended_well_may_have_advice_too(seller):
    me = seller(locale="ja")
    with transaction(me.shop.tenant_id) as session:
        run = runs.request_crawl(session, me.shop.tenant_id)
        run.advice = "many_vanished"
        runs.finish(session, me.shop.tenant_id, run.id)

    page = me.get("/crawl").get_data(as_text=True)

    assert "<h3>ご確認ください</h3><p>多くの商品が一度に見つからなくなりました" in page


def test_a_search_and_its_click_are_seen(seller):
    me = seller()
    coat = me.shop.add_product("Navy coat")
    with transaction(me.shop.tenant_id) as session:
        query = SearchQuery(tenant_id=me.shop.tenant_id, kind="text", words="<b>coat</b>", matches=3, took_ms=12)
        session.add(query)
        session.flush()
        session.add(Event(tenant_id=me.shop.tenant_id, query_id=query.id, type="click", product_id=coat.id))

    searches, overview = me.get("/searches").get_data(as_text=True), me.get("/").get_data(as_text=True)
    photos = me.get("/searches?kind=photo").get_data(as_text=True)

    assert "“&lt;b&gt;coat&lt;/b&gt;”" in searches
    assert f"/products/{coat.id}" in searches
    assert "1 search, 1 click" in overview
    assert "No searches yet" in photos


def test_older_searches_follow_page_by_page(seller):
    me = seller()
    with transaction(me.shop.tenant_id) as session:
        for n in range(60):
            at = now() - timedelta(minutes=n)
            facts = {"kind": "text", "words": f"coat{n}", "created_at": at}
            session.add(SearchQuery(tenant_id=me.shop.tenant_id, **facts))

    first = me.get("/searches").get_data(as_text=True)
    older = re.search(r'rel="next" href="/shops/[^/]+([^"]+)"', first)[1]
    second = me.get(older).get_data(as_text=True)

    seen = re.findall(r"“coat(\d+)”", first + second)
    assert sorted(map(int, seen)) == list(range(60))


def test_the_tag_carries_the_shops_publishable_key(seller, settings):
    me = seller()

    page = me.get("/embed").get_data(as_text=True)

    assert f"{settings.public_url}/widget/v1.js" in page
    assert me.shop.publishable_key in page
    assert me.shop.secret_key not in page


def test_a_new_secret_key_works_and_is_shown_once(seller, client):
    me = seller()

    answer = me.post("/keys", kind="secret")

    readable = re.search(r"<code>(sk_[\w-]+)</code>", answer.get_data(as_text=True))[1]
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert readable not in me.get("/keys").get_data(as_text=True)
    assert client.get("/v1/products", headers={"Authorization": f"Bearer {readable}"}).status_code == 200


def test_a_revoked_key_stops_working(seller, client):
    me = seller()
    with transaction(me.shop.tenant_id) as session:
        key = next(each for each in keys.list_keys(session, me.shop.tenant_id) if each.kind == "secret")

    me.post(f"/keys/{key.id}/revoke")

    assert client.get("/v1/products", headers=me.shop.headers).status_code == 401


def test_origins_are_kept_cleaned_and_bad_ones_are_shown_again(seller):
    me = seller()
    with transaction(me.shop.tenant_id) as session:
        key = next(each for each in keys.list_keys(session, me.shop.tenant_id) if each.kind == "publishable")

    saved = me.post(f"/keys/{key.id}/origins", origins="https://Preview.example:443\n http://localhost:3000")
    refused = me.post(f"/keys/{key.id}/origins", origins="not an origin")

    with transaction(me.shop.tenant_id) as session:
        kept = keys.list_keys(session, me.shop.tenant_id)[0].origins
    assert saved.status_code == 302
    assert kept == ["https://preview.example", "http://localhost:3000"]
    assert refused.status_code == 422
    assert "not an origin</textarea>" in refused.get_data(as_text=True)


def test_the_shops_name_is_changed_and_an_empty_one_refused(seller):
    me = seller()

    saved, refused = me.post("/settings", name=" Kiri & Co ", locale="en"), me.post("/settings", name=" ")

    page = me.get("/settings").get_data(as_text=True)
    assert (saved.status_code, refused.status_code) == (302, 422)
    assert "Kiri &amp; Co" in page
    assert "Settings changed" in page


def test_what_the_operator_did_is_listed_too(seller):
    """Its subject is a name or an address, not always a product."""
    me = seller()
    with transaction(me.shop.tenant_id) as session:
        accounts.audit(session, me.shop.tenant_id, "tenant_created", subject="<i>Atelier</i>")

    answer = me.get("/settings")

    assert answer.status_code == 200
    assert "Shop created" in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/catalog?after=x", "/searches?before=x", "/searches?kind=x", "/catalog?state=x"])
def test_addresses_that_people_mistype_do_not_fail(seller, path):
    assert seller().get(path).status_code in {200, 404}


def test_no_shop_is_told_apart_from_none(seller, make_shop):
    me, theirs = seller(), make_shop()
    other = replace(me, shop=theirs)

    existing, unknown = other.get("/"), me.client.get("/shops/00000000-0000-4000-8000-000000000000/")

    strip = re.compile(r"<code>[0-9a-f]{32}</code>|csrf[^>]*>|value=\"/shops[^>]*>")
    assert existing.status_code == unknown.status_code == 404
    assert strip.sub("", existing.get_data(as_text=True)) == strip.sub("", unknown.get_data(as_text=True))
