"""What usefulness learns from, and its head."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from backend.training.evaluation.drawn import SETS, drawn_pictures
from backend.training.usefulness.banners import draw_banner
from backend.training.usefulness.campaigns import draw_campaign
from backend.training.usefulness.close_ups import draw_close_up
from backend.training.usefulness.dimensions import draw_dimensions
from backend.training.usefulness.flats import draw_flat
from backend.training.usefulness.net import UsefulnessNet
from backend.training.usefulness.objects import draw_objects
from backend.training.usefulness.others import draw_other
from backend.training.usefulness.pictures import without_people
from backend.training.usefulness.samples import draw_samples
from backend.training.usefulness.scenery import draw_scenery
from backend.training.usefulness.shown import shown
from backend.training.usefulness.swatches import draw_swatch
from backend.training.usefulness.tables import draw_size_screen, draw_table_page
from backend.training.usefulness.training import calibrate, finish
from backend.vision import KINDS, Picture, judge
from backend.vision.images import Pixels
from backend.vision.usefulness import SIDE
from backend.vision.values import Box

PHOTOS = [np.random.default_rng(number).integers(0, 255, (200, 150, 3), np.uint8) for number in range(2)]


FORMS: dict[str, Callable[[Random], Pixels]] = {
    "flat garment": draw_flat,
    "table": lambda chance: draw_table_page(chance, PHOTOS),
    "screen of sizes": lambda chance: draw_size_screen(chance, PHOTOS),
    "dimensions": lambda chance: draw_dimensions(chance, PHOTOS),
    "close-up": draw_close_up,
    "swatch": draw_swatch,
    "samples": draw_samples,
    "banner": lambda chance: draw_banner(chance, PHOTOS),
    "campaign": lambda chance: draw_campaign(chance, PHOTOS),
    "other": draw_other,
    "objects": draw_objects,
    "scenery": draw_scenery,
    "shown": lambda chance: shown(chance, draw_table_page(chance, PHOTOS)),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_seed_draws_the_same_again_and_other_seeds_draw_otherwise(form: str) -> None:
    drawn = [FORMS[form](Random(seed)) for seed in range(12)]
    again = [FORMS[form](Random(seed)) for seed in range(12)]

    assert all(np.array_equal(one, other) for one, other in zip(drawn, again, strict=True))
    assert len({one.tobytes() for one in drawn}) == len(drawn)
    assert all(one.dtype == np.uint8 and one.shape[2] == 3 and one.std() >= 0 for one in drawn)


def test_the_street_beside_a_person_is_kept_without_the_person() -> None:
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[:, 150:250] = 255

    street = without_people(pixels, [Box(0.5, 0.1, 1 / 3, 0.8)])

    assert street is not None
    assert street.max() == 0
    assert 120 <= street.shape[1] <= 150


@pytest.mark.parametrize("boxes", [[], [Box(0.2, 0.1, 0.6, 0.8)]])
def test_no_street_is_taken_from_a_photo_that_people_fill(boxes: list[Box]) -> None:
    assert without_people(np.zeros((200, 300, 3), np.uint8), boxes) is None


def test_the_two_sets_that_it_is_measured_on_share_no_form() -> None:
    forms = [{name for _, name, _ in drawn_pictures(12, which=which, photos=PHOTOS)} for which in SETS]

    assert not forms[0] & forms[1]
    assert min(len(one) for one in forms) >= 20


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")  # of torch.onnx
def test_what_a_head_has_learned_is_judged_by_the_file_that_it_writes(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = UsefulnessNet().eval()
    noise = np.random.default_rng(0).integers(0, 5, (2, 41, SIDE, SIDE, 3), np.uint8)
    black, white = noise[0], noise[1] + np.uint8(250)
    with torch.inference_mode():
        features = net.features(torch.from_numpy(np.concatenate([black[:40], white[:40]])))
    kinds = torch.tensor([KINDS.index("swatch")] * 40 + [KINDS.index("banner")] * 40)

    facts = finish(net, features.clone(), kinds, [str(number) for number in range(80)], tmp_path, seed=0)

    assert facts["held_out_accuracy"] == 1.0
    seen = [judge(Picture(pixels[40], SIDE, SIDE), [], weights=tmp_path).kind for pixels in (black, white)]
    assert seen == ["swatch", "banner"]


def test_probabilities_that_claim_too_much_are_softened() -> None:
    kinds = torch.tensor([0] * 70 + [1] * 30)
    sure_of_the_first = torch.tensor([[8.0, 0.0]]).repeat(100, 1)

    temperature = calibrate(sure_of_the_first, kinds)

    claimed = (sure_of_the_first[0] / temperature).softmax(0)[0]
    assert temperature > 1
    assert abs(claimed - 0.7) < 0.25
