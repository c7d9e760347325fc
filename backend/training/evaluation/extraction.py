"""How many fields of real product pages are read right."""

import csv
import gzip
import json
import re
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.ingest.reading.extract import extract
from backend.ingest.reading.prices import amount_of, currency_of
from backend.ingest.records import IN_STOCK, OUT_OF_STOCK, ProductRecord
from backend.training.datasets import find_folder

FIELDS = ("price", "currency", "sku", "brand", "gtin")


@dataclass(frozen=True, slots=True)
class Answer:
    """One field of one page: the answers that are accepted, ours ("" for none), where it came from, and the verdict."""

    url: str
    field: str
    wanted: list[str]
    found: str
    source: str
    is_right: bool


def evaluate_extraction(data: Path, *, report: Path | None = None) -> dict[str, Any]:
    """Read every saved page of a folder laid out like product_pages and compare it with `truth.json`.

    Only fields that were judged count, and a missing answer is a wrong one. Prices and currencies are compared as
    amounts and ISO codes, names and numbers blind to case and punctuation. `thousandfold` counts prices that differ by
    exactly 1000: the truth of some pages has lost the zeros behind a thousands separator. `report` is a CSV file for
    every wrong answer.
    """
    folder = find_folder(data, "product_pages", "truth.json")
    truth: dict[str, dict[str, Any]] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    answers: list[Answer] = []
    products = 0
    seconds = 0.0
    for name, wanted in truth.items():
        html = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()).decode("utf-8", "replace")
        started = time.process_time()
        record = extract(html, wanted["url"]).record
        seconds += time.process_time() - started
        products += record is not None
        answers += judge(record, wanted)
    if report:
        _write(report, answers)
    return {
        "pages": len(truth),
        "product": _share(products, len(truth)),
        **{field: _accuracy([answer for answer in answers if answer.field == field]) for field in FIELDS},
        "availability": _stock([answer for answer in answers if answer.field == "availability"]),
        "ms_per_page": 1000 * seconds / max(1, len(truth)),
    }


def judge(record: ProductRecord | None, wanted: dict[str, Any]) -> list[Answer]:
    """Compare one page's record with the accepted answers of every field that was judged."""
    answers = []
    for field in (*FIELDS, "availability"):
        if field not in wanted:
            continue
        accepted = [str(one) for one in wanted[field]]
        found = getattr(record, field) if record else None
        is_right = found is not None and any(_agree(field, found, one, wanted["url"]) for one in accepted)
        source = record.sources.get(field, "") if record else ""
        answers.append(Answer(wanted["url"], field, accepted, "" if found is None else str(found), source, is_right))
    return answers


def _agree(field: str, found: Any, accepted: str, url: str) -> bool:
    if field == "price":
        amount = amount_of(accepted)
        return amount is not None and abs(found - amount) < Decimal("0.005")
    if field == "currency":
        return bool(found == (currency_of(accepted, url=url) or accepted))
    if field == "availability":
        return bool(found == accepted)
    return _letters(found) == _letters(accepted)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold()) or name


def _accuracy(answers: list[Answer]) -> dict[str, Any]:
    right = sum(answer.is_right for answer in answers)
    figures: dict[str, Any] = {"accuracy": _share(right, len(answers)), "judged": len(answers)}
    if answers and answers[0].field == "price":
        figures["thousandfold"] = sum(map(_is_thousandfold, answers))
    return figures


def _is_thousandfold(answer: Answer) -> bool:
    found = amount_of(answer.found)
    return found is not None and any(
        wanted is not None and found == wanted * 1000 for wanted in map(amount_of, answer.wanted)
    )


def _stock(answers: list[Answer]) -> dict[str, Any]:
    in_stock = [answer for answer in answers if IN_STOCK in answer.wanted]
    sold_out = [answer for answer in answers if OUT_OF_STOCK in answer.wanted]
    return {
        **_accuracy(answers),
        "in_stock_recall": _share(sum(answer.is_right for answer in in_stock), len(in_stock)),
        "sold_out_found": sum(answer.is_right for answer in sold_out),
        "sold_out": len(sold_out),
    }


def _share(part: int, whole: int) -> float:
    return part / max(1, whole)


def _write(report: Path, answers: list[Answer]) -> None:
    report.parent.mkdir(parents=True, exist_ok=True)
    with report.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["field", "wanted", "found", "source", "url"])
        for answer in sorted(answers, key=lambda one: one.field):
            if not answer.is_right:
                rows.writerow([answer.field, " | ".join(answer.wanted), answer.found, answer.source, answer.url])
