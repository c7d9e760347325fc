"""The served models: three runtimes that agree, and sensible answers to odd pictures."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.vision import CATEGORIES, PALETTE, Box, Picture, Vision, decode, load_vision
from backend.vision.card import WEIGHTS, read_card
from backend.vision.crops import embedder_crop, letterbox
from backend.vision.images import Pixels
from backend.vision.model import distinct
from backend.vision.runtimes import RUNTIMES, Floats, Looks, available
from backend.vision.values import Detection

_STREET = ("0001.jpg", "0002.jpg", "0003.jpg", "0005.jpg")


@pytest.fixture(scope="module", params=RUNTIMES)
def vision(request: pytest.FixtureRequest) -> Vision:
    if not available(request.param):
        pytest.skip(f"the runtime {request.param} is not installed")
    return load_vision(runtime=request.param)


@pytest.fixture(scope="module")
def served() -> Vision:
    return load_vision()


def noise(width: int, height: int, seed: int = 0) -> Picture:
    """Smooth coloured noise: it has edges and colours like a photo, and no licence."""
    small = np.random.default_rng(seed).integers(0, 255, (12, 9, 3), np.uint8)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    return Picture(np.asarray(image), width, height)


def flat(width: int, height: int, color: tuple[int, int, int]) -> Picture:
    return Picture(np.asarray(Image.new("RGB", (width, height), color)), width, height)


def outfit() -> Picture:
    """A drawn figure in a red shirt and dark trousers."""
    image = Image.new("RGB", (360, 640), (235, 235, 238))
    draw = ImageDraw.Draw(image)
    draw.ellipse([150, 40, 210, 120], fill=(224, 178, 150))
    draw.polygon([(120, 130), (240, 130), (290, 280), (255, 295), (235, 230), (235, 330), (125, 330), (125, 230),
                  (105, 295), (70, 280)], fill=(190, 25, 40))  # fmt: skip
    draw.polygon(
        [(125, 330), (235, 330), (240, 580), (195, 580), (180, 400), (165, 580), (120, 580)], fill=(40, 42, 60)
    )
    draw.ellipse([110, 575, 165, 605], fill=(20, 20, 20))
    draw.ellipse([195, 575, 250, 605], fill=(20, 20, 20))
    return Picture(np.asarray(image), 360, 640)


def agree(ours: list[Detection], theirs: list[Detection]) -> bool:
    """Every sure detection of one side is on the other, at the same place to a hundredth."""
    return all(
        any(one.category == other.category and one.box.overlap(other.box) > 0.97 for other in theirs)
        for one in ours
        if one.confidence > 0.3
    )


def test_each_runtime_says_what_it_is(vision: Vision) -> None:
    assert vision.runtime in RUNTIMES
    assert vision.model_id.isalnum()
    assert vision.dim <= 256


def test_vectors_agree_with_torch_f32_to_a_thousandth(vision: Vision, served: Vision) -> None:
    places = [(noise(300, 400, seed), Box(0.1, 0.1 * seed, 0.6, 0.5)) for seed in range(5)] + [
        (outfit(), Box(0, 0, 1, 1))
    ]
    reference = load_vision(runtime="torch") if available("torch") else served

    vectors = vision.embed(places)

    assert vectors.shape == (6, vision.dim)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    assert (vectors * reference.embed(places)).sum(1).min() > 1 - 1e-3


def test_boxes_of_a_drawn_figure_agree_between_runtimes(vision: Vision, served: Vision) -> None:
    ours, theirs = vision.detect([outfit()])[0], served.detect([outfit()])[0]

    assert len(theirs) > 0
    assert agree(ours, theirs)
    assert agree(theirs, ours)


def test_boxes_and_garments_of_street_photos_agree_between_runtimes(
    vision: Vision, served: Vision, shared: Path
) -> None:
    folder = shared / "data/street_photos/images"
    pictures = [decode((folder / name).read_bytes(), max_side=1024) for name in _STREET]

    for ours, theirs in zip(vision.see(pictures), served.see(pictures), strict=True):
        assert len(ours) >= 3
        assert [one.category for one in ours] == [one.category for one in theirs]
        for one, other in zip(ours, theirs, strict=True):
            assert one.box.overlap(other.box) > 0.97
            assert float(one.vector @ other.vector) > 0.99  # two hairs between the boxes, times the network


def test_a_batch_gives_what_each_picture_gives_alone(served: Vision) -> None:
    pictures = [outfit(), noise(500, 200), flat(80, 80, (9, 9, 9)), outfit(), noise(200, 500), outfit()]

    together = served.see(pictures)
    alone = [served.see([picture])[0] for picture in pictures]

    for ours, theirs in zip(together, alone, strict=True):
        assert [one.category for one in ours] == [one.category for one in theirs]
        for one, other in zip(ours, theirs, strict=True):
            assert float(one.vector @ other.vector) > 1 - 1e-4


def test_a_garment_lies_in_its_picture_and_has_names_and_a_unit_vector(served: Vision) -> None:
    garments = served.see([outfit()])[0]

    for garment in garments:
        assert garment.category in CATEGORIES
        assert set(garment.colors) <= set(PALETTE)
        assert 0 < garment.confidence <= 1  # below THRESHOLD where detector and embedder contradict each other
        assert min(garment.box.x, garment.box.y) >= 0
        assert max(garment.box.x + garment.box.w, garment.box.y + garment.box.h) <= 1 + 1e-9
        assert float(np.linalg.norm(garment.vector)) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    "picture",
    [flat(1, 1, (0, 0, 0)), flat(640, 640, (0, 0, 0)), flat(640, 640, (255, 255, 255)), flat(2000, 1, (9, 9, 9))],
    ids=["one pixel", "all black", "all white", "a line"],
)
def test_a_picture_of_nothing_shows_no_garment_and_still_has_a_whole(vision: Vision, picture: Picture) -> None:
    assert vision.see([picture]) == [[]]

    whole = vision.whole(picture)

    assert whole.category in CATEGORIES
    assert np.isfinite(whole.vector).all()
    assert float(np.linalg.norm(whole.vector)) == pytest.approx(1, abs=1e-5)


def test_nothing_asked_is_nothing_answered(served: Vision) -> None:
    assert served.see([]) == []
    assert served.detect([]) == []
    assert served.embed([]).shape == (0, served.dim)


def test_a_drawn_box_is_seen_where_it_was_drawn_even_half_outside(served: Vision) -> None:
    picture = outfit()

    shirt = served.see_box(picture, Box(0.25, 0.18, 0.5, 0.35))
    outside = served.see_box(picture, Box(0.8, 0.8, 0.9, 0.9))

    assert shirt.colors[0] == "red"
    assert shirt.box.overlap(Box(0.25, 0.18, 0.5, 0.35)) > 0.999
    assert outside.box.x + outside.box.w == pytest.approx(1)


def test_the_same_garment_is_nearer_than_another(served: Vision) -> None:
    picture, box = outfit(), Box(0.18, 0.19, 0.64, 0.34)
    brighter = Picture(np.clip(picture.pixels * 1.06, 0, 255).astype(np.uint8), 360, 640)
    moved = Box(0.2, 0.2, 0.6, 0.32)

    shirt, again, trousers = served.embed([(picture, box), (brighter, moved), (picture, Box(0.3, 0.5, 0.4, 0.42))])

    assert shirt @ again > shirt @ trousers + 0.1


def test_one_place_keeps_one_name_the_surest() -> None:
    place, shifted, elsewhere = Box(0.1, 0.1, 0.4, 0.4), Box(0.11, 0.1, 0.4, 0.4), Box(0.6, 0.6, 0.3, 0.3)
    found = [Detection(shifted, "top", 0.5), Detection(place, "outer", 0.8), Detection(elsewhere, "bag", 0.4)]

    outer, bag = distinct(found)

    assert (outer.category, outer.box, outer.rivals) == ("outer", place, (("top", 0.5),))
    assert (bag.category, bag.rivals) == ("bag", ())


def test_detector_and_embedder_name_a_garment_together() -> None:
    """The embedder settles what the detector was in doubt about, and not what it was sure of."""
    box, likely = Box(0.1, 0.1, 0.4, 0.4), np.full(len(CATEGORIES), 0.02, np.float32)
    likely[[CATEGORIES.index("top"), CATEGORIES.index("outer")]] = 0.6, 0.18
    doubting = Detection(box, "outer", 0.6, rivals=(("top", 0.5),))
    sure = Detection(box, "outer", 0.9)
    vision = Vision(_Answers(likely), read_card())

    (one,), (other,) = (vision.look_at([(noise(64, 64), found)]) for found in (doubting, sure))
    (drawn,) = [vision.see_box(noise(64, 64), box)]

    assert (one.category, one.confidence) == ("top", pytest.approx((0.5 * 0.6) ** 0.5))
    assert (other.category, other.confidence) == ("outer", pytest.approx((0.9 * 0.18) ** 0.5))
    assert (drawn.category, drawn.confidence) == ("top", pytest.approx(0.6))


class _Answers:
    """Runs no network: every crop is taken for the same."""

    name, device, batch, detector_side, embedder_side = "answers", "cpu", 4, 64, 224

    def __init__(self, likely: Floats) -> None:
        self._likely = likely

    def look(self, crops: Pixels) -> Looks:
        count = len(crops)
        return Looks(np.eye(count, read_card().dim, dtype=np.float32), np.stack([self._likely] * count))


@pytest.mark.parametrize(("width", "height"), [(300, 600), (600, 300), (37, 411)])
def test_a_letterbox_leads_back_to_the_picture(width: int, height: int) -> None:
    square = letterbox(flat(width, height, (200, 0, 0)), 416)
    inside = np.argwhere(square.pixels[..., 0] == 200)
    (top, left), (bottom, right) = inside.min(0), inside.max(0) + 1

    box = square.fractions(float(left), float(top), float(right), float(bottom))

    assert (box.x, box.y, box.w, box.h) == pytest.approx((0, 0, 1, 1), abs=0.02)


def test_a_crop_moves_smoothly_with_its_box() -> None:
    picture = noise(400, 400)

    first = embedder_crop(picture, Box(0.2, 0.2, 0.3, 0.3)).astype(int)
    second = embedder_crop(picture, Box(0.2 + 1e-4, 0.2, 0.3, 0.3)).astype(int)

    assert np.abs(first - second).max() <= 2


def test_an_unknown_runtime_and_a_device_it_cannot_use_are_refused() -> None:
    with pytest.raises(ValueError, match="onnxruntime, openvino, torch"):
        load_vision(runtime="abacus")
    with pytest.raises(ValueError, match="torch"):
        load_vision(runtime="onnxruntime", device="cuda:0")


def test_the_weights_fit_the_budget_of_the_repository() -> None:
    sizes = [path.stat().st_size for path in WEIGHTS.iterdir()]

    assert sum(sizes) <= 40 * 2**20
    assert max(sizes) <= 20 * 2**20


def test_importing_vision_loads_no_model_runtime() -> None:
    code = (
        "import sys, backend.vision; "
        "print(sorted({'torch', 'ultralytics', 'cv2', 'onnxruntime', 'openvino', 'timm'} & set(sys.modules)))"
    )

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"


def test_serving_on_a_cpu_needs_neither_torch_nor_ultralytics() -> None:
    code = (
        "import sys, numpy as np\n"
        "for name in ('torch', 'ultralytics', 'cv2', 'timm', 'openvino'): sys.modules[name] = None\n"
        "from backend.vision import Picture, load_vision\n"
        "vision = load_vision()\n"
        "print(vision.runtime, len(vision.see([Picture(np.zeros((64, 64, 3), np.uint8), 64, 64)])))"
    )

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.split() == ["onnxruntime", "1"]
