"""What words are looked for in: made by the database, in the form that the code asks for."""

import pytest
from sqlalchemy import func, select

from backend.db import transaction
from backend.tenants import catalog_edits
from backend.tenants.models import Product, now
from backend.tenants.plain_text import BREAKS, SIGNS, forms

PLAIN = {
    "Women's T-Shirt™ — 2,990円(税込)": " womens t shirt  — 2 990円 税込  ",
    "ﾜﾝﾋﾟｰｽ／ＲＥＤ": " ワンピース red ",
    "花柄・ロング【新作】": " 花柄 ロング 新作  ",
    "wide\nleg’s": " wide legs ",
    f"a{BREAKS}{SIGNS}b": f" a{' ' * len(BREAKS + SIGNS)}b ",
    "": "  ",
}
WORDS = [
    ("dress", "two dresses", "dressing"),
    ("t-shirt", "a T-Shirt™", "shirt"),
    ("boxes", "a box", "boxer"),
    ("ワンピ", "花柄ﾜﾝﾋﾟｰｽ", "ワン"),
    ("100%", "100% cotton", "1000"),
    ("a_b", "A-B", "aXb"),
]


@pytest.mark.usefixtures("_clean")
@pytest.mark.parametrize("text", PLAIN)
def test_a_text_is_lower_case_with_spaces_for_marks(text):
    with transaction() as session:
        assert session.scalar(select(func.niteru_plain(text))) == PLAIN[text]


@pytest.mark.usefixtures("_clean")
@pytest.mark.parametrize(("word", "found_in", "not_in"), WORDS)
def test_a_word_is_found_in_its_forms_alone(word, found_in, not_in):
    patterns = [f"%{form}%" for form in forms(word)]
    with transaction() as session:
        told = [
            session.scalar(select(func.niteru_plain(text).like(one))) for text in (found_in, not_in) for one in patterns
        ]

    assert (any(told[: len(patterns)]), any(told[len(patterns) :])) == (True, False)


def test_each_places_words_are_kept_and_the_sellers_edits_win(make_shop):
    shop = make_shop()
    facts = {"title": "Red-Dress", "brand": "A&B", "category": "dress", "sku": "D/1", "colors": ["red", "navy"]}
    with transaction(shop.tenant_id) as session:
        product = Product(tenant_id=shop.tenant_id, url="u", fingerprint="u", last_seen_at=now(), **facts)
        product.breadcrumbs = ["Women", "Dresses"]
        session.add(product)
    before = plain_texts(shop)
    with transaction(shop.tenant_id) as session:
        catalog_edits.override(session, shop.tenant_id, product.id, {"title": "Ｂｌｕｅ dress", "brand": "C"})

    assert before == ["red dress", "a b dress d 1 red navy", "women dresses"]
    assert plain_texts(shop) == ["blue dress", "c dress d 1 red navy", "women dresses"]


def plain_texts(shop):
    with transaction(shop.tenant_id) as session:
        row = session.execute(select(Product.plain_title, Product.plain_near, Product.plain_crumbs)).one()
    return [text.strip() for text in row]
