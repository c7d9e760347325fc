"""Queries with their first answers, as a page of pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.training.datasets import read
from backend.training.evaluation.sheet import Cell, Sheet, confuse
from backend.training.metrics import average_precision

_ANSWERS = 10
_ROWS = 40  # of each part


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One query, all others nearest first, and which of them are right."""

    query: int
    order: Sequence[int]
    relevant: Callable[[int, int], bool]

    def right(self) -> list[bool]:
        return [self.relevant(self.query, other) for other in self.order]


def write_answers(
    sheet: Sheet,
    asked: Sequence[Asked],
    paths: Sequence[Path],
    captions: Sequence[str],
    *,
    summary: str,
    categories: tuple[Sequence[str], Sequence[str]],
) -> None:
    """The queries answered worst, then those answered best; `categories` are wanted and found ones."""
    judged = [(one, right) for one in asked if any(right := one.right())]
    ranked = sorted(judged, key=lambda pair: (pair[1][0], average_precision(pair[1], _ANSWERS)))

    def row(one: Asked, right: Sequence[bool]) -> list[Cell]:
        def cell(photo: int, before: str, mark: bool | None) -> Cell:
            name = str(paths[photo])
            return Cell(sheet.add(name, read(paths[photo]).pixels), before + captions[photo], mark)

        answers = zip(one.order[:_ANSWERS], right, strict=False)
        return [cell(one.query, "asked: ", None), *(cell(other, "", mark) for other, mark in answers)]

    parts = [
        ("Answered worst", [row(*one) for one in ranked[:_ROWS]]),
        ("Answered best", [row(*one) for one in ranked[::-1][:_ROWS]]),
    ]
    sheet.write("Retrieval", summary, parts, confuse(*categories))
