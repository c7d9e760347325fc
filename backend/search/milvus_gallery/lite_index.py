"""The nearest rows of a large segment of Milvus Lite's without comparing all of them: faiss's inverted lists.

Lite's own indexes are of no use here: its HNSW loses half the answers under a filter, its IVF skips nothing under one.
This reads the more lists the fewer rows pass (effort.py says why that suffices), and does without where few do.

The lists hold two bytes for each number of a vector: half the memory, read in half the time, and inner products right
to three digits; lite_search.py compares the few rows that it answers with once more.
"""

import math
import threading
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.search.milvus_gallery.effort import LISTS, LISTS_READ, SPARE

INDEXED_ROWS = 5_000
"""Smaller segments are compared row by row, which takes up to 1.5 milliseconds for six queries."""
_READ_PER_COMPARED = 8
"""So many rows in lists, most of them shut out by a filter, are read in the time in which one that passes is compared:
of 100,000 rows a tenth is compared with six queries in 3.3 ms and found in 196 of 1,024 lists in 1.4; of a fiftieth it
is 0.6 in 963 lists' 1.6."""

_ROWS_PER_LIST = 64
_THREADS = 2  # that look for the garments of one photo, side by side
_ROUNDS, _ROWS_LEARNED_FROM = 5, 40  # of k-means, and of each list; 180,000 vectors of 256 take 3.4 s on one thread


class Index:
    """The vectors (rows, dim) of one segment in lists; the rows' places are their numbers."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        import faiss  # noqa: PLC0415 - lite.py's process alone, and only for a large gallery

        self._faiss: Any = faiss  # its annotations know the C++ side only
        self._rows, dim = vectors.shape
        self.lists: int = min(LISTS, self._rows // _ROWS_PER_LIST)
        half = faiss.ScalarQuantizer.QT_fp16
        coarse, metric = faiss.IndexFlatIP(dim), faiss.METRIC_INNER_PRODUCT
        self._index = faiss.IndexIVFScalarQuantizer(coarse, dim, self.lists, half, metric)
        self._index.cp.niter = _ROUNDS
        chosen = np.random.default_rng(0).permutation(self._rows)[: self.lists * _ROWS_LEARNED_FROM]
        self._index.train(vectors[chosen])
        self._index.add(vectors)

    def lists_to_read(self, passed: int, count: float, apart: float) -> int:
        """Return how many lists to read for the best `count` of the rows that pass; 0 where comparing those is quicker.

        `apart` says how many times as many as a filter needs that picks rows at random; infinitely many are all.
        """
        shut_out = self._rows / passed
        for_recall = LISTS_READ * shut_out * min(apart, shut_out)
        for_enough_rows = self.lists * SPARE * count / passed
        wanted = self.lists if apart == math.inf else math.ceil(max(for_recall, for_enough_rows))
        lists = min(self.lists, wanted)
        return 0 if passed * _READ_PER_COMPARED <= self._rows * lists / self.lists else lists

    def nearest(
        self, queries: NDArray[np.float32], passing: NDArray[np.bool_], *, count: int, lists: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the numbers and inner products (to three digits) of each query's best rows that pass, best first.

        Shapes are (queries, count); beyond the last row a number is -1.
        """
        options: dict[str, Any] = {"nprobe": lists}
        bits = np.packbits(passing, bitorder="little")  # faiss reads it in place
        if not passing.all():
            options["sel"] = self._faiss.IDSelectorBitmap(bits)
        self._faiss.omp_set_num_threads(_THREADS)  # of the thread that calls
        products, rows = self._index.search(queries, count, params=self._faiss.SearchParametersIVF(**options))
        return rows, products


class Indexes:
    """The indexes of one collection's large segments, by file; made one after the other beside the searches."""

    def __init__(self) -> None:
        self._made: dict[str, Index] = {}
        self._wanted: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._is_working = False

    def get(self, segment: Any) -> Index | None:
        return self._made.get(segment.file_path)

    def keep(self, segments: Iterable[Any]) -> None:
        """Make the indexes of these segments that are missing, soon, and forget those of all others."""
        large = {segment.file_path: segment for segment in segments if segment.num_rows >= INDEXED_ROWS}
        with self._lock:
            self._made = {file: index for file, index in self._made.items() if file in large}
            self._wanted = {file: segment for file, segment in large.items() if file not in self._made}
            if self._wanted and not self._is_working:
                self._is_working = True
                threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._is_working = False
                    return
                file, segment = next(iter(self._wanted.items()))
            index = Index(segment.vectors)
            with self._lock:
                if self._wanted.pop(file, None) is not None:  # still wanted: it was not merged meanwhile
                    self._made[file] = index
