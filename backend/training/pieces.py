"""The garments that the embedder learns from: of all three sets, their train parts only."""

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

from backend.training.cutouts import read_mask_names
from backend.training.datasets import find_folder, load_garment_photos, load_shop, load_street_photos, read
from backend.training.seen_names import GROWN_UPS, genders_of, meanings
from backend.vision.choice import choose_for_sale
from backend.vision.images import Picture
from backend.vision.model import CENTRAL, Vision
from backend.vision.values import Box, Garment

_LEAST_SIDE = 32  # pixels: a smaller street garment shows nothing to learn
_ASIDE = 6  # one garment of so many
_CUT_OUT = 3  # one in so many single garments is cut out: enough to learn masks from
_KINDS = {
    "longsleeve": "long sleeve", "outwear": "outerwear", "undershirt": "tank top", "body": "bodysuit", "purse": "bag",
    "wallet": "bag", "jumper": "sweater", "pumps": "heels", "wedges": "heels", "tights": "stockings",
    "glasses": "eyewear", "sunglasses": "eyewear", "flats": "shoes", "loafers": "shoes", "clogs": "shoes",
    "romper": "dress", "suit": "blazer", "cape": "coat", "bra": "top",
}  # fmt: skip
"""Labels of the sets that mean the same kind of garment, or too few examples to learn one of its own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One garment of one photo; garments of one `product` and one `color` are positives of each other.

    `source` is shop, single, cut-out (a single garment whose outline can be found) or street. `mates` are the photos
    of the same product in other colours; `value` is the garment's in the mask of a street photo. `fine` and `genders`
    are the names that it may have, empty where nothing is known.
    """

    path: Path
    box: Box
    product: str
    color: str
    category: str | None
    label: str
    source: str
    mates: tuple[Path, ...] = ()
    value: int = 0
    fine: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of garment that its set's label stands for."""
        name = self.label.lower()
        return _KINDS.get(name, name)


def for_sale(vision: Vision, picture: Picture, category: str | None) -> Garment | None:
    """The garment that a product photo sells, found as ingestion finds it."""
    found = vision.see([picture])[0]
    chosen = choose_for_sale(found, category)
    return None if chosen is None else found[chosen]


def for_sale_box(vision: Vision, picture: Picture, category: str | None) -> Box:
    """The box of that garment, or the middle of the photo where nothing is found."""
    sold = for_sale(vision, picture, category)
    return CENTRAL if sold is None else sold.box


def list_pieces(data: Path, vision: Vision, *, most: int | None = None) -> list[Piece]:
    """Train garments; `most` limits each set, for a trial."""
    return [*_shop(data, vision, most), *_single(data, vision, most), *_street(data, most)]


def _shop(data: Path, vision: Vision, most: int | None) -> list[Piece]:
    photos = [one for one in load_shop(find_folder(data, "luma", "products.json")) if one.split == "train"]
    photos = [one for one in photos if one.kind == "garment"][:most]
    colors: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for one in photos:
        colors[one.sku][one.color or "?"].append(one.path)
    return [
        Piece(
            one.path, for_sale_box(vision, read(one.path), one.category), one.sku, one.color or "?", one.category,
            one.label, "shop",
            tuple(path for name, paths in colors[one.sku].items() if name != (one.color or "?") for path in paths),
            fine=meanings(one.label, one.category, one.title, one.breadcrumbs), genders=genders_of(one),
        )
        for one in photos
    ]  # fmt: skip


def _single(data: Path, vision: Vision, most: int | None) -> list[Piece]:
    photos = load_garment_photos(find_folder(data, "garment_photos", "labels.csv"))
    return [
        Piece(
            one.path, for_sale_box(vision, read(one.path), one.category), one.path.name, "", one.category, one.label,
            "single" if number % _CUT_OUT or one.category is None else "cut-out",
            fine=meanings(one.label, one.category), genders=genders_of(one),
        )
        for number, one in enumerate([one for one in photos if one.split == "train"][:most])
    ]  # fmt: skip


def _street(data: Path, most: int | None) -> list[Piece]:
    folder = find_folder(data, "street_photos", "annotations.json")
    values = {name: value for value, name in read_mask_names(folder).items()}
    truth = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
    sizes = {image["file_name"]: (image["width"], image["height"]) for image in truth["images"]}
    pieces = []
    for photo in load_street_photos(folder):
        width, height = sizes[photo.path.name]
        for number, one in enumerate(photo.labels):
            if photo.split == "train" and min(one.box.w * width, one.box.h * height) >= _LEAST_SIDE:
                name, value = f"{photo.path.name}-{number}", values[one.label]
                pieces.append(
                    Piece(
                        photo.path, one.box, name, "", one.category, one.label, "street", value=value,
                        fine=meanings(one.label, one.category), genders=GROWN_UPS,
                    )
                )  # fmt: skip
    return Random(0).sample(pieces, len(pieces))[:most]


def kept_aside(product: str) -> bool:
    """Whether nothing that tells kinds and names learns from the garment, so that it can judge them."""
    return sha256(product.encode()).digest()[0] % _ASIDE == 0


def keep_pieces(pieces: list[Piece], file: Path) -> None:
    told = [{**asdict(one), "path": str(one.path), "mates": [str(mate) for mate in one.mates]} for one in pieces]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told), encoding="utf-8")


def kept_pieces(file: Path) -> list[Piece]:
    return [
        Piece(**{
            **one, "path": Path(one["path"]), "box": Box(**one["box"]), "mates": tuple(map(Path, one["mates"])),
            "fine": tuple(one["fine"]), "genders": tuple(one["genders"]),
        })
        for one in json.loads(file.read_text(encoding="utf-8"))
    ]  # fmt: skip
