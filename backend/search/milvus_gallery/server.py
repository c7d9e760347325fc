"""The connection to a gallery server: one per process and address, and how the local server is started."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import grpc  # type: ignore[import-untyped]
from pymilvus import MilvusClient
from pymilvus.client.call_context import CallContext, _api_level_md
from pymilvus.client.utils import check_status
from pymilvus.decorators import retry_on_rpc_failure
from pymilvus.exceptions import MilvusException

from backend.errors import DomainError
from backend.search.gallery import Vector
from backend.search.milvus_gallery.question import Question

WRITE_TIMEOUT = 60.0
CONNECT_TIMEOUT = 5.0
"""Seconds. Nobody listening is known at once; this is for a server that hangs."""

_SCRIPTS = {"lite": "lite.py", "server": "embedded.py"}
_COLLECTION_NOT_FOUND, _COLLECTION_NOT_LOADED, _ALIAS_NOT_FOUND = 100, 101, 1600

log = logging.getLogger(__name__)
# It prints a traceback for every error that it also raises, in a format of its own.
logging.getLogger("pymilvus").setLevel(logging.CRITICAL)


class GalleryUnavailable(DomainError):
    """The gallery server cannot be reached or did not do what it was asked; trying again later may help."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "gallery_unavailable"


class GalleryMismatch(DomainError):
    """The tenant's live gallery was made by another model: its scores would mean nothing."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "gallery_mismatch"


class Missing(GalleryUnavailable):
    """There is no such collection or alias; where it reaches a caller, somebody dropped the gallery meanwhile."""


class Server:
    """One process's connection to one Milvus, made when first needed; it reconnects by itself."""

    def __init__(self, uri: str, token: str) -> None:
        self._uri, self._token = uri, token
        self._lock = threading.Lock()
        self._client: MilvusClient | None = None
        self._is_lite = False
        self._failing = False
        self.live: dict[str, tuple[str, float]] = {}
        """Alias → its collection and when that was looked up."""
        self.counts: dict[tuple[str, str], tuple[int, float]] = {}
        """Collection and condition → how many rows met it, and when they were counted."""
        self._settled: set[str] = set()
        self._columns: dict[str, frozenset[str]] = {}

    def call(self, operation: str, *arguments: Any, timeout: float = WRITE_TIMEOUT, **options: Any) -> Any:
        """Call the client's method of that name. Raises Missing, GalleryUnavailable."""
        collection = str(arguments[0]) if arguments else ""
        return self._tried(
            operation, collection, lambda client: getattr(client, operation)(*arguments, timeout=timeout, **options)
        )

    def search(self, collection: str, question: Question, vectors: Vector, *, timeout: float) -> Any:
        """Return the columns that the server answers (n, d) vectors with. Raises Missing, GalleryUnavailable."""
        request = question.asked(collection, vectors)

        def ask(client: MilvusClient) -> Any:
            context = client._generate_call_context()
            return _search(client._get_connection(), request, context=context, timeout=timeout)

        return self._tried("search", collection, ask)

    def _tried(self, operation: str, collection: str, call: Callable[[MilvusClient], Any]) -> Any:
        try:
            answer = call(self._connected())
        except (MilvusException, grpc.RpcError) as error:
            if getattr(error, "code", None) == _COLLECTION_NOT_LOADED and operation != "load_collection":
                self.call("load_collection", collection)
                return self._tried(operation, collection, call)
            raise self.translated(error, operation) from error
        self._failing = False
        return answer

    def scan(self, collection: str, **options: Any) -> list[dict[str, Any]]:
        """Return all rows of a query, however many. Raises Missing, GalleryUnavailable."""
        iterator = self.call("query_iterator", collection, **options)
        rows: list[dict[str, Any]] = []
        try:
            while page := iterator.next():
                rows += page
        except (MilvusException, grpc.RpcError) as error:
            raise self.translated(error, "query_iterator") from error
        finally:
            iterator.close()
        return rows

    def translated(self, error: Exception, operation: str) -> Exception:
        """Return what to raise for an error of the server or of the way to it."""
        if getattr(error, "code", None) in (_COLLECTION_NOT_FOUND, _ALIAS_NOT_FOUND):
            self.live.clear()
            self._columns.clear()
            return Missing("The gallery was replaced meanwhile; try again.")
        self.live.clear()
        self._settled.clear()
        if not self._failing:  # once, not for every call of somebody who waits for the server
            log.warning("gallery_call_failed", extra={"operation": operation, "reason": str(error)[:500]})
        self._failing = True
        return GalleryUnavailable(f"The gallery did not answer ({operation}); try again in a moment.")

    @property
    def is_lite(self) -> bool:
        """Say whether Milvus Lite answers here. Raises GalleryUnavailable when nobody does."""
        if self._client is None:
            self.call("get_server_version", timeout=CONNECT_TIMEOUT)
        return self._is_lite

    def columns(self, collection: str) -> frozenset[str]:
        """Return the names of the collection's columns."""
        if collection not in self._columns:
            fields = self.call("describe_collection", collection)["fields"]
            self._columns[collection] = frozenset(field["name"] for field in fields)
        return self._columns[collection]

    def flush(self, collection: str) -> None:
        """Make what was written durable and quick to search. A Milvus server's own log does that by itself."""
        if self.is_lite:
            self.call("flush", collection)

    def settle(self, collection: str) -> None:
        """Flush once after a (re)connect: what Lite replayed from its log is slow to search until then."""
        if collection not in self._settled:
            self.flush(collection)
            self._settled.add(collection)

    def is_indexed(self, collection: str) -> bool:
        """Say whether every flushed row is in the index and that index is loaded; Lite has none to wait for."""
        if self.is_lite:
            return True
        facts = self.call("describe_index", collection, "vector")
        return bool(facts["pending_index_rows"] == 0 and facts["indexed_rows"] >= facts["total_rows"])

    def _connected(self) -> MilvusClient:
        with self._lock:
            if self._client is None:
                # Dedicated: pymilvus would otherwise hand a forked child its parent's channel, which does not work.
                client = MilvusClient(self._uri, token=self._token, timeout=CONNECT_TIMEOUT, dedicated=True)
                self._is_lite = client.get_server_version(timeout=CONNECT_TIMEOUT).startswith("milvus_lite")
                self._client = client
            return self._client


@retry_on_rpc_failure()  # type: ignore[untyped-decorator]
def _search(handler: Any, request: Any, *, context: CallContext, timeout: float) -> Any:
    """Return the columns that the server answers a SearchRequest with; tried again within `timeout` s, as others are.

    pymilvus makes several objects of every row found, which took longer than the search itself. Raises
    MilvusException.
    """
    response = handler._stub.Search(request, timeout=timeout, metadata=_api_level_md(context))
    check_status(response.status)
    return response.results


def server(uri: str, token: str) -> Server:
    """Return this process's connection to `uri`; a forked child gets its own."""
    return _server(uri, token, os.getpid())


def can_run_server() -> bool:
    """Say whether the embedded Milvus server is installed (the extra `server`)."""
    return find_spec("milvus") is not None


def ping(uri: str, token: str) -> None:
    """Return when the gallery server answers. Raises GalleryUnavailable, at once while nobody listens."""
    server(uri, token).call("get_server_version", timeout=CONNECT_TIMEOUT)


def gallery_server_command(data_dir: Path, port: int, *, engine: str = "lite") -> list[str]:
    """Return the command line of the server that owns `data_dir`, listening on 127.0.0.1 only.

    `engine` is "lite" (Milvus Lite) or "server" (the embedded Milvus server, from the package `milvus`). Neither has a
    password, so no other address may ever be given to them. Run them with OMP_NUM_THREADS=1 (threads of faiss's own
    would share the core that beside.py keeps to) and stop them with SIGINT or SIGTERM; a kill -9 loses nothing that
    was acknowledged. Why Lite is not `milvus-lite server`: see lite.mend, and the head of this package for its single
    worker; why the other is not `milvus-server`: see the head of embedded.py.
    """
    # -P: the script's folder must not come before the packages it imports.
    script = [sys.executable, "-P", str(Path(__file__).with_name(_SCRIPTS[engine]))]
    return [*script, "--data-dir", str(data_dir), "--port", str(port)]


@cache
def _server(uri: str, token: str, pid: int) -> Server:
    del pid  # only tells processes apart
    return Server(uri, token)
