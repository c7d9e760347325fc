"""Filters and entries in Milvus's words: boolean expressions and rows.

Written for what Milvus Lite 3.2 and Milvus 2.3 both understand: no templates, no nullable fields.
Values are quoted with json.dumps, which both unescape the same way as long as no character needs a \\u escape;
the gallery refuses those characters (gallery.Filters, gallery.check_entries).
"""

import json
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

import numpy as np

from backend.search.gallery import MAX_COLORS, Entry, Filters

NO_PRICE = -1.0
"""Stands for an unknown price, since Milvus 2.3 has no nullable fields; every price condition shuts it out."""

COLOR_FIELDS = [f"color_{number}" for number in range(1, MAX_COLORS + 1)]
"""A column for each colour, "" where there is none. One array column would be neater, but Lite evaluates
array_contains_any row by row with every column of the row, vector included: 390 ms on 20,000 rows instead of 25."""

SHOWN = "shown"
"""A column with what a hit tells of a row, one part a line: product, image, colours. A Milvus server sends 200 rows of
one column in 13 ms and of the eight in 17. Collections made before it was there do without."""

Row = dict[str, Any]


def quoted(value: str) -> str:
    """Return `value` as a string literal."""
    return json.dumps(value, ensure_ascii=False)


def any_of(name: str, values: Iterable[str]) -> str:
    """Return the condition that the field `name` is one of `values`."""
    return f"{name} in [{', '.join(quoted(value) for value in values)}]"


def none_of(name: str, values: Iterable[str]) -> str:
    """Return the condition that the field `name` is none of `values`."""
    return f"{name} not in [{', '.join(quoted(value) for value in values)}]"


def expression(filters: Filters) -> str:
    """Return the filters as one boolean expression, "" when they ask nothing."""
    parts: list[str] = []
    if filters.categories:
        parts.append(any_of("category", filters.categories))
    if filters.genders:
        parts.append(any_of("gender", filters.genders))
    if filters.colors:
        parts.append(" or ".join(any_of(name, filters.colors) for name in COLOR_FIELDS))
    if filters.price_min is not None or filters.price_max is not None:
        parts.append("price >= 0.0")
    if filters.price_min is not None:
        parts.append(f"price >= {float(filters.price_min)!r}")
    if filters.price_max is not None:
        parts.append(f"price <= {float(filters.price_max)!r}")
    if filters.in_stock is not None:
        parts.append(f"in_stock == {'true' if filters.in_stock else 'false'}")
    if filters.exclude_product_ids:
        parts.append(none_of("product_id", filters.exclude_product_ids))
    return both(*parts)


def both(*parts: str) -> str:
    """Return the conjunction of the conditions that are not empty."""
    return " and ".join(f"({part})" for part in parts if part)


def to_row(entry: Entry) -> Row:
    """Return the entry as a Milvus row."""
    return {
        "embedding_id": entry.embedding_id,
        "vector": np.asarray(entry.vector, dtype=np.float32).tolist(),
        "product_id": entry.product_id,
        "image_id": entry.image_id,
        "category": entry.category,
        "gender": entry.gender,
        **dict(zip_longest(COLOR_FIELDS, entry.colors, fillvalue="")),
        "price": NO_PRICE if entry.price is None else float(entry.price),
        "in_stock": entry.in_stock,
        SHOWN: "\n".join((entry.product_id, entry.image_id, *entry.colors)),  # no value may have a line break
    }


def to_entry(row: Row) -> Entry:
    """Return a Milvus row as an entry."""
    return Entry(
        embedding_id=row["embedding_id"],
        vector=np.asarray(row["vector"], dtype=np.float32),
        product_id=row["product_id"],
        image_id=row["image_id"],
        category=row["category"],
        gender=row["gender"],
        colors=colors_of(row),
        price=None if row["price"] < 0 else row["price"],
        in_stock=row["in_stock"],
    )


def colors_of(row: Row) -> tuple[str, ...]:
    """Return the colours in a Milvus row."""
    return tuple(row[name] for name in COLOR_FIELDS if row[name])
