"""How the widget looks in a shop and where it appears, as the seller chose it in the dashboard."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.errors import DomainError
from backend.tenants import accounts
from backend.tenants.models import Product

RADII = (0, 4, 8, 16)
COLUMNS = (2, 3, 4, 5, 6)
THEMES, CAMERAS, SIMILAR, FIND = ("light", "dark"), ("float", "off"), ("off",), ("on",)
TEXTS = ("similar", "camera")
"""What may be said otherwise: the heading of the strip, the name of the camera button."""
LANGUAGES = ("ja", "en")
MOST_PATHS, LONGEST_PATH, LONGEST_TEXT = 20, 200, 60

_KEY = "widget"
_COLOR = re.compile(r"#[0-9a-f]{6}")
_INK, _PAPER = "#1b1916", "#ffffff"
_LOOKED_AT, _LEAST_SHARE, _MOST_FOLDERS = 500, 0.1, 5


class BadLook(DomainError):
    """A choice that cannot be kept; `name` is its field's."""

    status = 422
    code = "bad_look"

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Look:
    """The seller's choices; None, "" or nothing where the widget follows the page and its own taste.

    `hidden_on` are beginnings of paths where nothing appears by itself; `texts` are by language and name.
    """

    accent: str | None = None
    radius: int | None = None
    columns: int | None = None
    theme: str = ""
    camera: str = ""
    similar: str = ""
    find: str = ""
    hidden_on: tuple[str, ...] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read(settings: Mapping[str, Any]) -> Look:
    """Return what a tenant's settings say of the widget."""
    kept = settings.get(_KEY) or {}
    chosen = {each.name: kept[each.name] for each in fields(Look) if each.name in kept}
    return Look(**chosen | {"hidden_on": tuple(kept.get("hidden_on", ()))})


def keep(session: Session, tenant_id: str, look: Look) -> None:
    """Keep a look that `clean` returned."""
    accounts.change_settings(session, tenant_id, {_KEY: asdict(look)})


def clean(given: Mapping[str, str]) -> Look:
    """Return the choices of a form's fields. Raises BadLook.

    `hidden_on` has a path in each line; texts are fields such as `similar_ja`.
    """
    accent = given.get("accent", "").strip().lower()
    if accent and not _COLOR.fullmatch(accent):
        raise BadLook("accent", "Write a colour as # and six digits, for example #7a1f2b.")
    texts = {
        language: {name: text for name in TEXTS if (text := _text(given, f"{name}_{language}"))}
        for language in LANGUAGES
    }
    return Look(
        accent=accent or None,
        radius=_number(given, "radius", RADII),
        columns=_number(given, "columns", COLUMNS),
        theme=_one_of(given, "theme", THEMES),
        camera=_one_of(given, "camera", CAMERAS),
        similar=_one_of(given, "similar", SIMILAR),
        find=_one_of(given, "find", FIND),
        hidden_on=_paths(given.get("hidden_on", "")),
        texts={language: said for language, said in texts.items() if said},
    )


def on_accent(accent: str) -> str:
    """Return the colour of words on the accent: of ink and paper the one with more contrast (WCAG 2.2)."""
    return max(_INK, _PAPER, key=lambda color: _contrast(color, accent))


def product_folders(session: Session, tenant_id: str, shop_url: str) -> list[str]:
    """Return the folders in which the shop's products have their pages, the most used first; never the root.

    A page below them is a product's although it may not say so itself.
    """
    newest = select(Product.url).where(Product.tenant_id == tenant_id).order_by(Product.id.desc()).limit(_LOOKED_AT)
    pages = [urlsplit(url) for url in session.scalars(newest)]
    host = urlsplit(shop_url).netloc.removeprefix("www.")
    folders = Counter(
        page.path.rstrip("/").rpartition("/")[0] for page in pages if page.netloc.removeprefix("www.") == host
    )
    least = _LEAST_SHARE * len(pages)
    return [f"{folder}/" for folder, count in folders.most_common(_MOST_FOLDERS) if folder and count >= least]


def _number(given: Mapping[str, str], name: str, allowed: tuple[int, ...]) -> int | None:
    value = given.get(name, "")
    if value and value not in map(str, allowed):
        raise BadLook(name, f"Choose one of {', '.join(map(str, allowed))}.")
    return int(value) if value else None


def _one_of(given: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = given.get(name, "")
    if value and value not in allowed:
        raise BadLook(name, f"Choose one of {', '.join(allowed)}.")
    return value


def _text(given: Mapping[str, str], name: str) -> str:
    text = " ".join(given.get(name, "").split())
    if len(text) > LONGEST_TEXT:
        raise BadLook(name, f"Write at most {LONGEST_TEXT} characters.")
    return text


def _paths(text: str) -> tuple[str, ...]:
    """Return each line's path; a whole address is taken for its path."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    paths = [urlsplit(line).path if "://" in line else line for line in lines]
    if any(not path.startswith("/") or len(path) > LONGEST_PATH for path in paths) or len(paths) > MOST_PATHS:
        raise BadLook("hidden_on", f"Write a path in each line, such as /checkout; at most {MOST_PATHS}.")
    return tuple(dict.fromkeys(paths))


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
