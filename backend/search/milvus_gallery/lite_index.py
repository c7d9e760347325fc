"""The nearest rows of a large segment of Milvus Lite's without comparing all of them: faiss's inverted lists.

Lite's own indexes are of no use here: its HNSW loses half the answers under a filter, its IVF skips nothing under one.
It learns from its own rows how many lists hold the nearest, since catalogues are clustered differently, reads the more
the fewer rows pass, and is not used where few do.

The lists hold two bytes for each number of a vector: half the memory, read in half the time, and inner products right
to three digits; lite_search.py compares the few rows that it answers with once more.
"""

import math
import threading
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.search.milvus_gallery.effort import LISTS, LISTS_READ

INDEXED_ROWS = 4_000
"""Smaller segments are compared row by row, which takes up to half a millisecond for six queries."""
_READ_PER_COMPARED = 8
"""So many rows in lists, most of them shut out by a filter, are read in the time in which one that passes is compared:
of 100,000 rows a tenth is compared with six queries in 3.3 ms and found in 196 of 1,024 lists in 1.4; of a fiftieth it
is 0.6 in 963 lists' 1.6."""

_ROWS_PER_LIST = 64
_ROWS_PER_WANTED = 16
"""The lists read hold at least this many times the rows wanted: a product has several, of which the best counts."""
_NEAREST = (25, 50, 100, 250, 500, 1000, 2500)
_HELD, _ASKERS, _ASKED_AT_ONCE = 0.99, 128, 16
"""So many rows tell how many lists hold so much of their nearest; 0.7 s of the 2.7 that 100,000 rows take."""
_STRANGER = 3
"""A shopper's photo needs more lists than a row of the shop's own: garments of street photos, asked among 6,300 of
photos of single garments, 42 of 98 lists for 0.99 of the nearest 50, where those need 17 among themselves."""
_ADDED_AT_ONCE = 10_000
_ROUNDS, _ROWS_LEARNED_FROM = 5, 40  # of k-means, and of each list; 180,000 vectors of 256 take 3.4 s on one thread
_SHORTEST = np.finfo(np.float32).tiny  # a vector of zeros is as far from every other as can be, and nothing is NaN


def inverse_lengths(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return one over the length of each vector (n, d)."""
    return np.asarray(1 / np.maximum(np.linalg.norm(vectors, axis=1), _SHORTEST), dtype=np.float32)


class Index:
    """The vectors (rows, dim) of one segment, all made as long as one, in lists; the rows' places are their numbers."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        import faiss  # noqa: PLC0415 - lite.py's process alone, and only where there is a large segment

        self._faiss: Any = faiss  # its annotations know the C++ side only
        self.rows, dim = vectors.shape
        self.lists: int = min(LISTS, self.rows // _ROWS_PER_LIST)
        half = faiss.ScalarQuantizer.QT_fp16
        coarse, metric = faiss.IndexFlatIP(dim), faiss.METRIC_INNER_PRODUCT
        self._index: Any = faiss.IndexIVFScalarQuantizer(coarse, dim, self.lists, half, metric)
        self._index.cp.niter = _ROUNDS
        self._index.by_residual = False  # what is rounded is the vector, not where it lies in its list
        scale = inverse_lengths(vectors)
        chosen = np.random.default_rng(0).permutation(self.rows)[: self.lists * _ROWS_LEARNED_FROM]
        self._index.train(vectors[chosen] * scale[chosen, None])
        for start in range(0, self.rows, _ADDED_AT_ONCE):
            part = slice(start, start + _ADDED_AT_ONCE)
            self._index.add(vectors[part] * scale[part, None])
        self._holding = self._learned(vectors, scale)
        self._choose_by_halves(coarse.reconstruct_n(0, self.lists))

    def _choose_by_halves(self, centers: NDArray[np.float32]) -> None:
        """Choose lists by half floats from now on: it is as much to read as what is then read of the lists."""
        chooser = self._faiss.IndexScalarQuantizer(
            centers.shape[1], self._faiss.ScalarQuantizer.QT_fp16, self._faiss.METRIC_INNER_PRODUCT
        )
        chooser.add(centers)
        self._index.quantizer = chooser
        chooser.thisown = True  # faiss has no owner for what it is given
        self._index.referenced_objects = [chooser]

    def _learned(self, vectors: NDArray[np.float32], scale: NDArray[np.float32]) -> list[float]:
        """Return how many lists hold _HELD of the nearest rows, for each number in _NEAREST."""
        in_list = self._index.quantizer.search(vectors, 1)[1][:, 0]
        askers = np.random.default_rng(1).permutation(self.rows)[:_ASKERS]
        turns = []
        for rows in np.split(askers, _ASKERS // _ASKED_AT_ONCE):
            scores = vectors[rows] @ vectors.T
            scores *= scale
            scores[np.arange(len(rows)), rows] = -np.inf
            turns.append(self._turns(vectors[rows], scores, in_list, _NEAREST[-1]))
        turn = np.concatenate(turns)
        return [float(np.quantile(turn[:, :count], _HELD)) + 1 for count in _NEAREST]

    def _turns(
        self, askers: NDArray[np.float32], scores: NDArray[np.float32], in_list: NDArray[np.int64], count: int
    ) -> NDArray[np.int64]:
        """Return when the lists of each asker's `count` nearest rows, nearest first, are read: 0 at first."""
        best = np.argpartition(scores, -count, axis=1)[:, -count:]
        order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1)
        _, lists = self._index.quantizer.search(askers, self.lists)
        return np.take_along_axis(np.argsort(lists, axis=1), in_list[np.take_along_axis(best, order, axis=1)], axis=1)

    def lists_to_read(self, passed: int, wanted: float, apart: float) -> int:
        """Return how many lists to read for the best `wanted` of the rows that pass; 0 where comparing is quicker.

        Where a filter shuts out nine rows of ten, as if by lot, ten times as many rows are nearer than the last one
        wanted. `apart` says how many times as many lists a filter needs that shuts out whole kinds; infinitely many
        are all.
        """
        shut_out = self.rows / passed
        if apart == math.inf or wanted * shut_out > _NEAREST[-1]:
            lists = self.lists
        else:
            for_recall = _STRANGER * float(np.interp(wanted * shut_out, _NEAREST, self._holding))
            for_kinds = LISTS_READ * shut_out * min(apart, shut_out) if apart > 1 else 0
            for_enough_rows = self.lists * _ROWS_PER_WANTED * wanted / passed
            lists = min(self.lists, math.ceil(max(for_recall, for_kinds, for_enough_rows)))
        return 0 if passed * _READ_PER_COMPARED <= self.rows * lists / self.lists else lists

    def parameters(self, lists: int, bits: NDArray[np.uint8] | None) -> Any:
        """Return what `nearest` takes: how many lists to read, and which rows pass, bit by bit; None where all do."""
        options = {} if bits is None else {"sel": self._faiss.IDSelectorBitmap(bits)}  # which keeps the bits
        return self._faiss.SearchParametersIVF(nprobe=lists, **options)

    def nearest(
        self, queries: NDArray[np.float32], parameters: Any, count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the numbers and cosines (to three digits) of each unit query's best rows that pass, best first.

        Shapes are (queries, count); beyond the last row a number is -1 and its cosine far below any.
        """
        cosines, rows = self._index.search(queries, count, params=parameters)
        return rows, cosines


class Indexes:
    """The indexes of one collection's large segments, by file; made one after the other beside the searches."""

    def __init__(self) -> None:
        self._made: dict[str, Index] = {}
        self._wanted: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._is_working = False

    def __len__(self) -> int:
        return len(self._made)

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
