"""The demo shop's products and their pictures; the pictures are drawn once and kept in a folder."""

import functools
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.demo.catalog_colors import SHADES
from backend.demo.catalog_models import Category, Model, categories, models
from backend.demo.catalog_pictures import Shot, draw_shot, outfit_partners, shots
from backend.demo.drawing_garments import Garment
from backend.demo.pictures import HEROES, street_picture

SIZES = {
    "pants": ("S", "M", "L", "XL"),
    "skirts": ("S", "M", "L"),
    "dresses": ("S", "M", "L"),
    "tops": ("S", "M", "L", "XL"),
}
STAMP = "drawn.json"


@dataclass(frozen=True, slots=True)
class Product:
    """One thing the shop sells, in one colour; prices are yen with tax."""

    slug: str
    sku: str
    group: str  # the same for all colours of a model
    kind: str
    category: Category
    gender: str  # women, men or unisex
    title_ja: str
    title_en: str
    description_ja: str
    description_en: str
    brand: str
    price: int
    list_price: int | None
    shade: str
    sizes: tuple[str, ...]
    in_stock: bool
    garment: Garment
    shots: tuple[Shot, ...]

    def title(self, lang: str) -> str:
        return self.title_ja if lang == "ja" else self.title_en

    def description(self, lang: str) -> str:
        return self.description_ja if lang == "ja" else self.description_en

    def color(self, lang: str) -> str:
        return SHADES[self.shade].ja if lang == "ja" else SHADES[self.shade].en


@dataclass(frozen=True, slots=True)
class DemoCatalog:
    """All products, and the folder that holds their pictures."""

    products: tuple[Product, ...]
    folder: Path

    def find(self, slug: str) -> Product | None:
        return next((product for product in self.products if product.slug == slug), None)

    def of_group(self, group: str) -> list[Product]:
        return [product for product in self.products if product.group == group]

    def in_category(self, slug: str) -> list[Product]:
        return [product for product in self.products if product.category.slug == slug]


@functools.cache
def demo_products() -> tuple[Product, ...]:
    """Return every product of the demo shop; the same at every call, no picture is drawn."""
    made = [(model, shade) for model in models() for shade in model.shades]
    partners = outfit_partners(made)
    return tuple(_product(number, model, shade, partners) for number, (model, shade) in enumerate(made))


def _product(number: int, model: Model, shade: str, partners: dict[str, tuple[str, ...]]) -> Product:
    category = next(c for c in categories() if c.slug == model.category)
    look = SHADES[shade]
    slug = f"{model.code.lower()}-{shade}"
    reduced = number % 6 == 4
    return Product(
        slug=slug,
        sku=f"{model.code}-{shade[:3].upper()}",
        group=model.code,
        kind=model.kind,
        category=category,
        gender=model.sex,
        title_ja=f"{model.ja} {look.ja}",
        title_en=f"{model.en} {look.en}",
        description_ja=f"{model.about_ja} カラーは{look.ja}。{_care(model)[0]}",
        description_en=f"{model.about_en} In {look.en.lower()}. {_care(model)[1]}",
        brand=model.brand,
        price=round(model.price * 0.7 / 10) * 10 if reduced else model.price,
        list_price=model.price if reduced else None,
        shade=shade,
        sizes=_sizes(model),
        in_stock=number % 13 != 7,
        garment=model.garment(shade),
        shots=shots(number, model, shade, partners.get(slug, ())),
    )


def _sizes(model: Model) -> tuple[str, ...]:
    if model.category == "shoes":
        return ("25", "26", "27", "28") if model.sex == "men" else ("22.5", "23.5", "24.5", "25.5")
    return SIZES.get(model.category, ("S", "M", "L") if model.category == "outerwear" else ("FREE",))


def _care(model: Model) -> tuple[str, str]:
    if model.category == "shoes":
        return "専用の箱に入れてお届けします。", "Delivered in its own box."
    if model.category in {"bags", "accessories"}:
        return "ギフト包装も承ります。", "Gift wrapping is available."
    if model.category == "outerwear":
        return "お手入れは専門のクリーニング店をおすすめします。", "We recommend professional cleaning."
    return "ご家庭の洗濯機で洗えます（ネット使用）。", "Machine washable in a laundry net."


def draw_catalog(folder: Path) -> DemoCatalog:
    """Draw every picture of the shop into the folder, unless a complete and current set lies there."""
    products = demo_products()
    every = {shot.file: shot for product in products for shot in product.shots}
    mark = _fingerprint(every)
    stamp = folder / STAMP
    if not _current(stamp, mark, folder, every):
        folder.mkdir(parents=True, exist_ok=True)
        stamp.unlink(missing_ok=True)  # a drawing that is interrupted must not look complete
        for shot in every.values():
            draw_shot(shot, folder / shot.file)
        for place, number in enumerate(HEROES, start=1):
            (folder / f"hero-{place}.jpg").write_bytes(street_picture(number))
        stamp.write_text(json.dumps({"fingerprint": mark}), "utf-8")
    return DemoCatalog(products, folder)


def _current(stamp: Path, mark: str, folder: Path, every: dict[str, Shot]) -> bool:
    if not stamp.is_file() or json.loads(stamp.read_text("utf-8")).get("fingerprint") != mark:
        return False
    return all((folder / file).is_file() for file in (*every, *(f"hero-{n + 1}.jpg" for n in range(len(HEROES)))))


def _fingerprint(every: dict[str, Shot]) -> str:
    """Return a digest of everything a picture depends on: the shots, and the code and table that draw them."""
    digest = hashlib.sha256(json.dumps([asdict(shot) for shot in every.values()], sort_keys=True).encode())
    for path in sorted(Path(__file__).parent.glob("drawing*.py")):
        digest.update(path.read_bytes())
    for name in ("catalog_pictures.py", "catalog_colors.py", "catalog.toml", "pictures.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()
