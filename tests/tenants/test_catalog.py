"""The catalog against real PostgreSQL: what a crawl writes, what a seller's edit keeps, what a stranger sees."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.errors import NotFound
from backend.tenants import catalog, catalog_edits, catalog_gone, catalog_sync, catalog_trace
from backend.tenants.catalog_sync import ProductFacts
from backend.tenants.models import FrontierUrl, IngestRun, OutboxMessage, PriceChange, Product, ProductImage, now

DRESS = ProductFacts(
    url="https://shop.example/products/dress",
    fingerprint="f-dress",
    title="Red dress",
    sku="D1",
    price=Decimal("49.90"),
    currency="USD",
    availability="InStock",
    category="dress",
    gender="women",
    colors=["red"],
    images=("https://shop.example/1.jpg", "https://shop.example/2.jpg"),
)


def seen(tenant_id, facts, run_id=None):
    with transaction(tenant_id) as session:
        return catalog_sync.upsert_product(session, tenant_id, facts, run_id=run_id)


def rows(tenant_id, model):
    with transaction(tenant_id) as session:
        return list(session.scalars(select(model).where(model.tenant_id == tenant_id)))


def new_run(tenant_id, state="running"):
    with transaction(tenant_id) as session:
        run = IngestRun(tenant_id=tenant_id, state=state, started_at=now())
        session.add(run)
    return run.id


def page(tenant_id, run_id, fingerprint, **facts):
    with transaction(tenant_id) as session:
        url = f"https://shop.example/{fingerprint}"
        session.add(FrontierUrl(tenant_id=tenant_id, run_id=run_id, url=url, fingerprint=fingerprint, **facts))


def test_a_page_seen_twice_is_new_and_then_unchanged_and_writes_no_second_row(make_shop):
    shop = make_shop()

    first, second = seen(shop.tenant_id, DRESS), seen(shop.tenant_id, DRESS)

    assert (first.outcome, second.outcome) == ("new", "unchanged")
    assert first.product_id == second.product_id
    assert len(rows(shop.tenant_id, PriceChange)) == 1
    assert len(rows(shop.tenant_id, ProductImage)) == 2
    assert rows(shop.tenant_id, OutboxMessage) == []


def test_a_new_price_becomes_history_and_the_gallery_is_told_once(make_shop):
    shop = make_shop()
    product_id = seen(shop.tenant_id, DRESS).product_id

    outcome = seen(shop.tenant_id, replace(DRESS, price=Decimal("39.90"))).outcome

    assert outcome == "changed"
    prices = [change.price for change in rows(shop.tenant_id, PriceChange)]
    assert sorted(prices) == [Decimal("39.90"), Decimal("49.90")]
    (message,) = rows(shop.tenant_id, OutboxMessage)
    assert message.payload["product_ids"] == [product_id]


def test_a_sellers_edit_survives_the_next_crawl_and_can_be_taken_back(make_shop):
    shop = make_shop()
    product_id = seen(shop.tenant_id, DRESS).product_id
    with transaction(shop.tenant_id) as session:
        catalog_edits.override(session, shop.tenant_id, product_id, {"title": "Ruby dress", "price": "45"})

    seen(shop.tenant_id, replace(DRESS, title="RED DRESS!!", price=Decimal(10)))

    with transaction(shop.tenant_id) as session:
        edited = catalog.effective(catalog.get_product(session, shop.tenant_id, product_id))
        catalog_edits.override(session, shop.tenant_id, product_id, {"title": None, "price": None})
        crawled = catalog.effective(catalog.get_product(session, shop.tenant_id, product_id))
    assert (edited.title, edited.price) == ("Ruby dress", Decimal(45))
    assert (crawled.title, crawled.price) == ("RED DRESS!!", Decimal(10))


@pytest.mark.parametrize(
    "edit", [{"price": "-1"}, {"price": "much"}, {"title": " "}, {"colors": "red"}, {"state": "live"}, {"price": "NaN"}]
)
def test_an_edit_that_makes_no_sense_is_refused_and_changes_nothing(make_shop, edit):
    shop = make_shop()
    product_id = seen(shop.tenant_id, DRESS).product_id

    with pytest.raises(catalog_edits.BadEdit), transaction(shop.tenant_id) as session:
        catalog_edits.override(session, shop.tenant_id, product_id, edit)

    (product,) = rows(shop.tenant_id, Product)
    assert product.overrides == {}


def test_an_edited_category_sends_the_pictures_to_vision_again(make_shop):
    shop = make_shop()
    product_id = seen(shop.tenant_id, DRESS).product_id
    with transaction(shop.tenant_id) as session:
        for image in catalog.list_images(session, shop.tenant_id, product_id):
            image.state, image.storage_key = "live", f"{shop.tenant_id}/images/x.jpg"

    with transaction(shop.tenant_id) as session:
        catalog_edits.override(session, shop.tenant_id, product_id, {"category": "skirt"})

    assert {image.state for image in rows(shop.tenant_id, ProductImage)} == {"stored"}


def test_a_picture_that_left_the_page_is_gone_and_comes_back_without_a_download(make_shop):
    shop = make_shop()
    seen(shop.tenant_id, DRESS)
    with transaction(shop.tenant_id) as session:
        for image in session.scalars(select(ProductImage)):
            image.state, image.storage_key = "live", f"{shop.tenant_id}/images/x.jpg"

    seen(shop.tenant_id, replace(DRESS, images=DRESS.images[:1]))
    after_leaving = {image.url: image.state for image in rows(shop.tenant_id, ProductImage)}
    seen(shop.tenant_id, DRESS)
    after_return = {image.url: image.state for image in rows(shop.tenant_id, ProductImage)}

    assert after_leaving == {DRESS.images[0]: "live", DRESS.images[1]: "gone"}
    assert after_return == {DRESS.images[0]: "live", DRESS.images[1]: "stored"}


def test_a_product_that_moved_keeps_its_row_and_answers_to_both_addresses(make_shop):
    shop = make_shop()
    old = seen(shop.tenant_id, DRESS).product_id
    run_id = new_run(shop.tenant_id)
    page(shop.tenant_id, run_id, DRESS.fingerprint, state="failed", status_code=404)

    moved = replace(DRESS, url="https://shop.example/p/dress", fingerprint="f-moved")
    new = seen(shop.tenant_id, moved, run_id).product_id

    assert new == old
    with transaction(shop.tenant_id) as session:
        for fingerprint in ("f-dress", "f-moved"):
            found = catalog.find_product_by_fingerprint(session, shop.tenant_id, fingerprint)
            assert found is not None
            assert found.url == moved.url


def test_colour_children_with_one_sku_stay_two_products(make_shop):
    shop = make_shop()

    red = seen(shop.tenant_id, DRESS).product_id
    blue = seen(shop.tenant_id, replace(DRESS, url="https://shop.example/b", fingerprint="f-b", title="Blue dress"))

    assert blue.product_id != red


def test_colour_children_with_one_sku_and_one_title_stay_two_and_keep_their_pictures(make_shop):
    shop = make_shop()
    navy = replace(DRESS, url="https://shop.example/b", fingerprint="f-b", colors=["navy"], images=("b.jpg",))
    first = {facts.fingerprint: seen(shop.tenant_id, facts).product_id for facts in (DRESS, navy)}
    run_id = new_run(shop.tenant_id)

    again = {facts.fingerprint: seen(shop.tenant_id, facts, run_id).product_id for facts in (navy, DRESS)}

    assert len(set(first.values())) == 2
    assert again == first
    assert {image.state for image in rows(shop.tenant_id, ProductImage)} == {"wanted"}


def test_a_product_is_retired_when_its_page_says_gone_and_not_when_the_page_failed(make_shop):
    shop = make_shop()
    vanished = seen(shop.tenant_id, DRESS).product_id
    failing = seen(shop.tenant_id, replace(DRESS, fingerprint="f-2", sku="D2")).product_id
    run_id = new_run(shop.tenant_id)
    page(shop.tenant_id, run_id, "f-dress", state="failed", status_code=404)
    page(shop.tenant_id, run_id, "f-2", state="failed", status_code=503)

    with transaction(shop.tenant_id) as session:
        retired = catalog_gone.retire_missing(session, shop.tenant_id, run_id)

    assert (retired.gone, retired.held) == (1, 0)
    states = {product.id: product.state for product in rows(shop.tenant_id, Product)}
    assert states == {vanished: "gone", failing: "live"}


def test_a_product_that_no_page_showed_is_retired_only_after_the_second_complete_run(make_shop):
    shop = make_shop()
    seen(shop.tenant_id, DRESS)
    counts = []
    for _ in range(2):
        run_id = new_run(shop.tenant_id)
        with transaction(shop.tenant_id) as session:
            counts.append(catalog_gone.retire_missing(session, shop.tenant_id, run_id).gone)
            session.get_one(IngestRun, run_id).state = "succeeded"

    assert counts == [0, 1]


def test_many_that_vanish_at_once_are_kept_until_the_next_complete_run_agrees(make_shop):
    shop = make_shop()
    for number in range(20):
        seen(shop.tenant_id, replace(DRESS, fingerprint=f"f-{number}", sku=f"D{number}"))
    counts = []
    for _ in range(2):
        run_id = new_run(shop.tenant_id)
        with transaction(shop.tenant_id) as session:
            for row in session.scalars(select(FrontierUrl).where(FrontierUrl.tenant_id == shop.tenant_id)):
                session.delete(row)
        for number in range(12):
            page(shop.tenant_id, run_id, f"f-{number}", state="failed", status_code=404)
        for number in [*range(12, 20), *([0] if counts else [])]:  # one of the twelve is back in the second run
            seen(shop.tenant_id, replace(DRESS, fingerprint=f"f-{number}", sku=f"D{number}"))
        with transaction(shop.tenant_id) as session:
            retired = catalog_gone.retire_missing(session, shop.tenant_id, run_id)
            counts.append((retired.gone, retired.held))
            session.get_one(IngestRun, run_id).state = "succeeded"

    assert counts == [(0, 12), (11, 0)]


def test_a_retired_product_comes_back_with_its_history(make_shop):
    shop = make_shop()
    product_id = seen(shop.tenant_id, DRESS).product_id
    with transaction(shop.tenant_id) as session:
        catalog_sync.retire(session, shop.tenant_id, catalog.get_product(session, shop.tenant_id, product_id))

    back = seen(shop.tenant_id, DRESS)

    assert (back.product_id, back.outcome) == (product_id, "changed")
    (product,) = rows(shop.tenant_id, Product)
    assert (product.state, product.gone_at) == ("live", None)


def test_a_hidden_product_stays_hidden_whatever_the_crawl_sees(make_shop):
    shop = make_shop()
    product_id = seen(shop.tenant_id, DRESS).product_id
    with transaction(shop.tenant_id) as session:
        catalog_edits.set_hidden(session, shop.tenant_id, product_id, hidden=True)

    seen(shop.tenant_id, replace(DRESS, price=Decimal(1)))

    with transaction(shop.tenant_id) as session:
        assert catalog.shown_products(session, shop.tenant_id, [product_id]) == {}
        catalog_edits.set_hidden(session, shop.tenant_id, product_id, hidden=False)
        assert list(catalog.shown_products(session, shop.tenant_id, [product_id])) == [product_id]


def test_pages_of_the_product_list_hold_every_product_once(make_shop):
    shop = make_shop()
    wanted = {seen(shop.tenant_id, replace(DRESS, fingerprint=f"f-{n}", sku=f"S{n}")).product_id for n in range(7)}

    found, after = [], None
    while True:
        with transaction(shop.tenant_id) as session:
            products = catalog.list_products(session, shop.tenant_id, after=after, limit=3)
        found += [product.id for product in products]
        if len(products) < 3:
            break
        after = products[-1].id

    assert len(found) == 7
    assert set(found) == wanted


def test_the_product_list_filters_by_what_is_true_after_the_edits(make_shop):
    shop = make_shop()
    product_id = seen(shop.tenant_id, DRESS).product_id
    with transaction(shop.tenant_id) as session:
        catalog_edits.override(session, shop.tenant_id, product_id, {"category": "skirt", "title": "100% silk"})

    def found(**conditions):
        with transaction(shop.tenant_id) as session:
            filters = catalog.ProductFilters(**conditions)
            return len(catalog.list_products(session, shop.tenant_id, filters))

    assert found(category="skirt") == 1
    assert found(category="dress") == 0
    assert found(words="100%") == 1
    assert found(words="1000") == 0
    assert found(words="D1") == 1
    assert found(needs_attention=True) == 0


def test_finer_names_go_with_what_the_words_say_and_not_with_a_sellers_own(make_shop):
    shop = make_shop()
    facts = {"category": "top", "fine_category": "cardigan", "pattern": "stripe", "colors": ["red"], "shades": ["wine"]}
    kept, edited = shop.add_product("Striped cardigan", **facts), shop.add_product("Striped cardigan", **facts)
    with transaction(shop.tenant_id) as session:
        edits = {"category": "outer", "colors": ["pink"], "pattern": "check"}
        catalog_edits.override(session, shop.tenant_id, edited.id, edits)

    def now_of(product):
        with transaction(shop.tenant_id) as session:
            values = catalog.effective(catalog.get_product(session, shop.tenant_id, product.id))
        return values.fine_category, values.pattern, values.shades

    def found(**conditions):
        with transaction(shop.tenant_id) as session:
            rows = catalog.list_products(session, shop.tenant_id, catalog.ProductFilters(**conditions))
        return [row.id for row in rows]

    assert now_of(kept) == ("cardigan", "stripe", ("wine",))
    assert now_of(edited) == (None, "check", ())
    assert found(fine_category="cardigan") == found(pattern="stripe") == [kept.id]
    assert found(pattern="check") == [edited.id]


def test_the_trace_says_why_a_product_cannot_be_found(make_shop):
    shop = make_shop()
    product_id = seen(shop.tenant_id, DRESS).product_id

    def reason(*states):
        with transaction(shop.tenant_id) as session:
            images = catalog.list_images(session, shop.tenant_id, product_id)
            for image, state in zip(images, states, strict=True):
                image.state = state
            return catalog_trace.trace(session, shop.tenant_id, product_id)["reason"]

    assert reason("wanted", "failed") == "images_open"
    assert reason("failed", "failed") == "images_failed"
    assert reason("set_aside", "failed") == "images_set_aside"
    assert reason("gone", "gone") == "no_images"
    assert reason("live", "failed") is None


def test_a_stranger_finds_nothing_of_another_shops_catalog(make_shop):
    ours, theirs = make_shop(), make_shop()
    product_id = seen(ours.tenant_id, DRESS).product_id

    with transaction(theirs.tenant_id) as session:
        tenant_id = theirs.tenant_id
        assert catalog.list_products(session, tenant_id) == []
        assert catalog.shown_products(session, tenant_id, [product_id]) == {}
        assert catalog.find_product_by_fingerprint(session, tenant_id, "f-dress") is None
        assert catalog.find_product_by_sku(session, tenant_id, "D1") is None
        assert catalog.images_of(session, tenant_id, [product_id]) == {product_id: []}
        with pytest.raises(NotFound):
            catalog.get_product(session, tenant_id, product_id)
        with pytest.raises(NotFound):
            catalog_trace.trace(session, tenant_id, product_id)
        with pytest.raises(NotFound):
            catalog_edits.override(session, tenant_id, product_id, {"title": "mine now"})


def test_an_id_without_the_form_of_one_is_not_found(make_shop):
    shop = make_shop()

    with transaction(shop.tenant_id) as session, pytest.raises(NotFound):
        catalog.get_product(session, shop.tenant_id, "1' OR '1'='1")
