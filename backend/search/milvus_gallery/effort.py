"""How hard a Milvus server has to look, so that an answer misses almost nothing whatever the filter.

A server's index is IVF_FLAT: every segment's vectors lie in LISTS lists, and a search reads those of the lists nearest
to the query. Reading all of them is exact, and the fewer rows pass the filter, the less it costs: rows shut out are
skipped before their distance is computed. So the one thing to choose is the number of lists, and what it follows from
is how many rows pass: few rows, all lists. Milvus 2.3's HNSW has no such knob. With a filter that passes a tenth it
found 0.94 of the nearest 50 with ef 64 as with ef 512, since it then walks past a part of the shut-out neighbours.

Recall@50 of 180,000 drawn vectors of 256 in 1024 lists, measured row by row (docs/search.md has whole searches):

    lists read   no filter   50 %    10 %    5 %     2 %     1 %     0.1 %
    8            0.998       0.997   0.992   0.905   0.438   0.247   0.029
    32           1.000       1.000   1.000   0.975   0.739   0.547   0.107
    128          1.000       1.000   1.000   0.999   0.957   0.893   0.388
    512          1.000       1.000   1.000   1.000   1.000   0.999   0.925
    1024         1.000       1.000   1.000   1.000   1.000   1.000   1.000

Milvus Lite has no index of its own here: small galleries are compared row by row, and large segments have the same
kind of index (lite_index.py), in which the number of rows that pass is known exactly, and which has learned from its
own rows what a search needs.
"""

import math

Effort = tuple[tuple[str, int], ...]
"""A search's parameters, by name."""

LISTS = 1024
"""Lists of a segment; Milvus makes fewer where a segment has less than 39 rows for each."""
LISTS_READ = 16
"""For each time as many rows as pass: twice what 0.99 needs above."""
LEAST_READ = 64
"""Of a million rows, and twice as many of a quarter of it. Drawn vectors need 8; real garments lie less apart, and a
shopper's photo from the street lies far from a shop's: among 6,300 rows it needs 42 lists of 98 (lite_index.py)."""
APART = 4
"""Times as many where whole kinds of garments are shut out: what passes may then lie far from the query. In a category
of a tenth, asked mostly by garments of the others, 640 lists find 1.000; 320 find 0.980 and 160 0.892."""
APART_PARAMETER = "apart"
"""A search's parameter of ours, for Lite: how many times as many."""
EXACT_ROWS = 20_000
"""Up to here every list is read: a few milliseconds, and nothing to count beforehand."""
SPARE = 8
"""The lists read hold at least this many times the rows asked for."""
COUNTED_SECONDS = 30.0
"""How long a count of a filter's rows stands. A collection that grows meanwhile is searched harder than it needs."""


def lists_to_read(total: int, passing: int, size: int, *, is_apart: bool) -> int:
    """Return how many lists to read for the best `size` of the `passing` rows among `total`."""
    if total <= EXACT_ROWS or passing <= 0:
        return LISTS
    for_strangers = LEAST_READ * math.sqrt(1_000_000 / total)
    for_recall = LISTS_READ * total / passing * times_as_many(is_apart=is_apart)
    for_enough_rows = LISTS * SPARE * size / passing
    return min(LISTS, math.ceil(max(for_strangers, for_recall, for_enough_rows)))


def times_as_many(*, is_apart: bool) -> int:
    """Return how many times as many lists a filter needs as one that picks rows at random."""
    return APART if is_apart else 1


def search_parameters(lists: int, size: int) -> Effort:
    """Return the parameters of a server's search: `ef` is for collections that an older version indexed with HNSW."""
    return (("nprobe", lists), ("ef", max(128, size)))


def reads_a_part(effort: Effort) -> bool:
    """Say whether a server's search with these parameters may pass over lists."""
    return dict(effort).get("nprobe", LISTS) < LISTS
