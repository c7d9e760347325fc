"""What a page shows beside its data: brands, stock and products that no data names."""

from decimal import Decimal
from typing import Any

import pytest

from backend.ingest.reading.extract import extract
from tests.ingest.pages import OFFER, PRODUCT, RELATED, URL, page, record_of

_GALLERY = "<div class=gallery><img src='/a1.jpg'><img src='/b1.jpg'></div>"
_BUY = "<p class=price>$52</p><button>Add to cart</button>"


@pytest.mark.parametrize(
    ("body", "brand"),
    [
        ("<a href='/s?k=ito'>Brand: Ito</a>", "Ito"),
        ("<a href='/stores/ito'>Visit the Ito Store</a>", "Ito"),
        ("<a href='/stores/ito'>Visiter la boutique Ito</a>", "Ito"),
        ("<a href='/brand/ito-and-co/'>Ito &amp; Co</a>", None),
        ("<a href='/brands/ito'>Ito</a>", "Ito"),
        ("<a href='/brands/ito'>See everything</a>", None),
        ("<table><tr><td>Výrobca</td><td><a href='/f?b=1'>Ito</a></td></tr></table>", "Ito"),
        ("<p>make / manufacturer: <b>Ito</b></p>", "Ito"),
        (f"<section id=related><h2>You may also like</h2><a href='/brands/x'>x</a></section>{RELATED}", None),
    ],
)
def test_the_brand_is_what_a_label_or_a_link_beside_the_title_says(body: str, brand: str | None) -> None:
    assert record_of(page(f"<h1>Linen Dress</h1>{body}{_BUY}")).brand == brand


def test_the_words_around_a_brand_are_not_its_name() -> None:
    data = {**PRODUCT, "brand": {"@type": "Brand", "name": "See more of the brand: Ito"}}

    assert record_of(page("<h1>Linen Dress</h1>", data=data)).brand == "Ito"


@pytest.mark.parametrize(
    ("body", "said", "availability", "source"),
    [
        ("<button>Add to your basket</button>", "OutOfStock", "InStock", "page"),
        ("<button class='btn add-to-cart'>Ielikt grozā</button>", "OutOfStock", "InStock", "page"),
        ("<button disabled>Add to cart</button>", "OutOfStock", "OutOfStock", "json-ld"),
        ("<button disabled>Sold out</button>", "OutOfStock", "OutOfStock", "json-ld"),
        ("<p>Words</p>", "OutOfStock", "OutOfStock", "json-ld"),
        ("<p>Words</p>", "", "InStock", "offer"),
        ("<p>Sold out</p>", "", "OutOfStock", "page"),
        ("<button disabled>Add to cart</button>", "", None, None),
    ],
)
def test_stock_is_told_by_the_button_then_the_data_then_the_offer(
    body: str, said: str, availability: str | None, source: str | None
) -> None:
    data = {**PRODUCT, "offers": {**OFFER, "availability": said}}

    record = record_of(page(f"<h1>Linen Dress</h1>{body}", data=data))

    assert (record.availability, record.sources.get("availability")) == (availability, source)


@pytest.mark.parametrize(
    "words", ["Impostazioni", "Risposta", "Postage paid", "Aggiungi alla Lista", "Adicionar à lista"]
)
def test_a_word_that_holds_a_buying_word_is_no_buy_button(words: str) -> None:
    assert extract(page(f"<h1>Linen Dress</h1><p class=price>$52</p><button>{words}</button>"), URL).record is None


def test_what_is_sold_out_is_a_product_without_a_price() -> None:
    body = f"<h1>Linen Dress</h1>{_GALLERY}<p>Currently unavailable</p>"

    record = record_of(page(body), url="https://shop.example/dp/4901234")
    elsewhere = extract(page(body), "https://shop.example/about")

    assert (record.availability, record.price, record.problems) == ("OutOfStock", None, ("price_missing",))
    assert elsewhere.record is None


def test_a_product_without_a_heading_is_known_by_price_button_and_gallery() -> None:
    head = '<meta property="og:title" content="Linen Dress">'

    record = record_of(page(f"{_GALLERY}<div>{_BUY}</div>", head=head, title="Linen Dress buy"))

    assert (record.title, record.price) == ("Linen Dress", Decimal(52))
    assert extract(page(f"<div>{_BUY}</div>", head=head), URL).record is None


@pytest.mark.parametrize(
    ("body", "head", "price", "currency"),
    [
        ("<meta itemprop=price content=52.00><meta itemprop=priceCurrency content=EUR>", "", "52.00", "EUR"),
        ("", '<meta property="og:price" content="30,000원~">', "30000", "KRW"),
    ],
)
def test_prices_that_stand_in_attributes_are_read(body: str, head: str, price: Any, currency: str) -> None:
    record = record_of(page(f"<h1>Linen Dress</h1><div>{body}</div><button>Add to cart</button>", head=head))

    assert (record.price, record.currency) == (Decimal(price), currency)


def test_state_with_undefined_in_it_is_read() -> None:
    product = '{"name":"Linen Dress","sku":undefined,"price":{"amount":52,"currencyCode":"EUR"},"brand":"Ito"'
    state = f'{{"product":{product},"images":["/a.jpg"]}}}}'

    record = record_of(page("<h1>Linen Dress</h1>", head=f"<script>window.__data = {state};</script>"))

    assert (record.brand, record.price) == ("Ito", 52)
