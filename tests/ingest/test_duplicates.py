"""Duplicates in one shop: found by the whole set of pictures, and never where something sets two things apart."""

import pytest

from backend.db import transaction
from backend.ingest.duplicates import NOT_A_DUPLICATE, mark_duplicates
from backend.tenants import catalog
from backend.tenants.models import Decision, ProductImage, ProductUrl


@pytest.fixture
def shop(make_shop):
    return make_shop()


def sell(shop, title, pictures, **facts):
    product = shop.add_product(title, **{"category": "dress", **facts})
    with transaction(shop.tenant_id) as session:
        session.add(
            ProductUrl(
                tenant_id=shop.tenant_id, product_id=product.id, url=product.url, fingerprint=product.fingerprint
            )
        )
        for name in pictures:
            url = f"https://shop.example/{product.id}/{name}.jpg"
            session.add(
                ProductImage(tenant_id=shop.tenant_id, product_id=product.id, url=url, state="live", content_hash=name)
            )
    return product


def duplicates(shop):
    with transaction(shop.tenant_id) as session:
        mark_duplicates(session, shop.tenant_id)
    with transaction(shop.tenant_id) as session:
        found = {product.id: product.duplicate_of for product in catalog.list_products(session, shop.tenant_id)}
    return {one: target for one, target in found.items() if target}


def test_the_same_pictures_under_another_title_are_one_product_and_both_addresses_find_it(shop):
    first = sell(shop, "Dress", "abc")
    second = sell(shop, "Dress (New!)", "abcd")

    assert duplicates(shop) == {second.id: first.id}
    with transaction(shop.tenant_id) as session:
        found = catalog.find_product_by_fingerprint(session, shop.tenant_id, second.fingerprint)
        assert found is not None
        assert found.id == first.id
        assert [one.id for one in catalog.products_by_id(session, shop.tenant_id, [first.id, second.id])] == [first.id]


@pytest.mark.parametrize(
    ("pictures", "facts"),
    [
        ("cdef", {}),  # one photo in common
        ("c", {}),  # all of one's pictures, but that is a single one
        ("abc", {"category": "outer"}),
        ("abc", {"colors": ["red"]}),
        ("abc", {"overrides": {"category": "skirt"}}),
    ],
)
def test_products_that_something_sets_apart_stay_two(shop, pictures, facts):
    sell(shop, "Dress", "abc")
    sell(shop, "Another", pictures, **facts)

    assert duplicates(shop) == {}


def test_three_of_a_kind_point_at_the_first(shop):
    first, second, third = (sell(shop, f"Dress {number}", "abc") for number in range(3))

    assert duplicates(shop) == {second.id: first.id, third.id: first.id}


def test_a_pair_that_the_seller_parted_stays_parted(shop):
    first, second = sell(shop, "Dress", "abc"), sell(shop, "Dress", "abc")
    assert duplicates(shop) == {second.id: first.id}

    with transaction(shop.tenant_id) as session:
        label = {"product_id": first.id}
        session.add(Decision(tenant_id=shop.tenant_id, kind=NOT_A_DUPLICATE, subject_id=second.id, label=label))

    assert duplicates(shop) == {}


def test_another_shops_pictures_are_never_compared(shop, make_shop):
    stranger = make_shop()
    sell(shop, "Dress", "abc")
    sell(stranger, "Dress", "abc")

    assert duplicates(shop) == {}
    assert duplicates(stranger) == {}
