"""How well words find products: judged queries against a shop's own catalogue, through the search that shoppers use."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from backend.config import PROJECT, Settings
from backend.db import connect, transaction
from backend.ingest.cataloging.sync import facts_of
from backend.ingest.records import ProductRecord
from backend.search.gallery import Filters
from backend.search.text import find_by_text
from backend.tenants import accounts, catalog
from backend.tenants.models import Product, new_id
from backend.training.datasets import find_folder
from backend.training.metrics import ndcg

QUERIES = PROJECT / "tests" / "search" / "text_queries"
LANGUAGES = ("ja", "en")
PLACES = 10
YEN = 100
_COLUMNS = (
    "url", "fingerprint", "title", "description", "sku", "brand", "price", "currency", "availability", "gender",
    "category", "fine_category", "pattern", "colors", "shades", "sizes", "breadcrumbs",
)  # fmt: skip
_JAPANESE = {
    "sweatshirt": "パーカー", "t-shirt": "Tシャツ", "top": "タンクトップ", "jacket": "ジャケット", "pants": "パンツ",
    "shorts": "ショートパンツ", "men": "メンズ", "women": "レディース",
}  # fmt: skip

Judged = Mapping[str, Mapping[str, int]]


def evaluate_words(data: Path, queries: Path = QUERIES, settings: Settings | None = None) -> dict[str, Any]:
    """Return nDCG@10 by language, and of every query; queries that no product answers are counted, not scored.

    The catalogue (laid out like luma) is a shop in the deployment's database for as long as one transaction, which is
    undone. Its Japanese titles and yen prices are those of the test shop.
    """
    connect((settings or Settings.from_env()).database_url)
    products = json.loads((find_folder(data, "luma", "products.json") / "products.json").read_text(encoding="utf-8"))
    return {lang: _measure(products, lang, read_queries(queries / f"{lang}.tsv")) for lang in LANGUAGES}


def read_queries(path: Path) -> Judged:
    """Return the grade of every product (by SKU) that answers a query. Raises a usage error where a line is none."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines, delimiter="\t") if row and not row[0].startswith("#")]
    try:
        pairs = {words: [one.split(":") for one in judged.split()] for words, judged in rows}
        return {words: {sku: int(grade) for sku, grade in found} for words, found in pairs.items()}
    except ValueError as error:
        raise click.UsageError(f"{path.name}: a line is words, a tab, and SKU:grade of what answers them.") from error


def _measure(products: Sequence[dict[str, Any]], lang: str, queries: Judged) -> dict[str, Any]:
    tenant_id = new_id()
    with transaction(tenant_id) as session:
        throw_away = session.begin_nested()
        accounts.create_tenant(session, tenant_id, name="words", shop_url="https://shop.example", allow_hosts=[])
        session.add_all(_product(tenant_id, one, lang) for one in products)
        session.flush()
        found = {words: _score(session, tenant_id, words, grades) for words, grades in queries.items() if grades}
        throw_away.rollback()
    return {
        f"nDCG@{PLACES}": math.fsum(found.values()) / max(1, len(found)),
        "queries": len(found),
        "without_relevant": len(queries) - len(found),
        "by_query": {words: round(value, 3) for words, value in found.items()},
    }


def _score(session: Session, tenant_id: str, words: str, grades: Mapping[str, int]) -> float:
    shares = find_by_text(session, tenant_id, words, Filters(), limit=PLACES).shares
    products = catalog.shown_products(session, tenant_id, shares)
    return ndcg([grades.get(products[id_].sku or "", 0) for id_ in shares], list(grades.values()), PLACES)


def _product(tenant_id: str, one: Mapping[str, Any], lang: str) -> Product:
    """Return the row that a crawl of the test shop would write."""
    facts = facts_of(
        ProductRecord(
            url=f"https://shop.example/{one['sku']}",
            title=one["name"] if lang == "en" else _japanese_title(one),
            description=one["description"],
            sku=one["sku"],
            brand="LUMA",
            price=Decimal(str(one["price"])) * (1 if lang == "en" else YEN),
            currency="USD" if lang == "en" else "JPY",
            availability="InStock",
            breadcrumbs=tuple(one["breadcrumbs"]),
            colors=tuple(one["colors"]),
            sizes=tuple(one["sizes"]),
        )
    )
    return Product(tenant_id=tenant_id, **{name: getattr(facts, name) for name in _COLUMNS})


def _japanese_title(one: Mapping[str, Any]) -> str:
    return f"【{one['name'].split()[0]}】{_JAPANESE[one['gender']]} {_JAPANESE[one['category']]} {one['sku']}"
