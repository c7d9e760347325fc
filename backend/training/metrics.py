"""Measures of retrieval as pure functions; a query with no relevant answer is left out, never scored.

`relevant` below is always a list of booleans, one for each answer, best answer first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


def hit(relevant: Sequence[bool], k: int) -> float:
    """1 if any of the first k answers is relevant, else 0: hit rate@k, which some papers call Recall@k."""
    return float(any(relevant[:k]))


def average_precision(relevant: Sequence[bool], k: int) -> float:
    """Mean of the precision at each relevant answer among the first k, over min(k, all relevant ones).

    `relevant` covers the whole gallery, so that relevant answers after the first k count as missed.
    """
    wanted = min(k, sum(relevant))
    if wanted == 0:
        raise ValueError("A query without a relevant answer has no average precision.")
    found, total = 0, 0.0
    for place, one in enumerate(relevant[:k], start=1):
        if one:
            found += 1
            total += found / place
    return total / wanted


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Means over `queries` queries; `without_relevant` others had nothing to find."""

    queries: int
    without_relevant: int
    hit_1: float
    hit_5: float
    hit_10: float
    map_10: float

    def as_dict(self) -> dict[str, float | int]:
        return {
            "hit@1": self.hit_1, "hit@5": self.hit_5, "hit@10": self.hit_10, "mAP@10": self.map_10,
            "queries": self.queries, "without_relevant": self.without_relevant,
        }  # fmt: skip


def retrieval(answers: Sequence[Sequence[bool]]) -> Retrieval:
    """Summarise the queries' relevance lists; all figures are 0 when no query has a relevant answer."""
    judged = [relevant for relevant in answers if any(relevant)]
    count = len(judged)

    def mean(values: list[float]) -> float:
        return sum(values) / count if count else 0.0

    return Retrieval(
        count,
        len(answers) - count,
        mean([hit(relevant, 1) for relevant in judged]),
        mean([hit(relevant, 5) for relevant in judged]),
        mean([hit(relevant, 10) for relevant in judged]),
        mean([average_precision(relevant, 10) for relevant in judged]),
    )


def ndcg(grades: Sequence[int], all_grades: Sequence[int], k: int) -> float:
    """Gain of the first k answers' grades, discounted by place, over the best that `all_grades` allow.

    A grade g gains 2**g - 1. Raises ValueError where no answer is relevant.
    """
    best = _discounted(sorted(all_grades, reverse=True)[:k])
    if best == 0:
        raise ValueError("A query without a relevant answer has no nDCG.")
    return _discounted(grades[:k]) / best


def _discounted(grades: Sequence[int]) -> float:
    return math.fsum((2.0**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, start=1))
