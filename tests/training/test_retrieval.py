"""`niteru evaluate retrieval` on drawn garments: its page, and changed copies."""

import csv
import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from backend.training.commands import evaluate
from backend.training.hardening import harden
from backend.vision.values import CATEGORIES

_CLASSES = {"coarse": list(CATEGORIES), "garment_photos": {"<b>Tee</b>": "top", "Pants": "pants"}}


@pytest.fixture
def garments(tmp_path: Path) -> Path:
    folder = tmp_path / "garment_photos"
    (folder / "images").mkdir(parents=True)
    (tmp_path / "classes.json").write_text(json.dumps(_CLASSES))
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "label", "kids", "split"])
        for number, tone in enumerate([(190, 25, 40), (40, 80, 190), (20, 120, 60), (230, 200, 40)]):
            image = Image.new("RGB", (240, 300), "white")
            pen = ImageDraw.Draw(image)
            if number % 2:
                pen.polygon([(80, 30), (170, 30), (180, 280), (135, 280), (125, 120), (110, 280), (70, 280)], fill=tone)
            else:
                pen.polygon([(70, 50), (170, 50), (220, 120), (175, 260), (65, 260), (60, 140)], fill=tone)
            image.save(folder / f"images/{number}.png")
            writer.writerow([f"{number}.png", ("<b>Tee</b>", "Pants")[number % 2], "False", "val"])
    return folder


def test_a_changed_copy_finds_its_original_and_the_page_shows_every_query(garments: Path, tmp_path: Path) -> None:
    arguments = ["retrieval", "--data", str(garments), "--report", str(tmp_path / "page"), "--json"]
    result = CliRunner().invoke(evaluate, arguments, catch_exceptions=False)

    facts, page = json.loads(result.stdout), (tmp_path / "page/index.html").read_text()
    assert facts["augmented"] == {"R@1": 1.0, "queries": 4}
    assert facts["category"]["judged"] == 4
    assert page.count('alt="asked: ') == 8
    assert "<b>Tee</b>" not in page
    assert len(list((tmp_path / "page/pictures").iterdir())) == 4


def test_a_hardened_photo_is_another_file_of_the_same_hue() -> None:
    red = np.full((200, 160, 3), (190, 40, 40), np.uint8)

    changed = [harden(red, Random(seed)) for seed in range(20)]

    assert len({one.tobytes() for one in changed}) == 20
    assert all(one[..., 0].mean() > one[..., 1].mean() + 40 for one in changed)
    assert np.array_equal(harden(red, Random(3)), harden(red, Random(3)))
