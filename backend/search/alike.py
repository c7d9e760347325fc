"""What looks like a product of the catalog, as it is shown; remembered for a moment, since every product page asks."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from backend.search.answers import Match
from backend.search.why import LeftOut
from backend.tenants import freshness


@dataclass(frozen=True, slots=True)
class Alike:
    """What is shown, best first; `product_id` is the product it was asked for, None while the shop has none."""

    matches: list[Match]
    notice: str | None
    left_out: list[LeftOut]
    product_id: str | None


def memory(tenant_id: str, *asked: Any) -> str:
    """Return the name by which the answer to a question (dataclasses and numbers) is remembered."""
    question = json.dumps(asked, default=asdict)
    return f"niteru:alike:{tenant_id}:{hashlib.sha256(question.encode()).hexdigest()}"


def recall(name: str) -> Alike | None:
    """Return what was found by this name a moment ago, if nothing of its shop has changed since."""
    known = freshness.recall(name)
    return None if known is None else Alike([Match(**match) for match in known[0]], None, [], known[1])


def remember(name: str, tenant_id: str, seen: int, alike: Alike) -> None:
    """Remember what was found after the version `seen` was read; where nothing was, there may be in a second."""
    if alike.matches:
        freshness.remember(name, tenant_id, seen, [[asdict(match) for match in alike.matches], alike.product_id])
