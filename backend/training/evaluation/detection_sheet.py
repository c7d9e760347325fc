"""What the detector saw, drawn over the photos: found, wrong and missed boxes."""

from collections.abc import Sequence
from typing import Any, TypeVar

from backend.training.datasets import GarmentPhoto, Labeled, ShopPhoto, StreetPhoto, read
from backend.training.evaluation.sheet import Cell, Sheet, confuse, drawn
from backend.vision.model import THRESHOLD
from backend.vision.values import Detection, Garment

NOTHING = "none"
Photo = TypeVar("Photo", GarmentPhoto, ShopPhoto)
_RIGHT, _WRONG, _MISSED = (38, 166, 91), (214, 48, 49), (253, 203, 40)
_OVERLAP = 0.5
_WIDTH = 6  # pictures of a row


def write_boxes(
    sheet: Sheet, photos: Sequence[StreetPhoto], found: Sequence[Sequence[Detection]], figures: dict[str, Any]
) -> None:
    """A page of photos, those with most mistakes first; what is surer than the served threshold is drawn."""
    cells = []
    for photo, detections in zip(photos, found, strict=True):
        shown = [one for one in detections if one.confidence >= THRESHOLD]
        right, missed = _matched(shown, photo.labels)
        wrong = [one for one in shown if one not in right]
        boxes = [(one.box, _RIGHT, one.category) for one in right]
        boxes += [(one.box, _MISSED, f"no {one.category}") for one in missed]
        boxes += [(one.box, _WRONG, f"{one.category} {one.confidence:.2f}") for one in wrong]
        file = sheet.add(photo.path.name, drawn(read(photo.path).pixels, boxes))
        caption = f"{len(right)} found, {len(wrong)} wrong, {len(missed)} missed"
        cells.append((len(wrong) + len(missed), Cell(file, caption, not wrong and not missed)))
    ordered = [cell for _, cell in sorted(cells, key=lambda one: -one[0])]
    summary = (
        f"mAP50 {figures['mAP50']:.3f}. Green is found, red is wrong, yellow was missed (at confidence {THRESHOLD})."
    )
    sheet.write("Detection", summary, [("Most mistakes first", _rows(ordered))], large=True)


def write_classes(
    sheet: Sheet,
    photos: Sequence[Photo],
    found: Sequence[Garment | None],
    title: str,
    accuracy: float,
) -> None:
    """A page of one box a photo: what was taken for what, then the wrong ones and the least sure right ones."""
    wanted = [photo.category or NOTHING for photo in photos]
    cells: list[tuple[float, Cell]] = []
    for photo, category, one in zip(photos, wanted, found, strict=True):
        right = one is not None and one.category == category
        boxes = [(one.box, _RIGHT if right else _WRONG, one.category)] if one else []
        caption = f"{category}, found {one.category} {one.confidence:.2f}" if one else f"{category}, found nothing"
        cells.append(
            (
                one.confidence if one else 0.0,
                Cell(sheet.add(photo.path.name, drawn(read(photo.path).pixels, boxes)), caption, right),
            )
        )
    wrong = [cell for _, cell in sorted(cells, key=lambda one: -one[0]) if not cell.right]
    unsure = [cell for _, cell in sorted(cells, key=lambda one: one[0]) if cell.right][: 10 * _WIDTH]
    parts = [("Wrong, surest first", _rows(wrong)), ("Right, least sure first", _rows(unsure))]
    answers = [one.category if one else NOTHING for one in found]
    sheet.write(title, f"Right class: {accuracy:.3f} of {len(wanted)}.", parts, confuse(wanted, answers), large=True)


def _matched(shown: Sequence[Detection], labels: Sequence[Labeled]) -> tuple[list[Detection], list[Labeled]]:
    """The detections that are right, and the labels that nothing found."""
    right, missed = [], list(labels)
    for one in shown:
        candidates = [label for label in missed if label.category == one.category]
        best = max(candidates, key=lambda label: label.box.overlap(one.box), default=None)
        if best is not None and best.box.overlap(one.box) >= _OVERLAP:
            missed.remove(best)
            right.append(one)
    return right, missed


def _rows(cells: Sequence[Cell]) -> list[Sequence[Cell]]:
    return [cells[start : start + _WIDTH] for start in range(0, len(cells), _WIDTH)]
