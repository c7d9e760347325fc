"""From hits to a ranking: merge the answers of several vectors, let colour break near-ties, name the tier."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from backend.search.gallery import Hit, rank
from backend.vision.card import WEIGHTS

Tier = Literal["same", "close", "style"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The lowest cosine similarity of each tier; below `style` a product is no match."""

    same: float
    close: float
    style: float


DEFAULT_THRESHOLDS = Thresholds(same=0.92, close=0.75, style=0.50)
"""For a model that was never calibrated. A model's own are measured on its validation pairs and live in MODELS."""

_TIERS = WEIGHTS / "tiers.json"
MODELS: Mapping[str, Thresholds] = {
    model_id: Thresholds(**tiers) for model_id, tiers in json.loads(_TIERS.read_text(encoding="utf-8")).items()
}
"""Tiers by model, as `niteru train tiers` chose them (weights/TIERS.md)."""

NEAR_TIE = 0.02
"""Scores closer than this say the same about shape; which colour is right then matters more to a shopper."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A product in its final place: the hit that won it and the tier its score reaches."""

    hit: Hit
    tier: Tier


def thresholds_of(model_id: str, overrides: Mapping[str, Thresholds] | None = None) -> Thresholds:
    """Return the model's thresholds; `overrides` (by model id) win over the table."""
    return (overrides or {}).get(model_id) or MODELS.get(model_id, DEFAULT_THRESHOLDS)


def tier_of(score: float, thresholds: Thresholds) -> Tier | None:
    """Return the tier a score reaches, None when it reaches none."""
    if score >= thresholds.same:
        return "same"
    if score >= thresholds.close:
        return "close"
    return "style" if score >= thresholds.style else None


def merge(answers: Iterable[Sequence[Hit]]) -> list[Hit]:
    """Join the answers to several vectors of one query: each product once, with its best hit, best first."""
    hits = [hit for answer in answers for hit in answer]
    return rank(hits, len(hits))


def by_color(hits: Sequence[Hit], colors: Iterable[str], near_tie: float = NEAR_TIE) -> list[Hit]:
    """Reorder `hits` (best first) so that among near-equal scores those sharing more of `colors` come first.

    A near-tie is counted from the first hit of its run, so a long chain of small steps is never one tie:
    no hit moves past another that scored `near_tie` or more above it.
    """
    wanted = set(colors)
    ordered: list[Hit] = []
    run: list[Hit] = []
    for hit in hits:
        if run and run[0].score - hit.score >= near_tie:
            ordered += sorted(run, key=lambda each: -_agreement(each, wanted))
            run = []
        run.append(hit)
    return ordered + sorted(run, key=lambda each: -_agreement(each, wanted))


def ranking(
    answers: Iterable[Sequence[Hit]], *, thresholds: Thresholds, limit: int, colors: Iterable[str] = ()
) -> list[Ranked]:
    """Return at most `limit` products of the answers to a query's vectors, best first, none below the lowest tier.

    Colour decides inside a tier only, so that the tiers of a ranking never alternate.
    """
    hits = merge(answers)
    ranked: list[Ranked] = []
    for tier in get_args(Tier):
        reached = [hit for hit in hits if tier_of(hit.score, thresholds) == tier]
        ranked += [Ranked(hit, tier) for hit in by_color(reached, colors)]
    return ranked[:limit]


def _agreement(hit: Hit, wanted: set[str]) -> float:
    """Return the overlap of two sets of colours (Jaccard), in [0, 1]; 0 when either is unknown."""
    had = set(hit.colors)
    return len(had & wanted) / len(had | wanted) if had and wanted else 0.0
