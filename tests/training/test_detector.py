"""Scenes whose boxes are known to the pixel, and a training that adds a class and goes on after a kill."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

pytest.importorskip("backend.vision.yolo", reason="needs the extra `train`")

import torch

from backend.training.commands import train
from backend.training.compositions import Composer
from backend.training.datasets import load_shop
from backend.training.detector import Plan, blended
from backend.training.detector_pictures import SEEN, read_boxes, write_pictures
from backend.training.scenes import BODY, Layer, Scene, placement
from backend.vision import Vision, load_vision
from backend.vision.card import WEIGHTS, read_card
from backend.vision.images import Picture, Pixels
from backend.vision.runtimes import Floats
from backend.vision.values import CATEGORIES

WHITE = np.full((200, 200, 3), 255, np.uint8)


def bar(kind: str = "top") -> Layer:
    """A garment 80 wide and 20 high, in the middle of a layer of 100 x 100."""
    ids = np.zeros((100, 100), np.int32)
    ids[40:60, 10:90] = 1
    return Layer(np.full((100, 100, 3), 90, np.uint8), ids, {1: kind})


def test_a_turned_garment_gets_the_box_of_its_turned_pixels() -> None:
    scene = Scene.on(WHITE)

    scene.paste(bar(), placement(bar(), (100, 100), scale=1, degrees=45))

    ((name, box),) = scene.boxes()
    side = (80 + 20) / 2**0.5  # a turned rectangle; its own box, turned and boxed again, would be no smaller
    assert name == "top"
    assert box.w * 200 == pytest.approx(side, abs=3)
    assert box.h * 200 == pytest.approx(side, abs=3)


def test_a_turned_circle_keeps_its_size_where_a_turned_box_would_grow() -> None:
    down, across = np.mgrid[0:100, 0:100]
    ids = ((down - 50) ** 2 + (across - 50) ** 2 < 40**2).astype(np.int32)
    layer, scene = Layer(np.zeros((100, 100, 3), np.uint8), ids, {1: "hat"}), Scene.on(WHITE)

    scene.paste(layer, placement(layer, (100, 100), scale=1, degrees=45))

    assert scene.boxes()[0][1].w * 200 == pytest.approx(79, abs=2)


def test_what_is_hidden_is_not_to_be_found_and_what_is_half_hidden_is_boxed_by_what_shows() -> None:
    scene = Scene.on(WHITE)
    scene.paste(bar("skirt"), placement(bar(), (100, 100), scale=1))

    scene.paste(bar("top"), placement(bar(), (140, 100), scale=1))
    half = dict(scene.boxes())
    scene.paste(bar("outer"), placement(bar(), (100, 100), scale=1.1))
    hidden = dict(scene.boxes())

    assert half["skirt"].w * 200 == pytest.approx(40, abs=2)
    assert half["top"].w * 200 == pytest.approx(80, abs=2)
    assert "skirt" not in hidden


def test_a_body_hides_garments_and_is_none() -> None:
    scene = Scene.on(WHITE)
    scene.paste(bar(), placement(bar(), (100, 100), scale=1))
    body = Layer(np.zeros((100, 100, 3), np.uint8), np.full((100, 100), BODY, np.int32), {})

    scene.paste(body, placement(body, (100, 100), scale=1))

    assert scene.boxes() == []


def test_two_shoes_of_one_pair_are_two_boxes() -> None:
    ids = np.zeros((100, 100), np.int32)
    ids[60:80, 10:40], ids[60:80, 60:90], ids[10:12, 50:52] = 1, 1, 1
    scene = Scene.on(WHITE)

    pair = Layer(np.zeros((100, 100, 3), np.uint8), ids, {1: "shoes"})
    scene.paste(pair, placement(pair, (100, 100), scale=1))

    assert [name for name, _ in scene.boxes()] == ["shoes", "shoes"]


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """Four photos of a jacket and a cardigan, laid out like street_photos."""
    folder = tmp_path / "data" / "street_photos"
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True)
    images, annotations = [], []
    for number in range(4):
        mask = np.zeros((128, 96), np.uint8)
        mask[10:60, 20:70], mask[64:120, 20:70] = 1, 2
        pixels = np.where(mask[..., None] == 1, (200, 30, 30), np.where(mask[..., None] == 2, (30, 30, 200), 230))
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"images/{number}.jpg")
        Image.fromarray(mask).save(folder / f"masks/{number}.png")
        split = "val" if number == 3 else "train"
        images.append({"id": number, "file_name": f"{number}.jpg", "width": 96, "height": 128, "split": split})
        for kind, top, tall in ((1, 10, 50), (2, 64, 56)):
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": kind,
                                "bbox": [20, top, 50, tall], "component_boxes": []})  # fmt: skip
    names = [{"id": 1, "name": "jacket"}, {"id": 2, "name": "cardigan"}]
    (folder / "annotations.json").write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": names})
    )
    classes = {"coarse": [*CATEGORIES, "light outer"], "street_photos": {"jacket": "outer", "cardigan": "light outer"}}
    (tmp_path / "data" / "classes.json").write_text(json.dumps(classes))
    return tmp_path / "data"


def test_the_same_seed_composes_the_same_pictures(street: Path) -> None:
    first, second = (list(Composer(street, Random(3)).examples(6)) for _ in range(2))

    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(first, second, strict=True))
    assert [one.boxes for one in first] == [one.boxes for one in second]
    assert {name for one in first for name, _ in one.boxes} <= {"outer", "light outer"}


SMALL = ["--epochs", "2", "--pictures", "6", "--side", "64", "--add", "light outer:outer"]


def test_a_class_is_added_by_command_and_training_goes_on_after_a_kill(street: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["detector", "--data", str(street), "--out", str(out), *SMALL]
    checkpoint = out / "training/checkpoint.pt"
    code = f"from backend.training.commands import train; train({[*arguments, '--json']!r})"
    first = subprocess.Popen([sys.executable, "-c", code])
    while first.poll() is None and not checkpoint.exists():
        time.sleep(0.01)
    first.kill()
    first.wait()
    assert checkpoint.exists()

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr
    assert "Resuming training" in result.stderr
    assert {"street"} == set(json.loads(result.stdout))
    assert read_card(out).detector_classes[-1] == ("light outer", "outer")
    assert "light outer" in (out / "DETECTOR.md").read_text()
    assert str(tmp_path) not in (out / "DETECTOR.md").read_text()
    assert str(tmp_path).encode() not in (out / "detector.pt").read_bytes()
    assert {file.name for file in WEIGHTS.iterdir()} <= {file.name for file in out.iterdir()}
    rows = torch.load(out / "detector.pt", weights_only=False)["model"].model[-1].cv3[0][-1].weight.float().flatten(1)
    assert torch.cosine_similarity(rows[13], rows[CATEGORIES.index("outer")], dim=0) > 0.9
    photo = Picture(np.asarray(Image.open(street / "street_photos/images/3.jpg")), 96, 128)
    for runtime in ("onnxruntime", "torch"):
        found = load_vision(weights=out, runtime=runtime).detect([photo], threshold=0.0)[0]
        assert {one.label for one in found} <= {*CATEGORIES, "light outer"}
        assert found


class Answers:
    """A runtime that finds the fourteenth class in the middle of every picture."""

    name, device, batch, detector_side, embedder_side = "answers", "cpu", 4, 100, 224

    def detect(self, squares: Pixels, _threshold: float) -> Floats:
        return np.array([[number, 25, 25, 75, 75, 13, 0.9] for number in range(len(squares))], np.float32)


def test_a_garment_of_an_added_class_is_of_the_category_it_is_a_kind_of() -> None:
    card = replace(read_card(), detector_classes=(*read_card().detector_classes[:13], ("light outer", "outer")))

    half_dark = np.concatenate([WHITE[:100], np.zeros_like(WHITE[:100])])  # in one tone nothing is looked for

    (found,) = Vision(Answers(), card).detect([Picture(half_dark, 200, 200)])[0]

    assert (found.category, found.label) == ("outer", "light outer")


def test_a_class_of_no_known_kind_is_refused_with_the_kinds_there_are(street: Path, tmp_path: Path) -> None:
    arguments = ["detector", "--data", str(street), "--out", str(tmp_path / "out")]

    unknown = CliRunner().invoke(train, [*arguments, "--add", "light outer:outerwear"])
    unwritten = CliRunner().invoke(train, [*arguments, "--add", "light outer"])
    mixed = CliRunner().invoke(train, [*arguments, "--add", "light outer:outer", "--blend", "0.5"])

    assert unknown.exit_code == 2
    assert "scarf" in unknown.output
    assert unwritten.exit_code == 2
    assert "NAME:CATEGORY" in unwritten.output
    assert mixed.exit_code == 2
    assert "--blend" in mixed.output


def test_a_blend_lies_between_the_weights_it_is_made_of(tmp_path: Path) -> None:
    start = WEIGHTS / "detector.pt"
    trained = torch.load(start, weights_only=False)["model"].float()
    before = {name: value.clone() for name, value in trained.state_dict().items()}
    with torch.no_grad():
        for value in trained.parameters():
            value.add_(1.0)
    torch.save({"model": trained}, tmp_path / "last.pt")
    plan = Plan(data=tmp_path, out=tmp_path, start=start, blend=0.25)

    mixed, whole = (blended(tmp_path / "last.pt", one) for one in (plan, replace(plan, blend=1.0)))

    moved = [float((value - before[name]).mean()) for name, value in mixed.named_parameters()]
    assert moved == pytest.approx([0.25] * len(moved), abs=1e-4)
    assert all(torch.equal(value, trained.state_dict()[name]) for name, value in whole.state_dict().items())


def test_only_a_shops_train_photos_are_boxed_by_eye_and_with_what_they_sell(shared: Path) -> None:
    sold = {one.path.name: one.category for one in load_shop(shared / "data/luma") if one.split == "train"}
    seen = read_boxes(SEEN)

    assert set(seen) <= set(sold)
    assert all(0 <= box.x < box.x + box.w <= 1 for boxes in seen.values() for _, box in boxes)
    assert all(0 <= box.y < box.y + box.h <= 1 for boxes in seen.values() for _, box in boxes)
    assert {name for boxes in seen.values() for name, _ in boxes} <= set(CATEGORIES)
    named = [sold[photo] in {name for name, _ in boxes} for photo, boxes in seen.items()]
    assert sum(named) >= 0.95 * len(named) > 100


def test_a_shops_photos_are_learned_from_with_the_boxes_seen(shared: Path, street: Path, tmp_path: Path) -> None:
    photo = min(read_boxes(SEEN))
    products = json.loads((shared / "data/luma/products.json").read_text(encoding="utf-8"))
    sold = next(one for one in products if photo in {image["file"] for image in one["images"]})
    (street / "luma").mkdir()
    (street / "luma/images").symlink_to(shared / "data/luma/images")
    sold["images"] = [{"file": photo, "kind": "garment", "color": "Black"}]
    (street / "luma/products.json").write_text(json.dumps([sold]))
    classes = json.loads((street / "classes.json").read_text())
    classes["luma"] = json.loads((shared / "data/classes.json").read_text(encoding="utf-8"))["luma"]
    (street / "classes.json").write_text(json.dumps(classes))

    write_pictures(street, tmp_path / "pictures", [*CATEGORIES, "light outer"], composed=2, seed=0)

    wanted = [(CATEGORIES.index(name), *box.center, box.w, box.h) for name, box in read_boxes(SEEN)[photo]]
    files = list((tmp_path / "pictures/train/labels").glob("shop-*.txt"))
    assert files
    for file in files:
        assert np.loadtxt(file, ndmin=2) == pytest.approx(np.array(wanted), abs=1e-4)
