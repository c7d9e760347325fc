"""Pairs that may be one product: shown side by side, decided by a person, and kept."""

from sqlalchemy import select

from backend.db import transaction
from backend.tenants import catalog
from backend.tenants.models import AuditEntry, DuplicatePair, Product


def pair_of(me, state):
    with transaction(me.shop.tenant_id) as session:
        return session.scalars(select(DuplicatePair).where(DuplicatePair.state == state)).one()


def duplicates(me):
    with transaction(me.shop.tenant_id) as session:
        rows = session.scalars(select(Product).where(Product.duplicate_of.is_not(None)))
        return {row.id: row.duplicate_of for row in rows}


def test_a_pair_shows_both_products_and_what_speaks_for_one(seller, stocked):
    me = seller()
    products = stocked(me.shop)

    page = me.get("/pairs").get_data(as_text=True)

    for product in (products[3], products[5]):
        assert f"/products/{product.id}" in page
    assert "4 of 4 pictures are the same" in page
    assert "same price" in page
    assert "Please look (1)" in page
    assert "Same product?" in me.get("/catalog").get_data(as_text=True)


def test_one_word_makes_two_products_one_and_another_parts_them_again(seller, stocked):
    me = seller()
    stocked(me.shop)
    before, pair = duplicates(me), pair_of(me, "unsure")

    for same, expected in (("1", 2), ("0", 1)):
        answer = me.post(f"/pairs/{pair.id}", same=same, state="unsure")
        assert answer.location.endswith("/pairs?state=unsure")
        assert len(duplicates(me)) == expected

    assert duplicates(me) == before
    assert pair_of(me, "parted").id == pair.id
    with transaction(me.shop.tenant_id) as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.created_at)).all()
        assert actions[-2:] == ["same_product", "not_a_duplicate"]
        assert catalog.get_product(session, me.shop.tenant_id, pair.one_id).duplicate_of is None


def test_a_viewer_sees_pairs_and_decides_none(seller, stocked):
    me = seller(role="viewer")
    stocked(me.shop)
    pair = pair_of(me, "unsure")

    assert "Two products</button>" not in me.get("/pairs").get_data(as_text=True)
    assert me.post(f"/pairs/{pair.id}", same="1").status_code == 403
    assert pair_of(me, "unsure").id == pair.id


def test_a_word_that_is_none_changes_nothing(seller, stocked):
    me = seller()
    stocked(me.shop)
    pair = pair_of(me, "unsure")

    for fields in ({}, {"same": "perhaps"}):
        assert me.post(f"/pairs/{pair.id}", **fields).status_code == 302

    assert pair_of(me, "unsure").decided_by is None
