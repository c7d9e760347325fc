"""Pages become products: copies join, pages of different things never do, whatever address they claim."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.ingest import addresses
from backend.ingest.cataloging.products import sync_page
from backend.ingest.reading.extract import Page
from backend.ingest.records import ProductRecord
from backend.tenants import catalog, catalog_sync
from backend.tenants.models import FrontierUrl, IngestRun, Product, ProductImage, Tenant, now

SHOP = "https://shop.example/"
NAMES = ("Linen dress", "Wool coat", "Denim jacket", "Silk scarf", "Felt hat")


def thing(number, **facts):
    images = tuple(f"{SHOP}media/{number}-{view}.jpg" for view in "abc")
    record = ProductRecord(
        url="", title=NAMES[number], sku=f"S-{number}", price=Decimal(20 + number), currency="USD", images=images,
        language="en",
    )  # fmt: skip
    return replace(record, **facts)


class Reader:
    """One shop that is read page by page."""

    def __init__(self, shop):
        self.tenant_id = shop.tenant_id
        self.run_id = self.begin()

    def begin(self):
        with transaction(self.tenant_id) as session:
            for run in session.scalars(select(IngestRun)):
                run.state = "succeeded"
            session.flush()
            run = IngestRun(tenant_id=self.tenant_id, state="running", started_at=now())
            session.add(run)
        self.run_id = run.id
        return run.id

    def read(self, path, record, *, canonical=None, alternates=(), asked=None):
        url = addresses.canonical(SHOP + path)
        page = Page(
            record=replace(record, url=url), links=(), next_links=(), language=None, is_listing=False, reason="",
            canonical=canonical and addresses.canonical(SHOP + canonical),
            alternates={code: SHOP + one for code, one in dict(alternates).items()},
        )  # fmt: skip
        with transaction(self.tenant_id) as session:
            asked_url = SHOP + (asked or path)
            return sync_page(
                session, self.tenant_id, self.run_id, page, asked=asked_url, final_url=url, shop_url=SHOP
            )  # fmt: skip

    def gone(self, path):
        """Note that this address answers 404 in this run."""
        with transaction(self.tenant_id) as session:
            fingerprint = addresses.fingerprint(SHOP + path)
            session.add(
                FrontierUrl(
                    tenant_id=self.tenant_id,
                    run_id=self.run_id,
                    url=SHOP + path,
                    fingerprint=fingerprint,
                    state="failed",
                    status_code=404,
                )
            )

    def shelf(self):
        """Return path → title of every product that is not gone."""
        with transaction(self.tenant_id) as session:
            rows = session.scalars(select(Product).where(Product.gone_at.is_(None)))
            return {row.url.removeprefix(SHOP): row.title for row in rows}

    def at(self, path):
        """Return the title of the product that answers to an address."""
        with transaction(self.tenant_id) as session:
            fingerprint = addresses.fingerprint(SHOP + path)
            found = catalog.find_product_by_fingerprint(session, self.tenant_id, fingerprint)
            return found and found.title


@pytest.fixture
def reader(make_shop):
    return Reader(make_shop(shop_url=SHOP))


@pytest.mark.parametrize("canonical", ["", "app", "products/0", "products"])
def test_a_shop_whose_every_page_names_one_canonical_address_keeps_all_its_products(reader, canonical):
    for _ in range(2):
        for number in range(5):
            reader.read(f"products/{number}", thing(number), canonical=canonical)
        reader.begin()

    assert reader.shelf() == {f"products/{number}": name for number, name in enumerate(NAMES)}
    assert [reader.at(f"products/{number}") for number in range(5)] == list(NAMES)


def test_a_front_page_that_is_read_after_its_claimants_takes_none_of_them_over(reader):
    for number in range(1, 5):
        reader.read(f"products/{number}", thing(number), canonical="products/0")
    reader.read("products/0", thing(0), canonical="products/0")

    assert len(reader.shelf()) == 5
    assert reader.at("products/0") == NAMES[0]


@pytest.mark.parametrize("order", [("c/new/dress", "dress"), ("dress", "c/new/dress")])
def test_a_copy_joins_the_page_it_names_whichever_is_read_first(reader, order):
    for path in order:
        reader.read(path, thing(0), canonical="dress")

    assert reader.shelf() == {"dress": NAMES[0]}
    assert reader.at("c/new/dress") == NAMES[0]


def test_a_product_stands_at_an_address_that_was_read(reader):
    reader.read("p/1?pos=3", thing(1), canonical="coat")

    assert reader.shelf() == {"p/1?pos=3": NAMES[1]}
    assert reader.at("coat") == NAMES[1]


def test_what_a_copy_says_overwrites_nothing_and_a_second_run_changes_nothing(reader):
    def run():
        return [
            reader.read("en/dress", thing(0, title="Dress", price=Decimal(9)), canonical="dress").outcome,
            reader.read("dress", thing(0), canonical="dress").outcome,
        ]

    run()
    reader.begin()

    assert run() == ["unchanged", "unchanged"]
    assert reader.shelf() == {"dress": NAMES[0]}


COPIES = {"ja": "ja/dress", "en": "en/dress"}
JA = {"title": "リネンワンピース", "language": "ja", "price": Decimal(3000), "currency": "JPY", "sku": None}


@pytest.mark.parametrize("order", [("ja", "en"), ("en", "ja")])
def test_language_copies_that_name_each_other_are_one_product_in_the_shops_language(reader, order):
    with transaction(reader.tenant_id) as session:
        session.get_one(Tenant, reader.tenant_id).locale = "ja"
    records = {"ja": thing(0, **JA), "en": thing(0)}

    outcomes = []
    for _ in range(2):
        for code in order:
            found = reader.read(COPIES[code], records[code], canonical=COPIES[code], alternates=COPIES)
            outcomes.append(found.outcome)
        reader.begin()

    assert reader.shelf() == {"ja/dress": "リネンワンピース"}
    assert reader.at("en/dress") == "リネンワンピース"
    assert outcomes[2:] == ["unchanged", "unchanged"]


def test_copies_that_a_theme_names_alike_on_every_page_join_nothing(reader):
    for number in range(4):
        own = f"ja/{number}"
        reader.read(own, thing(number, language="ja"), alternates={"ja": own, "en": "en/first"})

    assert len(reader.shelf()) == 4


def test_colour_children_with_one_sku_and_title_stay_two_and_keep_their_pictures(reader):
    red = thing(0, colors=("red",), images=(f"{SHOP}red.jpg",))
    navy = thing(0, colors=("navy",), images=(f"{SHOP}navy.jpg",))

    for price in (20, 30):
        for path, record in (("dress-red", red), ("dress-navy", navy)):
            reader.read(path, replace(record, price=Decimal(price)))
        reader.begin()

    assert set(reader.shelf()) == {"dress-red", "dress-navy"}
    with transaction(reader.tenant_id) as session:
        assert {image.state for image in session.scalars(select(ProductImage))} == {"wanted"}


def test_sizes_with_one_sku_and_title_stay_two_while_both_have_a_page(reader):
    for path in ("dress-s", "dress-m"):
        reader.read(path, thing(0))
    reader.begin()
    reader.read("dress-m", thing(0))

    assert set(reader.shelf()) == {"dress-s", "dress-m"}


def test_a_product_that_left_its_address_keeps_its_row_at_the_new_one(reader):
    before = reader.read("old", thing(0)).product_id
    reader.begin()
    reader.gone("old")

    after = reader.read("new", thing(0, price=Decimal(15)))

    assert (after.product_id, after.outcome) == (before, "changed")
    assert reader.shelf() == {"new": NAMES[0]}
    assert reader.at("old") == NAMES[0]


def test_a_colour_that_came_when_another_left_is_a_new_product(reader):
    before = reader.read("dress-red", thing(0, colors=("red",))).product_id
    reader.begin()
    reader.gone("dress-red")

    assert reader.read("dress-navy", thing(0, colors=("navy",))).product_id != before


def test_a_redirect_takes_the_product_along_and_a_replacement_is_a_new_one(reader):
    first = reader.read("a", thing(0)).product_id
    second = reader.read("b", thing(1)).product_id
    reader.begin()

    moved = reader.read("a-2", thing(0), asked="a").product_id
    replaced = reader.read("b-2", thing(2), asked="b").product_id

    assert moved == first
    assert replaced != second


def test_a_product_that_the_shop_calls_a_copy_by_now_joins_the_other_one(reader):
    for path in ("dress", "dress-2"):
        reader.read(path, thing(0))
    reader.begin()

    reader.read("dress-2", thing(0), canonical="dress")

    assert reader.shelf() == {"dress": NAMES[0]}
    assert reader.at("dress-2") == NAMES[0]


def test_a_copy_stays_when_the_page_it_names_is_gone(reader):
    reader.read("dress", thing(0), canonical="dress")
    copy = reader.read("c/dress", thing(0), canonical="dress").product_id
    with transaction(reader.tenant_id) as session:
        product = catalog.get_product(session, reader.tenant_id, copy)
        catalog_sync.retire(session, reader.tenant_id, product)

    back = reader.read("c/dress", thing(0), canonical="dress")

    assert back.outcome == "changed"
    assert reader.shelf() == {"c/dress": NAMES[0]}


def test_a_language_copy_stays_when_the_shops_own_language_is_gone(reader):
    with transaction(reader.tenant_id) as session:
        session.get_one(Tenant, reader.tenant_id).locale = "ja"
    main = reader.read("ja/dress", thing(0, **JA), alternates=COPIES).product_id
    assert reader.read("en/dress", thing(0), alternates=COPIES).product_id == main
    with transaction(reader.tenant_id) as session:
        product = catalog.get_product(session, reader.tenant_id, main)
        catalog_sync.retire(session, reader.tenant_id, product)

    back = reader.read("en/dress", thing(0), alternates=COPIES)

    assert (back.product_id, back.outcome) == (main, "changed")
    assert reader.shelf() == {"en/dress": NAMES[0]}
