"""What a later crawl finds, and what it costs: shops without a sitemap, pages that failed, products that vanish."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from backend.db import transaction
from backend.ingest import addresses, runs, schedule
from backend.ingest.crawling import pages
from backend.tenants import accounts, catalog_addresses
from backend.tenants.models import Event, IngestRun, SearchQuery
from tests.ingest.local_shop import Answer

pytest_plugins = ("tests.ingest.whole",)

PER_PAGE = 3


def publish(shop, *, pages: int):
    """Open the shop without a sitemap: its goods stand on `pages` pages of one listing, and nowhere else."""
    shop.open()
    del shop.pages["/sitemap.xml"]
    shop.pages["/robots.txt"] = Answer("User-agent: *\nDisallow:", kind="text/plain")
    shop.pages["/"] = Answer('<a href="/all?page=1">All</a>')
    slugs = list(shop.goods)
    for number in range(1, pages + 1):
        here = slugs[(number - 1) * PER_PAGE : number * PER_PAGE]
        cards = "".join(f'<a href="/products/{slug}">{slug}</a>' for slug in here)
        following = f'<a rel="next" href="/all?page={number + 1}">Next</a>' if number < pages else ""
        shop.pages[f"/all?page={number}"] = Answer(f"<html><body><h1>All</h1>{cards}{following}</body></html>")


class Conditional(dict):
    """The pages of a shop that knows what each of its pages was: it answers 304 to who names the page's tag."""

    def __init__(self, shop):
        super().__init__(shop.pages)
        self.shop = shop

    def get(self, path, default=None):
        answer = super().get(path, default)
        if answer is None or not path.startswith("/products/"):
            return answer
        tag = f'"{hash(answer.body)}"'
        if self.shop.headers.get("if-none-match") == tag:
            return Answer(status=304)
        return Answer(answer.body, headers={"ETag": tag})


@pytest.fixture
def listing_shop(selling_shop):
    for number in range(12 * PER_PAGE):
        selling_shop.offer(f"dress-{number}", f"Dress {number}")
    publish(selling_shop, pages=12)
    return selling_shop


def test_a_new_product_on_the_last_page_of_a_long_listing_is_found_by_the_next_crawl(ingest, listing_shop):
    first = ingest.crawl()
    listing_shop.offer("coat-1", "A new coat")
    publish(listing_shop, pages=13)
    listing_shop.forget()

    second = ingest.crawl()

    assert first["products"]["new"] == 36
    assert (second["products"]["new"], second["products"]["unchanged"]) == (1, 36)
    assert max(listing_shop.count(path) for path in set(listing_shop.asked)) == 1


def test_a_product_page_that_failed_comes_again_in_the_next_run(ingest, listing_shop):
    whole = listing_shop.pages["/products/dress-7"]
    listing_shop.pages["/products/dress-7"] = Answer("no", status=403)
    first = ingest.crawl()
    listing_shop.pages["/products/dress-7"] = whole

    second = ingest.crawl()

    assert (first["products"]["new"], second["products"]["new"]) == (35, 1)


def test_a_product_whose_page_lost_it_leaves_search_after_a_second_look_in_the_same_run(ingest, listing_shop):
    ingest.crawl()
    listing_shop.pages["/products/dress-7"] = Answer(
        "<html><body><h1>Sorry</h1><p>Sold out for good.</p></body></html>"
    )
    del listing_shop.pages["/products/dress-8"]
    listing_shop.forget()

    facts = ingest.crawl()

    assert facts["products"]["gone"] == 2
    assert {slug: product.state for slug, product in ingest.products().items() if product.state == "gone"} == {
        "dress-7": "gone", "dress-8": "gone",
    }  # fmt: skip
    assert [listing_shop.count(f"/products/dress-{number}") for number in (6, 7, 8)] == [1, 2, 2]


def test_a_page_that_was_gone_for_a_moment_keeps_its_product(ingest, listing_shop):
    ingest.crawl()
    answers = [Answer("deploying", status=404)]

    class Deploying(dict):
        def get(self, asked, default=None):
            return answers.pop() if asked == "/products/dress-7" and answers else super().get(asked, default)

    listing_shop.pages = Deploying(listing_shop.pages)

    facts = ingest.crawl()

    assert (facts["products"]["gone"], facts["products"]["unchanged"]) == (0, 36)


def test_a_product_whose_main_page_is_gone_stands_at_its_language_copy_from_now_on(ingest, listing_shop):
    copies = {code: f"{listing_shop.url}/{code}/products/dress-7" for code in ("de", "en")}
    named = "".join(f'<link rel="alternate" hreflang="{code}" href="{url}">' for code, url in copies.items())
    body = str(listing_shop.pages.pop("/products/dress-7").body).replace("<head>", f"<head>{named}")
    for code, url in copies.items():
        listing_shop.pages[f"/{code}/products/dress-7"] = Answer(body)
        listing_shop.pages["/"] = Answer(f"{listing_shop.pages['/'].body}<a href='{url}'>{code}</a>")
    first = ingest.crawl()
    before = {product.id: product.url for product in ingest.products().values()}
    (main,) = (url for url in before.values() if url in copies.values())
    gone = main.removeprefix(listing_shop.url)
    del listing_shop.pages[gone]

    facts = [ingest.crawl(), ingest.crawl()]
    listing_shop.forget()
    facts.append(ingest.crawl())

    after = {product.id: product.url for product in ingest.products().values()}
    (other,) = (url for url in copies.values() if url != main)
    assert first["products"]["new"] == 36
    assert [one["products"]["gone"] for one in facts] == [0, 0, 0]
    assert after == {id_: other if url == main else url for id_, url in before.items()}
    assert listing_shop.count(other.removeprefix(listing_shop.url)) == 1


def test_copies_in_other_languages_are_asked_for_by_no_crawl_while_their_page_is_there(ingest, listing_shop):
    codes, slugs = ("de", "fr", "en"), [f"dress-{number}" for number in range(5)]
    for slug in slugs:
        paths = {code: f"/{code}/products/{slug}" for code in codes} | {"ja": f"/products/{slug}"}
        named = "".join(
            f'<link rel="alternate" hreflang="{code}" href="{listing_shop.url}{path}">' for code, path in paths.items()
        )
        body = str(listing_shop.pages[f"/products/{slug}"].body).replace("<head>", f"<head>{named}")
        links = "".join(f"<a href='{path}'>{code}</a>" for code, path in paths.items())
        for path in paths.values():
            listing_shop.pages[path] = Answer(body.replace("</body>", f"{links}</body>"))
    with transaction(ingest.tenant_id) as session:
        accounts.get_tenant(session, ingest.tenant_id).locale = "ja"

    first, second = ingest.crawl(), ingest.crawl()

    asked = [path for path in listing_shop.asked if path.startswith(tuple(f"/{code}/" for code in codes))]
    assert asked == []
    assert (first["products"]["new"], second["products"]["unchanged"]) == (36, 36)
    assert first["pages"]["skipped"] == second["pages"]["skipped"] == len(codes) * len(slugs)
    main, copy = (f"{listing_shop.url}{path}" for path in ("/products/dress-1", "/de/products/dress-1"))
    with transaction(ingest.tenant_id) as session:
        assert catalog_addresses.find_at(session, ingest.tenant_id, addresses.fingerprint(copy)).url == main


def test_a_maintenance_page_in_place_of_every_product_empties_no_catalog_before_it_stays(ingest, listing_shop):
    ingest.crawl()
    for path in listing_shop.pages:
        if path.startswith("/products/"):
            listing_shop.pages[path] = Answer("<html><body><h1>We will be back soon</h1></body></html>")

    held = ingest.crawl()
    states = {product.state for product in ingest.products().values()}
    gone = ingest.crawl()

    assert (held["state"], held["products"]["gone"]) == ("succeeded", 0)
    assert "missing" in held["advice"]
    assert "gone" not in states
    assert gone["products"]["gone"] == 36


def test_a_shop_that_answers_to_conditions_sends_only_the_pages_that_changed(ingest, listing_shop):
    listing_shop.pages = Conditional(listing_shop)
    first = ingest.crawl()
    listing_shop.goods["dress-7"].price = "44.00"
    publish(listing_shop, pages=12)
    listing_shop.pages = Conditional(listing_shop)

    second = ingest.crawl()

    assert first["requests"]["not_modified"] == 0
    assert (second["products"]["changed"], second["products"]["unchanged"]) == (1, 35)
    assert second["requests"]["not_modified"] == 35
    assert second["requests"]["bytes"] < first["requests"]["bytes"] / 2


def test_a_page_whose_product_is_as_it_was_writes_nothing_whatever_else_is_new_on_it(ingest, listing_shop, monkeypatch):
    ingest.crawl()
    before = {slug: product.last_seen_at for slug, product in ingest.products().items()}
    for path, answer in listing_shop.pages.items():
        if path.startswith("/products/"):
            listing_shop.pages[path] = Answer(answer.body.replace("</body>", "<p>Visitor 4711</p></body>"))
    written = []
    monkeypatch.setattr(pages, "sync_page", lambda *_args, asked, **_more: written.append(asked))

    facts = ingest.crawl()

    assert facts["products"]["unchanged"] == 36
    assert written == []
    assert all(product.last_seen_at > before[slug] for slug, product in ingest.products().items())


def make_old(ingest, hours):
    """Let the runs so far have been asked for `hours` ago."""
    with transaction(ingest.tenant_id) as session:
        session.execute(update(IngestRun).values(created_at=IngestRun.created_at - timedelta(hours=hours)))


def test_the_prices_of_hot_products_are_looked_at_more_often_than_the_whole_shop(ingest, listing_shop):
    ingest.crawl()
    with transaction(ingest.tenant_id) as session:
        query = SearchQuery(tenant_id=ingest.tenant_id, kind="text")
        session.add(query)
        session.flush()
        chosen = ingest.products()["dress-7"].id
        session.add(Event(tenant_id=ingest.tenant_id, query_id=query.id, type="click", product_id=chosen))
    listing_shop.goods["dress-7"].price = "7.00"
    publish(listing_shop, pages=12)
    listing_shop.forget()

    schedule.tick(everybody=True)
    too_early = list(listing_shop.asked)
    make_old(ingest, hours=7)
    schedule.tick(everybody=True)
    ingest.work()
    schedule.tick(everybody=True)
    ingest.work()

    assert too_early == []
    assert listing_shop.asked == ["/robots.txt", "/products/dress-7"]
    assert ingest.products()["dress-7"].price == Decimal(7)
    assert {product.state for product in ingest.products().values()} == {"attention"}  # none is gone
    with transaction(ingest.tenant_id) as session:
        latest = runs.list_runs(session, ingest.tenant_id, limit=1)[0]
    assert (latest.kind, latest.state) == ("prices", "succeeded")


def test_a_crawl_that_is_asked_for_while_prices_are_looked_at_follows_at_once(ingest, listing_shop):
    with transaction(ingest.tenant_id) as session:
        small = runs.request(session, ingest.tenant_id, runs.PRICES)
        found = runs.request_crawl(session, ingest.tenant_id)
        runs.finish(session, ingest.tenant_id, small.id)
    assert found.id == small.id

    schedule.tick(everybody=True)

    with transaction(ingest.tenant_id) as session:
        following = runs.find_open_run(session, ingest.tenant_id)
    assert following is not None
    assert following.kind == "crawl"
