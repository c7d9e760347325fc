"""One tenant's collections in Milvus, behind the Gallery protocol."""

import contextlib
import re
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.search.gallery import (
    Entry,
    Facts,
    Filters,
    Hit,
    changed_entries,
    check_entries,
    check_limit,
    check_vectors,
)
from backend.search.milvus_gallery.expression import Row, any_of, to_entry, to_row
from backend.search.milvus_gallery.reading import Reading
from backend.search.milvus_gallery.schema import alias_of, collection_schema, server_index, slug
from backend.search.milvus_gallery.server import GalleryMismatch, GalleryUnavailable, Missing, Server, server

ALIAS_SECONDS = 2.0
"""How long a process may go on using the collection that was live before a publish; that one is kept for rollback."""

_WRITTEN_AT_ONCE = 250  # about 0.1 s on Lite, which answers nobody else meanwhile
_BATCH = 1000
_LOOKED_AGAIN_SECONDS = 0.5
_SPARE_GENERATIONS = 4  # numbers that a killed creation may have used up


class MilvusGallery:
    """The live gallery of one tenant and model or, made by `new_generation`, one that is not live yet."""

    def __init__(self, uri: str, token: str, *, tenant_id: str, model_id: str, dim: int, collection: str = "") -> None:
        self._uri, self._token, self._dim = uri, token, dim
        self._tenant_id, self._model_id = tenant_id, model_id
        self._alias = alias_of(tenant_id)
        self._prefix = f"{self._alias}_{slug(model_id)}_"
        self._own = collection

    def create(self) -> None:
        """Make the live collection unless there is one. Safe to call again, by several processes at once."""
        if self._find() is None:
            collection = self._make(1)
            if self._find() is None:
                self._point_alias(collection)

    def new_generation(self) -> "MilvusGallery":
        """Return an empty gallery beside the live one, to be filled and then published."""
        live = self._find() or f"{self._prefix}0"
        fresh = self._make(int(live.removeprefix(self._prefix)) + 1)
        return MilvusGallery(
            self._uri, self._token, tenant_id=self._tenant_id, model_id=self._model_id, dim=self._dim, collection=fresh
        )

    @property
    def collection(self) -> str:
        """The generation's own name; "" for the live gallery, whose name changes."""
        return self._own

    @property
    def dim(self) -> int:
        return self._dim

    def live_generation(self) -> "MilvusGallery | None":
        """Return what is live now, whichever model made it, or None; asks the server, never this process's memory.

        Writers must use it: what this process remembers of the alias may be a moment older than a publish.
        """
        self._server.live.pop(self._alias, None)
        try:
            return self.generation(self._server.call("describe_collection", self._alias)["collection_name"])
        except Missing:
            return None

    def generation(self, collection: str, dim: int = 0) -> "MilvusGallery":
        """Return one generation by its name; without `dim`, the server is asked how long its vectors are.

        Raises ValueError for a name that is not this tenant's.
        """
        if re.fullmatch(re.escape(self._alias) + r"_\w+_[0-9]+", collection, re.ASCII) is None:
            raise ValueError("a generation's name begins with its tenant's alias")
        if not dim:
            fields = self._server.call("describe_collection", collection)["fields"]
            dim = next(int(field["params"]["dim"]) for field in fields if field["name"] == "vector")
        return MilvusGallery(
            self._uri, self._token, tenant_id=self._tenant_id, model_id=self._model_id, dim=dim, collection=collection
        )

    def is_by(self, model_id: str) -> bool:
        """Say whether this generation holds embeddings by that model."""
        return re.fullmatch(re.escape(f"{self._alias}_{slug(model_id)}_") + r"[0-9]+", self._own) is not None

    def name_after(self, *taken: str) -> str:
        """Return a name for a new generation of this model, numbered after those of `taken` that are of the model."""
        numbers = [int(name.removeprefix(self._prefix)) for name in taken if self._is_ours(name)]
        return f"{self._prefix}{max(numbers, default=0) + 1}"

    def begin(self) -> None:
        """Make this generation's collection, empty, in place of whatever a killed attempt left."""
        self.forget()
        self._create(self._own)

    def forget(self) -> None:
        """Drop this generation, and the alias where it is the live one; nothing happens when it is gone already."""
        if not self._server.call("has_collection", self._own):
            return
        live = self.live_generation()
        if live and live.collection == self._own and not self._server.is_lite:  # Lite drops aliases with it
            self._server.call("drop_alias", self._alias)
        self._server.call("drop_collection", self._own)
        self._server.live.pop(self._alias, None)

    def publish(self) -> None:
        """Make this gallery the tenant's live one; the former stays for a rollback until it is dropped."""
        self._point_alias(self._writable())

    def upsert(self, entries: Sequence[Entry]) -> None:
        self._write(check_entries(entries, self._dim))

    def delete_images(self, image_ids: Collection[str]) -> int:
        return self._delete("image_id", image_ids)

    def delete_products(self, product_ids: Collection[str]) -> int:
        return self._delete("product_id", product_ids)

    def update_products(self, facts: Mapping[str, Facts]) -> int:
        total = 0
        for product_ids in _batches(list(facts), 100):
            changed = changed_entries(map(to_entry, self._rows(any_of("product_id", product_ids), ["*"])), facts)
            self._write(check_entries(changed, self._dim))
            total += len(changed)
        return total

    def search(
        self, vectors: NDArray[np.floating], *, limit: int, filters: Filters | None = None, strong: bool = False
    ) -> list[list[Hit]]:
        queries, limit = check_vectors(vectors, self._dim), check_limit(limit)
        collection = self._find()
        if collection is None or not len(queries):
            return [[] for _ in queries]
        reading = Reading(self._server, collection)
        return reading.search(queries, limit=limit, filters=filters or Filters(), strong=strong)

    def entries_of_product(self, product_id: str) -> list[Entry]:
        entries = map(to_entry, self._rows(any_of("product_id", [product_id]), ["*"]))
        return sorted(entries, key=lambda entry: entry.embedding_id)

    def entries_of_products(self, product_ids: Collection[str]) -> list[Entry]:
        if not product_ids:
            return []
        entries = map(to_entry, self._rows(any_of("product_id", product_ids), ["*"], consistency="Bounded"))
        return sorted(entries, key=lambda entry: entry.embedding_id)

    def entries_of_images(self, image_ids: Collection[str]) -> list[Entry]:
        """Return the images' entries, ordered by embedding id; sees the newest writes."""
        found = [
            to_entry(row)
            for batch in _batches(sorted(image_ids), _BATCH)
            for row in self._rows(any_of("image_id", batch), ["*"])
        ]
        return sorted(found, key=lambda entry: entry.embedding_id)

    def images(self) -> dict[str, str]:
        """Return the image's id of every entry, by embedding id; sees the newest writes."""
        return {row["embedding_id"]: row["image_id"] for row in self._rows("", ["embedding_id", "image_id"])}

    def count(self) -> int:
        collection = self._find()
        return Reading(self._server, collection).count() if collection else 0

    def embedding_ids(self) -> set[str]:
        return {row["embedding_id"] for row in self._rows("", ["embedding_id"])}

    def make_quick(self, seconds: float) -> None:
        """Return when searches here are as quick as they get: what was written is indexed, and lies in few segments.

        After `seconds` anyway. For a collection that was just filled; what is written bit by bit gets there by itself.
        """
        collection = self._find()
        if collection is None:
            return
        self._server.call("flush", collection)
        end = time.monotonic() + seconds
        if self._server.is_lite:
            self.search(np.eye(1, self._dim), limit=1)  # from which on Lite makes the indexes of large segments
        else:
            job = self._server.call("compact", collection)
            while self._server.call("get_compaction_state", job) != "Completed" and time.monotonic() < end:
                time.sleep(_LOOKED_AGAIN_SECONDS)
        while not self._server.is_indexed(collection) and time.monotonic() < end:
            time.sleep(_LOOKED_AGAIN_SECONDS)

    def drop(self) -> None:
        """Forget this generation; on the live gallery every generation that this model has, and the alias."""
        if self._own:
            self._server.call("drop_collection", self._own)
            return
        live = self._find()
        number = int(live.removeprefix(self._prefix)) if live else 0
        if self._server.is_lite:  # listing would make it open every tenant's collections
            names = [f"{self._prefix}{n}" for n in range(1, number + _SPARE_GENERATIONS + 1)]
            names = [name for name in names if self._server.call("has_collection", name)]
        else:
            names = [name for name in self._server.call("list_collections") if self._is_ours(name)]
        for name in sorted(names, key=lambda each: each == live):  # a rerun after a kill must still find its way
            if name == live and not self._server.is_lite:  # Lite drops a collection's aliases with it
                self._server.call("drop_alias", self._alias)
            self._server.call("drop_collection", name)
        self._server.live.pop(self._alias, None)

    @property
    def _server(self) -> Server:
        return server(self._uri, self._token)

    def _find(self) -> str | None:
        """Return the collection to use, None while there is none. Raises GalleryMismatch."""
        if self._own:
            self._server.settle(self._own)
            return self._own
        collection, seen = self._server.live.get(self._alias, ("", 0.0))
        if not collection or time.monotonic() - seen > ALIAS_SECONDS:
            try:
                collection = self._server.call("describe_collection", self._alias)["collection_name"]
            except Missing:
                return None
            self._server.live[self._alias] = (collection, time.monotonic())
        if not self._is_ours(collection):
            raise GalleryMismatch(f"The live gallery was not made by the model {self._model_id}; publish one that was.")
        self._server.settle(collection)
        return collection

    def _writable(self) -> str:
        collection = self._find()
        if collection is None:
            self.create()
            collection = self._find()
        if collection is None:
            raise GalleryUnavailable("The gallery was dropped while it was being written; try again.")
        return collection

    def _is_ours(self, collection: str) -> bool:
        return re.fullmatch(re.escape(self._prefix) + r"[0-9]+", collection) is not None

    def _point_alias(self, collection: str) -> None:
        """Move the alias, or make it; somebody else may make it between our two questions."""
        for operation in ("alter_alias", "create_alias"):
            with contextlib.suppress(GalleryUnavailable):
                self._server.call(operation, collection, self._alias)
                break
        else:
            self._server.call("alter_alias", collection, self._alias)
        self._server.live.pop(self._alias, None)

    def _make(self, number: int) -> str:
        """Create the first collection of `number`, `number` + 1 … that is not there or empty; return its name.

        Killed creations and drops leave collections that no alias reaches.
        """
        for name in (f"{self._prefix}{number + spare}" for spare in range(_SPARE_GENERATIONS)):
            self._create(name)
            if Reading(self._server, name).count() == 0:
                return name
        raise GalleryUnavailable("No collection could be created for the gallery; look at the gallery server's log.")

    def _create(self, name: str) -> None:
        """Create the collection unless it is there."""
        if not self._server.call("has_collection", name):
            try:
                self._server.call("create_collection", name, schema=collection_schema(self._dim))
            except GalleryUnavailable:
                if not self._server.call("has_collection", name):  # nobody else was quicker
                    raise
        if not self._server.is_lite:
            self._server.call("create_index", name, server_index())
            self._server.call("load_collection", name)

    def _rows(self, condition: str, columns: list[str], *, consistency: str = "Strong") -> list[Row]:
        """Return every row that meets `condition`, each key once; with "Strong" the newest writes included."""
        collection = self._find()
        return Reading(self._server, collection).rows(condition, columns, consistency=consistency) if collection else []

    def _write(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        collection = self._writable()
        columns = self._server.columns(collection)
        for batch in _batches(entries, _WRITTEN_AT_ONCE):
            rows = [{name: value for name, value in to_row(entry).items() if name in columns} for entry in batch]
            self._server.call("upsert", collection, rows)
            self._server.flush(collection)

    def _delete(self, name: str, values: Collection[str]) -> int:
        collection = self._find()
        ids = [
            row["embedding_id"]
            for batch in _batches(sorted(values), _BATCH)
            for row in self._rows(any_of(name, batch), ["embedding_id"])
        ]
        if collection and ids:
            for batch in _batches(ids, _BATCH):
                self._server.call("delete", collection, ids=list(batch))
            self._server.flush(collection)
        return len(ids)


def open_gallery(uri: str, token: str, *, tenant_id: str, model_id: str, dim: int) -> MilvusGallery:
    """Return the tenant's live gallery of embeddings (dim,) by `model_id`; nothing is asked of the server yet."""
    return MilvusGallery(uri, token, tenant_id=tenant_id, model_id=model_id, dim=dim)


def _batches(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
