"""What the words and pictures of products were taken for, as a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.training.datasets import ShopPhoto, read
from backend.training.evaluation.sheet import Cell, Sheet, Table, confuse

ATTRIBUTES = ("category", "fine", "gender", "colors", "pattern")
_CONFUSED = ("category", "gender", "pattern")
"""Those with few enough names to make a table of."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read of a title, and every answer that is right."""

    title: str
    breadcrumbs: tuple[str, ...]
    accepted: tuple[str, ...]
    found: str

    @property
    def right(self) -> bool:
        return self.found in self.accepted

    @property
    def taken(self) -> str:
        """What was found, as the first accepted answer where it is any of them."""
        return self.accepted[0] if self.right else self.found or "none"


@dataclass(frozen=True, slots=True)
class Judged:
    """One way of finding something out about products: what it is called, what is true, and what it found."""

    name: str
    products: Sequence[ShopPhoto]
    wanted: Sequence[str]
    found: Sequence[str]


def write_titles(
    sheet: Sheet, languages: Mapping[str, Sequence[Mapping[str, Answer]]], accuracies: Mapping[str, float]
) -> None:
    """A page of labelled titles, answers by language and attribute: what was taken for what, and all that is wrong."""
    titles = [one for listed in languages.values() for one in listed]
    confusions = [
        confuse([one.accepted[0] for one in asked], [one.taken for one in asked], name.capitalize())
        for name in _CONFUSED
        if (asked := [one[name] for one in titles if name in one])
    ]
    wrong = [
        (name, language, one.title, " > ".join(one.breadcrumbs), " or ".join(one.accepted), one.found)
        for name in ATTRIBUTES
        for language, listed in languages.items()
        for one in (answers[name] for answers in listed if name in answers)
        if not one.right
    ]
    told = ", ".join(f"{language} {each:.3f} of {len(languages[language])}" for language, each in accuracies.items())
    table = Table(f"Read wrong ({len(wrong)})", ("what", "language", "title", "breadcrumbs", "right", "read"), wrong)
    sheet.write("Titles", f"Right category: {told}.", [], *confusions, tables=[table])


def write_products(sheet: Sheet, judged: Sequence[Judged]) -> None:
    """A page of a shop's products: what each way took them for, with a photo of every product that it got wrong."""
    parts = []
    for one in judged:
        wrong = [
            Cell(
                sheet.add(product.path.name, read(product.path).pixels),
                f"{product.title}: {true}, taken for {taken}",
                False,
            )
            for product, true, taken in zip(one.products, one.wanted, one.found, strict=True)
            if true != taken
        ]
        if wrong:
            parts.append((f"{one.name}: wrong ({len(wrong)} of {len(one.products)})", [wrong]))
    shares = (
        f"{one.name} {sum(a == b for a, b in zip(one.wanted, one.found, strict=True)) / max(1, len(one.wanted)):.3f}"
        f" of {len(one.wanted)}"
        for one in judged
    )
    confusions = [confuse(one.wanted, one.found, one.name) for one in judged]
    sheet.write("Categories", f"Right: {'; '.join(shares)}.", parts, *confusions, large=True)
