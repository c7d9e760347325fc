"""Milvus Lite's merging of small files into larger ones: to its end, and without holding anybody up.

Lite 3.2.2 merges once after a write, though what came of it may be the next to merge, and leaves up to three files of
each size, which a search has to look through one by one. And it keeps its lock meanwhile: while a gallery grew to
180,000 rows, nobody could search or write for two seconds, in no gallery, since one thread answers for all.

Here Lite's own merge reads and writes without the lock; only that the new file stands for the old ones is said under
it. What is deleted or written anew in the meantime has a higher number than the rows of the new file, as ever. And when
nobody wrote for a moment, what is small is merged too, where that rewrites little that is large.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from milvus_lite.engine.collection import Collection
from milvus_lite.storage.segment import Segment

QUIET_SECONDS = 2.0
_SMALL_SIZES = 2  # of Lite's four: below 10 MB, of which most files have too few rows for an index
_TIMES_AS_LARGE = 4
"""A small file is merged with smaller ones when they are together a quarter of it: so no byte is written too often."""

Choice = Callable[[Any, str, Sequence[str]], list[str] | None]
"""Which of a folder's files to merge, if any; the first argument is Lite's CompactionManager."""

_waiting: WeakKeyDictionary[Any, threading.Timer] = WeakKeyDictionary()
log = logging.getLogger(__name__)


def install() -> None:
    """Let Lite's collections, in this process, merge so. Their own indexes, which nobody here uses, are not made."""
    Collection._bg_compact_and_index = _after_a_flush


def _after_a_flush(collection: Any) -> None:
    """Merge what Lite would merge, and soon what is small; Lite calls it in a thread of the collection's own."""
    _merge_all(collection, _due)
    if collection in _waiting:
        _waiting.pop(collection).cancel()
    _waiting[collection] = timer = threading.Timer(QUIET_SECONDS, _when_quiet, [collection])
    timer.daemon = True
    timer.start()


def _when_quiet(collection: Any) -> None:
    with contextlib.suppress(RuntimeError):  # it was closed
        collection._bg_executor.submit(_merge_all, collection, _small)


def _merge_all(collection: Any, choice: Choice) -> None:
    try:
        for partition in collection._manifest.list_partitions():
            while _merge(collection, partition, choice):
                pass
    except Exception:  # the next flush tries again
        log.exception("gallery_merge_failed", extra={"collection": collection.name})


def _merge(collection: Any, partition: str, choice: Choice) -> bool:
    """Merge the files chosen, if any; say whether there are fewer afterwards."""
    merger = collection._compaction_mgr
    with collection._maintenance_lock:
        files = collection._manifest.get_data_files(partition)
        deleted = collection._delta_index.frozen_copy()
    folder = f"{collection.data_dir}/partitions/{partition}"
    chosen = choice(merger, folder, files)
    if chosen is None:
        return False
    exchange = _Exchange(collection)
    merger._compact_files(partition, folder, chosen, exchange, deleted)
    with collection._maintenance_lock:
        merger._gc_tombstones(collection._manifest, collection._delta_index)
    return exchange.made < len(chosen)


def _due(merger: Any, folder: str, files: Sequence[str]) -> list[str] | None:
    """Choose as Lite does: four files of about the same size, or some of very many."""
    chosen: list[str] | None = merger._select_target(merger._bucket_files(folder, files), len(files), folder)
    return chosen


def _small(merger: Any, folder: str, files: Sequence[str]) -> list[str] | None:
    """Choose as many of the small files as are worth it, the smallest."""
    sizes = [(size, file) for alike in merger._bucket_files(folder, files)[:_SMALL_SIZES] for file, size in alike]
    sizes.sort()
    for largest in range(len(sizes) - 1, 0, -1):
        if sizes[largest][0] <= _TIMES_AS_LARGE * sum(size for size, _ in sizes[:largest]):
            return [file for _, file in sizes[: largest + 1]]
    return None


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
