"""What looks like a product of the catalog, as it is shown; remembered for a moment, since every product page asks."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from backend.search.answers import Match
from backend.search.why import LeftOut
from backend.tenants.freshness import Memory


@dataclass(frozen=True, slots=True)
class Alike:
    """What is shown, best first, with its tag; `product_id` is the product asked for, None while the shop has none."""

    matches: list[Match]
    notice: str | None
    left_out: list[LeftOut]
    product_id: str | None
    etag: str


alike_answers: Memory[Alike] = Memory(most=5_000, seconds=600)
"""About 8 KB each."""


def etag_of(matches: Sequence[Match], notice: str | None) -> str:
    """Return a tag of what an answer shows, whichever search it came from."""
    return hashlib.sha256(orjson.dumps([list(matches), notice])).hexdigest()[:32]


def name_of(tenant_id: str, *asked: Any) -> str:
    """Return the name by which the answer to a question (dataclasses and numbers) is remembered."""
    return f"{tenant_id}:{hashlib.sha256(orjson.dumps(asked)).hexdigest()}"
