"""Reads what the demo shop sells from catalog.toml: categories, and models before a colour is chosen."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.demo.catalog_colors import cloth
from backend.demo.drawing_garments import Garment

TABLE = Path(__file__).with_name("catalog.toml")


@dataclass(frozen=True, slots=True)
class Category:
    """A page of the shop that lists products; `chart` names the size chart that fits them."""

    slug: str
    ja: str
    en: str
    chart: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A garment before its colour is chosen; `cut` are fields of `Garment`."""

    code: str
    kind: str
    category: str
    sex: str  # women, men or unisex
    ja: str
    en: str
    about_ja: str
    about_en: str
    brand: str
    price: int  # yen, tax included
    pattern: str
    shades: tuple[str, ...]
    cut: Mapping[str, Any] = field(default_factory=dict)

    def garment(self, shade: str) -> Garment:
        """Return the model in one of its colours, ready to be drawn."""
        seed = sum(map(ord, self.code)) + 7 * self.shades.index(shade)
        return Garment(self.kind, cloth(self.pattern, shade), seed=seed, **self.cut)


@functools.cache
def categories() -> tuple[Category, ...]:
    return tuple(Category(**row) for row in tomllib.loads(TABLE.read_text("utf-8"))["category"])


@functools.cache
def models() -> tuple[Model, ...]:
    return tuple(_model(row) for row in tomllib.loads(TABLE.read_text("utf-8"))["model"])


def _model(row: dict[str, Any]) -> Model:
    cut = {name: tuple(value) if isinstance(value, list) else value for name, value in row.pop("cut", {}).items()}
    return Model(**{**row, "shades": tuple(row["shades"]), "cut": cut})
