"""Whether "same item", "very close" and "nothing close" can be believed, and from which scores on they can.

A shop's photos are asked about as shoppers would: through the search's own way (kinds, second look), with all other
photos of the shop as its gallery. Photos of single garments that the shop does not sell ask what it must say no to.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
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
from backend.training.pieces import for_sale_box, kept_aside
from backend.vision import Garment, Vision
from backend.vision.attributes import category_of_text

Half = Literal["choose", "measure"]
PRECISION_SAME, ALIKE_CLOSE, NOTHING_CLOSE = 0.95, 0.95, 0.90
"""What sellers are promised: shares of products called the same that are, of those called close or the same that are of
the garment's category, and of photos of what the shop does not sell for which nothing is called close."""
_MATCHES = 20
_MOST_FOREIGN = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """One photo asked about: its matches' scores, best first, which are the product itself, and which of its category.

    `sold` says whether the shop sells garments of the photo's category.
    """

    scores: tuple[float, ...]
    right: tuple[bool, ...]
    alike: tuple[bool, ...]
    sold: bool


def evaluate_tiers(data: Path, vision: Vision, thresholds: Thresholds) -> dict[str, Any]:
    """Measure the tiers on photos that chose none of them (`data` is the folder above luma and garment_photos)."""
    return figures(ask(data, vision, "measure"), thresholds)


def figures(answers: Sequence[Answer], thresholds: Thresholds) -> dict[str, Any]:
    """Precision and recall of `same`, and how often nothing is called close where the shop sells nothing like it."""
    judged = [(score, right, alike) for one in answers for score, right, alike in _matches(one)]
    same = [right for score, right, _ in judged if score >= thresholds.same]
    sold = [match for one in answers if one.sold for match in _matches(one)]
    close = [alike for score, _, alike in sold if score >= thresholds.close]
    findable = [one for one in answers if any(one.right)]
    found = sum(max(_of(one, one.right)) >= thresholds.same for one in findable)
    foreign = [one for one in answers if not one.sold]
    quiet = sum(not one.scores or one.scores[0] < thresholds.close for one in foreign)
    return {
        "thresholds": {"same": thresholds.same, "close": thresholds.close, "style": thresholds.style},
        "same": {"precision": sum(same) / max(1, len(same)), "called": len(same)},
        "same_recall": {"share": found / max(1, len(findable)), "queries": len(findable)},
        "close": {"same_category": sum(close) / max(1, len(close)), "called": len(close)},
        "nothing_close": {"right": quiet / max(1, len(foreign)), "queries": len(foreign)},
    }


def choose(answers: Sequence[Answer], style: float) -> Thresholds:
    """Return the lowest thresholds that keep both promises on these answers; `style` is taken as it is."""
    sold = [match for one in answers if one.sold for match in _matches(one)]
    same = _lowest([(score, right) for one in answers for score, right, _ in _matches(one)], PRECISION_SAME)
    unlike = any(not alike for _, _, alike in sold)
    close = _lowest([(score, alike) for score, _, alike in sold], ALIKE_CLOSE) if unlike else style
    best = sorted(one.scores[0] if one.scores else -1.0 for one in answers if not one.sold)
    if best:  # above the last that is to be quiet
        close = max(close, math.floor(round(best[math.ceil(NOTHING_CLOSE * len(best)) - 1] * 100, 6)) / 100 + 0.01)
    close = max(style, round(close, 2))
    return Thresholds(same=max(same, close), close=close, style=style)


def _lowest(pairs: Sequence[tuple[float, bool]], share: float) -> float:
    """Return the lowest score, in hundredths, from which on so great a share is right; 1 where there is none."""
    ordered = sorted(pairs, reverse=True)
    right = np.cumsum([is_right for _, is_right in ordered])
    kept = [place for place in range(len(ordered)) if right[place] / (place + 1) >= share]
    return math.ceil(round(ordered[kept[-1]][0] * 100, 6)) / 100 if kept else 1.0


def ask(data: Path, vision: Vision, half: Half) -> list[Answer]:
    """Ask with one half of the held-out products and garment photos: one to choose by, the other to measure by."""
    photos = [one for one in load_shop(find_folder(data, "luma", "products.json")) if one.kind == "garment"]
    garments = [_shop_garment(vision, one) for one in photos]
    gallery = ExactGallery(vision.dim)
    entries = [_entry(number, photos[number], one, vision) for number, one in enumerate(garments)]
    gallery.upsert(entries)
    categories = {photo.sku: photo.category for photo in photos}
    answers = []
    for entry, photo, garment in zip(entries, photos, garments, strict=True):
        if photo.split == "train" or _half(photo.sku) != half:
            continue
        gallery.delete_images([entry.image_id])  # nobody finds a photo by itself
        hits = _search(gallery, vision, garment)
        answers.append(_answer(hits, photo.sku, categories, photo.category, sold=True))
        gallery.upsert([entry])
    sold = {entry.category for entry in entries}
    for other in _foreign(data, sold, half):
        picture = read(other.path)
        garment = vision.see_box(picture, for_sale_box(vision, picture, other.category))
        answers.append(_answer(_search(gallery, vision, garment), None, categories, other.category, sold=False))
    return answers


def _matches(one: Answer) -> list[tuple[float, bool, bool]]:
    return list(zip(one.scores, one.right, one.alike, strict=True))


def _of(one: Answer, wanted: Sequence[bool]) -> list[float]:
    return [score for score, is_wanted in zip(one.scores, wanted, strict=True) if is_wanted]


def _half(name: str) -> Half:
    return "choose" if hashlib.sha256(name.encode()).digest()[0] % 2 else "measure"


def _foreign(data: Path, sold: set[str], half: Half) -> list[GarmentPhoto]:
    """Photos of garments of a category that the shop does not sell, of which the embedder learned nothing.

    Those of the train split that were kept aside are to choose by, the held-out ones to measure by.
    """
    photos = load_garment_photos(find_folder(data, "garment_photos", "labels.csv"))
    unknown = [one for one in photos if one.split != "train" or kept_aside(one.path.name)]
    foreign = [one for one in unknown if one.category and one.category not in sold]
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


def _answer(
    hits: Sequence[Hit], sku: str | None, categories: Mapping[str, str], category: str | None, *, sold: bool
) -> Answer:
    return Answer(
        tuple(hit.score for hit in hits),
        tuple(hit.product_id == sku for hit in hits),
        tuple(categories[hit.product_id] == category for hit in hits),
        sold=sold,
    )
