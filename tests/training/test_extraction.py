"""Measuring extraction: on a folder of three small pages whose answers are counted by hand, and on the real ones."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backend.training.commands import evaluate
from tests.ingest.pages import OFFER, PRODUCT, page

_URL = "https://shop.example/products/linen-dress-12"
_FULL = {**PRODUCT, "brand": "Ito & Co."}
_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "right": (
        page("<h1>Linen Dress</h1>", data=_FULL),
        {"price": ["52"], "currency": ["$"], "sku": ["ld 12"], "brand": ["ITO & CO"], "availability": ["InStock"]},
    ),
    "wrong": (
        page("<h1>Linen Dress</h1>", data={**_FULL, "offers": {**OFFER, "price": 52000}}),
        {"price": ["52.000"], "currency": ["EUR"], "brand": ["Ito & Co"], "availability": ["OutOfStock"]},
    ),
    "no product": (page("<h1>About us</h1>", title="About"), {"price": ["9"], "gtin": ["4006381333931"]}),
}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "product_pages"
    (folder / "html").mkdir(parents=True)
    for name, (html, _) in _PAGES.items():
        (folder / "html" / f"{name}.html.gz").write_bytes(gzip.compress(html.encode()))
    truth = {name: {**wanted, "url": _URL} for name, (_, wanted) in _PAGES.items()}
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return tmp_path


def measured(data: Path, *options: str) -> dict[str, Any]:
    arguments = ["extraction", "--data", str(data), "--json", *options]
    result = CliRunner().invoke(evaluate, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    figures: dict[str, Any] = json.loads(result.output)
    return figures


def test_right_wrong_and_missing_answers_are_counted_by_field(saved: Path) -> None:
    figures = measured(saved)

    assert (figures["pages"], figures["product"]) == (3, pytest.approx(2 / 3))
    assert figures["price"] == {"accuracy": pytest.approx(1 / 3), "judged": 3, "thousandfold": 1}
    assert figures["currency"] == {"accuracy": 0.5, "judged": 2}
    assert figures["sku"] == {"accuracy": 1.0, "judged": 1}
    assert figures["brand"] == {"accuracy": 1.0, "judged": 2}
    assert figures["gtin"] == {"accuracy": 0.0, "judged": 1}
    assert figures["availability"] == {
        "accuracy": 0.5, "judged": 2, "in_stock_recall": 1.0, "sold_out_found": 0, "sold_out": 1,
    }  # fmt: skip


def test_the_report_names_every_wrong_answer(saved: Path, tmp_path: Path) -> None:
    report = tmp_path / "out" / "wrong.csv"

    measured(saved, "--report", str(report))

    rows = list(csv.DictReader(report.read_text(encoding="utf-8").splitlines()))
    assert [row["field"] for row in rows] == ["availability", "currency", "gtin", "price", "price"]
    assert (rows[0]["wanted"], rows[0]["found"], rows[0]["source"]) == ("OutOfStock", "InStock", "json-ld")


def test_real_pages_are_read_as_well_as_promised(shared: Path) -> None:
    figures = measured(shared / "data")

    assert figures["product"] >= 0.95
    assert figures["price"]["accuracy"] >= 0.85
    assert figures["currency"]["accuracy"] >= 0.85
    assert figures["sku"]["accuracy"] >= 0.70
    assert figures["brand"]["accuracy"] >= 0.70
    assert figures["availability"]["in_stock_recall"] >= 0.90
    assert figures["availability"]["sold_out_found"] >= 6
