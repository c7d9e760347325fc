import gzip
import html
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ingest.reading import feed_files, feeds
from backend.ingest.reading.feeds import FeedProblem, read_feed
from backend.ingest.records import ProductRecord
from tests.ingest.serve_shop import load_shop

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ROW = {
    "id": "LD-12", "title": "Linen Dress", "link": "https://shop.example/p/linen?utm_source=feed",
    "image_link": "https://shop.example/a.jpg", "price": "52.00 USD", "availability": "in_stock",
}  # fmt: skip


def rss(*rows: dict[str, str], prefix: str = "g:") -> str:
    items = "".join(
        "<item>" + "".join(f"<{prefix}{name}>{html.escape(value)}</{prefix}{name}>" for name, value in row.items())
        + "</item>" for row in rows
    )  # fmt: skip
    return f'<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel>{items}</channel></rss>'


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    return "\n".join(delimiter.join(line) for line in [list(rows[0]), *(list(row.values()) for row in rows)])


def read(text: str | bytes, size: int = 1000, kind: str = "") -> list[Any]:
    body = text.encode() if isinstance(text, str) else text
    return list(read_feed((body[at : at + size] for at in range(0, len(body), size)), kind, now=NOW))


def one(text: str | bytes) -> ProductRecord:
    (record,) = read(text)
    assert isinstance(record, ProductRecord)
    return record


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>
  <entry><title>Linen Dress</title><link href="https://shop.example/p/linen"/><g:id>LD-12</g:id>
  <g:image_link>https://shop.example/a.jpg</g:image_link><g:price>52.00 USD</g:price>
  <g:availability>in stock</g:availability></entry></feed>"""


@pytest.mark.parametrize(
    "text",
    [
        rss(ROW), rss(ROW, prefix=""), ATOM, table(ROW), table(ROW, delimiter="\t"), table(ROW, delimiter=";"),
        "\ufeff" + table(ROW).replace("image_link", "image link"), table(ROW).replace("\n", "\r\n"),
        gzip.compress(rss(ROW).encode()), rss(ROW).encode("utf-16"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [7, 100_000])
def test_every_form_of_one_row_is_one_product(text: str | bytes, size: int) -> None:
    (record,) = read(text, size)

    assert (record.url, record.title, record.sku) == ("https://shop.example/p/linen", "Linen Dress", "LD-12")
    assert (record.price, record.currency, record.availability) == (52, "USD", "InStock")
    assert (record.images, record.problems) == (("https://shop.example/a.jpg",), ())


@pytest.mark.parametrize(
    ("changes", "price", "before"),
    [
        ({"price": "7,800円", "sale_price": "5,200円"}, 5200, 7800),
        ({"price": "5200 JPY"}, 5200, None),
        ({"price": "JPY 5200", "sale_price": "5200 JPY"}, 5200, None),
        ({"price": "78.00 USD", "sale_price": "52 USD", "sale_price_effective_date":
          "2026-11-01T00:00+0900/2026-11-30T00:00+0900"}, 52, 78),
        ({"price": "78 USD", "sale_price": "52 USD", "sale_price_effective_date": "2026-01-01/2026-02-01"}, 78, None),
        ({"price": "78.00 USD", "sale_price": "52 USD", "sale_price_effective_date": "soon"}, 52, 78),
        ({"price": "ask us"}, None, None),
    ],
)  # fmt: skip
def test_the_charged_price_is_the_sale_while_it_is_on(changes: dict[str, str], price: Any, before: Any) -> None:
    record = one(rss({**ROW, **changes}))

    assert (record.price, record.list_price) == (price, before)


@pytest.mark.parametrize(
    ("field", "value", "name", "expected"),
    [
        ("availability", "out of stock", "availability", "OutOfStock"),
        ("availability", "preorder", "availability", "PreOrder"),
        ("availability", "backorder", "availability", "BackOrder"),
        ("gender", "male", "gender", "men"),
        ("gender", "female", "gender", "women"),
        ("gender", "unisex", "gender", "unisex"),
        ("age_group", "toddler", "gender", "kids"),
        ("color", "Red/Navy", "colors", ("Red", "Navy")),
        ("size", "M", "sizes", ("M",)),
        ("gtin", "4006381333931", "gtin", "4006381333931"),
        ("gtin", "4006381333932", "gtin", None),
        ("product_type", "Women > Dresses", "breadcrumbs", ("Women", "Dresses")),
        ("google_product_category", "Apparel > Dresses", "category", "Dresses"),
        ("google_product_category", "2271", "category", None),
        ("canonical_link", "https://shop.example/p/one", "url", "https://shop.example/p/one"),
        ("description", "<p>Light.</p><p>Cool.</p>", "description", "Light.\nCool."),
        ("title", "Men&amp;#39;s\x07 Tee", "title", "Men's Tee"),
        ("image_link", "no address", "images", ()),
        (
            "additional_image_link", "https://shop.example/b.jpg, https://shop.example/c,1.jpg", "images",
            ("https://shop.example/a.jpg", "https://shop.example/b.jpg", "https://shop.example/c,1.jpg"),
        ),
    ],
)  # fmt: skip
def test_fields_mean_what_googles_specification_says(field: str, value: str, name: str, expected: Any) -> None:
    assert getattr(one(rss({**ROW, field: value})), name) == expected


def test_many_pictures_may_have_many_elements_and_a_shipping_price_is_none() -> None:
    more = "<g:additional_image_link>https://shop.example/b.jpg</g:additional_image_link>" * 2
    shipping = "<g:shipping><g:country>JP</g:country><g:price>9 USD</g:price></g:shipping>"
    text = rss(ROW).replace("<item>", f"<item>{shipping}{more}")

    record = one(text)

    assert (record.price, len(record.images)) == (52, 2)


def test_rows_of_one_page_are_variants_and_others_are_products_of_their_own() -> None:
    def variant(size: str, price: str, stock: str, link: str = "/p/linen?variant=") -> dict[str, str]:
        return {**ROW, "id": f"LD-{size}", "size": size, "price": f"{price} USD", "availability": stock,
                "item_group_id": "LD", "link": f"https://shop.example{link}{size}"}  # fmt: skip

    found = read(
        rss(
            variant("S", "52", "out_of_stock"), variant("M", "60", "in_stock"), variant("L", "65", "in_stock"),
            variant("S", "70", "in_stock", "/p/silk-"), variant("M", "70", "in_stock", "/p/silk-"),
        )
    )  # fmt: skip

    assert [record.url for record in found] == [
        "https://shop.example/p/linen", "https://shop.example/p/silk-S", "https://shop.example/p/silk-M",
    ]  # fmt: skip
    first = found[0]
    assert (first.price, first.price_max, first.availability, first.sizes) == (60, 65, "InStock", ("S", "M", "L"))
    assert [(one.sku, one.size, one.price) for one in first.variants] == [
        ("LD-S", "S", Decimal(52)), ("LD-M", "M", Decimal(60)), ("LD-L", "L", Decimal(65)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"title": ""}, "title_missing"), ({"link": ""}, "link_missing"), ({"link": "javascript:1"}, "link_bad")],
)
def test_a_bad_row_is_a_problem_with_its_number_and_the_rest_is_read(changes: dict[str, str], code: str) -> None:
    for text in (rss(ROW, {**ROW, **changes, "id": "bad"}, {**ROW, "id": "3"}),
                 table(ROW, {**ROW, **changes, "id": "bad"}, {**ROW, "id": "3"})):  # fmt: skip
        found = read(text)

        assert [type(one) for one in found].count(ProductRecord) == 2
        assert [one for one in found if isinstance(one, FeedProblem)] == [FeedProblem(2, "bad", code)]


_LAUGHS = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><item>&b;</item></rss>'
_OUTSIDE = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><title>&x;</title></item></rss>'


@pytest.mark.parametrize(
    ("text", "products", "code"),
    [
        (_LAUGHS, 0, "dtd"),
        (_OUTSIDE, 0, "dtd"),
        ("<rss><channel><item " + "a='' " * 1_000_000 + "/>", 0, "broken"),
        ("<rss><channel><item " + "".join(f"a{n}='' " for n in range(10)) + "/></channel></rss>", 0, None),
        (rss(ROW).replace("</channel></rss>", "<item><title>cut"), 1, "cut_short"),
        (rss(ROW, ROW).replace("</channel>", "</chanel>"), 2, "cut_short"),
        ("<!doctype html><html><body>Not found</body></html>", 0, "not_a_feed"),
        ("<html><body><p>Not found</p></body></html>", 0, "not_a_feed"),
        ("", 0, "not_a_feed"),
        ("hello", 0, "not_a_feed"),
        ("id,name\n1,2\n", 0, "not_a_feed"),
        (table(ROW) + '\n"' + "never closed\n" * 20_000, 1, "cut_short"),
        (table(ROW) + "\n" + "x" * 2_000_000, 1, "broken"),
        (gzip.compress(rss(ROW).encode())[:-4][:60] + b"\xff" * 60, 0, "broken"),
        (b"<rss><channel>" + b"<a>" * 100_000, 0, "cut_short"),
    ],
)
def test_a_hostile_or_broken_file_ends_with_one_reason(text: str | bytes, products: int, code: str | None) -> None:
    found = read(text, 65_536)

    problems = [one for one in found if isinstance(one, FeedProblem) and one.is_final]
    assert sum(isinstance(one, ProductRecord) for one in found) == products
    assert [one.code for one in problems] == ([code] if code else [])
    assert not problems or found[-1] is problems[0]


def test_a_packed_bomb_ends_at_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_files, "MAX_BYTES", 300_000)

    found = read(gzip.compress(rss(ROW).encode() + b" " * 5_000_000))

    assert found[-1] == FeedProblem(0, "", "too_large")


def test_too_many_rows_end_at_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_ROWS", 3)

    found = read(rss(*({**ROW, "id": str(number)} for number in range(9))))

    assert [type(one) for one in found] == [ProductRecord] * 3 + [FeedProblem]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "utf-16"])
def test_japanese_is_read_in_every_usual_encoding(encoding: str) -> None:
    row = {**ROW, "title": "リネンの長いワンピース", "price": "5,200円"}
    declared = rss(row).replace('version="1.0"', f'version="1.0" encoding="{encoding}"')

    for text in (declared, table({**row, "price": "5200 JPY"}, delimiter="\t")):
        assert one(text.encode(encoding)).title == "リネンの長いワンピース"


def test_bare_ampersands_and_unknown_entities_do_not_end_a_feed() -> None:
    text = rss(ROW).replace("Linen Dress", "Linen&nbsp;Dress & Belt").replace("?utm_source=feed", "?a=1&b=2")

    for size in (1, 3, 1000):
        (record,) = read(text, size)
        assert (record.title, record.url) == ("Linen Dress & Belt", "https://shop.example/p/linen?a=1&b=2")


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: ("<rss><item>" + text).encode()))
def test_no_bytes_are_too_broken(body: bytes) -> None:
    for kind in ("", "xml", "csv", "tsv"):
        chunks: Iterable[bytes] = [body[:50], body[50:]]
        assert all(isinstance(one, ProductRecord | FeedProblem) for one in read_feed(chunks, kind))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_test_shops_feed_is_its_catalogue(shared: Path, lang: str) -> None:
    shop = load_shop(shared, "bare", lang)

    records = {record.url: record for record in read(shop.feed(), 65_536)}

    wanted = {row["url"]: row for row in shop.truth()}
    assert records.keys() == wanted.keys()
    for url, row in wanted.items():
        record = records[url]
        assert (record.title, record.sku, record.price) == (row["title"], row["sku"], Decimal(row["price"]))
        assert (record.currency, record.availability) == (row["currency"], row["availability"])
        assert (record.gender, list(record.colors), record.brand) == (row["gender"], row["colors"][:3], "LUMA")
        assert list(record.images) == [image["url"] for image in row["images"]][:11]
        assert record.problems == ()
