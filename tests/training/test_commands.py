"""`niteru evaluate` on small folders drawn here, and on the real ones where they are."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from backend.training.commands import evaluate, train
from backend.training.datasets import load_shop, load_street_photos
from backend.vision.values import CATEGORIES

_TONES = {"Red": (190, 25, 40), "Blue": (40, 80, 190)}
_CLASSES = {
    "coarse": list(CATEGORIES),
    "luma": {"t-shirt": "top", "pants": "pants"},
    "street_photos": {"shirt": "top", "shoes": "shoes", "ring": None},
    "garment_photos": {"T-Shirt": "top", "Pants": "pants", "Body": None},
}


def draw(path: Path, color: tuple[int, int, int], *, trousers: bool, shift: int) -> None:
    image = Image.new("RGB", (240, 300), "white")
    pen = ImageDraw.Draw(image)
    if trousers:
        pen.polygon(
            [(80 + shift, 30), (170, 30), (180, 280), (135, 280), (125, 120), (110, 280), (70, 280)], fill=color
        )
    else:
        pen.polygon([(70 + shift, 50), (170, 50), (220, 120), (180, 140), (175, 260), (65, 260), (60, 140)], fill=color)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "classes.json").write_text(json.dumps(_CLASSES))
    products = []
    for sku, name, category, trousers in (("A", "Chaz Tee", "t-shirt", False), ("B", "Cora Pant", "pants", True)):
        images = []
        for color, tone in _TONES.items():
            for shift in (0, 6):
                file = f"{sku}-{color}-{shift}.png"
                draw(tmp_path / "luma/images" / file, tone, trousers=trousers, shift=shift)
                images.append({"file": file, "kind": "garment", "color": color})
        products.append({
            "sku": sku, "name": name, "category": category, "breadcrumbs": ["Men"], "split": "val", "images": images,
        })  # fmt: skip
    (tmp_path / "luma/products.json").write_text(json.dumps(products))
    return tmp_path


def answer(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(evaluate, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    facts: dict[str, object] = json.loads(result.stdout)
    return facts


def test_retrieval_answers_with_the_promised_fields(data: Path) -> None:
    facts = answer("retrieval", "--data", str(data / "luma"))

    assert {"product", "product_and_color", "class"} <= set(facts)
    for part in ("product", "product_and_color", "class"):
        assert facts[part]["queries"] == 8
        assert {"hit@1", "hit@5", "hit@10", "mAP@10"} <= set(facts[part])
    assert facts["class"]["hit@1"] == 1.0
    assert facts["product_and_color"]["hit@1"] >= 0.75


def test_retrieval_takes_single_garments_with_classes_only(data: Path) -> None:
    folder = data / "garment_photos"
    rows = []
    for number, (label, trousers) in enumerate(
        [("T-Shirt", False), ("T-Shirt", False), ("Pants", True), ("Pants", True)]
    ):
        draw(folder / f"images/{number}.jpg", _TONES["Red"], trousers=trousers, shift=number)
        rows.append({"image": f"{number}.jpg", "label": label, "kids": "False", "split": "val"})
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["image", "label", "kids", "split"])
        writer.writeheader()
        writer.writerows(rows)

    facts = answer("retrieval", "--data", str(folder))

    assert facts["class"]["hit@1"] == 1.0
    assert facts["product"]["queries"] == 0


def test_categories_are_measured_on_titles(data: Path) -> None:
    assert answer("categories", "--data", str(data))["accuracy"] == 1.0


def test_detection_answers_with_the_promised_fields_and_scores_shoes_by_their_parts(data: Path) -> None:
    folder = data / "street_photos"
    draw(folder / "images/1.jpg", _TONES["Red"], trousers=False, shift=0)
    truth = {
        "images": [{"id": 1, "file_name": "1.jpg", "width": 240, "height": 300, "split": "val"}],
        "categories": [{"id": 1, "name": "shirt"}, {"id": 2, "name": "shoes"}, {"id": 3, "name": "ring"}],
        "annotations": [
            {"image_id": 1, "category_id": 1, "bbox": [60, 50, 160, 210], "component_boxes": []},
            {"image_id": 1, "category_id": 2, "bbox": [10, 250, 200, 40],
             "component_boxes": [[10, 250, 60, 40], [150, 250, 60, 40], [80, 260, 5, 5]]},
            {"image_id": 1, "category_id": 3, "bbox": [1, 1, 5, 5], "component_boxes": []},
        ],
    }  # fmt: skip
    (folder / "annotations.json").write_text(json.dumps(truth))

    photo = load_street_photos(folder)[0]
    facts = answer("detection", "--data", str(folder))

    assert [label.category for label in photo.labels] == ["top", "shoes", "shoes"]
    assert {"mAP50", "mAP50_95", "per_class"} <= set(facts)
    assert set(facts["per_class"]) == {"top", "shoes"}


def test_detection_of_a_shop_tells_the_class_by_the_picture_and_with_the_title(data: Path) -> None:
    facts = answer("detection", "--data", str(data / "luma"))

    assert facts["judged"] == facts["with_title"]["judged"] == 8
    assert facts["with_title"]["per_class"] == {"pants": 1.0, "top": 1.0}


def test_a_folder_of_another_kind_is_refused_with_a_hint(tmp_path: Path) -> None:
    result = CliRunner().invoke(evaluate, ["detection", "--data", str(tmp_path)])

    assert result.exit_code == 2
    assert "annotations.json" in result.output


def test_every_promised_measure_and_training_has_help() -> None:
    assert {"detection", "retrieval", "images", "categories"} <= set(evaluate.commands)
    assert {"embedder", "images"} <= set(train.commands)
    assert CliRunner().invoke(evaluate, ["--help"]).exit_code == 0


@pytest.fixture
def part_of_a_shop(shared: Path, tmp_path: Path) -> Path:
    """The real shop with every third of the products that nothing was trained on, alone."""
    (tmp_path / "classes.json").symlink_to(shared / "data/classes.json")
    (tmp_path / "luma").mkdir()
    (tmp_path / "luma/images").symlink_to(shared / "data/luma/images")
    products = json.loads((shared / "data/luma/products.json").read_text())
    held_out = [product for product in products if product["split"] == "val"]
    (tmp_path / "luma/products.json").write_text(json.dumps(held_out[::3]))
    return tmp_path / "luma"


def test_the_served_vectors_find_products_and_colours_of_a_part_of_a_real_shop(part_of_a_shop: Path) -> None:
    facts = answer("retrieval", "--data", str(part_of_a_shop))

    assert (facts["product"]["queries"], facts["product_and_color"]["queries"]) == (65, 39)
    assert facts["alone"]["product_and_color"]["hit@1"] >= 0.55
    assert facts["product"]["hit@1"] >= 0.93
    assert facts["product_and_color"]["hit@1"] >= 0.88


@pytest.mark.soak
def test_the_served_vectors_find_products_and_colours_of_a_real_shop(shared: Path) -> None:
    facts = answer("retrieval", "--data", str(shared / "data/luma"))

    assert facts["product"]["queries"] == 188
    assert facts["product_and_color"]["queries"] == 111
    assert facts["alone"]["product"]["hit@1"] >= 0.79
    assert facts["alone"]["product_and_color"]["hit@1"] >= 0.50
    assert facts["product"]["hit@1"] >= 0.82
    assert facts["product_and_color"]["hit@1"] >= 0.73


def test_a_shop_is_read_with_its_kinds_colours_and_splits(shared: Path) -> None:
    photos = load_shop(shared / "data/luma")

    assert {photo.kind for photo in photos} == {"garment", "size_chart", "close_up"}
    assert {photo.split for photo in photos} == {"train", "val"}
    assert all(photo.path.is_file() for photo in photos)
