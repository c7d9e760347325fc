"""How a crawl may end but well: stopped, a shop that is down, refuses us, or sells nothing."""

import pytest

from backend.db import transaction
from backend.ingest import runs
from tests.ingest.local_shop import DRESS, JEANS, SHIRT, Answer

pytest_plugins = ("tests.ingest.whole",)


def test_a_stopped_crawl_keeps_what_it_has_and_the_next_one_completes_it(ingest, three_goods):
    run_id = ingest.ask()
    pages = three_goods.pages

    class StopAtFirstProduct(dict):
        def get(self, path, default=None):
            if path.startswith("/products/"):
                with transaction(ingest.tenant_id) as session:
                    runs.request_stop(session, ingest.tenant_id, run_id)
            return super().get(path, default)

    three_goods.pages = StopAtFirstProduct(pages)
    ingest.work()
    stopped, known = ingest.summary(run_id), set(ingest.products())
    three_goods.pages = pages

    facts = ingest.crawl()

    assert stopped["state"] == "canceled"
    assert 0 < len(known) < 3  # the page that was on its way is kept
    assert facts["state"] == "succeeded"
    assert set(ingest.products()) == {DRESS, SHIRT, JEANS}
    assert facts["products"]["gone"] == 0


def test_a_shop_that_is_down_keeps_its_catalog_and_the_seller_learns_why(ingest, three_goods):
    ingest.crawl()
    before = ingest.embedding_ids()
    three_goods.pages = {path: Answer("down", status=500) for path in three_goods.pages}
    three_goods.pages["/robots.txt"] = Answer("", kind="text/plain")

    facts = ingest.crawl()

    assert facts["products"]["gone"] == 0
    assert facts["pages"]["failed"] > 0
    assert ingest.embedding_ids() == before


def test_a_site_without_products_ends_with_advice(ingest, selling_shop):
    selling_shop.open()

    facts = ingest.crawl()

    assert (facts["state"], facts["error"]) == ("failed", "no_products")
    assert "product" in facts["advice"]


@pytest.mark.parametrize(("status", "word"), [(403, "firewall"), (500, "errors")])
def test_a_shop_that_refuses_us_is_left_alone_soon_with_advice(ingest, selling_shop, status, word):
    for number in range(120):
        selling_shop.offer(f"dress-{number}", f"Dress {number}", "10.00")
    selling_shop.open()
    for path in selling_shop.pages:
        if path.startswith("/products/"):
            selling_shop.pages[path] = Answer("go away", status=status)

    facts = ingest.crawl()

    assert (facts["state"], facts["error"]) == ("failed", "shop_refuses")
    assert word in facts["advice"]
    assert len(selling_shop.asked) < 40


def test_a_bot_check_in_place_of_the_pages_ends_with_advice(ingest, three_goods):
    for path in three_goods.pages:
        if path.startswith("/products/") or path == "/":
            three_goods.pages[path] = Answer("<html><head><title>Just a moment...</title></head><body></body></html>")

    facts = ingest.crawl()

    assert facts["state"] == "failed"
    assert "bot protection" in facts["advice"]


def test_an_address_that_nobody_opened_to_us_ends_at_once_with_advice(ingest, selling_shop, make_shop):
    closed = make_shop(shop_url=selling_shop.url + "/")
    ingest.shop = closed
    selling_shop.open()

    facts = ingest.crawl()

    assert facts["state"] == "failed"
    assert "operator" in facts["advice"]
    assert selling_shop.asked == []
