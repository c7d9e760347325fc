"""What the heads learn from: labels with several meanings, patterns drawn on garments, and how sure is sure enough."""

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw

torch = pytest.importorskip("torch", reason="needs the extra `train`")
pytest.importorskip("timm", reason="needs the extra `train`")

from torch import nn  # noqa: E402

from backend.training.cloth_patterns import KNOWN, OTHERS  # noqa: E402
from backend.training.datasets import GarmentPhoto  # noqa: E402
from backend.training.embedder_heads import Lesson, allowed, calibrate, fit_head, least_sure  # noqa: E402
from backend.training.embedder_recipe import RECIPE  # noqa: E402
from backend.training.pieces import Piece  # noqa: E402
from backend.training.seen_names import FINE, fine_category, genders_of, meanings  # noqa: E402
from backend.training.worn_patterns import dress_up, plainness, wear  # noqa: E402
from backend.vision.attributes import PATTERNS  # noqa: E402
from backend.vision.values import CATEGORIES, Box  # noqa: E402

_PLACES = np.meshgrid(np.linspace(0, 1, 96, dtype=np.float32), np.linspace(0, 1.2, 96, dtype=np.float32))
_NAMES = ("one", "two", "three")


@pytest.mark.parametrize(
    ("label", "category", "title", "names"),
    [
        ("Shoes", "shoes", None, {"sneakers", "boots", "heels", "sandals", "flats", "loafers"}),
        ("tights", "legwear", None, {"tights"}),
        ("pants", "pants", "Sybil Running Tights", {"leggings"}),
        ("pants", "pants", None, {"pants", "jeans", "leggings"}),
        ("pants", "pants", "Ida Workout Parachute Pant", {"pants"}),
        ("top", "top", "Breathe-Easy Tank", {"tank top"}),
        ("pumps", "shoes", None, {"heels"}),
        ("sweatshirt", "top", "Chaz Kangeroo Hoodie", {"hoodie"}),
        ("bracelet", None, None, set()),
    ],
)  # fmt: skip
def test_a_label_means_the_names_of_its_category(
    label: str, category: str | None, title: str | None, names: set[str]
) -> None:
    assert set(meanings(label, category, title)) == names


def test_every_fine_name_is_of_a_category() -> None:
    assert {fine_category(name) for name in FINE} == set(CATEGORIES)


def test_a_single_garment_is_for_kids_or_for_someone_else() -> None:
    photo = GarmentPhoto(Path("one.jpg"), "Pants", "pants", "train")

    assert genders_of(replace(photo, kids=True)) == ("kids",)
    assert genders_of(photo) == ("women", "men")


@pytest.mark.parametrize("draw", [draw for kinds in (KNOWN, OTHERS) for draws in kinds.values() for draw in draws])
def test_a_pattern_draws_itself_anew_and_the_same_again(draw) -> None:  # type: ignore[no-untyped-def]
    cloths = [draw(*_PLACES, Random(seed)) for seed in range(6)]

    assert np.array_equal(cloths[0], draw(*_PLACES, Random(0)))
    assert len({cloth.tobytes() for cloth in cloths}) == 6
    assert all(cloth.shape == (96, 96, 3) and cloth.min() >= -0.01 and cloth.max() <= 1.01 for cloth in cloths)
    if draw.__name__ != "plain":
        assert all(cloth.std((0, 1)).max() > 0.01 for cloth in cloths)


def test_a_pattern_stays_within_the_garment_and_keeps_its_folds() -> None:
    crop = np.full((96, 96, 3), 160, np.uint8)
    crop[:, 48:] = 120  # the right half lies in shadow
    mask = np.zeros((96, 96), bool)
    mask[20:80, 20:80] = True

    worn = wear(crop, mask, KNOWN["plain"][0], Random(3)).astype(int)

    assert np.array_equal(worn[:15], crop[:15])
    assert worn[50, 60:76].mean() < 0.9 * worn[50, 24:40].mean()
    assert plainness(worn.astype(np.uint8), mask) < plainness(wear(crop, mask, KNOWN["check"][0], Random(3)), mask)


@pytest.fixture
def pieces(tmp_path: Path) -> list[Piece]:
    made = []
    for number in range(6):
        image = Image.new("RGB", (160, 200), (120, 170, 120))
        ImageDraw.Draw(image).rectangle((35, 40, 125, 170), fill=(30 + 30 * number, 60, 90))
        image.save(tmp_path / f"{number}.png")
        path = tmp_path / f"{number}.png"
        made.append(Piece(path, Box(0.15, 0.15, 0.7, 0.75), f"p{number}", "", "top", "T-Shirt", "cut-out"))
    return made


def test_garments_kept_aside_wear_known_patterns_and_others(pieces: list[Piece]) -> None:
    worn = list(dress_up(pieces, 60, lambda product: product == "p0", seed=1))

    learned = [one for one in worn if not one.aside]
    assert {one.pattern for one in learned} == set(PATTERNS)
    assert len(worn) - len(learned) == 11
    assert all(one.crop.shape == (224, 224, 3) for one in worn)


def test_a_wide_label_teaches_that_one_of_its_names_is_right() -> None:
    """Half of the rows say which, half only that it is not the third: both are learned from, none is contradicted."""
    chance = np.random.default_rng(0)
    truth = chance.integers(0, 3, 600)
    x = torch.from_numpy((np.eye(3)[truth] + chance.normal(0, 0.2, (600, 3))).astype(np.float32))
    told = [(_NAMES[one],) if number % 2 or one == 2 else _NAMES[:2] for number, one in enumerate(truth)]
    layer = nn.Linear(3, 3)

    fit_head(layer, Lesson(x, allowed(told, _NAMES), torch.zeros(600, dtype=torch.bool)), RECIPE, seed=0)

    assert (layer(x).argmax(1).numpy() == truth).mean() > 0.95


def test_a_head_ends_as_sure_as_it_is_right() -> None:
    chance = np.random.default_rng(0)
    truth = chance.integers(0, 3, 900)
    shown = np.where(chance.random(900) < 0.7, truth, chance.integers(0, 3, 900))
    layer = nn.Linear(3, 3)
    with torch.no_grad():
        layer.weight.copy_(torch.eye(3) * 50)
        layer.bias.zero_()
    lesson = Lesson(
        torch.from_numpy(np.eye(3, dtype=np.float32)[shown]),
        allowed([(_NAMES[one],) for one in truth], _NAMES), torch.ones(900, dtype=torch.bool),
    )  # fmt: skip

    told = calibrate(layer, lesson, lesson.aside, 0.95)

    assert 0.7 < told.right < 0.9
    assert abs(float(layer(lesson.features).softmax(1).max(1).values.detach().mean()) - told.right) < 0.25
    assert told.least > 1
    assert told.share == 0


def test_the_least_confidence_is_where_the_answers_are_right_often_enough() -> None:
    sure = np.linspace(1, 0.01, 100).astype(np.float32)
    right = np.arange(100) < 60

    least = least_sure(sure, right, 0.9)

    assert right[sure >= least - 1e-3].mean() == pytest.approx(0.9, abs=0.03)
    assert least_sure(sure, np.zeros(100, bool), 0.9) > 1
