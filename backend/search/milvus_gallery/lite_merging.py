"""Milvus Lite's merging of small files into larger ones: to its end, and without holding anybody up.

Lite 3.2.2 merges once after a write, though what came of it may be the next to merge, and leaves up to three files of
each size, which a search has to look through one by one. And it keeps its lock meanwhile: while a gallery grew to
180,000 rows, nobody could search or write for two seconds, in no gallery, since one thread answers for all.

Here Lite's own merge reads and writes without the lock; it is held while the new file is put in the old ones' place and
deletions that no row needs any more are forgotten. What is deleted or written anew beside a merge has a higher number
than the rows of the new file, as ever. And when nobody wrote for a moment, what is small is merged too, where that
rewrites little that is large.
"""

import contextlib
import logging
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from milvus_lite.engine.collection import Collection
from milvus_lite.engine.compaction import CompactionManager
from milvus_lite.storage.data_file import parse_seq_range
from milvus_lite.storage.segment import Segment

QUIET_SECONDS = 2.0
_SMALL_SIZES = 2  # of Lite's four: below 10 MB, of which most files have too few rows for an index
_TIMES_AS_LARGE = 4
"""A small file is merged with smaller ones when they are together a quarter of it: so no byte is written too often."""

_waiting: weakref.WeakKeyDictionary[Any, threading.Timer] = weakref.WeakKeyDictionary()
log = logging.getLogger(__name__)


def install() -> None:
    """Let Lite's collections, in this process, merge so. Their own indexes, which nobody here uses, are not made."""
    Collection._bg_compact_and_index = _after_a_flush


class Merger(CompactionManager):  # type: ignore[misc]
    """Merges files of one of a collection's partitions, by Lite's own way."""

    def __init__(self, collection: Any, partition: str) -> None:
        super().__init__(collection.data_dir, collection.schema)
        self._collection, self._partition = collection, partition
        self._folder = f"{collection.data_dir}/partitions/{partition}"
        self._above = 0

    def due(self, files: Sequence[str]) -> list[str]:
        """Choose as Lite does: four files of about the same size, or some of very many."""
        return self._select_target(self._bucket_files(self._folder, files), len(files), self._folder) or []

    def small(self, files: Sequence[str]) -> list[str]:
        """Choose as many of the small files as are worth it, the smallest."""
        small = self._bucket_files(self._folder, files)[:_SMALL_SIZES]
        sizes = [(size, file) for alike in small for file, size in alike]
        sizes.sort()
        for largest in range(len(sizes) - 1, 0, -1):
            if sizes[largest][0] <= _TIMES_AS_LARGE * sum(size for size, _ in sizes[:largest]):
                return [file for _, file in sizes[: largest + 1]]
        return []

    def merge(self, chosen: Sequence[str]) -> bool:
        """Merge these files; say whether there are fewer afterwards."""
        collection = self._collection
        # A file's name says the number of its first row, and one that no row's is above. With that higher than any of
        # these had it, no name comes twice, whatever is deleted: lite_standing.py knows files by their names.
        self._above = 1 + max(parse_seq_range(file)[1] for file in chosen)
        exchange = _Exchange(collection)
        self._compact_files(self._partition, self._folder, chosen, exchange, collection._delta_index)
        with collection._maintenance_lock:
            self._gc_tombstones(collection._manifest, collection._delta_index)
        return exchange.made < len(chosen)

    def _pick_unique_seq_range(self, folder: str, first: int, last: int) -> tuple[int, int]:
        first, last = super()._pick_unique_seq_range(folder, first, max(last, self._above))
        return first, last


Choice = Callable[[Merger, Sequence[str]], list[str]]
"""Which of a partition's files to merge, if any."""


def merge_all(collection: Any, choice: Choice) -> None:
    """Merge what is chosen until nothing is, or somebody closes the collection."""
    try:
        for partition in collection._manifest.list_partitions():
            merger = Merger(collection, partition)
            while chosen := choice(merger, collection._manifest.get_data_files(partition)):
                if collection._bg_closed or not merger.merge(chosen):
                    break
    except Exception:  # the next flush tries again
        log.exception("gallery_merge_failed", extra={"collection": collection.name})


def _after_a_flush(collection: Any) -> None:
    """Merge what Lite would merge, and soon what is small; Lite calls it in a thread of the collection's own.

    It does so, too, when a collection is opened.
    """
    if collection in _waiting:
        _waiting.pop(collection).cancel()
    merge_all(collection, Merger.due)
    _waiting[collection] = timer = threading.Timer(QUIET_SECONDS, _when_quiet, [weakref.ref(collection)])
    timer.daemon = True
    timer.start()


def _when_quiet(there: Callable[[], Any]) -> None:
    collection = there()
    with contextlib.suppress(RuntimeError):  # it was closed
        if collection is not None:
            collection._bg_executor.submit(merge_all, collection, Merger.small)


class _Exchange:
    """What a merge tells Lite's manifest, told all at once, with the new segments read beforehand."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection
        self._segments: dict[tuple[str, str], Segment] = {}
        self._old: list[tuple[str, str]] = []

    @property
    def made(self) -> int:
        """How many files came of it."""
        return len(self._segments)

    def remove_data_files(self, partition: str, files: Sequence[str]) -> None:
        self._old = [(partition, file) for file in files]

    def add_data_file(self, partition: str, file: str) -> None:
        path = f"{self._collection.data_dir}/partitions/{partition}/{file}"
        keys, vectors = self._collection._pk_name, self._collection._vector_name
        self._segments[partition, file] = Segment.load(path, partition, keys, vectors)

    def save(self) -> None:
        collection = self._collection
        manifest, segments = collection._manifest, collection._segment_cache
        with collection._maintenance_lock:
            for partition, file in self._old:
                manifest.remove_data_files(partition, [file])
                segments.pop((partition, file), None)
            for place, segment in self._segments.items():
                manifest.add_data_file(*place)
                segments[place] = segment
            manifest.save()
