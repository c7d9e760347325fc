"""One tenant's collections in Milvus, behind the Gallery protocol."""

import contextlib
import re
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.search.gallery import (
    Entry,
    Facts,
    Filters,
    Hit,
    Vector,
    changed_entries,
    check_entries,
    check_limit,
    check_vectors,
    rank,
)
from backend.search.milvus_gallery.answers import Answer, answers, hit_columns
from backend.search.milvus_gallery.effort import (
    APART_PARAMETER,
    COUNTED_SECONDS,
    EXACT_ROWS,
    LISTS,
    lists_to_read,
    search_parameters,
    times_as_many,
)
from backend.search.milvus_gallery.expression import (
    Row,
    any_of,
    both,
    expression,
    none_of,
    to_entry,
    to_row,
)
from backend.search.milvus_gallery.schema import alias_of, collection_schema, server_index, slug
from backend.search.milvus_gallery.server import GalleryMismatch, GalleryUnavailable, Missing, Server, server

READ_TIMEOUT = 10.0
"""Seconds. A Lite server answers one request at a time, so this covers the wait behind somebody's flush too."""
ALIAS_SECONDS = 2.0
"""How long a process may go on using the collection that was live before a publish; that one is kept for rollback."""

_WRITTEN_AT_ONCE = 250  # about 0.1 s on Lite, which answers nobody else meanwhile
_BATCH = 1000
_SCAN = 8000
_MOST_ROWS = 16_384  # what Milvus answers at most
_COUNTS_KEPT = 10_000
_LOOKED_AGAIN_SECONDS = 0.5
_FEWEST_ROWS, _ROWS_PER_PRODUCT = 50, 4
_EQUALS = 10  # products as near as the last one, of which the order decides
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
            changed = changed_entries(map(to_entry, self._query(any_of("product_id", product_ids), ["*"])), facts)
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
        if self._server.is_lite:  # groups by itself: its rows are products
            size = limit + _EQUALS
        else:
            size = min(_MOST_ROWS, max(_FEWEST_ROWS, limit * _ROWS_PER_PRODUCT))
        filters = filters or Filters()
        effort = self._effort(collection, filters, size)
        question = _Question(collection, expression(filters), size, strong, effort)
        pairs = zip(queries, self._ask(question, queries, limit), strict=True)
        return [self._completed(question, query, answer, limit) for query, answer in pairs]

    def entries_of_product(self, product_id: str) -> list[Entry]:
        entries = map(to_entry, self._query(any_of("product_id", [product_id]), ["*"]))
        return sorted(entries, key=lambda entry: entry.embedding_id)

    def entries_of_products(self, product_ids: Collection[str]) -> list[Entry]:
        if not product_ids:
            return []
        entries = map(to_entry, self._query(any_of("product_id", product_ids), ["*"], consistency="Bounded"))
        return sorted(entries, key=lambda entry: entry.embedding_id)

    def entries_of_images(self, image_ids: Collection[str]) -> list[Entry]:
        """Return the images' entries, ordered by embedding id; sees the newest writes."""
        found = [
            to_entry(row)
            for batch in _batches(sorted(image_ids), _BATCH)
            for row in self._query(any_of("image_id", batch), ["*"])
        ]
        return sorted(found, key=lambda entry: entry.embedding_id)

    def images(self) -> dict[str, str]:
        """Return the image's id of every entry, by embedding id; sees the newest writes."""
        return {row["embedding_id"]: row["image_id"] for row in self._query("", ["embedding_id", "image_id"])}

    def count(self) -> int:
        collection = self._find()
        return self._size(collection) if collection else 0

    def embedding_ids(self) -> set[str]:
        return {row["embedding_id"] for row in self._query("", ["embedding_id"])}

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
            if self._size(name) == 0:
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

    def _size(self, collection: str, condition: str = "", consistency: str = "Strong") -> int:
        (row,) = self._server.call(
            "query", collection, filter=condition, output_fields=["count(*)"], consistency_level=consistency
        )
        return int(row["count(*)"])

    def _effort(self, collection: str, filters: Filters, size: int) -> dict[str, int]:
        """Return the search's parameters, which say how much of an index to read (effort.py)."""
        is_apart = bool(filters.categories)
        if self._server.is_lite:
            return {APART_PARAMETER: times_as_many(is_apart=is_apart)}
        total = self._counted(collection, "")
        # Left out are a few products of a round before, or the one that others shall be like: they change no share.
        condition = expression(replace(filters, exclude_product_ids=()))
        passing = self._counted(collection, condition) if total > EXACT_ROWS and condition else total
        return search_parameters(lists_to_read(total, passing, size, is_apart=is_apart), size)

    def _counted(self, collection: str, condition: str) -> int:
        """Return about how many rows meet `condition`; as of half a minute ago at worst."""
        counts = self._server.counts
        count, seen = counts.get((collection, condition), (0, -COUNTED_SECONDS))
        if time.monotonic() - seen >= COUNTED_SECONDS:
            count = self._size(collection, condition, consistency="Bounded")
            if len(counts) >= _COUNTS_KEPT:
                counts.clear()
            counts[collection, condition] = (count, time.monotonic())
        return count

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
            for row in self._query(any_of(name, batch), ["embedding_id"])
        ]
        if collection and ids:
            for batch in _batches(ids, _BATCH):
                self._server.call("delete", collection, ids=list(batch))
            self._server.flush(collection)
        return len(ids)

    def _query(self, condition: str, columns: list[str], *, consistency: str = "Strong") -> list[Row]:
        """Return every row that meets `condition`, each key once; with "Strong" the newest writes included."""
        collection = self._find()
        if collection is None:
            return []
        options: dict[str, Any] = {"filter": condition, "output_fields": columns, "consistency_level": consistency}
        # One scan where that is sure to be enough: an iterator costs Lite a scan a page, and one to see the end.
        rows = self._server.call("query", collection, limit=_MOST_ROWS, **options)
        if len(rows) == _MOST_ROWS:
            rows = self._server.scan(collection, batch_size=_SCAN, **options)
        return list({row["embedding_id"]: row for row in rows}.values())

    def _completed(self, question: "_Question", query: Vector, answer: Answer, limit: int) -> list[Hit]:
        """Group the rows by product, and ask for more while there may be further products.

        Rows come best first, so each product found is found with its best garment and can be left out of the
        next question: every round finds at least one more product or the end. Fewer rows than asked for are the end
        only where every list of the index was read.
        """
        found = rank(answer.hits, limit)
        while len(found) < limit and (answer.rows == question.size or question.reads_a_part):
            others = both(question.condition, none_of("product_id", [hit.product_id for hit in found]))
            effort = question.effort if answer.rows == question.size else search_parameters(LISTS, question.size)
            question = replace(question, condition=others, effort=effort)
            (answer,) = self._ask(question, query[None], limit)
            found = rank([*found, *answer.hits], limit)
        return found

    def _ask(self, question: "_Question", queries: Vector, limit: int) -> list[Answer]:
        """Ask for the best `question.size` rows for each query; only what may be of its best products is kept."""
        grouping = {"group_by_field": "product_id"} if self._server.is_lite else {}
        columns = self._server.search(
            question.collection,
            list(queries),
            filter=question.condition,
            limit=question.size,
            output_fields=hit_columns(self._server.columns(question.collection)),
            anns_field="vector",
            search_params={"metric_type": "COSINE", "params": question.effort},
            consistency_level="Strong" if question.strong else "Bounded",
            timeout=READ_TIMEOUT,
            **grouping,
        )
        return answers(columns, limit)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of a collection, apart from the vectors: how many rows (`size`) that meet which condition.

    `effort` says in how much of the index to look for them.
    """

    collection: str
    condition: str
    size: int
    strong: bool
    effort: dict[str, int]

    @property
    def reads_a_part(self) -> bool:
        return self.effort.get("nprobe", LISTS) < LISTS


def open_gallery(uri: str, token: str, *, tenant_id: str, model_id: str, dim: int) -> MilvusGallery:
    """Return the tenant's live gallery of embeddings (dim,) by `model_id`; nothing is asked of the server yet."""
    return MilvusGallery(uri, token, tenant_id=tenant_id, model_id=model_id, dim=dim)


def _batches(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
