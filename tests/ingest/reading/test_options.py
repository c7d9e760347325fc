"""The colours and sizes that a page offers, and which of them its visible choosers call sold out."""

import pytest

from tests.ingest.pages import page, record_of

_BUY = "<h1>Linen Dress</h1><p class=price>$52</p><button>Add to cart</button>"
SOLD, HAD = "OutOfStock", "InStock"


@pytest.mark.parametrize(
    "words",
    [
        "M - Sold out",
        "M (out of stock)",
        "[Sold out] M",
        "M – temporarily unavailable",
        "M Unavailable",
        "M　売り切れ",
        "M（在庫なし）",
        "M：入荷待ち",
        "【完売】M",
        "M ×",
        "M（×）",
    ],
)
def test_a_size_that_is_called_sold_out_keeps_its_name(words: str) -> None:
    chooser = f"<select name=size><option value=''>Choose</option><option>S<option>{words}<option>L</select>"

    record = record_of(page(_BUY + chooser))

    assert record.sizes == ("S", "M", "L")
    assert [(one.size, one.availability) for one in record.variants] == [("S", HAD), ("M", SOLD), ("L", HAD)]


@pytest.mark.parametrize(
    ("rows", "sizes"),
    [
        ("<option>S<option disabled>M", [("S", HAD), ("M", SOLD)]),
        ("<option disabled selected>Size<option>S<option class='is sold-out'>M", [("S", HAD), ("M", SOLD)]),
        ("<option>S（残りわずか）<option>M ○<option>L ×", [("S", HAD), ("M", HAD), ("L", SOLD)]),
        ("<option>XS - Em Stock<option>US 8 (EU 39) - Sold out", [("XS", HAD), ("US 8 (EU 39)", SOLD)]),
        ("<option disabled>S<option disabled>M", []),
        ("<option>S<option>M", []),
    ],
)
def test_a_choice_that_is_switched_off_is_sold_out_beside_one_that_is_not(
    rows: str, sizes: list[tuple[str, str]]
) -> None:
    record = record_of(page(f"{_BUY}<select name=size>{rows}</select>"))

    assert [(one.size, one.availability) for one in record.variants] == sizes


def test_drawn_choices_are_read_by_their_labels() -> None:
    swatches = (
        "<input type=radio name=Color id=c1 value=1><label for=c1 title='Navy'></label>"
        "<input type=radio name=Color id=c2 value=2><label for=c2 class=disabled>Beige</label>"
        "<label><input type=radio name=Size value=S>S</label>"
        "<label><input type=radio name=Size value=M disabled>M</label>"
    )

    record = record_of(page(_BUY + swatches))

    assert (record.colors, record.sizes) == (("Navy", "Beige"), ("S", "M"))
    told = [(one.color, one.size, one.availability) for one in record.variants]
    assert told == [("Navy", None, HAD), ("Beige", None, SOLD), (None, "S", HAD), (None, "M", SOLD)]


def test_how_an_order_is_paid_or_rated_is_no_colour_and_no_size() -> None:
    others = "".join(
        f"<label><input type=radio name={name} value={value}>{value}</label>"
        for name, values in {"payment": ("Card", "Invoice"), "rating": ("1", "2", "3", "4", "5")}.items()
        for value in values
    )

    record = record_of(page(_BUY + others))

    assert (record.colors, record.sizes) == ((), ())
