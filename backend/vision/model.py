"""One door to seeing: find the garments of a picture, and say what each looks like."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from backend.vision.attributes import category_of_text
from backend.vision.card import WEIGHTS, Card, read_card
from backend.vision.colors import shades_of_crop
from backend.vision.crops import embedder_crop, letterbox
from backend.vision.images import Picture, Pixels
from backend.vision.runtimes import Floats, Runtime, available, load
from backend.vision.values import CATEGORIES, Box, Detection, Garment, Guess

THRESHOLD = 0.25
_FAINT = 0.02  # confidence from which another category on a garment's place is remembered
_LEAST_CONTRAST = 4.0  # standard deviation of a picture's tones, of 255: with less there is nothing to be seen
_SAME_PLACE = 0.8  # two categories on one place are one garment
_UNNAMED = 0.03  # of the surest category's confidence: what the detector leaves to those that it does not name
CENTRAL = Box(0.08, 0.04, 0.84, 0.92)

T = TypeVar("T")


class Vision:
    """A loaded pair of detector and embedder. Not for two threads at once; one per worker process."""

    def __init__(self, runtime: Runtime, card: Card) -> None:
        self.model_id = card.model_id
        self.dim = card.dim
        self.color_values = card.color_values
        self.runtime = runtime.name
        self.device = runtime.device
        self.detector_side = runtime.detector_side
        self._runtime = runtime
        self._classes = card.detector_classes
        self._names = {"fine": card.fine, "genders": card.genders, "patterns": card.patterns}
        self._least = dict(card.least)
        read = (category_of_text(name) for name in card.fine)
        self._fine_categories = np.array([one.category if one else "" for one in read])

    def facts(self) -> dict[str, str]:
        """What looks at pictures here, for the operator."""
        side = str(self.detector_side)
        return {"runtime": self.runtime, "device": self.device, "model_id": self.model_id, "detector_side": side}

    @property
    def networks(self) -> Runtime:
        """The two networks by themselves, for measuring."""
        return self._runtime

    def detect(self, pictures: Sequence[Picture], *, threshold: float = THRESHOLD) -> list[list[Detection]]:
        """What the detector alone answers, surest first; nothing in a picture of one tone."""
        found: list[list[Detection]] = []
        for batch in _chunks(pictures, self._runtime.batch):
            squares = [letterbox(picture, self._runtime.detector_side) for picture in batch]
            bare = [_bare(picture) for picture in batch]
            rows = self._runtime.detect(np.stack([square.pixels for square in squares]), threshold)
            answers: list[list[Detection]] = [[] for _ in batch]
            for number, x1, y1, x2, y2, category, confidence in rows.tolist():
                box = squares[int(number)].fractions(x1, y1, x2, y2)
                if box.area > 0 and not bare[int(number)]:
                    label, kind = self._classes[int(category)]
                    answers[int(number)].append(Detection(box, kind, confidence, label))
            found += [sorted(answer, key=lambda one: -one.confidence) for answer in answers]
        return found

    def find(self, pictures: Sequence[Picture]) -> list[list[Detection]]:
        """Each picture's garments, surest first, one detection for each with what else it may be."""
        found = (distinct(answer) for answer in self.detect(pictures, threshold=_FAINT))
        return [[one for one in places if one.confidence >= THRESHOLD] for places in found]

    def embed(self, pictures_and_boxes: Sequence[tuple[Picture, Box]]) -> Floats:
        """Unit vectors float32 (n, dim), in the order of the boxes."""
        answers = [self._runtime.look(crops).vectors for crops in self._crops(pictures_and_boxes)]
        return np.concatenate(answers) if answers else np.zeros((0, self.dim), np.float32)

    def see(self, pictures: Sequence[Picture]) -> list[list[Garment]]:
        """Detect, cut out, embed and colour: each picture's garments, surest first; empty where nothing is found."""
        detections = self.find(pictures)
        garments = iter(
            self.look_at([(picture, one) for picture, found in zip(pictures, detections, strict=True) for one in found])
        )
        return [sorted((next(garments) for _ in found), key=lambda one: -one.confidence) for found in detections]

    def look_at(self, places: Sequence[tuple[Picture, Detection]]) -> list[Garment]:
        """What was detected, looked at: category, colours, vector and what the heads say, in the order of `places`."""
        return list(self._look([(picture, one.box) for picture, one in places], [one for _, one in places]))

    def see_box(self, picture: Picture, box: Box) -> Garment:
        """The garment in a box that a shopper drew; its category comes from the embedder."""
        return next(self._look([(picture, box.clipped())]))

    def whole(self, picture: Picture) -> Garment:
        """The one garment of a picture in which nothing was detected: what fills its middle."""
        return self.see_box(picture, CENTRAL)

    def _look(self, places: Sequence[tuple[Picture, Box]], detected: Sequence[Detection] = ()) -> Iterator[Garment]:
        """Each box with colours, vector and its category: what the embedder sees, and the detector where it did."""
        boxes, detections = iter(places), iter(detected)
        for crops in self._crops(places):
            looks = self._runtime.look(crops)
            for number, crop in enumerate(crops):
                colors = shades_of_crop(crop)
                seen = _together(next(detections, None), looks.categories[number])
                guesses = {head: self._guess(head, rows[number], seen.name) for head, rows in looks.heads.items()}
                yield Garment(
                    box=next(boxes)[1],
                    category=seen.name,
                    confidence=seen.confidence,
                    colors=tuple(color.name for color in colors),
                    vector=looks.vectors[number],
                    shades=tuple(color.shade for color in colors),
                    fine=guesses.get("fine"),
                    gender=guesses.get("genders"),
                    pattern=guesses.get("patterns"),
                )

    def _guess(self, head: str, likely: Floats, category: str) -> Guess | None:
        """What a head takes a garment for, None where it is not sure enough; fine names are those of the category."""
        if head == "fine":
            fits = (self._fine_categories == category) | (self._fine_categories == "")
            likely = np.where(fits, likely, 0)
            likely = likely / max(float(likely.sum()), 1e-9)
        best = _best(self._names[head], likely)
        return best if best.confidence >= self._least.get(head, 0.0) else None

    def _crops(self, places: Sequence[tuple[Picture, Box]]) -> Iterator[Pixels]:
        """Batches (n, side, side, 3) of what lies in the boxes."""
        side = self._runtime.embedder_side
        for batch in _chunks(places, self._runtime.batch):
            yield np.stack([embedder_crop(picture, box, side) for picture, box in batch])


def _best(names: Sequence[str], probabilities: Floats) -> Guess:
    best = int(probabilities.argmax())
    return Guess(names[best], float(probabilities[best]))


def _together(detected: Detection | None, likely: Floats) -> Guess:
    """The category that detector and embedder agree on best, with the geometric mean of how sure they are of it.

    The detector sees what is around a garment and knows well where one is; the embedder sees more of the garment.
    """
    if detected is None:
        return _best(CATEGORIES, likely)
    named = {**dict(detected.rivals), detected.category: detected.confidence}
    least = _UNNAMED * detected.confidence
    found = np.array([max(named.get(name, 0.0), least) for name in CATEGORIES], np.float32)
    return _best(CATEGORIES, np.sqrt(found * likely))


def distinct(detections: Sequence[Detection]) -> list[Detection]:
    """One detection for each place, the surest, with the others on it as its rivals."""
    places: list[list[Detection]] = []
    for one in sorted(detections, key=lambda detection: -detection.confidence):
        for place in places:
            if one.box.overlap(place[0].box) >= _SAME_PLACE:
                place.append(one)
                break
        else:
            places.append([one])
    return [replace(first, rivals=_rivals(first, others)) for first, *others in places]


def _rivals(first: Detection, others: Sequence[Detection]) -> tuple[tuple[str, float], ...]:
    surest: dict[str, float] = {}
    for one in others:
        surest.setdefault(one.category, one.confidence)
    surest.pop(first.category, None)
    return tuple(surest.items())


def choose_runtime(runtime: str = "auto", device: str = "cpu") -> str:
    """What `auto` means: torch on a device that is not the CPU, ONNX Runtime otherwise (measured, docs/vision.md)."""
    if runtime != "auto":
        return runtime
    return "onnxruntime" if device == "cpu" else "torch"


def load_vision(
    *, runtime: str = "auto", device: str = "cpu", threads: int = 1, weights: Path = WEIGHTS, embedder: str = ""
) -> Vision:
    """Load detector and embedder: `onnxruntime`, `openvino`, `torch`, or `auto` (see choose_runtime).

    `embedder` names another encoder for the vectors, like `open_clip:hf-hub:Marqo/marqo-fashionSigLIP`; ours if empty.
    Raises ValueError for an unknown runtime or embedder, ModuleNotFoundError with the extra's name for one that is not
    installed, EncoderUnavailable for an encoder that cannot be loaded.
    """
    name = choose_runtime(runtime, device)
    if name in {"openvino", "torch"} and not available(name):
        extra = "gpu" if name == "torch" else "openvino"
        raise ModuleNotFoundError(f"The vision runtime {name!r} is not installed: pip install 'niteru[{extra}]'.")
    loaded, card = load(name, weights, device=device, threads=threads), read_card(weights)
    return _with_encoder(loaded, card, embedder, device) if embedder else Vision(loaded, card)


def _with_encoder(runtime: Runtime, card: Card, embedder: str, device: str) -> Vision:
    kind, _, spec = embedder.partition(":")
    if kind != "open_clip" or not spec:
        raise ValueError(f"There is no embedder {embedder!r}: leave it empty, or write open_clip:MODEL.")
    # imported when asked for: it needs torch
    from backend.vision.runtimes.open_clip_encoder import OpenClipRuntime  # noqa: PLC0415

    encoder = OpenClipRuntime(runtime, spec, device)
    return Vision(encoder, replace(card, model_id=spec, dim=encoder.dim, color_values=0))


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _bare(picture: Picture) -> bool:
    """Whether a picture is of one tone: the detector knows closer views, and would take it for cloth."""
    step = max(1, min(picture.width, picture.height) // 32)
    return bool(picture.pixels[::step, ::step].std(axis=(0, 1)).max() < _LEAST_CONTRAST)
