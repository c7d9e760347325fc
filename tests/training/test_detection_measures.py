"""Average precision by worked examples: each figure can be checked with pencil and paper."""

import pytest

pytest.importorskip("pycocotools", reason="needs the extra `train`")

from backend.training.evaluation.detection import Claim, Truth, average_precisions
from backend.vision import Box

HERE, THERE = Box(0, 0, 0.4, 0.4), Box(0.5, 0.5, 0.4, 0.4)
BOTH = [Truth(0, "top", HERE), Truth(0, "top", THERE)]


def claim(box: Box, confidence: float, *, picture: int = 0, category: str = "top") -> Claim:
    return Claim(picture, category, box, confidence)


def at_half(claims: list[Claim], truths: list[Truth]) -> float:
    return average_precisions(claims, truths)["top"][0]


def test_perfect_detections_have_an_average_precision_of_one() -> None:
    assert average_precisions([claim(HERE, 0.9), claim(THERE, 0.8)], BOTH) == {"top": (1.0, 1.0)}


def test_a_wrong_detection_between_two_right_ones() -> None:
    """Right, wrong, right: precision 1 up to recall 1/2 (51 of COCO's 101 recalls), 2/3 after it."""
    claims = [claim(HERE, 0.9), claim(HERE, 0.8, picture=1), claim(THERE, 0.7)]

    found = at_half(claims, [*BOTH, Truth(1, "bag", THERE)])

    assert found == pytest.approx((51 * 1 + 50 * 2 / 3) / 101)


def test_a_second_detection_of_one_truth_is_wrong() -> None:
    """One of two truths found, and found twice: precision 1 up to recall 1/2, nothing after."""
    assert at_half([claim(HERE, 0.9), claim(HERE, 0.8)], BOTH) == pytest.approx(51 / 101)


def test_a_box_counts_from_the_overlap_asked_for() -> None:
    """Six tenths of the width overlap by 0.6: right at 0.5, 0.55 and 0.6 of COCO's ten."""
    part = [claim(Box(0, 0, 0.2401, 0.4), 0.9)]

    assert average_precisions(part, BOTH[:1])["top"] == pytest.approx((1.0, 0.3))


def test_a_class_without_truths_has_no_figure_and_one_without_detections_has_zero() -> None:
    assert average_precisions([claim(HERE, 0.9, category="bag")], BOTH) == {"top": (0.0, 0.0)}


def test_another_class_on_the_right_place_is_wrong() -> None:
    found = average_precisions([claim(HERE, 0.9, category="bag")], [*BOTH, Truth(0, "bag", THERE)])

    assert found == {"top": (0.0, 0.0), "bag": (0.0, 0.0)}
