"""Queries with their first answers, as a page of pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backend.training.datasets import read
from backend.training.evaluation.sheet import Cell, Sheet, confuse, drawn
from backend.training.metrics import average_precision
from backend.vision.values import Box

_ANSWERS = 10
_ROWS = 40  # of each part
_LOOKED_AT = (60, 120, 216)


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
    boxes: Sequence[Box],
    *,
    summary: str,
    categories: tuple[Sequence[str], Sequence[str]],
) -> None:
    """The queries answered worst, then those answered best; `categories` are wanted and found ones.

    `boxes` are where the photos were looked at; they are drawn, for a wrong answer may come from a wrong box.
    """
    judged = [(one, right) for one in asked if any(right := one.right())]
    ranked = sorted(judged, key=lambda pair: (pair[1][0], average_precision(pair[1], _ANSWERS)))

    @cache  # a photo answers many queries
    def file(photo: int) -> str:
        return sheet.add(str(paths[photo]), drawn(read(paths[photo]).pixels, [(boxes[photo], _LOOKED_AT, "")]))

    def row(one: Asked, right: Sequence[bool]) -> list[Cell]:
        def cell(photo: int, before: str, mark: bool | None) -> Cell:
            return Cell(file(photo), before + captions[photo], mark)

        answers = zip(one.order[:_ANSWERS], right, strict=False)
        return [cell(one.query, "asked: ", None), *(cell(other, "", mark) for other, mark in answers)]

    parts = [
        ("Answered worst", [row(*one) for one in ranked[:_ROWS]]),
        ("Answered best", [row(*one) for one in ranked[::-1][:_ROWS]]),
    ]
    sheet.write("Retrieval", summary, parts, confuse(*categories))
