"""The items of JSON-LD and microdata: what they are, what they name, and what a value in them amounts to."""

import json
import re
from collections.abc import Sequence
from typing import Any

from backend.ingest.reading.facts import clean

Item = dict[str, Any]
MAX_DEPTH = 12
_MOST_ROWS, _MOST_IMAGES = 1_000, 200


class Items:
    """The items of one page, which speak of each other by @id."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._named = {_id(item): item for item in items if "@id" in item and len(item) > 1}

    def dicts(self, value: Any) -> list[Item]:
        """Return the items that a value holds or names."""
        return [self._full(row) if set(row) == {"@id"} else row for row in dicts(value)[:_MOST_ROWS]]

    def images(self, value: Any) -> tuple[str, ...]:
        """Return the addresses of the pictures that a value holds or names, in order."""
        waiting, seen = [value], set[int]()
        found: list[str] = []
        while waiting and len(found) < _MOST_IMAGES:
            row = waiting.pop()
            if isinstance(row, str) and row.strip():
                found.append(row.strip())
            elif isinstance(row, list):
                waiting.extend(reversed(row))
            elif isinstance(row, dict) and id(row) not in seen:
                seen.add(id(row))
                full = row if len(row) > 1 else self._full(row)
                waiting.append(full.get("contentUrl") or full.get("url") or full.get("image"))
        return tuple(found)

    def _full(self, item: Item) -> Item:
        return self._named.get(_id(item), item)


def _id(item: Item) -> str:
    return str(item.get("@id"))[:2000]


def read_json(text: str) -> Any | None:
    """Read JSON as shops write it: in comments, with raw line breaks, trailing commas, several values in a row."""
    text = re.sub(r"^(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)+", "", text.strip()).lstrip()
    for candidate in (text, re.sub(r",\s*([}\]])", r"\1", text)):
        try:
            return json.JSONDecoder(strict=False).raw_decode(candidate)[0]
        except (ValueError, RecursionError):
            continue
    return None


def tops_of(value: Any, depth: int = 0) -> list[Item]:
    """Return the items at the top of a script, those of its @graph first."""
    rows = value if isinstance(value, list) else [value]
    found: list[Item] = []
    for row in rows:
        if isinstance(row, dict):
            graph = row.get("@graph")
            found.extend(tops_of(graph, depth + 1) if isinstance(graph, list | dict) and depth < MAX_DEPTH else [])
            found.append(row)
    return found


def is_a(item: Item, *kinds: str) -> bool:
    """Say whether an item's type is one of `kinds`, which are in lower case."""
    types = item.get("@type")
    rows = types if isinstance(types, list) else [types]
    return any(isinstance(row, str) and re.split(r"[/#:]", row)[-1].lower() in kinds for row in rows)


def dicts(value: Any) -> list[Item]:
    return [row for row in (value if isinstance(value, list) else [value]) if isinstance(row, dict)]


def first(value: Any) -> Any:
    value = next(iter(value), None) if isinstance(value, list) else value
    return value.get("@value") if isinstance(value, dict) and "@value" in value else value


def text_of(value: Any) -> str | None:
    value = first(value)
    return value.strip() or None if isinstance(value, str) else None


def name_of(value: Any) -> str | None:
    value = first(value)
    if isinstance(value, dict):
        return clean(first(value.get("name") or value.get("suggestedGender") or value.get("@id")))
    return clean(value)
