"""Duplicates in one shop: found by the whole set of pictures, and never where something sets two things apart."""

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.ingest.cataloging.duplicates import mark_duplicates
from backend.tenants import catalog, catalog_edits, catalog_pairs, catalog_sync
from backend.tenants.models import Decision, DuplicatePair, OutboxMessage, Product, ProductImage, ProductUrl, User


@pytest.fixture
def shop(make_shop):
    return make_shop()


def sell(shop, title, pictures, **facts):
    product = shop.add_product(title, **{"category": "dress", "colors": ["red"], **facts})
    with transaction(shop.tenant_id) as session:
        session.add(
            ProductUrl(
                tenant_id=shop.tenant_id, product_id=product.id, url=product.url, fingerprint=product.fingerprint
            )
        )
        for position, name in enumerate(pictures):
            session.add(
                ProductImage(
                    tenant_id=shop.tenant_id,
                    product_id=product.id,
                    url=f"https://shop.example/{product.id}/{name}",
                    position=position,
                    state="live",
                    storage_key=f"{shop.tenant_id}/{name}",
                    content_hash=name,
                )
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
        assert list(catalog.shown_products(session, shop.tenant_id, [first.id, second.id])) == [first.id]


@pytest.mark.parametrize(
    ("pictures", "facts"),
    [
        ("cdef", {}),  # one photo in common
        ("c", {}),  # all of one's pictures, but that is a single one
        ("abc", {"category": "outer"}),
        ("abc", {"colors": ["navy"]}),
        ("abc", {"colors": []}),
        ("abc", {"overrides": {"category": "skirt"}}),
        ("abc", {"title": "Anna"}),
        ("cab", {}),  # a colour child that shows its own colour first
    ],
)
def test_products_that_something_sets_apart_stay_two(shop, pictures, facts):
    sell(shop, "Dress", "abc")
    sell(shop, facts.pop("title", "Dress"), pictures, **facts)

    assert duplicates(shop) == {}


def test_colour_children_whose_words_name_no_colour_are_told_by_their_addresses(shop):
    for color in ("red", "navy"):
        url = f"https://shop.example/products/dress-{color}"
        sell(shop, "Dress", "abc", colors=[], url=url)

    assert duplicates(shop) == {}
    assert pairs(shop) == []


def test_variants_that_the_shop_groups_stay_apart_though_all_but_their_addresses_is_the_same(shop):
    for page in ("dress-2201", "dress-2202"):
        sell(shop, "Dress", "abc", colors=[], sku="D-1", item_group="D", url=f"https://shop.example/products/{page}")

    assert duplicates(shop) == {}
    assert pairs(shop) == []


def test_one_variant_under_two_paths_is_one_product_though_it_has_a_group(shop):
    first, second = (
        sell(shop, "Dress", "abc", item_group="D", url=f"https://shop.example/{path}/dress-2201")
        for path in ("products", "collections/sale/products")
    )

    assert duplicates(shop) == {second.id: first.id}


def test_three_of_a_kind_point_at_the_first(shop):
    first, second, third = (sell(shop, "Dress", "abc") for _ in range(3))

    assert duplicates(shop) == {second.id: first.id, third.id: first.id}


def pairs(shop):
    with transaction(shop.tenant_id) as session:
        return list(session.scalars(select(DuplicatePair).where(DuplicatePair.tenant_id == shop.tenant_id)))


def decide(shop, pair, *, same):
    with transaction(shop.tenant_id) as session:
        user = session.scalars(select(User).where(User.email == shop.email)).one()
        catalog_pairs.decide(session, shop.tenant_id, pair.id, same=same, user_id=user.id)


def told(shop):
    """Return the products that the gallery was told of since the last time."""
    with transaction(shop.tenant_id) as session:
        messages = list(session.scalars(select(OutboxMessage)))
        for message in messages:
            session.delete(message)
    return {one for message in messages for one in message.payload["product_ids"]}


def test_a_pair_that_the_seller_parted_stays_parted_and_is_in_search_again(shop):
    first, second = sell(shop, "Dress", "abc"), sell(shop, "Dress", "abc")
    assert duplicates(shop) == {second.id: first.id}
    assert told(shop) == {second.id}

    decide(shop, pairs(shop)[0], same=False)

    assert told(shop) == {second.id}
    assert duplicates(shop) == {}
    assert [pair.state for pair in pairs(shop)] == ["parted"]
    with transaction(shop.tenant_id) as session:
        images = catalog.list_images(session, shop.tenant_id, second.id)
        assert {image.state for image in images} == {"stored"}  # vision puts them into the gallery again
        assert session.scalars(select(Decision.kind)).all() == ["not_a_duplicate"]


def test_a_pair_that_the_seller_called_one_stays_one_when_the_pictures_change(shop):
    first, second = sell(shop, "Dress", "abc"), sell(shop, "Anna", "abc")
    assert duplicates(shop) == {}
    decide(shop, pairs(shop)[0], same=True)
    with transaction(shop.tenant_id) as session:
        for image in catalog.list_images(session, shop.tenant_id, second.id):
            image.content_hash = f"new-{image.content_hash}"

    assert duplicates(shop) == {second.id: first.id}


def test_the_last_word_of_a_seller_holds(shop):
    sell(shop, "Dress", "abc"), sell(shop, "Dress", "abc")
    duplicates(shop)

    for same in (False, True, False):
        decide(shop, pairs(shop)[0], same=same)

    assert duplicates(shop) == {}


def test_two_that_a_seller_parted_are_not_joined_by_a_third(shop):
    first, second, third = (sell(shop, "Dress", "abc") for _ in range(3))
    duplicates(shop)
    (parted,) = [pair for pair in pairs(shop) if {pair.one_id, pair.other_id} == {first.id, third.id}]

    decide(shop, parted, same=False)

    assert duplicates(shop) == {second.id: first.id}


@pytest.mark.parametrize("how", ["hidden", "gone"])
def test_when_the_product_that_stands_for_others_leaves_the_next_one_takes_its_place_at_once(shop, how):
    first, second, third = (sell(shop, "Dress", "abc") for _ in range(3))
    duplicates(shop)
    told(shop)

    with transaction(shop.tenant_id) as session:
        if how == "hidden":
            catalog_edits.set_hidden(session, shop.tenant_id, first.id, hidden=True)
        else:
            catalog_sync.retire(session, shop.tenant_id, catalog.get_product(session, shop.tenant_id, first.id))
            catalog_pairs.settle(session, shop.tenant_id)

    with transaction(shop.tenant_id) as session:
        rows = {row.id: row.duplicate_of for row in session.scalars(select(Product))}
        found = catalog.find_product_by_fingerprint(session, shop.tenant_id, first.fingerprint)
        images = catalog.list_images(session, shop.tenant_id, second.id)
    assert (rows[second.id], rows[third.id]) == (None, second.id)
    assert found.id == second.id  # the old address answers with what is sold now
    assert {image.state for image in images} == {"stored"}
    assert told(shop) >= {first.id, second.id}


def test_a_primary_that_is_shown_again_stands_for_the_others_again(shop):
    first, second = sell(shop, "Dress", "abc"), sell(shop, "Dress", "abc")
    duplicates(shop)
    for hidden in (True, False):
        with transaction(shop.tenant_id) as session:
            catalog_edits.set_hidden(session, shop.tenant_id, first.id, hidden=hidden)

    assert duplicates(shop) == {second.id: first.id}


def test_pairs_are_listed_likeliest_first_and_page_by_page(shop):
    for number in range(4):
        sell(shop, f"Number {number}", f"{number}ab", category=f"c{number}")
        sell(shop, f"Number {number} again then" if number % 2 else "Else", f"{number}ab", category=f"c{number}")
    duplicates(shop)

    found, after = [], None
    while True:
        with transaction(shop.tenant_id) as session:
            page = catalog_pairs.list_pairs(session, shop.tenant_id, "unsure", after=after, limit=1)
            counted = catalog_pairs.count_pairs(session, shop.tenant_id)
        if not page:
            break
        found += page
        after = page[-1].id

    assert len({pair.id for pair in found}) == len(found) == counted["unsure"]
    assert [pair.score for pair in found] == sorted((pair.score for pair in found), reverse=True)


def test_another_shops_pictures_are_never_compared(shop, make_shop):
    stranger = make_shop()
    sell(shop, "Dress", "abc")
    sell(stranger, "Dress", "abc")

    assert duplicates(shop) == {}
    assert duplicates(stranger) == {}
