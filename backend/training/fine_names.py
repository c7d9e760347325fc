"""What the fine head tells apart: names that titles are read to as well, and which of them a set's label may mean."""

from backend.vision.attributes import category_of_text

FINE = (
    "t-shirt", "shirt", "blouse", "polo", "tank top", "sweatshirt", "hoodie", "sweater", "cardigan", "vest", "bra",
    "bodysuit", "jacket", "coat", "blazer", "dress", "jumpsuit", "skirt", "pants", "jeans", "leggings", "shorts",
    "sneakers", "boots", "heels", "sandals", "flats", "loafers", "bag", "hat", "sunglasses", "glasses", "belt", "scarf",
    "socks", "tights",
)  # fmt: skip
_MEANINGS = {
    "long sleeve": ("t-shirt", "sweatshirt", "sweater"), "longsleeve": ("t-shirt", "sweatshirt", "sweater"),
    "top": ("t-shirt", "tank top", "blouse", "bra"), "tunic": ("t-shirt", "blouse"), "fleece": ("sweatshirt", "jacket"),
    "outwear": ("jacket", "coat"), "outerwear": ("jacket", "coat"), "shell": ("jacket",), "suit": ("blazer",),
    "cape": ("coat",), "pants": ("pants", "jeans", "leggings"), "capri": ("pants", "leggings"),
    "shoes": ("sneakers", "boots", "heels", "sandals", "flats", "loafers"), "stockings": ("tights",),
    "wallet": ("bag",),
}  # fmt: skip
"""Words of labels and titles that mean one of several fine names, or one by another name."""


def meanings(label: str, title: str | None = None, breadcrumbs: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names of FINE that a label, or a title if there is one, may mean; empty where it means none of them."""
    name = label.lower()
    if title is None and name in _MEANINGS:
        return _MEANINGS[name]
    read = category_of_text(title or label, breadcrumbs)
    word = name if read is None else read.word
    return _MEANINGS.get(word, (word,) if word in FINE else ())
