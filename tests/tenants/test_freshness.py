"""What is remembered of a shop ends with the commit that makes it wrong, however that was written."""

import pytest
from sqlalchemy import insert, select, update

from backend import queues
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


@pytest.fixture
def memory():
    return freshness.Memory(most=10, seconds=20)


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
def test_every_way_of_writing_ends_what_is_remembered(shop, memory, change):
    remember(memory, shop)

    with transaction(shop.tenant_id) as session:
        change(session, shop.tenant_id)

    assert memory.recall("a name") is None


def test_what_was_made_of_an_older_version_is_never_recalled(shop, memory):
    seen = freshness.version(shop.tenant_id)
    with transaction(shop.tenant_id) as session:
        by_row(session, shop.tenant_id)

    memory.remember("a name", shop.tenant_id, seen, "value")

    assert memory.recall("a name") is None


def test_a_redis_that_was_emptied_brings_nothing_back(shop, memory):
    queues.redis().flushdb()
    remember(memory, shop)
    with transaction(shop.tenant_id) as session:
        by_row(session, shop.tenant_id)

    queues.redis().flushdb()

    assert memory.recall("a name") is None


def test_only_the_last_values_are_kept(shop):
    memory = freshness.Memory(most=1, seconds=20)
    remember(memory, shop)
    memory.remember("another", shop.tenant_id, freshness.version(shop.tenant_id), "value")

    assert (memory.recall("a name"), memory.recall("another")) == (None, "value")


def test_reading_and_noting_searches_leave_it(shop, memory):
    remember(memory, shop)
    with transaction(shop.tenant_id) as session:
        session.scalars(select(Product)).all()
        session.add(SearchQuery(tenant_id=shop.tenant_id, kind="text"))

    assert memory.recall("a name") == "value"


def test_what_is_taken_back_leaves_it(shop, memory):
    remember(memory, shop)
    with pytest.raises(ZeroDivisionError):
        change_and_fail(shop)

    assert memory.recall("a name") == "value"


def test_another_shops_change_leaves_it(shop, make_shop, memory):
    other = make_shop()
    remember(memory, shop)
    with transaction(other.tenant_id) as session:
        by_setting(session, other.tenant_id)

    assert memory.recall("a name") == "value"


def change_and_fail(shop):
    with transaction(shop.tenant_id) as session:
        by_statement(session, shop.tenant_id)
        raise ZeroDivisionError


def remember(memory, shop):
    memory.remember("a name", shop.tenant_id, freshness.version(shop.tenant_id), "value")
