"""A product's page: the seller's corrections, the pictures, the way into search."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from backend.db import transaction
from backend.tenants import catalog, review
from backend.tenants.catalog_gallery import GALLERY_TOPIC
from backend.tenants.models import AuditEntry, Decision, Detection, OutboxMessage, Product, ProductImage

HOSTILE = "<script>alert('title')</script><img src=x onerror=alert(1)>"
FORM = {"title": "Coat", "price": "12800", "category": "outer", "gender": "women", "colors": ["navy"]}


def product_of(shop, product_id) -> Product:
    with transaction(shop.tenant_id) as session:
        return catalog.get_product(session, shop.tenant_id, product_id)


def add_coat(shop, **facts) -> Product:
    crawled = {"price": Decimal(12800), "currency": "JPY", "category": "outer", "gender": "women", "colors": ["navy"]}
    return shop.add_product("Coat", **{**crawled, **facts})


def test_an_edit_is_kept_beside_the_crawled_value_and_both_are_shown(seller):
    me = seller()
    coat = add_coat(me.shop)

    answer = me.post(f"/products/{coat.id}", **{**FORM, "title": "Winter coat", "price": "¥11,800"})
    page = me.get(f"/products/{coat.id}").get_data(as_text=True)

    row = product_of(me.shop, coat.id)
    assert answer.status_code == 302
    assert (row.title, row.price) == ("Coat", Decimal(12800))
    assert row.overrides == {"title": "Winter coat", "price": "11800"}
    assert "Winter coat" in page
    assert "<b>Coat</b>" in page
    assert "<b>¥12,800</b>" in page


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", ["More finely: Cardigan", "More finely: Wine", ">Stripes</option>"]),
        ("ja", ["詳しくは：カーディガン", "詳しくは：ワインレッド", ">ストライプ・ボーダー</option>"]),
    ],
)
def test_kind_pattern_and_shades_are_told_in_the_sellers_language(seller, locale, said):
    me = seller(locale=locale)
    cardigan = add_coat(
        me.shop, category="top", fine_category="cardigan", pattern="stripe", colors=["red"], shades=["wine"]
    )

    page = me.get(f"/products/{cardigan.id}").get_data(as_text=True)

    assert [words for words in said if words not in page] == []
    assert '<option value="stripe" selected>' in page


def test_a_pattern_is_corrected_like_the_other_facts_and_a_corrected_category_has_no_finer_name(seller):
    me = seller()
    coat = add_coat(me.shop, category="top", fine_category="cardigan", pattern="stripe")

    me.post(f"/products/{coat.id}", **{**FORM, "category": "outer", "pattern": "check"})
    page = me.get(f"/products/{coat.id}").get_data(as_text=True)

    assert product_of(me.shop, coat.id).overrides == {"category": "outer", "pattern": "check"}
    assert '<option value="check" selected>' in page
    assert "More finely" not in page


def test_what_vision_saw_in_a_picture_is_told_as_finely_as_it_knows(seller, stocked):
    me = seller()
    product = stocked(me.shop)[0]
    with transaction(me.shop.tenant_id) as session:
        for box in session.scalars(select(Detection)):
            box.fine_category, box.pattern, box.shades = "hoodie", "dot", ["wine", "off-white"]

    page = me.get(f"/products/{product.id}").get_data(as_text=True)

    assert "Hoodie · Wine · Off-white · Dots" in page


def test_an_edit_reaches_the_gallery_and_is_recorded(seller):
    me = seller()
    coat = add_coat(me.shop)

    me.post(f"/products/{coat.id}", **{**FORM, "category": "top"})

    with transaction(me.shop.tenant_id) as session:
        message = session.scalars(select(OutboxMessage)).one()
        entry = session.scalars(select(AuditEntry)).one()
    assert message.topic == GALLERY_TOPIC
    assert message.payload["product_ids"] == [coat.id]
    assert (entry.action, entry.subject, entry.details) == ("product_edited", coat.id, {"fields": ["category"]})


def test_saving_what_the_page_says_is_no_edit(seller):
    me = seller()
    coat = add_coat(me.shop)

    me.post(f"/products/{coat.id}", **FORM)

    assert product_of(me.shop, coat.id).overrides == {}


def test_typing_the_crawled_value_takes_the_edit_back(seller):
    me = seller()
    coat = add_coat(me.shop)
    me.post(f"/products/{coat.id}", **{**FORM, "title": "Winter coat", "colors": ["red", "black"]})

    me.post(f"/products/{coat.id}", **{**FORM, "colors": ["red", "black"]})

    assert product_of(me.shop, coat.id).overrides == {"colors": ["red", "black"]}


def test_one_field_is_reset_and_the_others_stay(seller):
    me = seller()
    coat = add_coat(me.shop)
    me.post(f"/products/{coat.id}", **{**FORM, "title": "Winter coat", "price": "1"})

    me.post(f"/products/{coat.id}/reset", field="title")

    assert product_of(me.shop, coat.id).overrides == {"price": "1"}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "   ", "The product needs a title."),
        ("price", "cheap", "Write the price as a number"),
        ("price", "-1", "Write the price as a number"),
        ("price", "NaN", "Write the price as a number"),
        ("price", "1e99", "Write the price as a number"),
        ("category", "spaceship", "Choose one of the list."),
        ("pattern", "tartan", "Choose one of the list."),
    ],
)
def test_a_bad_value_is_named_and_nothing_is_kept(seller, field, value, sentence):
    me = seller()
    coat = add_coat(me.shop)

    answer = me.post(f"/products/{coat.id}", **{**FORM, "title": "Winter coat", field: value})

    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert product_of(me.shop, coat.id).overrides == {}


def test_a_hidden_product_says_so_and_comes_back(seller):
    me = seller()
    coat = add_coat(me.shop)

    me.post(f"/products/{coat.id}/hidden", hidden="1")
    hidden = me.get(f"/products/{coat.id}").get_data(as_text=True)
    me.post(f"/products/{coat.id}/hidden", hidden="0")

    assert "You have hidden this product." in hidden
    assert product_of(me.shop, coat.id).state == "live"


def test_choosing_the_garment_for_sale_is_kept_as_a_decision(seller, stocked):
    me = seller()
    product = stocked(me.shop)[0]
    with transaction(me.shop.tenant_id) as session:
        image = catalog.list_images(session, me.shop.tenant_id, product.id)[0]
        boxes = catalog.detections_of(session, me.shop.tenant_id, [image.id])[image.id]
        chosen = next(box for box in boxes if not box.for_sale)

    answer = me.post(f"/products/{product.id}/for-sale", detection=chosen.id)

    with transaction(me.shop.tenant_id) as session:
        kept = session.scalars(select(Decision).order_by(Decision.created_at.desc())).first()
        boxes = review.chosen_boxes(session, me.shop.tenant_id, [image.id])
        sold = session.scalars(select(Detection.id).where(Detection.image_id == image.id, Detection.for_sale)).all()
        state = session.get_one(ProductImage, image.id).state
    assert answer.status_code == 302
    assert (kept.kind, kept.subject_id) == (review.FOR_SALE, image.id)
    assert kept.label["chosen"]["category"] == chosen.category
    assert [each["category"] for each in kept.label["instead_of"]] == ["top"]
    assert boxes == {image.id: (chosen.x, chosen.y, chosen.w, chosen.h)}
    assert sold == [chosen.id]
    assert state == "stored"


@pytest.mark.parametrize("detection", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_choosing_a_garment_that_is_not_there_is_refused(seller, detection):
    me = seller()
    coat = add_coat(me.shop)

    answer = me.post(f"/products/{coat.id}/for-sale", detection=detection)

    assert answer.status_code == 404


def test_a_garment_of_another_product_cannot_be_chosen(seller, stocked):
    me = seller()
    first, second = stocked(me.shop)[:2]
    with transaction(me.shop.tenant_id) as session:
        image = catalog.list_images(session, me.shop.tenant_id, second.id)[0]
        box = catalog.detections_of(session, me.shop.tenant_id, [image.id])[image.id][0]

    answer = me.post(f"/products/{first.id}/for-sale", detection=box.id)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (1, "You have hidden this product."),
        (2, "The product is no longer in your shop"),
        (4, "It is the same as another product"),
        (5, "None of its pictures could be fetched"),
    ],
)
def test_a_product_that_is_not_in_search_says_why(seller, stocked, place, sentence):
    me = seller()
    product = stocked(me.shop)[place]

    page = me.get(f"/products/{product.id}").get_data(as_text=True)

    assert "Not in search" in page
    assert sentence in page


def test_the_way_into_search_tells_each_step(seller, stocked):
    me = seller()
    product = stocked(me.shop)[0]

    page = me.get(f"/products/{product.id}").get_data(as_text=True)

    assert "Read directly from shop.example." in page
    assert "2 pictures, 1 set aside" in page
    assert "2 found; for sale: Top." in page
    assert "Shoppers can find it." in page
    assert "A size chart" in page


def test_words_from_the_shop_are_text_wherever_they_appear(seller):
    me = seller()
    attack = {"price": Decimal(1), "brand": HOSTILE, "sku": HOSTILE, "category": HOSTILE, "colors": [HOSTILE]}
    product = me.shop.add_product(HOSTILE, description=HOSTILE, breadcrumbs=[HOSTILE], sizes=[HOSTILE], **attack)
    with transaction(me.shop.tenant_id) as session:
        image = {"url": "javascript:alert(1)", "state": "failed", "reason": HOSTILE, "usefulness": HOSTILE}
        session.add(ProductImage(tenant_id=me.shop.tenant_id, product_id=product.id, color=HOSTILE, **image))
    catalog_page = f"/catalog?q={HOSTILE[:8]}&category={HOSTILE}"

    pages = [me.get(path).get_data(as_text=True) for path in (f"/products/{product.id}", "/catalog", catalog_page)]

    for page in pages:
        assert "&lt;script&gt;alert" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_an_address_that_is_a_script_is_no_link(seller):
    me = seller()
    product = me.shop.add_product("Coat", url="javascript:alert(document.cookie)")

    page = me.get(f"/products/{product.id}").get_data(as_text=True)

    assert 'href="javascript' not in page


@pytest.fixture
def disputed():
    """Return a function that puts a coat into a shop whose picture shows a dress, sure enough for a dispute."""

    def add(shop) -> Product:
        coat = add_coat(shop, state="attention", attention=["category_disagrees"])
        with transaction(shop.tenant_id) as session:
            image = ProductImage(
                tenant_id=shop.tenant_id, product_id=coat.id, url="https://shop.example/coat.jpg", state="live",
                usefulness="garment",
            )  # fmt: skip
            session.add(image)
            session.flush()
            box = {"x": 0.1, "y": 0.1, "w": 0.8, "h": 0.8, "category": "dress", "confidence": 0.98, "for_sale": True}
            session.add(Detection(tenant_id=shop.tenant_id, image_id=image.id, colors=["navy"], **box))
        return coat

    return add


def test_a_contradiction_of_words_and_pictures_is_told_with_a_button_for_each(seller, disputed):
    me = seller()
    coat = disputed(me.shop)

    page = me.get(f"/products/{coat.id}").get_data(as_text=True)

    choices = page.split('id="which-category"')[1].split("</form>")[0]
    assert re.findall(r'<button[^>]* name="category" value="(\w+)"', choices) == ["outer", "dress"]


@pytest.mark.parametrize("chosen", ["outer", "dress"])
def test_a_choice_between_words_and_pictures_is_kept_settles_it_and_is_a_label(seller, disputed, chosen):
    me = seller()
    coat = disputed(me.shop)

    me.post(f"/products/{coat.id}/category", category=chosen)
    me.post(f"/products/{coat.id}", **{**FORM, "category": chosen})

    row = product_of(me.shop, coat.id)
    with transaction(me.shop.tenant_id) as session:
        decision = session.scalars(select(Decision)).one()
    assert (row.overrides["category"], row.state, row.attention) == (chosen, "live", [])
    assert decision.label == {"chosen": chosen, "words": "outer", "picture": "dress"}
    assert 'id="which-category"' not in me.get(f"/products/{coat.id}").get_data(as_text=True)


def test_a_category_that_does_not_exist_is_not_kept(seller, disputed):
    me = seller()
    coat = disputed(me.shop)

    me.post(f"/products/{coat.id}/category", category="teapot")

    assert product_of(me.shop, coat.id).overrides == {}


def test_a_product_keeps_the_place_that_the_seller_gives_it(seller):
    me = seller()
    coat = add_coat(me.shop)

    answers = [me.post(f"/products/{coat.id}/place", placement=place) for place in ("pin", "nowhere")]
    page = me.get(f"/products/{coat.id}").get_data(as_text=True)

    assert [answer.status_code for answer in answers] == [302, 302]
    assert product_of(me.shop, coat.id).placement == "pin"
    assert re.search(r'value="pin" checked', page)

    me.post(f"/products/{coat.id}/place", placement="")

    assert product_of(me.shop, coat.id).placement is None
