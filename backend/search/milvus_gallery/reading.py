"""What is asked of one collection: its nearest rows, those that meet a condition, and how many there are."""

import time
from dataclasses import replace
from typing import Any

from backend.search.gallery import Filters, Hit, Vector, rank
from backend.search.milvus_gallery.answers import Answer, answers, hit_columns
from backend.search.milvus_gallery.effort import (
    APART_PARAMETER,
    COUNTED_SECONDS,
    EXACT_ROWS,
    LISTS,
    Effort,
    lists_to_read,
    reads_a_part,
    search_parameters,
    times_as_many,
)
from backend.search.milvus_gallery.expression import Row, both, expression, none_of
from backend.search.milvus_gallery.question import Question
from backend.search.milvus_gallery.server import Server

READ_TIMEOUT = 10.0
"""Seconds. A Lite server answers one request at a time, so this covers the wait behind somebody's flush too."""

_SCAN = 8000
_MOST_ROWS = 16_384  # what Milvus answers at most
_COUNTS_KEPT = 10_000
_FEWEST_ROWS, _ROWS_PER_PRODUCT = 50, 4
_MORE = 8  # times as many rows, where those that came are all as near as the last one wanted


class Reading:
    """One collection of a gallery server, by its own name."""

    def __init__(self, server: Server, collection: str) -> None:
        self._server, self._collection = server, collection

    def search(self, queries: Vector, *, limit: int, filters: Filters, strong: bool) -> list[list[Hit]]:
        """Return the best `limit` products for each of the unit vectors (n, d), best first."""
        columns = hit_columns(self._server.columns(self._collection))
        if self._server.is_lite:  # groups by itself: its rows are products
            size, group_by, completed = limit + 1, "product_id", self._with_equals
        else:
            size = min(_MOST_ROWS, max(_FEWEST_ROWS, limit * _ROWS_PER_PRODUCT))
            group_by, completed = "", self._completed
        question = Question(expression(filters), size, columns, self._effort(filters, size), strong, group_by)
        pairs = zip(queries, self._ask(question, queries, limit), strict=True)
        return [completed(question, query, answer, limit) for query, answer in pairs]

    def rows(self, condition: str, columns: list[str], *, consistency: str = "Strong") -> list[Row]:
        """Return every row that meets `condition`, each key once; with "Strong" the newest writes included."""
        options: dict[str, Any] = {"filter": condition, "output_fields": columns, "consistency_level": consistency}
        # One scan where that is sure to be enough: an iterator costs Lite a scan a page, and one to see the end.
        rows = self._server.call("query", self._collection, limit=_MOST_ROWS, **options)
        if len(rows) == _MOST_ROWS:
            rows = self._server.scan(self._collection, batch_size=_SCAN, **options)
        return list({row["embedding_id"]: row for row in rows}.values())

    def count(self, condition: str = "", *, consistency: str = "Strong") -> int:
        """Return how many rows meet `condition`."""
        (row,) = self._server.call(
            "query", self._collection, filter=condition, output_fields=["count(*)"], consistency_level=consistency
        )
        return int(row["count(*)"])

    def _effort(self, filters: Filters, size: int) -> Effort:
        """Return the search's parameters, which say how much of an index to read (effort.py)."""
        is_apart = bool(filters.categories)
        if self._server.is_lite:
            return ((APART_PARAMETER, times_as_many(is_apart=is_apart)),)
        total = self._counted("")
        # Left out are a few products of a round before, or the one that others shall be like: they change no share.
        condition = expression(replace(filters, exclude_product_ids=()))
        passing = self._counted(condition) if total > EXACT_ROWS and condition else total
        return search_parameters(lists_to_read(total, passing, size, is_apart=is_apart), size)

    def _counted(self, condition: str) -> int:
        """Return about how many rows meet `condition`; as of half a minute ago at worst."""
        counts, name = self._server.counts, (self._collection, condition)
        count, seen = counts.get(name, (0, -COUNTED_SECONDS))
        if time.monotonic() - seen >= COUNTED_SECONDS:
            count = self.count(condition, consistency="Bounded")
            if len(counts) >= _COUNTS_KEPT:
                counts.clear()
            counts[name] = (count, time.monotonic())
        return count

    def _completed(self, question: Question, query: Vector, answer: Answer, limit: int) -> list[Hit]:
        """Group the rows by product, and ask for more while there may be further products.

        Rows come best first, so each product found is found with its best garment and can be left out of the
        next question: every round finds at least one more product or the end. Fewer rows than asked for are the end
        only where every list of the index was read. Of more products than rows, all as near, any may come.
        """
        found = rank(answer.hits, limit)
        while len(found) < limit and (answer.rows == question.size or reads_a_part(question.effort)):
            others = both(question.condition, none_of("product_id", [hit.product_id for hit in found]))
            effort = question.effort if answer.rows == question.size else search_parameters(LISTS, question.size)
            question = replace(question, condition=others, effort=effort)
            (answer,) = self._ask(question, query[None], limit)
            found = rank([*found, *answer.hits], limit)
        return found

    def _with_equals(self, question: Question, query: Vector, answer: Answer, limit: int) -> list[Hit]:
        """Return the products that were found, one a row, after all that are as near as the last one have come."""
        while len(answer.hits) == question.size < _MOST_ROWS:
            question = replace(question, size=min(_MOST_ROWS, question.size * _MORE))
            (answer,) = self._ask(question, query[None], limit)
        return rank(answer.hits, limit)

    def _ask(self, question: Question, queries: Vector, limit: int) -> list[Answer]:
        """Ask for the best `question.size` rows for each query; only what may be of its best products is kept."""
        return answers(self._server.search(self._collection, question, queries, timeout=READ_TIMEOUT), limit)
