"""What the heads tell apart, by names that titles are read to as well, and which of them a set's label may mean."""

import csv
from collections.abc import Sequence
from pathlib import Path

from backend.training.datasets import GarmentPhoto, ShopPhoto
from backend.vision.attributes import PATTERNS, category_of_text
from backend.vision.values import CATEGORIES

FINE = (
    "t-shirt", "shirt", "blouse", "polo", "tank top", "sweatshirt", "hoodie", "sweater", "cardigan", "vest", "bra",
    "bodysuit", "jacket", "coat", "blazer", "dress", "jumpsuit", "skirt", "pants", "jeans", "leggings", "shorts",
    "sneakers", "boots", "heels", "sandals", "flats", "loafers", "bag", "hat", "sunglasses", "glasses", "belt", "scarf",
    "socks", "tights",
)  # fmt: skip
GENDERS = ("women", "men", "kids")
GROWN_UPS = ("women", "men")
"""All that is known of who wears street photos and single garments that are not for kids."""
HEADS: dict[str, tuple[str, ...]] = {"fine": FINE, "genders": GENDERS, "patterns": PATTERNS}
NAMES = {"categories": CATEGORIES, **HEADS}
_HIDDEN = {"categories": 128, "patterns": 48}
SIZES = {name: (len(names), _HIDDEN.get(name, 0)) for name, names in NAMES.items()}
"""How many names a head tells apart, and how many hidden values that takes."""

_MEANINGS = {
    "long sleeve": ("t-shirt", "sweatshirt", "sweater"), "longsleeve": ("t-shirt", "sweatshirt", "sweater"),
    "top": ("t-shirt", "tank top", "blouse", "bra"), "tunic": ("t-shirt", "blouse"), "fleece": ("sweatshirt", "jacket"),
    "outwear": ("jacket", "coat"), "outerwear": ("jacket", "coat"), "shell": ("jacket",), "suit": ("blazer",),
    "cape": ("coat",), "pants": ("pants", "jeans", "leggings"), "capri": ("pants", "leggings"),
    "tights": ("tights", "leggings"), "stockings": ("tights",), "wallet": ("bag",),
    "shoes": ("sneakers", "boots", "heels", "sandals", "flats", "loafers"),
}  # fmt: skip
"""Words of labels and titles that mean one of several fine names, or one by another name."""


def meanings(
    label: str, category: str | None, title: str | None = None, breadcrumbs: Sequence[str] = ()
) -> tuple[str, ...]:
    """The names of FINE, of the category if it is known, that a label, or a title if there is one, may mean."""
    read = category_of_text(title or label, breadcrumbs)
    word = label.lower() if title is None or read is None else read.word
    if word not in _MEANINGS and word not in FINE and read is not None:
        word = read.word
    # a title says pants of pants alone, a label of a set says it of jeans and leggings too
    names = ((word,), _MEANINGS.get(word, ())) if title is not None or word not in _MEANINGS else (_MEANINGS[word],)
    fitting = ([one for one in some if one in FINE and category in {None, fine_category(one)}] for some in names)
    return tuple(next((some for some in fitting if some), ()))


def fine_category(name: str) -> str | None:
    read = category_of_text(name)
    return None if read is None else read.category


def genders_of(photo: ShopPhoto | GarmentPhoto) -> tuple[str, ...]:
    """Whom the garment may be for: a shop says it, of single garments it is only known which are for kids."""
    if isinstance(photo, GarmentPhoto):
        return ("kids",) if photo.kids else GROWN_UPS
    told = {"unisex": GROWN_UPS}.get(photo.gender or "", (photo.gender,))
    return tuple(one for one in told if one in GENDERS)


def read_patterns(file: Path) -> dict[str, str]:
    """Image names and the pattern of the garment in each (PATTERNS), parted by tabs."""
    with file.open(encoding="utf-8", newline="") as lines:
        return dict(csv.reader(lines, delimiter="\t"))
