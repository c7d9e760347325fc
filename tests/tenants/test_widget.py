"""How the widget looks in a shop: what may be chosen, and what its pages are told."""

import pytest

from backend.db import transaction
from backend.tenants import accounts, widget
from backend.tenants.models import Product
from backend.tenants.widget import BadLook, Look, clean, on_accent

CHOSEN = {
    "accent": " #7A1F2B ",
    "radius": "0",
    "columns": "3",
    "theme": "dark",
    "camera": "float",
    "similar": "off",
    "find": "on",
    "hidden_on": "/checkout\n\nhttps://shop.example/cart?x=1\n/checkout\n",
    "similar_ja": "  こちらも  おすすめ ",
    "camera_en": "Find by photo",
}
KEPT = Look(
    accent="#7a1f2b",
    radius=0,
    columns=3,
    theme="dark",
    camera="float",
    similar="off",
    find="on",
    hidden_on=("/checkout", "/cart"),
    texts={"ja": {"similar": "こちらも おすすめ"}, "en": {"camera": "Find by photo"}},
)


def test_what_is_chosen_is_kept_as_it_is_meant(make_shop):
    shop = make_shop()
    with transaction(shop.tenant_id) as session:
        accounts.change_settings(session, shop.tenant_id, {"crawl_every_hours": 6})
        widget.keep(session, shop.tenant_id, clean(CHOSEN))

    with transaction(shop.tenant_id) as session:
        settings = accounts.get_tenant(session, shop.tenant_id).settings
    assert widget.read(settings) == KEPT
    assert settings["crawl_every_hours"] == 6


def test_a_shop_that_chose_nothing_follows_the_page():
    assert widget.read({}) == clean({}) == Look()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("accent", "red"),
        ("accent", "#fff"),
        ("accent", "#123456;}"),
        ("radius", "5"),
        ("radius", "-1"),
        ("columns", "40"),
        ("theme", "blue"),
        ("camera", "everywhere"),
        ("similar", "on"),
        ("find", "off"),
        ("hidden_on", "checkout"),
        ("hidden_on", "/" + "x" * 300),
        ("hidden_on", "\n".join(f"/{number}" for number in range(30))),
        ("similar_ja", "x" * 61),
    ],
)
def test_what_cannot_be_kept_names_its_field(field, value):
    with pytest.raises(BadLook) as refused:
        clean({field: value})

    assert refused.value.name == field


@pytest.mark.parametrize(
    ("accent", "words"),
    [("#000000", "#ffffff"), ("#ffffff", "#1b1916"), ("#7a1f2b", "#ffffff"), ("#ffd400", "#1b1916")],
)
def test_words_on_the_accent_can_be_read(accent, words):
    assert on_accent(accent) == words


def test_every_accent_has_words_of_enough_contrast():
    colors = [
        f"#{red:02x}{green:02x}{blue:02x}"
        for red in range(0, 256, 51)
        for green in range(0, 256, 51)
        for blue in range(0, 256, 51)
    ]

    assert min(widget._contrast(on_accent(color), color) for color in colors) >= 4.0


def folders(make_shop, *urls):
    shop = make_shop("Shop", "https://www.shop.example")
    with transaction(shop.tenant_id) as session:
        session.add_all(Product(tenant_id=shop.tenant_id, url=url, fingerprint=url, title="A") for url in urls)
    with transaction(shop.tenant_id) as session:
        return widget.product_folders(session, shop.tenant_id, "https://www.shop.example")


def test_the_folders_of_products_are_learned_from_the_catalog(make_shop):
    many = [f"https://shop.example/products/{number}" for number in range(16)]
    few = ["https://www.shop.example/jp/item/1/", "https://www.shop.example/jp/item/2/"]

    assert folders(make_shop, *many, *few, "https://shop.example/about") == ["/products/", "/jp/item/"]


def test_products_at_the_root_or_elsewhere_say_nothing(make_shop):
    assert folders(make_shop, "https://shop.example/coat.html", "https://other.example/products/1") == []
    assert folders(make_shop) == []
