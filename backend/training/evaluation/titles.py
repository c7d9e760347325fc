"""Labelled titles: a folder of tab-separated files, one a language, and how well the words of each are read.

A line holds category, fine name, gender, colours, pattern, title and, where the page has any, breadcrumbs (`A > B`).
Accepted answers are parted by commas; "none" (of category) and "-" (of the others) say that the words name none, "*"
that any answer will do, and "+" joins colours that are all named. Lines that begin with # are remarks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.training.evaluation.categories_sheet import ATTRIBUTES, Answer, write_titles
from backend.training.evaluation.scoring import accuracy
from backend.training.evaluation.sheet import Sheet
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


def evaluate_titles(folder: Path, *, report: Path | None = None) -> dict[str, Any]:
    """Category, fine name, gender, colours and pattern of the titles of a folder: together and by language.

    `report` is a folder for a page of what was taken for what and of every title that was read wrong.
    """
    by_language = {path.stem: [_answers(title) for title in load_titles(path)] for path in sorted(folder.glob("*.tsv"))}
    figures = {name: _measure(answers) for name, answers in by_language.items()}
    together = [answers for listed in by_language.values() for answers in listed]
    if report:
        write_titles(Sheet(report), by_language, {name: each["accuracy"] for name, each in figures.items()})
    return {**_measure(together), "languages": figures}


def _answers(asked: LabelledTitle) -> dict[str, Answer]:
    """What is read of a title, by attribute; those without which any answer will do."""
    category = category_of_text(asked.title, asked.breadcrumbs)
    colors = tuple(sorted(_joined(each) for each in asked.colors))
    read = {
        "category": (asked.categories, category.category if category else "none"),
        "fine": (asked.fine, category.word if category else "-"),
        "gender": (asked.genders, gender_of_text(asked.title, asked.breadcrumbs) or "-"),
        "colors": (colors, _joined(colors_of_text(asked.title))),
        "pattern": (asked.patterns, pattern_of_text(asked.title) or "-"),
    }
    return {
        name: Answer(asked.title, asked.breadcrumbs, accepted, found)
        for name, (accepted, found) in read.items()
        if _ANY not in accepted
    }


def _joined(colors: Sequence[str] | frozenset[str]) -> str:
    return "+".join(sorted(colors)) or "-"


def _measure(titles: Sequence[dict[str, Answer]]) -> dict[str, Any]:
    shares = {name: _share([one[name] for one in titles if name in one]) for name in ATTRIBUTES}
    return {**shares.pop("category"), **shares}


def _share(answers: Sequence[Answer]) -> dict[str, Any]:
    """Accuracy, by the first accepted answer, of answers of which any accepted one is right."""
    return accuracy([one.accepted[0] for one in answers], [one.taken for one in answers])
