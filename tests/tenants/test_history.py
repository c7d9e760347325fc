"""How long what was searched is kept, and whose."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.ingest import schedule
from backend.tenants import history
from backend.tenants.models import Event, SearchQuery, now

DAYS_BEFORE = timedelta(days=3)
YEARS_BEFORE = timedelta(days=401)


def note(shop, *, kind="similar", age=timedelta(0), event=None):
    """Note a search of that age, and what a shopper did with it."""
    with transaction(shop.tenant_id) as session:
        query = SearchQuery(tenant_id=shop.tenant_id, kind=kind, created_at=now() - age)
        session.add(query)
        session.flush()
        if event:
            product = shop.products[0]
            session.add(Event(tenant_id=shop.tenant_id, query_id=query.id, type=event, product_id=product.id))
    return query.id


def kept(shop):
    with transaction(shop.tenant_id) as session:
        return set(session.scalars(select(SearchQuery.id)))


@pytest.fixture
def shop(make_shop):
    shop = make_shop()
    shop.add_product("Dress")
    return shop


def test_looks_at_similar_items_that_nobody_followed_are_kept_for_two_days(shop):
    today, followed = note(shop), note(shop, age=DAYS_BEFORE, event="click")
    words = note(shop, kind="text", age=DAYS_BEFORE)
    note(shop, age=DAYS_BEFORE)
    note(shop, age=DAYS_BEFORE, event="impression")

    schedule.tick(everybody=True)

    assert kept(shop) == {today, followed, words}


def test_searches_are_kept_for_a_year_and_go_with_what_shoppers_did(shop):
    note(shop, kind="photo", age=YEARS_BEFORE, event="purchase")
    young = note(shop, kind="photo", age=timedelta(days=300), event="purchase")

    schedule.tick(everybody=True)

    assert kept(shop) == {young}
    with transaction(shop.tenant_id) as session:
        assert list(session.scalars(select(Event.query_id))) == [young]


def test_more_than_is_deleted_at_once_goes_at_the_next_looks(shop, monkeypatch):
    monkeypatch.setattr(schedule, "_FORGETS_AT_ONCE", 2)
    monkeypatch.setattr(schedule, "_FORGETS_TIMES", 2)
    for _ in range(7):
        note(shop, age=DAYS_BEFORE)

    left = []
    for _ in range(3):
        schedule.tick(everybody=True)
        left.append(len(kept(shop)))

    assert left == [3, 0, 0]


def test_a_shop_is_looked_at_once_an_hour(shop):
    schedule.tick(everybody=True)
    old = note(shop, age=DAYS_BEFORE)

    schedule.tick(everybody=True)

    assert kept(shop) == {old}


def test_another_shops_searches_are_left_alone(shop, make_shop):
    other = make_shop()
    theirs = note(other, age=DAYS_BEFORE)

    with transaction(shop.tenant_id) as session:
        assert history.forget_old(session, shop.tenant_id, now(), most=10) == 0
        assert history.forget_old(session, other.tenant_id, now(), most=10) == 0

    assert kept(other) == {theirs}
