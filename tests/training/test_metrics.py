"""Worked examples by hand: each figure below can be checked with pencil and paper."""

import pytest

from backend.training.metrics import Claim, average_precision, detection_average_precision, hit, retrieval
from backend.vision import Box

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


HERE, THERE = Box(0, 0, 0.4, 0.4), Box(0.5, 0.5, 0.4, 0.4)


def test_perfect_detections_have_an_average_precision_of_one() -> None:
    claims = [Claim(0, HERE, 0.9), Claim(0, THERE, 0.8)]

    assert detection_average_precision(claims, [(0, HERE), (0, THERE)], 0.5) == 1


def test_a_wrong_detection_between_two_right_ones() -> None:
    """Right, wrong, right: precision 1 up to recall 1/2 (51 of COCO's 101 recalls), 2/3 after it."""
    claims = [Claim(0, HERE, 0.9), Claim(1, HERE, 0.8), Claim(0, THERE, 0.7)]

    found = detection_average_precision(claims, [(0, HERE), (0, THERE)], 0.5)

    assert found == pytest.approx((51 * 1 + 50 * 2 / 3) / 101)


def test_a_second_detection_of_one_truth_is_wrong() -> None:
    """One of two truths found, and found twice: precision 1 up to recall 1/2, nothing after."""
    claims = [Claim(0, HERE, 0.9), Claim(0, HERE, 0.8)]

    assert detection_average_precision(claims, [(0, HERE), (0, THERE)], 0.5) == pytest.approx(51 / 101)


def test_a_box_counts_from_the_overlap_asked_for() -> None:
    """Half the width: the overlap is exactly one half."""
    half = [Claim(0, Box(0, 0, 0.2, 0.4), 0.9)]

    assert detection_average_precision(half, [(0, HERE)], 0.5) == 1
    assert detection_average_precision(half, [(0, HERE)], 0.55) == 0


def test_a_class_without_truths_has_no_figure_and_one_without_detections_has_zero() -> None:
    assert detection_average_precision([Claim(0, HERE, 0.9)], [], 0.5) is None
    assert detection_average_precision([], [(0, HERE)], 0.5) == 0
