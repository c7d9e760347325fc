"""Asking the gallery: how much, with which vectors of a product, and from which score on."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from backend.search.found import Found, found
from backend.search.gallery import Filters, Gallery, Hit, Vector
from backend.search.ranking import MODELS, Thresholds, ranking, thresholds_of

_MOST_VECTORS = 16
_UNCALIBRATED_STYLE = 0.15
_LOOKALIKES = 5
Kinds = frozenset[str] | None


def thresholds_for(model_id: str) -> Thresholds:
    """Return the tiers of a model; one that was never calibrated still shows what is nearest, as style only.

    Measured with such a model: the nearest product of a garment on the street scores 0.37 on average.
    """
    known = thresholds_of(model_id)
    return known if model_id in MODELS else replace(known, style=_UNCALIBRATED_STYLE)


def search_kinds(
    gallery: Gallery, vectors: Vector, kinds: Sequence[Kinds], *, filters: Filters, limit: int
) -> list[list[list[Hit]]]:
    """Search each of the vectors (n, d) among the categories that answer it; the hits come in one list per search.

    What looks the same is an answer whatever its category, so the few nearest of any are asked for as well.
    """
    answers: list[list[list[Hit]]] = [[] for _ in kinds]

    def ask(numbers: list[int], most: int, narrowed: Filters) -> None:
        for number, hits in zip(numbers, _in_colors(gallery, vectors[numbers], most, narrowed), strict=True):
            answers[number].append(hits)

    for wanted in dict.fromkeys(kinds):
        # "" is the category of a product that nobody could name
        narrowed = filters if wanted is None else replace(filters, categories=("", *sorted(wanted)))
        ask([number for number, kind in enumerate(kinds) if kind == wanted], limit, narrowed)
    narrow = [number for number, kind in enumerate(kinds) if kind is not None]
    if narrow:
        ask(narrow, min(limit, _LOOKALIKES), filters)
    return answers


def _in_colors(gallery: Gallery, vectors: Vector, most: int, filters: Filters) -> list[list[Hit]]:
    """Search with each of the vectors; where colours are asked for, products without a picture in one come as well.

    Whether they are sold in it the catalog says: the only picture of a shirt in five colours shows one of them. A
    product is as near as its nearest picture of any colour, and shown by that in a colour asked for.
    """
    answers = gallery.search(vectors, limit=most, filters=filters)
    if not filters.colors:
        return answers
    of_any = gallery.search(vectors, limit=most, filters=replace(filters, colors=()))
    return [_shown_by(hits, others) for hits, others in zip(answers, of_any, strict=True)]


def _shown_by(hits: Sequence[Hit], others: Sequence[Hit]) -> list[Hit]:
    """Return the products of both, best first, with the picture of `hits` and the better score."""
    scores = {hit.product_id: hit.score for hit in others}
    shown = {hit.product_id: hit._replace(score=max(hit.score, scores.get(hit.product_id, -1.0))) for hit in hits}
    either = {**{hit.product_id: hit for hit in others}, **shown}
    return sorted(either.values(), key=lambda hit: (-hit.score, hit.product_id))


def nearest(
    gallery: Gallery,
    model_id: str,
    group: list[str],
    kinds: Kinds,
    *,
    colors: Sequence[str],
    filters: Filters,
    most: int,
) -> list[Found]:
    """Ask with the stored vectors of the product, or of one of its duplicates when it has none of its own."""
    entries = next((entries for one in group if (entries := gallery.entries_of_product(one))), [])
    if not entries:
        return []
    vectors = np.stack([entry.vector for entry in entries[:_MOST_VECTORS]])
    excluded = tuple(dict.fromkeys([*filters.exclude_product_ids, *group]))
    others = replace(filters, exclude_product_ids=excluded)
    found_by_kind = search_kinds(gallery, vectors, [kinds] * len(vectors), filters=others, limit=most)
    answers = [hits for lists in found_by_kind for hits in lists]
    return found(ranking(answers, thresholds=thresholds_for(model_id), limit=most, colors=colors), kinds)
