"""Which garment of a product photo is the one on sale."""

from collections.abc import Sequence

from backend.vision.values import Detection, Garment

# Words and detector draw the line between these differently, so one may stand for the other, at a price.
_KIN = {
    frozenset(pair): share
    for pair, share in (
        (("top", "outer"), 0.6), (("top", "dress"), 0.4), (("outer", "dress"), 0.3), (("skirt", "dress"), 0.5),
        (("pants", "shorts"), 0.6), (("pants", "legwear"), 0.5), (("shorts", "skirt"), 0.5), (("pants", "dress"), 0.2),
        (("shorts", "legwear"), 0.3), (("pants", "skirt"), 0.3),
    )
}  # fmt: skip
_ACCESSORIES = frozenset({"shoes", "bag", "hat", "eyewear", "belt", "scarf", "legwear"})
_NOT_ITSELF = 0.5  # a garment of the very class, though smaller or less sure, comes before its kin
_LITTLE = 0.12  # of the picture
_ACCESSORY_SHARE = 0.5  # without a word from the title, an accessory is rarely what a picture of clothes sells


def choose_for_sale(garments: Sequence[Detection] | Sequence[Garment], category: str | None) -> int | None:
    """Index of the garment that the product's title speaks of, None when no garment can be it.

    `category` is the coarse category of the title. With one, only that category and its kin are eligible; without,
    the largest central garment is.
    """
    scores = [prominence(one) * _fit(one.category, category) for one in garments]
    best = max(range(len(scores)), key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] > 0 else None


def misses_garment(found: Sequence[Detection] | Sequence[Garment]) -> bool:
    """Whether nothing but small accessories was found, so that what they are worn with was probably overlooked.

    A photo of a bag alone shows it large; shoes or a hat in a corner of the picture are on somebody.
    """
    return all(one.category in _ACCESSORIES for one in found) and sum(one.box.area for one in found) < _LITTLE


def _fit(found: str, wanted: str | None) -> float:
    if wanted is None:
        return _ACCESSORY_SHARE if found in _ACCESSORIES else 1.0
    return 1.0 if found == wanted else _KIN.get(frozenset((found, wanted)), 0.0) * _NOT_ITSELF


def prominence(one: Detection | Garment) -> float:
    """Large, central and sure, 0 to 1; the area counts by its root, or a coat would always beat a shirt."""
    across, down = one.box.center
    off_center = min(1.0, 2 * max(abs(across - 0.5), abs(down - 0.5)))
    return float(one.box.area**0.5 * (1 - 0.5 * off_center) * one.confidence)
