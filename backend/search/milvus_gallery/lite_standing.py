"""Which rows of Milvus Lite's collections count, kept from one question to the next.

Lite 3.2.2 finds it out anew for every question, key by key in Python, after copying all vectors into one array: half a
second for 180,000 rows. Here it is kept, and after a write only what was written is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from cachetools import LRUCache
from numpy.typing import NDArray

from backend.search.milvus_gallery.lite_index import Indexes, inverse_lengths

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Bits = NDArray[np.uint8]

_FILTERS_KEPT = 32  # of each collection; one takes a byte and a bit a row


@dataclass(frozen=True, slots=True)
class Passing:
    """Which rows of a segment pass a filter and count, how many they are, and the same in bits, None where all do."""

    mask: Mask
    rows: int
    bits: Bits | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found out of a collection's rows, and holds until something is written. Rows are numbered throughout."""

    files: tuple[str, ...]
    """Of the segments. No name comes twice (lite_merging.py), and each file has a key once at most."""
    deleted: Mapping[Any, int]
    """By key, the number that its deletion has among all writes."""
    starts: list[int]
    """The first row's number of each segment."""
    alive: list[Mask]
    """By segment, which rows count: neither deleted nor written anew since."""
    scales: list[Floats]
    """By segment, one over the length of each row's vector."""
    texts: dict[str, pa.StringArray]
    """By column, the text of each row; of columns that were asked for."""
    groups: dict[str, Rows]
    """By column, a number for each row, the same for the same text."""
    kept: LRUCache[tuple[str, Any], Any]
    """By condition and time zone, where lite_plan.py looks for their rows: shoppers ask for the same few kinds."""
    indexes: Indexes


class Standings:
    """The standing of every collection of this process; asked by one thread at a time."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Any, Standing] = WeakKeyDictionary()

    def of(self, collection: Any) -> tuple[tuple[Any, ...], Standing]:
        """Return the segments that have rows, and how things stand there as of now.

        What is not flushed yet is flushed first.
        """
        if collection._memtable.size():
            collection.flush()
        segments, frozen = collection._read_snapshot()
        segments, deleted = tuple(segment for segment in segments if segment.num_rows), frozen.snapshot
        files = tuple(segment.file_path for segment in segments)
        known = self._known.get(collection)
        if known is None or known.files != files or known.deleted != deleted:
            self._known[collection] = known = _after(known, files, segments, deleted)
        return segments, known


def rows_passing(collection: Any, expression: str, timezone: Any, at: tuple[Sequence[Any], Standing]) -> list[Passing]:
    """Return, by segment, the rows that count and meet the expression, "" for all."""
    from milvus_lite.search.indexed_filter import evaluate_segment_filter  # noqa: PLC0415 - lite.py's process alone

    segments, standing = at
    masks = standing.alive
    if expression:
        condition = collection._compile_filter(expression, timezone=timezone)
        plan = collection._indexed_filter_plan(condition)
        pairs = zip(segments, standing.alive, strict=True)
        masks = [alive & evaluate_segment_filter(segment, condition, plan) for segment, alive in pairs]
    return [passing_of(mask) for mask in masks]


def passing_of(mask: Mask) -> Passing:
    return Passing(mask, int(mask.sum()), None if mask.all() else np.packbits(mask, bitorder="little"))


def _after(
    known: Standing | None, files: tuple[str, ...], segments: Sequence[Any], deleted: Mapping[Any, int]
) -> Standing:
    scales = dict(zip(known.files, known.scales, strict=True)) if known else {}
    indexes = known.indexes if known else Indexes()
    indexes.keep(segments)
    if known:
        known.kept.clear()  # segments that were merged into others
    if known is None or files != known.files:
        pa.default_memory_pool().release_unused()  # reading segments, or merging them, took as much again as they do
    return Standing(
        files,
        deleted,
        starts=np.cumsum([0, *(segment.num_rows for segment in segments)])[:-1].tolist(),
        alive=_alive(known, segments, deleted),
        scales=[
            scales[file] if file in scales else inverse_lengths(s.vectors)
            for file, s in zip(files, segments, strict=True)
        ],
        texts={},
        groups={},
        kept=LRUCache(_FILTERS_KEPT),
        indexes=indexes,
    )


def _alive(known: Standing | None, segments: Sequence[Any], deleted: Mapping[Any, int]) -> list[Mask]:
    """Return, by segment, which rows count. What once did not count never does again, so only news are looked at."""
    kept = dict(zip(known.files, known.alive, strict=True)) if known else {}
    told: Mapping[Any, int] = known.deleted if known else {}
    new = [segment for segment in segments if segment.file_path not in kept]
    masks = {s.file_path: kept[s.file_path].copy() if s.file_path in kept else _all(s) for s in segments}
    for key, number in deleted.items():
        for segment in new if told.get(key) == number else segments:
            row = segment.find_row(key)
            if row is not None and number > segment.seqs[row]:
                masks[segment.file_path][row] = False
    for place, segment in enumerate(new):
        for other in segments:
            if other not in new[: place + 1]:
                _strike_older(segment, other, masks)
    return [masks[segment.file_path] for segment in segments]


def _all(segment: Any) -> Mask:
    return np.ones(segment.num_rows, np.bool_)


def _strike_older(one: Any, other: Any, masks: Mapping[str, Mask]) -> None:
    """Strike, of each key that both segments have, the row that was written first."""
    few, many = sorted((one, other), key=lambda segment: int(segment.num_rows))
    for row, key in enumerate(few.pks):
        there = many.find_row(key)
        if there is not None:
            is_newer = few.seqs[row] > many.seqs[there]
            masks[(many if is_newer else few).file_path][there if is_newer else row] = False
