"""Labelled titles: a folder of tab-separated files, one a language, and how well the words of each are read.

A line holds category, fine name, gender, colours, pattern, title and, where the page has any, breadcrumbs (`A > B`).
Accepted answers are parted by commas; "none" (of category) and "-" (of the others) say that the words name none, "*"
that any answer will do, and "+" joins colours that are all named. Lines that begin with # are remarks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.training.evaluation.scoring import accuracy
from backend.vision.attributes import category_of_text, colors_of_text, gender_of_text, pattern_of_text

_ANY = "*"


@dataclass(frozen=True, slots=True)
class LabelledTitle:
    """A title as a shop writes it, and every answer that a person would accept."""

    title: str
    breadcrumbs: tuple[str, ...]
    categories: tuple[str, ...]
    fine: tuple[str, ...]
    genders: tuple[str, ...]
    colors: tuple[frozenset[str], ...]
    patterns: tuple[str, ...]


def load_titles(path: Path) -> list[LabelledTitle]:
    """Read a file of labelled titles; ValueError names a line that has too few parts."""
    titles = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) not in (6, 7):
            raise ValueError(f"{path.name}:{number}: {len(parts)} parts where 6 or 7 belong")
        category, fine, gender, colors, pattern, title, *crumbs = parts
        titles.append(
            LabelledTitle(
                title,
                tuple(crumbs[0].split(" > ")) if crumbs else (),
                tuple(category.split(",")),
                tuple(fine.split(",")),
                tuple(gender.split(",")),
                tuple(frozenset({} if one == "-" else one.split("+")) for one in colors.split(",")),
                tuple(pattern.split(",")),
            )
        )
    return titles


def evaluate_titles(folder: Path) -> dict[str, Any]:
    """Category, fine name, gender, colours and pattern of the titles of a folder: together and by language."""
    by_language = {path.stem: load_titles(path) for path in sorted(folder.glob("*.tsv"))}
    together = [title for titles in by_language.values() for title in titles]
    return {**_measure(together), "languages": {name: _measure(titles) for name, titles in by_language.items()}}


def _measure(titles: Sequence[LabelledTitle]) -> dict[str, Any]:
    read = [category_of_text(one.title, one.breadcrumbs) for one in titles]
    colors = [frozenset(colors_of_text(one.title)) for one in titles]
    categories = [one.category if one else "none" for one in read]
    return {
        **_share(zip((one.categories for one in titles), categories, strict=True)),
        "fine": _share((t.fine, r.word if r else "-") for t, r in zip(titles, read, strict=True) if _ANY not in t.fine),
        "gender": _share(
            (one.genders, gender_of_text(one.title, one.breadcrumbs) or "-")
            for one in titles
            if _ANY not in one.genders
        ),
        "colors": _share(
            (sorted("+".join(sorted(each)) or "-" for each in title.colors), "+".join(sorted(found)) or "-")
            for title, found in zip(titles, colors, strict=True)
            if {_ANY} not in title.colors
        ),
        "pattern": _share(
            (one.patterns, pattern_of_text(one.title) or "-") for one in titles if _ANY not in one.patterns
        ),
    }


def _share(pairs: Iterable[tuple[Sequence[str], str]]) -> dict[str, Any]:
    """Accuracy, by the first accepted answer, of answers of which any accepted one is right."""
    listed = list(pairs)
    return accuracy([accepted[0] for accepted, _ in listed], [
        accepted[0] if found in accepted else found or "none" for accepted, found in listed
    ])  # fmt: skip
