from decimal import Decimal

import pytest

from backend.ingest.reading.prices import amount_of, charged, currency_of, find_money


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("￥5,200(税込)", "5200", "JPY"),
        ("5,200円", "5200", "JPY"),
        ("４，４００円", "4400", "JPY"),
        ("本体 4,000円 (税込 4,400円)", "4400", "JPY"),
        ("4,728円(税抜) 5,200円(税込)", "5200", "JPY"),
        ("価格(税込):¥ 12,000", "12000", "JPY"),
        ("4,000円+税", "4000", "JPY"),
        ("$52.00", "52.00", "USD"),
        ("Now $1,299.90 USD", "1299.90", "USD"),
        ("from $41.60 to $52.00", "41.60", "USD"),
        ("1.299,00 €", "1299.00", "EUR"),
        ("€ 19,99", "19.99", "EUR"),
        ("1 299 Kč", "1299", "CZK"),
        ("kr 299,-", "299", "SEK"),
        ("R$ 1.299,90", "1299.90", "BRL"),
        ("NT$1,280", "1280", "TWD"),
        ("19.90 CHF", "19.90", "CHF"),
        ("Rs. 2,500", "2500", "INR"),
        ("¥12,000 → ¥9,800", "9800", "JPY"),
        ("12,000円→9,800円(税込)", "9800", "JPY"),
        ("12,000 ⇒ 9,800円", "9800", "JPY"),
        ("1万2千円", "12000", "JPY"),
        ("3万円", "30000", "JPY"),
        ("1.5万円(税込)", "15000", "JPY"),
        ("1万2,800円", "12800", "JPY"),
        ("5,200円から", "5200", "JPY"),
        ("item 12 - $50.00", "50.00", "USD"),
    ],
)
def test_a_price_is_read_with_its_currency(text: str, amount: str, currency: str) -> None:
    money = charged(text)

    assert money is not None
    assert (money.amount, money.currency) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "text", ["", "Size 12", "100% cotton", "12.5 x 30 cm", "TLC 5", "since 1998", "4.5/5 (120)", "krona"]
)
def test_a_number_without_a_sign_is_no_price(text: str) -> None:
    assert find_money(text) == []
    assert charged(text) is None


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (52, "52"),
        (52.5, "52.5"),
        ("52.00", "52.00"),
        ("1.299", "1.299"),
        ("1,299.00", "1299.00"),
        ("1.299,00 €", "1299.00"),
        ("5,200円", "5200"),
        (" 19,99 ", "19.99"),
        (0, "0"),
    ],
)
def test_a_field_that_is_a_price_is_read(value: object, amount: str) -> None:
    assert amount_of(value) == Decimal(amount)


@pytest.mark.parametrize("value", [None, True, "", "on request", float("nan"), float("inf"), "9" * 40, -5, [], {}])
def test_a_field_that_is_no_price_is_none(value: object) -> None:
    assert amount_of(value) is None


@pytest.mark.parametrize(
    ("text", "url", "currency"),
    [
        ("$", "https://shop.example/", "USD"),
        ("$", "https://shop.com.ar/x", "ARS"),
        ("$", "https://shop.example/en-ca/x", "CAD"),
        ("¥", "https://shop.cn/", "CNY"),
        ("Rs", "https://shop.pk/", "PKR"),
        ("eur", "https://shop.example/", "EUR"),
        ("RMB", "https://shop.example/", "CNY"),
        ("points", "https://shop.example/", None),
    ],
)
def test_the_shops_country_decides_what_a_shared_sign_means(text: str, url: str, currency: str | None) -> None:
    assert currency_of(text, url=url) == currency


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("5,200～6,800円", "5200", "6800"),
        ("￥5,200～￥6,800(税込)", "5200", "6800"),
        ("5,200円 〜 6,800円", "5200", "6800"),
        ("$41.60 – $52.00", "41.60", "52.00"),
        ("from $41.60 to $52.00", "41.60", "52.00"),
        ("5,200円～", "5200", None),
        ("$52.00 - $41.60", "52.00", None),
    ],
)
def test_a_range_is_read_from_its_low_end_to_its_high_end(text: str, low: str, high: str | None) -> None:
    money = charged(text)

    assert money is not None
    assert money.amount == Decimal(low)
    assert money.high == (None if high is None else Decimal(high))
