"""What is remembered of a shop ends with the commit that makes it wrong, however that was written."""

import pytest
from sqlalchemy import insert, select, update

from backend.db import transaction
from backend.tenants import freshness
from backend.tenants.models import Product, ProductImage, SearchQuery, Tenant, now


@pytest.fixture
def shop(make_shop, redis_url):
    shop = make_shop()
    with transaction(shop.tenant_id) as session:
        facts = {"url": "https://shop.example/a", "fingerprint": "shop.example/a", "title": "dress"}
        session.add(Product(tenant_id=shop.tenant_id, last_seen_at=now(), **facts))
    return shop


def by_row(session, tenant_id):
    session.scalars(select(Product)).one().title = "another"


def by_statement(session, tenant_id):
    session.execute(update(Product).where(Product.tenant_id == tenant_id).values(title="another"))


def by_many_rows(session, tenant_id):
    product_id = session.scalars(select(Product.id)).one()
    rows = [{"tenant_id": tenant_id, "product_id": product_id, "url": "https://shop.example/a.jpg"}]
    session.execute(insert(ProductImage), rows)


def by_setting(session, tenant_id):
    session.get(Tenant, tenant_id).name = "another"


@pytest.mark.parametrize("change", [by_row, by_statement, by_many_rows, by_setting])
def test_every_way_of_writing_ends_what_is_remembered(shop, change):
    remember(shop)

    with transaction(shop.tenant_id) as session:
        change(session, shop.tenant_id)

    assert freshness.recall("a name") is None


def test_what_was_made_of_an_older_version_is_never_recalled(shop):
    seen = freshness.version(shop.tenant_id)
    with transaction(shop.tenant_id) as session:
        by_row(session, shop.tenant_id)

    freshness.remember("a name", shop.tenant_id, seen, "value", seconds=20)

    assert freshness.recall("a name") is None


def test_reading_and_noting_searches_leave_it(shop):
    remember(shop)
    with transaction(shop.tenant_id) as session:
        session.scalars(select(Product)).all()
        session.add(SearchQuery(tenant_id=shop.tenant_id, kind="text"))

    assert freshness.recall("a name") == "value"


def test_what_is_taken_back_leaves_it(shop):
    remember(shop)
    with pytest.raises(ZeroDivisionError):
        change_and_fail(shop)

    assert freshness.recall("a name") == "value"


def test_another_shops_change_leaves_it(shop, make_shop):
    other = make_shop()
    remember(shop)
    with transaction(other.tenant_id) as session:
        by_setting(session, other.tenant_id)

    assert freshness.recall("a name") == "value"


def change_and_fail(shop):
    with transaction(shop.tenant_id) as session:
        by_statement(session, shop.tenant_id)
        raise ZeroDivisionError


def remember(shop):
    freshness.remember("a name", shop.tenant_id, freshness.version(shop.tenant_id), "value", seconds=20)
