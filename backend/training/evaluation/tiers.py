"""Whether "same item", "very close" and "nothing close" can be believed, and from which scores on they can.

A shop's photos are asked about as shoppers would: through the search's own way (kinds, second look), with all other
photos of the shop as its gallery. Photos of single garments that the shop does not sell ask what it must say no to.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from backend.search.closer import look_closer
from backend.search.gallery import Entry, ExactGallery, Filters, Hit, embedding_id
from backend.search.kinds import kinds_for
from backend.search.nearest import search_kinds
from backend.search.ranking import Thresholds, merge
from backend.training.datasets import GarmentPhoto, ShopPhoto, find_folder, load_garment_photos, load_shop, read
from backend.training.pieces import for_sale_box
from backend.vision import Garment, Vision
from backend.vision.attributes import category_of_text

Half = Literal["choose", "measure"]
PRECISION_SAME, NOTHING_CLOSE = 0.95, 0.90
"""What sellers are promised: of products called the same, and of photos of what the shop does not sell."""
_MATCHES = 20
_MOST_FOREIGN = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """One photo asked about: the scores of its matches, best first, and which of them are the product itself.

    `sold` says whether the shop sells garments of the photo's category.
    """

    scores: tuple[float, ...]
    right: tuple[bool, ...]
    sold: bool


def evaluate_tiers(data: Path, vision: Vision, thresholds: Thresholds) -> dict[str, Any]:
    """Measure the tiers on photos that chose none of them (`data` is the folder above luma and garment_photos)."""
    return figures(ask(data, vision, "measure"), thresholds)


def figures(answers: Sequence[Answer], thresholds: Thresholds) -> dict[str, Any]:
    """Precision and recall of `same`, and how often nothing is called close where the shop sells nothing like it."""
    same = [right for one in answers for score, right in _pairs(one) if score >= thresholds.same]
    findable = [one for one in answers if any(one.right)]
    found = sum(any(right and score >= thresholds.same for score, right in _pairs(one)) for one in findable)
    foreign = [one for one in answers if not one.sold]
    quiet = sum(not one.scores or one.scores[0] < thresholds.close for one in foreign)
    return {
        "thresholds": {"same": thresholds.same, "close": thresholds.close, "style": thresholds.style},
        "same": {"precision": sum(same) / max(1, len(same)), "called": len(same)},
        "same_recall": {"share": found / max(1, len(findable)), "queries": len(findable)},
        "nothing_close": {"right": quiet / max(1, len(foreign)), "queries": len(foreign)},
    }


def choose(answers: Sequence[Answer], style: float) -> Thresholds:
    """Return the lowest thresholds that keep both promises on these answers; `style` is taken as it is."""
    pairs = sorted((pair for one in answers for pair in _pairs(one)), reverse=True)
    right = np.cumsum([is_right for _, is_right in pairs])
    kept = [place for place in range(len(pairs)) if right[place] / (place + 1) >= PRECISION_SAME]
    same = pairs[kept[-1]][0] if kept else 1.0
    best = sorted(one.scores[0] if one.scores else -1.0 for one in answers if not one.sold)
    close = best[math.ceil(NOTHING_CLOSE * len(best)) - 1] if best else style
    close = max(style, math.floor(round(close * 100, 6)) / 100 + 0.01)  # above the last that is to be quiet
    return Thresholds(same=max(close, math.ceil(round(same * 100, 6)) / 100), close=round(close, 2), style=style)


def ask(data: Path, vision: Vision, half: Half) -> list[Answer]:
    """Ask with one half of the held-out products and garment photos: one to choose by, the other to measure by."""
    photos = [one for one in load_shop(find_folder(data, "luma", "products.json")) if one.kind == "garment"]
    garments = [_shop_garment(vision, one) for one in photos]
    gallery = ExactGallery(vision.dim)
    entries = [_entry(number, photos[number], one, vision) for number, one in enumerate(garments)]
    gallery.upsert(entries)
    answers = []
    for entry, photo, garment in zip(entries, photos, garments, strict=True):
        if photo.split == "train" or _half(photo.sku) != half:
            continue
        gallery.delete_images([entry.image_id])  # nobody finds a photo by itself
        hits = _search(gallery, vision, garment)
        answers.append(_answer(hits, sku=photo.sku, sold=True))
        gallery.upsert([entry])
    sold = {entry.category for entry in entries}
    for other in _foreign(data, sold, half):
        picture = read(other.path)
        garment = vision.see_box(picture, for_sale_box(vision, picture, other.category))
        answers.append(_answer(_search(gallery, vision, garment), sku="", sold=False))
    return answers


def _pairs(one: Answer) -> list[tuple[float, bool]]:
    return list(zip(one.scores, one.right, strict=True))


def _half(name: str) -> Half:
    return "choose" if hashlib.sha256(name.encode()).digest()[0] % 2 else "measure"


def _foreign(data: Path, sold: set[str], half: Half) -> list[GarmentPhoto]:
    """Photos of garments of a category that the shop does not sell: train photos to choose by, others to measure by."""
    photos = load_garment_photos(find_folder(data, "garment_photos", "labels.csv"))
    foreign = [one for one in photos if one.category and one.category not in sold]
    wanted = [one for one in foreign if (one.split == "train") == (half == "choose")]
    return wanted[:: max(1, len(wanted) // _MOST_FOREIGN)][:_MOST_FOREIGN]


def _shop_garment(vision: Vision, photo: ShopPhoto) -> Garment:
    title, picture = category_of_text(photo.title, photo.breadcrumbs), read(photo.path)
    return vision.see_box(picture, for_sale_box(vision, picture, title.category if title else None))


def _entry(number: int, photo: ShopPhoto, garment: Garment, vision: Vision) -> Entry:
    return Entry(
        embedding_id(str(number), (0, 0, 1, 1), vision.model_id), garment.vector, photo.sku, str(number),
        category=photo.category, colors=tuple(garment.colors),
    )  # fmt: skip


def _search(gallery: ExactGallery, vision: Vision, garment: Garment) -> list[Hit]:
    """Search as `backend.search.engine` does for one garment of a photo."""
    vectors = garment.vector[None]
    kinds = [kinds_for(garment.category, garment.confidence)]
    (lists,) = search_kinds(gallery, vectors, kinds, filters=Filters(), limit=_MATCHES)
    return look_closer(gallery, vectors, [merge(lists)], vision.color_values)[0]


def _answer(hits: Sequence[Hit], *, sku: str, sold: bool) -> Answer:
    return Answer(
        tuple(hit.score for hit in hits), tuple(bool(sku) and hit.product_id == sku for hit in hits), sold=sold
    )
