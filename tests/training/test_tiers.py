"""What the tiers promise, by worked examples, and the command on a little shop."""

import csv
import json
from pathlib import Path

from click.testing import CliRunner
from PIL import Image, ImageDraw

from backend.search.ranking import Thresholds
from backend.training.commands import train
from backend.training.evaluation.tiers import Answer, _foreign, choose, figures
from backend.training.pieces import kept_aside
from backend.vision.values import CATEGORIES

TIERS = Thresholds(same=0.9, close=0.6, style=0.2)


def answer(*pairs: tuple[float, bool], sold: bool = True) -> Answer:
    """Of every answer, what scores 0.5 or more is of the garment's category."""
    scores = tuple(score for score, _ in pairs)
    return Answer(scores, tuple(right for _, right in pairs), tuple(score >= 0.5 for score in scores), sold=sold)


def test_what_is_called_the_same_and_what_is_called_close_are_counted() -> None:
    answers = [
        answer((0.95, True), (0.92, False), (0.5, False)),
        answer((0.91, True), (0.4, True)),
        answer((0.7, False), (0.65, True)),
        answer((0.59, False), sold=False),
        answer((0.61, False), sold=False),
        answer(sold=False),
    ]

    found = figures(answers, TIERS)

    assert found["same"] == {"precision": 2 / 3, "called": 3}
    assert found["same_recall"] == {"share": 2 / 3, "queries": 3}
    assert found["close"] == {"same_category": 1.0, "called": 5}
    assert found["nothing_close"] == {"right": 2 / 3, "queries": 3}


def test_the_lowest_thresholds_that_keep_the_promises_are_chosen() -> None:
    right = [answer((0.99 - number / 1000, True)) for number in range(40)]
    wrong = [answer((0.90, False)), answer((0.85, False)), answer((0.84, False))]
    foreign = [answer((0.30 + number / 100, False), sold=False) for number in range(20)]

    chosen = choose([*right, *wrong, *foreign], style=0.17)

    assert chosen.same == 0.85  # two of 42 are wrong; three of 43 would be too many
    assert figures([*right, *wrong, *foreign], chosen)["nothing_close"]["right"] >= 0.9
    assert chosen.close == 0.48  # two of twenty foreign ones, at 0.48 and 0.49, may be called close
    assert chosen.style == 0.17


def test_close_is_of_the_garments_category_too() -> None:
    answers = [answer((0.55, False)), answer((0.52, False)), *(answer((0.49, False)) for _ in range(3))]

    assert choose(answers, style=0.17).close == 0.52


def test_nothing_that_the_embedder_learned_from_chooses_or_measures(tmp_path: Path) -> None:
    data = little_shop(tmp_path)
    rows = [[f"{number}.png", "Shoes", "False", ("train", "val")[number % 2]] for number in range(60)]
    with (data / "garment_photos/labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["image", "label", "kids", "split"], *rows])

    choosing, measuring = (_foreign(data, {"top"}, half) for half in ("choose", "measure"))

    assert len(choosing) > 0
    assert all(kept_aside(one.path.name) for one in choosing)
    assert {one.split for one in choosing} == {"train"}
    assert [one.path.name for one in measuring] == [name for name, _, _, split in rows if split == "val"]


def test_the_command_writes_tiers_and_their_card(tmp_path: Path) -> None:
    data, out = little_shop(tmp_path), tmp_path / "out"

    result = CliRunner().invoke(
        train, ["tiers", "--data", str(data), "--out", str(out), "--json"], catch_exceptions=False
    )

    facts = json.loads(result.stdout)
    (tiers,) = json.loads((out / "tiers.json").read_text()).values()
    assert tiers == facts["thresholds"]
    assert facts["nothing_close"]["queries"] == 2
    assert tiers["same"] >= tiers["close"] >= tiers["style"]
    assert "# Tiers of" in (out / "TIERS.md").read_text()
    assert (out / "embedder.onnx").is_file()


def little_shop(folder: Path) -> Path:
    """Four tops of a shop with two photos each, and four pairs of shoes that it does not sell."""
    (folder / "classes.json").write_text(
        json.dumps({"coarse": list(CATEGORIES), "luma": {"Tees": "top"}, "garment_photos": {"Shoes": "shoes"}})
    )
    for name in ("luma", "garment_photos"):
        (folder / name / "images").mkdir(parents=True)
    products = []
    for number in range(4):
        files = [f"{number}-{side}.png" for side in range(2)]
        for side, file in enumerate(files):
            _draw(folder / "luma/images" / file, tone=(40 + 50 * number, 60, 200 - 40 * number), left=30 + 20 * side)
        images = [{"file": file, "kind": "garment", "color": "Blue"} for file in files]
        products.append({
            "sku": f"T-{number}", "name": "Tee", "breadcrumbs": ["Tops", "Tees"], "category": "Tees", "split": "val",
            "gender": "men", "images": images,
        })  # fmt: skip
    (folder / "luma/products.json").write_text(json.dumps(products))
    with (folder / "garment_photos/labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "label", "kids", "split"])
        for number in range(4):
            _draw(folder / f"garment_photos/images/{number}.png", tone=(30, 30, 30 + 20 * number), left=60)
            writer.writerow([f"{number}.png", "Shoes", "False", ("train", "val")[number % 2]])
    return folder


def _draw(path: Path, *, tone: tuple[int, int, int], left: int) -> None:
    image = Image.new("RGB", (240, 300), "white")
    shape = [(left, 60), (left + 110, 60), (left + 150, 130), (left + 100, 260), (left + 10, 260)]
    ImageDraw.Draw(image).polygon(shape, fill=tone)
    image.save(path)
