"""What `niteru bench search` measures: the galleries as they serve, and what else could search the same vectors."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np

from backend.config import THREADS, environment
from backend.search.bench_vectors import DIM, TOP, Drawn, filters
from backend.search.gallery import Vector
from backend.search.milvus_gallery import (
    GalleryUnavailable,
    MilvusGallery,
    can_run_server,
    gallery_server_command,
    open_gallery,
    ping,
)

Answer = list[list[int]]

_START_SECONDS, _QUICK_SECONDS = 180.0, 1800.0
_IDLE_WITHIN_SECONDS, _IDLE_SHARE = 600.0, 0.1
_LOOK_SECONDS = {"lite": 5.0, "server": 60.0}
"""For so long it has to be idle: a Milvus server looks for what to merge once a minute."""
_WRITTEN_AT_ONCE = 1000
_ROWS_PER_PRODUCT = 4  # as the galleries ask


class Engine(Protocol):
    """Something that answers with each query's best TOP products."""

    name: str

    def build(self, drawn: Drawn) -> None:
        """Take the vectors; on return searches are as quick as they get."""

    def search(self, queries: Vector, condition: str) -> Answer:
        """Return each query's products, best first."""

    def memory(self) -> int:
        """Return the bytes it holds."""

    def processor_s(self) -> float:
        """Return the seconds of processor that its processes used so far, this one left out."""


class Numpy:
    """The plain reference: one product of matrices, and the best TOP rows (not products) of each query."""

    name = "numpy"

    def build(self, drawn: Drawn) -> None:
        self._drawn = drawn

    def search(self, queries: Vector, condition: str) -> Answer:
        if condition != "plain":
            return self._drawn.best_products(queries, condition)
        scores = self._drawn.vectors @ queries.T
        rows = np.argpartition(scores, -TOP, axis=0)[-TOP:]
        return [self._drawn.products[column].tolist() for column in rows.T]

    def memory(self) -> int:
        return self._drawn.vectors.nbytes

    def processor_s(self) -> float:
        return 0.0


class Hnswlib:
    """hnswlib in this process; its filter is a function of ours that it calls for every row it looks at."""

    name = "hnswlib"
    _M, _EF_CONSTRUCTION, _EF = 16, 200, 256

    def build(self, drawn: Drawn) -> None:
        import hnswlib  # noqa: PLC0415 - an extra

        before = _pss(os.getpid())
        self._drawn = drawn
        self._index: Any = hnswlib.Index("ip", DIM)
        self._index.init_index(len(drawn.vectors), M=self._M, ef_construction=self._EF_CONSTRUCTION)
        self._index.add_items(drawn.vectors)
        self._index.set_ef(self._EF)
        self._memory = _pss(os.getpid()) - before

    def search(self, queries: Vector, condition: str) -> Answer:
        rows = TOP * _ROWS_PER_PRODUCT
        if condition == "plain":
            found, _ = self._index.knn_query(queries, k=rows)
        else:
            passing = self._drawn.passing(condition)
            rows = min(rows, int(passing.sum()))
            if not rows:
                return [[] for _ in queries]
            # more than one thread would take turns at Python's lock
            found, _ = self._index.knn_query(queries, k=rows, filter=passing.item, num_threads=1)
        return [list(dict.fromkeys(self._drawn.products[row].tolist()))[:TOP] for row in found]

    def memory(self) -> int:
        return self._memory

    def processor_s(self) -> float:
        return 0.0


class Milvus:
    """A gallery as it serves, on a server of its own."""

    def __init__(self, name: str, uri: str, pid: int) -> None:
        self.name, self._uri, self._pid = name, uri, pid

    def build(self, drawn: Drawn) -> None:
        self._gallery = _open(self._uri)
        for start in range(0, len(drawn.vectors), _WRITTEN_AT_ONCE):
            self._gallery.upsert(drawn.entries(range(start, min(len(drawn.vectors), start + _WRITTEN_AT_ONCE))))
        self._gallery.make_quick(_QUICK_SECONDS)
        self._wait_until_idle(_LOOK_SECONDS[self.name])

    def _wait_until_idle(self, look_s: float) -> None:
        """Wait for what the server still does by itself: merging, indexing, loading anew. Ten minutes at most."""
        end = time.monotonic() + _IDLE_WITHIN_SECONDS
        busy = 1.0
        while busy > _IDLE_SHARE and time.monotonic() < end:
            before = self.processor_s()
            time.sleep(look_s)
            busy = (self.processor_s() - before) / look_s

    def search(self, queries: Vector, condition: str) -> Answer:
        answers = self._gallery.search(queries, limit=TOP, filters=filters(condition))
        return [[int(hit.product_id[1:]) for hit in hits] for hits in answers]

    def memory(self) -> int:
        return sum(map(_pss, _family(self._pid)))

    def processor_s(self) -> float:
        return sum(map(_processor_s, _family(self._pid)))


def missing(name: str) -> str:
    """Return why the engine of that name cannot be measured here, "" when it can."""
    if name == "server" and not can_run_server():
        return "the Milvus server is not installed (pip install '.[server]')"
    if name == "hnswlib" and find_spec("hnswlib") is None:
        return "hnswlib is not installed (pip install '.[bench]')"
    return ""


@contextlib.contextmanager
def running(name: str) -> Iterator[Engine]:
    """Yield the engine of that name (numpy, lite, server or hnswlib), empty; its server ends with the block."""
    if name == "numpy":
        yield Numpy()
    elif name == "hnswlib":
        yield Hnswlib()
    else:
        with (
            TemporaryDirectory(prefix="niteru-bench-", ignore_cleanup_errors=True) as folder,
            _server(name, Path(folder)) as (uri, pid),
        ):
            yield Milvus(name, uri, pid)


@contextlib.contextmanager
def _server(engine: str, folder: Path) -> Iterator[tuple[str, int]]:
    port = _free_port()
    uri = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        command = gallery_server_command(folder / "data", port, engine=engine)
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**environment(), **THREADS})
    try:
        _wait_for(uri, process)
        yield uri, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _wait_for(uri: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            return ping(uri, "")
        except GalleryUnavailable:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.2)


def _open(uri: str) -> MilvusGallery:
    return open_gallery(uri, "", tenant_id=str(uuid.uuid4()), model_id="bench", dim=DIM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _family(pid: int) -> list[int]:
    """Return the process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def _pss(pid: int) -> int:
    """Return the bytes of memory that the process holds, its part of what it shares included."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _processor_s(pid: int) -> float:
    """Return the seconds of processor that the process used, in hundredths."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
