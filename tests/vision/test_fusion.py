"""Words and pictures as two experts: who is believed, how sure, and when a person is asked."""

import pytest

from backend.vision import CATEGORIES, Box, Detection, TextCategory, category_of_text
from backend.vision.calibration import Calibration, calibration
from backend.vision.fusion import decide, seen_in, settled

KINDS = ("agreed", "title", "several", "loose", "breadcrumbs", "disputed", "description")
MIDDLE, CORNER = Box(0.2, 0.2, 0.6, 0.6), Box(0.0, 0.85, 0.15, 0.15)


def eyes(right: float = 0.94) -> Calibration:
    """Pictures that vote for the true category that often, and for every other one alike."""
    wrong = (1 - right) / (len(CATEGORIES) - 1)
    sees = {true: {name: right if name == true else wrong for name in CATEGORIES} for true in CATEGORIES}
    return Calibration(dict.fromkeys(KINDS, 0.9), sees, temperature=1.0, dispute=0.95)


def picture(category: str, confidence: float = 0.95, box: Box = MIDDLE) -> list[Detection]:
    return [Detection(box, category, confidence)]


def test_words_and_pictures_that_agree_are_surer_than_either():
    words = TextCategory("skirt", "skirt", 0.9)
    seen = seen_in([picture("skirt")], eyes())

    both = decide(words, seen, eyes())

    assert both.category == "skirt"
    assert both.confidence > max(0.9, seen["skirt"])
    assert not both.disputed


def test_words_stand_against_a_picture_that_contradicts_them_and_a_person_is_asked():
    decision = decide(TextCategory("skirt", "skirt", 0.9), seen_in([picture("shoes")], eyes()), eyes())

    assert (decision.category, decision.seen, decision.disputed) == ("skirt", "shoes", True)
    assert decision.alternatives[0][0] == "shoes"


@pytest.mark.parametrize(
    ("pictures", "fitted"),
    [
        ([picture("shoes", confidence=0.3)], eyes()),
        ([picture("shoes")], eyes(right=0.4)),
        ([picture("skirt") + picture("shoes")], eyes()),
    ],
    ids=["an unsure detection", "eyes that are often wrong", "both garments in one picture"],
)
def test_nobody_is_asked_because_of(pictures, fitted):
    assert not decide(TextCategory("skirt", "skirt", 0.9), seen_in(pictures, fitted), fitted).disputed


def test_of_a_word_with_two_categories_the_picture_chooses():
    salopette = category_of_text("デニム サロペット")

    assert decide(salopette, seen_in([picture("pants")], eyes()), eyes()).category == "pants"
    assert decide(salopette, seen_in([picture("dress")], eyes()), eyes()).category == "dress"
    assert not decide(salopette, seen_in([picture("pants")], eyes()), eyes()).disputed


def test_what_is_in_every_picture_is_what_is_sold():
    outfit = [picture("top") + picture("pants"), picture("top") + picture("skirt"), picture("top") + picture("shorts")]

    seen = seen_in(outfit, eyes())

    assert max(seen, key=seen.get) == "top"


def test_a_small_thing_at_the_edge_hardly_votes():
    seen = seen_in([picture("dress") + picture("shoes", box=CORNER)], eyes())

    assert seen["dress"] > 5 * seen["shoes"]


def test_without_words_pictures_decide_and_without_both_nobody():
    assert decide(None, seen_in([picture("hat")], eyes()), eyes()).category == "hat"
    assert decide(TextCategory("bag", "tote", 0.9), None, eyes()).category == "bag"
    assert decide(None, seen_in([[]], eyes()), eyes()) is None


def test_the_probabilities_of_the_shipped_calibration_add_up():
    seen = seen_in([picture("outer"), picture("top")])

    assert sum(seen.values()) == pytest.approx(1)
    assert set(calibration().text) == set(KINDS)
    assert all(sum(row.values()) == pytest.approx(1, abs=0.01) for row in calibration().confusion.values())


@pytest.mark.parametrize(
    ("title", "seen", "category"),
    [
        ("Amalfi", "hat", "hat"),
        ("デニム サロペット", "pants", "pants"),
        ("デニム サロペット", "dress", "dress"),
        ("デニム サロペット", "shoes", None),
        ("Wool coat", "top", None),
    ],
)
def test_pictures_settle_only_what_the_words_leave_open(title, seen, category):
    words = category_of_text(title)

    assert settled(words, decide(words, seen_in([picture(seen)], eyes()), eyes())) == category


def test_unsure_pictures_settle_nothing():
    assert settled(None, decide(None, seen_in([picture("hat", confidence=0.4)], eyes()), eyes())) is None
