"""Decides which pictures each product of the demo shop has, and draws them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backend.demo.catalog_colors import SHADES, cloth
from backend.demo.catalog_models import Model, categories, models
from backend.demo.drawing import close_up, laid, worn
from backend.demo.drawing_body import body
from backend.demo.drawing_canvas import jpeg_bytes
from backend.demo.drawing_charts import size_chart
from backend.demo.drawing_fabric import plain
from backend.demo.drawing_figure import Person, person
from backend.demo.drawing_garments import Garment

POSE_NAMES = ("easy", "front", "akimbo", "step", "pocket")
SHOES = {"sneakers", "boots", "loafers", "pumps"}
CARRIED = {"tote", "shoulder-bag", "hat", "scarf"}
# garments of the same sex that one outfit picture shows together: both products use the very same file
OUTFITS: tuple[tuple[str, ...], ...] = (
    ("bl01-ivory", "sk01-green"),
    ("sh01-red", "pt03-beige", "bt01-brown"),
    ("ts03-white", "pt01-indigo", "ht02-camel"),
    ("jk02-navy", "pt04-black"),
    ("hd01-gray", "pt02-blue", "ht01-navy"),
    ("kn01-ivory", "sk02-brown", "bt02-black"),
    ("ct01-beige", "dr02-wine", "bg02-wine"),
    ("jk01-indigo", "ts02-black", "pt03-olive"),
    ("cd01-camel", "dr04-green"),
    ("ct02-charcoal", "kn02-wine", "sc01-red"),
    ("ts01-red", "st02-blue", "bg01-ivory"),
    ("jk03-green", "pt05-gray", "sn01-white"),
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file, what it shows, and whom and what to draw. `kind` is a word of the shop's truth."""

    file: str
    kind: str  # worn, flat, back, outfit, close_up, size_chart
    wearing: tuple[str, ...] = ()  # slugs, the product's own first
    number: int = 0
    crop: str = "full"
    japanese: bool = True


def by_slug(slug: str) -> tuple[Model, Garment]:
    """Return the model and the garment of a product's slug."""
    code, shade = slug.split("-", 1)
    model = next(m for m in models() if m.code.lower() == code)
    return model, model.garment(shade)


def outfit_partners(made: Sequence[tuple[Model, str]]) -> dict[str, tuple[str, ...]]:
    """Return for every product in an outfit picture the names of those pictures' files."""
    known = {f"{model.code.lower()}-{shade}" for model, shade in made}
    out: dict[str, tuple[str, ...]] = {}
    for number, outfit in enumerate(OUTFITS):
        if missing := set(outfit) - known:
            raise ValueError(f"the outfit {number} names products that the shop does not sell: {sorted(missing)}")
        for slug in outfit:
            out[slug] = (*out.get(slug, ()), f"outfit-{number + 1:02d}.jpg")
    return out


def shots(number: int, model: Model, shade: str, outfits: Sequence[str]) -> tuple[Shot, ...]:
    """Return the pictures of one product in the order its page shows them."""
    slug = f"{model.code.lower()}-{shade}"
    crop = "full"
    if number % 3 == 1:
        crop = {"tops": "upper", "pants": "lower", "skirts": "lower"}.get(model.category, "full")
    main = Shot(f"{slug}-worn.jpg", "worn", (slug,), number, crop)
    flat = Shot(f"{slug}-flat.jpg", "flat", (slug,), number)
    out = [flat, main] if model.kind in SHOES | CARRIED else [main, flat]
    if model.kind not in SHOES | CARRIED:
        out.append(Shot(f"{slug}-back.jpg", "back", (slug,), number))
    for file in outfits:
        out.append(Shot(file, "outfit", OUTFITS[int(file[7:9]) - 1], int(file[7:9])))
    if number % 2 == 0:
        out.append(Shot(f"{slug}-fabric.jpg", "close_up", (slug,), number))
    chart = next(c.chart for c in categories() if c.slug == model.category)
    if chart and number % 3 == 0:
        language = "en" if number % 2 else "ja"
        out.append(Shot(f"size-{chart}-{language}.jpg", "size_chart", (slug,), japanese=language == "ja"))
    return tuple(replace(shot, wearing=()) if shot.kind == "size_chart" else shot for shot in out)


def draw_shot(shot: Shot, path: Path) -> None:
    """Draw the picture and write it; a reader never sees half a file."""
    part = path.with_suffix(".part")
    part.write_bytes(shot_bytes(shot))
    part.replace(path)


def shot_bytes(shot: Shot) -> bytes:
    """Return the picture as a JPEG of 800 x 1000 pixels, the same bytes at every call."""
    if shot.kind == "size_chart":
        return jpeg_bytes(size_chart(shot.file.split("-")[1], japanese=shot.japanese))
    model, garment = by_slug(shot.wearing[0])
    sex = _sex(model, shot.number)
    if shot.kind == "close_up":
        return close_up(garment, sex).jpeg()
    if shot.kind in {"flat", "back"}:
        if shot.kind == "back" and shot.number % 3 == 0:
            return worn(_wearer(sex, shot.number), _dress_up(shot, sex), ground=shot.number, back=True).jpeg()
        return laid(garment, sex, ground=shot.number + 1, back=shot.kind == "back").jpeg()
    return worn(_wearer(sex, shot.number), _dress_up(shot, sex), ground=shot.number, crop=shot.crop).jpeg()


def _sex(model: Model, number: int) -> str:
    if model.sex == "unisex":
        return "men" if number % 2 else "women"
    return model.sex


def _wearer(sex: str, number: int) -> Person:
    return person(body(sex, POSE_NAMES[number % len(POSE_NAMES)]), number)


def _dress_up(shot: Shot, sex: str) -> list[Garment]:
    """Return the garments to wear: those shown, opened where they go over others, and neutral ones for the rest."""
    shown = [by_slug(slug)[1] for slug in shot.wearing]
    kinds = {garment.kind for garment in shown}
    out = [opened(garment) if shot.number % 2 == 0 else garment for garment in shown]
    plain_tops = {"t-shirt", "long-sleeve", "shirt", "blouse", "sweater", "hoodie", "camisole", "polo", "dress"}
    vest = any(garment.kind == "sweater" and not garment.sleeve for garment in shown)
    if not kinds & plain_tops or vest:
        tone = ("white", "gray", "black", "beige")[shot.number % 4]
        under = ("tucked",) if "skirt" in kinds else ()
        shade = "white" if vest else tone
        tee = Garment("t-shirt", cloth("plain", shade), length=472, ease=5, box=0.5, sleeve=0.3, details=under)
        out.append(replace(tee, kind="shirt", neck="collar", sleeve=0.95, details=("cuff",)) if vest else tee)
    if not kinds & {"dress", "skirt", "pants", "jeans", "shorts"}:
        out.append(_neutral_bottom(sex, shot.number))
    if not kinds & SHOES:
        out.append(_neutral_shoes(sex, shot.number, dressy=bool(kinds & {"dress", "skirt"})))
    return out


def opened(garment: Garment) -> Garment:
    """Return an outer garment worn open, so that what is under it shows; other garments come back as they are."""
    if garment.kind in {"jacket", "coat", "cardigan"} and "belted" not in garment.details:
        return replace(garment, details=(*garment.details, "open"))
    return garment


def _neutral_bottom(sex: str, number: int) -> Garment:
    tone = ("black", "gray", "indigo", "beige")[number % 4]
    if tone == "indigo":
        return Garment("jeans", cloth("denim", tone), length=920, ease=4, accent=(206, 164, 100))
    if sex == "women" and number % 8 == 1:
        return Garment("skirt", plain(SHADES["charcoal"].rgb), length=720, flare=30, details=("high",))
    return Garment("pants", cloth("plain", tone), length=920, ease=5 if sex == "women" else 7)


def _neutral_shoes(sex: str, number: int, *, dressy: bool) -> Garment:
    if sex == "women" and dressy and number % 2:
        return Garment("pumps", cloth("leather", "black"))
    if sex == "men" and number % 3 == 1:
        return Garment("loafers", cloth("leather", "brown"))
    if number % 3 == 0:
        return Garment("boots", cloth("leather", "black"), accent=(70, 66, 62))
    return Garment("sneakers", cloth("plain", "white"), accent=(250, 250, 248))
