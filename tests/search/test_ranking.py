"""Ranking is arithmetic on hits: each rule by a worked example."""

import pytest

from backend.search.gallery import Hit
from backend.search.ranking import Thresholds, by_color, merge, ranking, thresholds_of, tier_of

THRESHOLDS = Thresholds(same=0.9, close=0.7, style=0.5)


def hit(product_id: str, score: float, *colors: str) -> Hit:
    return Hit(product_id, embedding_id=f"{product_id}-{score}", image_id="i", score=score, colors=colors)


@pytest.mark.parametrize(
    ("score", "tier"), [(1.0, "same"), (0.9, "same"), (0.89, "close"), (0.7, "close"), (0.5, "style"), (0.49, None)]
)
def test_a_score_reaches_the_highest_tier_whose_threshold_it_meets(score: float, tier: str | None) -> None:
    assert tier_of(score, THRESHOLDS) == tier


def test_answers_to_several_vectors_are_joined_by_product_with_the_best_hit() -> None:
    merged = merge([[hit("a", 0.9), hit("b", 0.4)], [hit("b", 0.8), hit("c", 0.6)], []])

    assert [(each.product_id, each.score) for each in merged] == [("a", 0.9), ("b", 0.8), ("c", 0.6)]


def test_among_near_equal_scores_the_asked_color_comes_first() -> None:
    hits = [hit("blue", 0.81, "blue"), hit("red", 0.80, "red"), hit("both", 0.80, "red", "blue"), hit("none", 0.80)]

    assert [each.product_id for each in by_color(hits, ["red"])] == ["red", "both", "blue", "none"]


def test_color_moves_nothing_past_a_clearly_better_score() -> None:
    steps = [hit(str(number), 0.9 - 0.015 * number, "red" if number == 5 else "blue") for number in range(6)]

    ordered = [each.product_id for each in by_color(steps, ["red"], near_tie=0.02)]

    assert ordered == ["0", "1", "2", "3", "5", "4"]


def test_without_an_asked_color_the_order_is_the_scores() -> None:
    hits = [hit("a", 0.8, "red"), hit("b", 0.795, "blue")]

    assert by_color(hits, []) == hits


def test_a_ranking_drops_what_is_below_the_lowest_tier_and_keeps_to_its_limit() -> None:
    answers = [[hit("a", 0.95), hit("b", 0.75), hit("c", 0.55), hit("d", 0.2)]]

    found = ranking(answers, thresholds=THRESHOLDS, limit=10)

    assert [(each.hit.product_id, each.tier) for each in found] == [("a", "same"), ("b", "close"), ("c", "style")]
    assert len(ranking(answers, thresholds=THRESHOLDS, limit=2)) == 2


def test_color_never_mixes_the_tiers() -> None:
    answers = [[hit("same", 0.905, "blue"), hit("close", 0.899, "red")]]

    found = ranking(answers, thresholds=THRESHOLDS, limit=10, colors=["red"])

    assert [each.tier for each in found] == ["same", "close"]


def test_thresholds_of_a_model_can_be_overridden_and_an_unknown_model_has_some() -> None:
    assert thresholds_of("m", {"m": THRESHOLDS}) == THRESHOLDS
    assert thresholds_of("never calibrated").same > thresholds_of("never calibrated").style
