"""A whole ingest on real parts: from a shop's address to its gallery, and again after the shop changed."""

from dataclasses import replace
from decimal import Decimal

from backend import queues
from backend.db import transaction
from backend.ingest import addresses, jobs, runs
from backend.ingest.cataloging.publishing import gallery_of
from backend.tenants import catalog, catalog_edits, catalog_trace
from tests.ingest.local_shop import DRESS, JEANS, SHIRT, Answer

pytest_plugins = ("tests.ingest.whole",)


def test_an_address_becomes_a_searchable_catalog(ingest, three_goods):
    facts = ingest.crawl()

    assert facts["state"] == "succeeded"
    assert facts["products"] == {"new": 3, "changed": 0, "unchanged": 0, "gone": 0, "attention": 0}
    assert facts["images"]["live"] + facts["images"]["set_aside"] == 4
    products = ingest.products()
    assert {sku: (one.title, one.price, one.currency, one.category) for sku, one in products.items()} == {
        DRESS: ("Navy dress", Decimal(89), "USD", "dress"),
        SHIRT: ("White t-shirt", Decimal("19.5"), "USD", "top"),
        JEANS: ("Indigo jeans", Decimal(59), "USD", "pants"),
    }
    gallery = gallery_of(ingest.settings, ingest.tenant_id)
    for product in products.values():
        (entry, *_) = gallery.entries_of_product(product.id)
        assert entry.price == float(product.price)
        assert entry.category == product.category
    with transaction(ingest.tenant_id) as session:
        assert catalog_trace.trace(session, ingest.tenant_id, products[DRESS].id)["searchable"]


def test_what_robots_forbids_is_written_down_and_never_asked_for(ingest, three_goods):
    facts = ingest.crawl()

    assert facts["pages"]["disallowed"] == 1
    assert three_goods.count("/secret/sale") == 0


def test_thousands_of_forbidden_addresses_cost_neither_requests_nor_pages(ingest, three_goods):
    links = "".join(f'<a href="/secret/{number}">x</a>' for number in range(300))
    three_goods.pages["/about"] = Answer(f"<html><body><h1>About</h1>{links}</body></html>")

    first, second = ingest.crawl(), ingest.crawl()

    assert [facts["pages"]["disallowed"] for facts in (first, second)] == [301, 301]
    assert [path for path in three_goods.asked if path.startswith("/secret")] == []
    assert second["products"]["unchanged"] == 3


def test_a_second_crawl_of_an_unchanged_shop_fetches_no_picture_and_writes_no_vector(ingest, three_goods):
    ingest.crawl()
    before, written = ingest.embedding_ids(), {path: image.live_at for path, image in ingest.images().items()}
    three_goods.forget()

    facts = ingest.crawl()

    assert facts["products"] == {"new": 0, "changed": 0, "unchanged": 3, "gone": 0, "attention": 0}
    assert max(three_goods.count(path) for path in three_goods.pages) == 1
    assert sum(three_goods.count(path) for path in three_goods.pages if path.startswith("/media")) == 0
    assert ingest.embedding_ids() == before
    assert {path: image.live_at for path, image in ingest.images().items()} == written


def test_new_price_and_stock_reach_search_without_a_new_embedding(ingest, three_goods):
    ingest.crawl()
    before, looked = ingest.embedding_ids(), ingest.images()[f"/media/{DRESS}-flat.jpg"].live_at
    three_goods.goods[DRESS].price = "44.00"
    three_goods.goods[DRESS].availability = "OutOfStock"
    three_goods.open()

    facts = ingest.crawl()

    assert facts["products"]["changed"] == 1
    product = ingest.products()[DRESS]
    entries = gallery_of(ingest.settings, ingest.tenant_id).entries_of_product(product.id)
    assert {(entry.price, entry.in_stock) for entry in entries} == {(44.0, False)}
    assert ingest.embedding_ids() == before
    assert ingest.images()[f"/media/{DRESS}-flat.jpg"].live_at == looked


def test_a_sellers_edit_outlives_the_crawl_and_is_what_search_filters_by(ingest, three_goods):
    ingest.crawl()
    product_id = ingest.products()[DRESS].id
    with transaction(ingest.tenant_id) as session:
        catalog_edits.override(session, ingest.tenant_id, product_id, {"price": "70", "title": "The dress"})
    three_goods.goods[DRESS].price = "30.00"
    three_goods.open()

    ingest.crawl()

    with transaction(ingest.tenant_id) as session:
        product = catalog.get_product(session, ingest.tenant_id, product_id)
    assert (catalog.effective(product).title, catalog.effective(product).price) == ("The dress", Decimal(70))
    assert product.price == Decimal(30)
    entries = gallery_of(ingest.settings, ingest.tenant_id).entries_of_product(product_id)
    assert {entry.price for entry in entries} == {70.0}


def test_a_vanished_product_leaves_search_and_a_new_one_joins(ingest, three_goods):
    ingest.crawl()
    shirt_id = ingest.products()[SHIRT].id
    del three_goods.goods[SHIRT]
    three_goods.sell("sk01-green", "Green skirt", "39.00")
    three_goods.open()

    facts = ingest.crawl()

    assert (facts["products"]["gone"], facts["products"]["new"]) == (1, 1)
    gallery = gallery_of(ingest.settings, ingest.tenant_id)
    assert gallery.entries_of_product(shirt_id) == []
    assert gallery.entries_of_product(ingest.products()["sk01-green"].id)
    assert ingest.products()[SHIRT].state == "gone"


def test_a_product_that_is_gone_is_not_asked_for_ever_again(ingest, three_goods):
    ingest.crawl()
    del three_goods.goods[SHIRT]
    three_goods.open()
    ingest.crawl()
    three_goods.forget()

    ingest.crawl()

    assert three_goods.count(f"/products/{SHIRT}") == 0
    assert three_goods.count(f"/products/{DRESS}") == 1


def test_pictures_that_cannot_be_shown_are_recorded_with_the_reason_and_stop_nothing(ingest, selling_shop):
    goods = selling_shop.sell(DRESS, "Navy dress", "89.00")
    good = next(iter(goods.pictures.values()))
    goods.pictures |= {
        "/media/drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "/media/cut.jpg": good[: len(good) // 3],
        "/media/dot.gif": bytes.fromhex(
            "47494638396101000100800000ff0000ffffff21f90401000000002c00000000010001000002024401003b"
        ),
        "/media/missing.jpg": b"",
    }
    selling_shop.open()
    selling_shop.pages["/media/missing.jpg"] = Answer("no", status=404)

    facts = ingest.crawl()

    assert facts["state"] == "succeeded"
    reasons = {path: image.reason for path, image in ingest.images().items() if image.state == "failed"}
    assert reasons == {
        "/media/drawing.svg": "not_an_image",
        "/media/cut.jpg": "image_unreadable",
        "/media/dot.gif": "too_small",
        "/media/missing.jpg": "http_404",
    }
    assert facts["images"]["live"] == 1


def test_a_calendar_without_end_costs_a_few_pages(ingest, three_goods):
    class Endless(dict):
        def get(self, path, default=None):
            if path.startswith("/calendar"):
                day = int(path.partition("=")[2] or 0)
                return Answer(f'<a href="/calendar?d={day + 1}">next</a> <a href="/calendar?d={day + 2}">later</a>')
            return super().get(path, default)

    three_goods.pages = Endless(three_goods.pages)
    three_goods.pages["/about"] = Answer('<a href="/calendar?d=1">Calendar</a>')

    facts = ingest.crawl()

    assert facts["state"] == "succeeded"
    assert sum(path.startswith("/calendar") for path in three_goods.asked) <= 10
    assert facts["pages"]["skipped"] > 0


def test_a_page_that_fails_at_first_is_asked_again(ingest, three_goods):
    path = f"/products/{JEANS}"
    answers = [Answer("busy", status=503, headers={"Retry-After": "1"}), Answer("oops", status=500)]

    class Stumbling(dict):
        def get(self, asked, default=None):
            return answers.pop(0) if asked == path and answers else super().get(asked, default)

    three_goods.pages = Stumbling(three_goods.pages)

    facts = ingest.crawl()

    assert facts["products"]["new"] == 3
    assert facts["pages"]["failed"] == 0
    assert three_goods.count(path) == 3


def test_two_shops_with_the_same_site_share_nothing(ingest, three_goods, make_shop):
    ours = ingest.shop
    theirs = make_shop(shop_url=three_goods.url + "/", allow_hosts=[three_goods.host])
    ingest.crawl()
    our_ids, our_products = ingest.embedding_ids(), {product.id for product in ingest.products().values()}

    ingest.shop = theirs
    before = (ingest.products(), ingest.images(), ingest.embedding_ids())
    ingest.crawl()

    assert before == ({}, {}, set())
    assert our_ids.isdisjoint(ingest.embedding_ids())
    assert our_products.isdisjoint(product.id for product in ingest.products().values())
    keys = {image.storage_key.partition("/")[0] for image in ingest.images().values() if image.storage_key}
    assert keys == {theirs.tenant_id}
    assert theirs.tenant_id != ours.tenant_id


def test_a_big_shop_makes_room_for_another_one_and_goes_on_where_it_was(ingest, three_goods, make_shop):
    for number in range(20):
        three_goods.offer(f"dress-{number}", f"Dress {number}")
    three_goods.open()
    big, small = ingest.shop, make_shop(shop_url=three_goods.url + "/", allow_hosts=[three_goods.host])
    jobs.use(replace(ingest.settings, crawl_slice_s=0.0))
    asked = [(big, ingest.ask())]
    ingest.shop = small
    asked.append((small, ingest.ask()))

    ingest.work(queues.CRAWL)
    ingest.work()

    for shop, run_id in asked:
        ingest.shop = shop
        assert ingest.summary(run_id)["state"] == "succeeded"
        assert ingest.summary(run_id)["products"]["new"] == 23
        with transaction(shop.tenant_id) as session:
            run = runs.get_run(session, shop.tenant_id, run_id)
        assert run.slices == run.attempt - 1 > 0
    assert max(three_goods.count(f"/products/dress-{number}") for number in range(2, 20)) == 2  # once a shop


def test_a_copy_in_another_language_adds_an_address_and_overwrites_nothing(ingest, three_goods):
    original = three_goods.pages[f"/products/{DRESS}"]
    own, copy = f"{three_goods.url}/products/{DRESS}", f"{three_goods.url}/en/products/{DRESS}"
    canonical = f'<link rel="canonical" href="{own}">'
    text = original.body if isinstance(original.body, str) else original.body.decode()
    english = text.replace("<head>", f"<head>{canonical}").replace("Navy dress", "Navy dress in other words")
    three_goods.pages[f"/en/products/{DRESS}"] = Answer(english)
    home = three_goods.pages["/"]
    # Met before the page it stands for, and again after it: a second copy.
    three_goods.pages[f"/fr/products/{DRESS}"] = Answer(english)
    three_goods.pages["/"] = Answer(
        f'<a href="{copy}">English</a>' + str(home.body) + f'<a href="{three_goods.url}/fr/products/{DRESS}">FR</a>'
    )

    facts = ingest.crawl()

    assert facts["products"]["new"] == 3
    assert ingest.products()[DRESS].title == "Navy dress"
    with transaction(ingest.tenant_id) as session:
        found = catalog.find_product_by_fingerprint(session, ingest.tenant_id, addresses.fingerprint(copy))
    assert found.title == "Navy dress"
