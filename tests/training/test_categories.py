"""Fitting how sure words and pictures are, and reading lists of titles."""

import random

import pytest

from backend.training.categories import _fit_picture, picture_figures
from backend.training.evaluation.titles import evaluate_titles, load_titles
from backend.training.subjects import Subject
from backend.vision import CATEGORIES, Box, Detection
from backend.vision.calibration import calibration

CHANCE = random.Random(7)


def subjects(right: float) -> list[Subject]:
    """Products whose pictures show their category that often, and a shirt otherwise."""
    chosen = [CHANCE.choice(CATEGORIES) for _ in range(200)]
    return [
        Subject(true, ((Detection(Box(0.2, 0.2, 0.6, 0.6), true if CHANCE.random() < right else "top", 0.9),),))
        for true in chosen
    ]


def test_eyes_that_are_right_dispute_wrong_titles_and_spare_right_ones():
    seen = subjects(0.995)
    fitted = _fit_picture(seen, calibration(), random.Random(0))

    figures = picture_figures(seen, fitted, random.Random(0))

    assert figures["accuracy"] > 0.98
    assert figures["disputes_of_wrong_titles"] > 0.8
    assert figures["disputes_of_right_titles"] <= 0.02


def test_eyes_that_are_often_wrong_dispute_next_to_nothing():
    seen = subjects(0.4)
    fitted = _fit_picture(seen, calibration(), random.Random(0))

    assert picture_figures(seen, fitted, random.Random(0))["disputes_of_right_titles"] <= 0.02


def test_a_list_of_titles_is_measured_by_language_with_every_accepted_answer(tmp_path):
    (tmp_path / "en.tsv").write_text(
        "# a remark\n"
        "dress,pants\tjumpsuit\t-,women\tnavy+white,navy\t-,stripe\tNavy jumpsuit\n"
        "none\t-\t-\t*\t-\tGift card\n"
        "skirt\tskirt\twomen\t-\tplain\tTrousers\tWomen > Skirts\n",
        encoding="utf-8",
    )

    figures = evaluate_titles(tmp_path)

    assert figures["languages"]["en"]["judged"] == 3
    assert figures["per_class"] == {"dress": 1.0, "none": 1.0, "skirt": 0.0}
    assert (figures["gender"]["accuracy"], figures["colors"]["judged"]) == (1.0, 2)
    assert figures["pattern"]["accuracy"] == pytest.approx(2 / 3)


def test_a_line_that_lacks_parts_is_named(tmp_path):
    (tmp_path / "ja.tsv").write_text("top\tT-shirt\tTシャツ\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"ja\.tsv:1"):
        load_titles(tmp_path / "ja.tsv")
