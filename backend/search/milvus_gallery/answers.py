"""What a search answered, read from the columns that the server sends: rows of all queries one after the other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.search.gallery import Hit
from backend.search.milvus_gallery.expression import COLOR_FIELDS, SHOWN


@dataclass(frozen=True, slots=True)
class Answer:
    """One query's answer: how many rows it had, and those that may be the best garment of one of its best products."""

    rows: int
    hits: list[Hit]


def hit_columns(there: Collection[str]) -> tuple[str, ...]:
    """Return the columns a search must ask for, of those that are there; the key and the score come anyway."""
    return (SHOWN,) if SHOWN in there else ("product_id", "image_id", *COLOR_FIELDS)


def answers(columns: Any, limit: int) -> list[Answer]:
    """Return the answer of each query, best row first, for its best `limit` products."""
    texts = {each.field_name: each.scalars.string_data.data for each in columns.fields_data}
    if not texts:  # a server that found nothing may send no columns
        return [Answer(0, []) for _ in columns.topks]
    # As lists: one value of a message's field takes longer to get than it takes to make a hit of it.
    told = [text.split("\n") for text in texts[SHOWN]] if SHOWN in texts else _told_apart(texts)
    keys, scores = list(columns.ids.str_id.data), list(columns.scores)
    found: list[Answer] = []
    start = 0
    for count in columns.topks:
        rows = _first_of_products(range(start, start + count), told, scores, limit)
        found.append(Answer(count, [_hit(keys[row], scores[row], *told[row]) for row in rows]))
        start += count
    return found


def _told_apart(texts: Mapping[str, Sequence[str]]) -> list[list[str]]:
    columns = (texts["product_id"], texts["image_id"], *(texts[name] for name in COLOR_FIELDS))
    return [[product, image, *filter(None, colors)] for product, image, *colors in zip(*columns, strict=True)]


def _hit(key: str, score: float, product: str, image: str, *colors: str) -> Hit:
    return Hit(product, key, image, min(1.0, max(-1.0, score)), colors)


def _first_of_products(rows: range, told: Sequence[Sequence[str]], scores: Sequence[float], limit: int) -> list[int]:
    """Return each product's first row, and those as near as it; which of equals comes first is not ours to say."""
    best: dict[str, float] = {}
    kept = []
    last = 2.0
    for row in rows:
        score = scores[row]
        if len(best) >= limit and score < last:
            break
        product = told[row][0]
        if score >= best.get(product, -2.0):
            best.setdefault(product, score)
            kept.append(row)
            last = score
    return kept
