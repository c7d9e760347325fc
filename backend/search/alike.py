"""What looks like a product of the catalog, as it is shown; remembered for a moment, since every product page asks."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from backend.search.answers import Match
from backend.search.why import LeftOut
from backend.tenants.freshness import Memory


@dataclass(frozen=True, slots=True)
class Alike:
    """What is shown, best first; `product_id` is the product it was asked for, None while the shop has none."""

    matches: list[Match]
    notice: str | None
    left_out: list[LeftOut]
    product_id: str | None


alike_answers: Memory[Alike] = Memory(most=5_000, seconds=120)
"""About 8 KB each."""


def name_of(tenant_id: str, *asked: Any) -> str:
    """Return the name by which the answer to a question (dataclasses and numbers) is remembered."""
    return f"{tenant_id}:{hashlib.sha256(orjson.dumps(asked)).hexdigest()}"
