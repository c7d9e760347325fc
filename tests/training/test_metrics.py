"""Worked examples by hand: each figure below can be checked with pencil and paper."""

import pytest

from backend.training.metrics import average_precision, hit, retrieval

YES, NO = True, False


def test_hit_looks_only_at_the_first_k() -> None:
    assert hit([NO, YES, NO], 1) == 0
    assert hit([NO, YES, NO], 2) == 1
    assert hit([], 5) == 0


def test_average_precision_of_a_worked_example() -> None:
    """Relevant at places 1, 3 and 6: (1/1 + 2/3 + 3/6) / 3."""
    relevant = [YES, NO, YES, NO, NO, YES]

    assert average_precision(relevant, 10) == pytest.approx((1 + 2 / 3 + 0.5) / 3)


def test_relevant_answers_beyond_k_count_as_missed() -> None:
    """Two relevant, one within the first two: (1/2) / 2."""
    assert average_precision([NO, YES, YES], 2) == pytest.approx(0.25)


def test_more_relevant_answers_than_k_can_still_be_perfect() -> None:
    assert average_precision([YES] * 30, 10) == 1


def test_a_query_with_nothing_to_find_is_left_out_and_counted_apart() -> None:
    found = retrieval([[YES, NO], [NO, YES], [NO, NO], []])

    assert (found.queries, found.without_relevant) == (2, 2)
    assert found.hit_1 == 0.5
    assert found.hit_5 == 1
    assert found.map_10 == pytest.approx((1 + 0.5) / 2)


def test_no_query_at_all_scores_nothing() -> None:
    assert retrieval([]).as_dict() == {
        "hit@1": 0, "hit@5": 0, "hit@10": 0, "mAP@10": 0, "queries": 0, "without_relevant": 0,
    }  # fmt: skip
