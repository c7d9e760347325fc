"""What is learned about a shop's URL patterns, and that a kill or a new run forgets none of it."""

import pytest

from backend.db import transaction
from backend.ingest.crawling import frontier
from backend.ingest.crawling.frontier import BROWSER, HTTP, PROBED, Link, PatternCount
from backend.ingest.crawling.patterns import Patterns, shows_more
from backend.ingest.reading.extract import Page
from backend.tenants.models import IngestRun, Product

SHOP = "https://shop.example"
CALENDAR, LISTING, PRODUCTS = "/calendar?d", "/all?page", "/products/*"


def page(links=(), record=None, reason="not_a_product"):
    return Page(record, tuple(links), (), None, None, False, reason)


def test_a_pattern_that_never_leads_to_a_product_runs_dry():
    patterns = Patterns()
    visits = 0
    while patterns.admits(CALENDAR) and visits < 100:
        patterns.note_page(CALENDAR, via=HTTP, is_product=False)
        visits += 1

    assert visits < 10


def test_a_listing_goes_on_as_long_as_its_pages_lead_to_new_products():
    patterns = Patterns()
    for _ in range(40):
        assert patterns.admits(LISTING)
        patterns.note_page(LISTING, via=HTTP, is_product=False)
        patterns.note_page(PRODUCTS, via=HTTP, is_product=True)
        patterns.note_find(LISTING)


def test_a_pattern_that_showed_more_in_the_browser_stays_there_after_a_restart():
    learned = Patterns([PatternCount(PRODUCTS, BROWSER, 1, 1, 1)])

    assert learned.needs_browser(PRODUCTS)
    assert not learned.needs_browser("/pages/*")


def test_rendering_in_vain_stops_after_two_pages():
    patterns = Patterns()
    empty = page(reason="no_content")
    probes = 0
    while patterns.wants_probe("/pages/*", empty, "<html></html>") and probes < 10:
        patterns.note_page("/pages/*", via=PROBED, is_product=False)
        probes += 1

    assert probes == 2


def test_a_page_without_scripts_is_never_rendered():
    plain = '<script type="application/ld+json">{}</script><a href="/x">x</a>'

    assert not Patterns().wants_probe("/about", page(), plain)
    assert Patterns().wants_probe("/about", page(), plain + "<script src=app.js></script>")


def test_rendering_helps_when_it_shows_links_that_were_not_there():
    assert shows_more(page(links=["/a", "/b", "/c"]), page())
    assert not shows_more(page(links=["/a"]), page(links=["/a"]))


@pytest.fixture
def listed(make_shop):
    """A shop whose 30 products were found on twelve pages of one listing."""
    tenant_id = make_shop().tenant_id
    with transaction(tenant_id) as session:
        run = IngestRun(tenant_id=tenant_id, state="succeeded")
        session.add(run)
        session.flush()
        pages = [Link(f"{SHOP}/all?page={number}", 1, frontier.LISTING) for number in range(1, 13)]
        goods = [Link(f"{SHOP}/products/{number}", 1, frontier.SITEMAP) for number in range(30)]
        frontier.add(session, tenant_id, run.id, pages)
        frontier.add(session, tenant_id, run.id, goods, found_on=LISTING)
        for row in frontier.lease(session, tenant_id, run.id, limit=100):
            product = Product(tenant_id=tenant_id, url=row.url, fingerprint=row.fingerprint, title="Dress")
            session.add(product)
            session.flush()
            sells = row.pattern == PRODUCTS
            frontier.settle(
                session, tenant_id, row.id, "fetched", via=HTTP, product_id=product.id if sells else None
            )  # fmt: skip
    return tenant_id


def test_a_listing_that_led_to_the_catalog_is_read_to_its_end_again_after_a_kill_and_in_the_next_run(listed):
    with transaction(listed) as session:
        run = IngestRun(tenant_id=listed, state="running")
        session.add(run)
        session.flush()
        frontier.begin(session, listed, run.id)
        patterns = Patterns(frontier.pattern_counts(session, listed, run.id))

    admitted = 0
    while patterns.admits(LISTING) and admitted < 40:
        patterns.note_page(LISTING, via=HTTP, is_product=False)
        admitted += 1

    assert admitted >= 12
    assert not all_admitted(patterns, CALENDAR, 12)


def all_admitted(patterns, pattern, pages):
    for _ in range(pages):
        if not patterns.admits(pattern):
            return False
        patterns.note_page(pattern, via=HTTP, is_product=False)
    return True
