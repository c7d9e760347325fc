"""What a run asks of a shop: requests by kind, bytes, and when each of its stages began."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

from backend.tenants.models import now

KINDS = ("page", "browser", "subrequest", "image", "robots", "sitemap", "platform", "feed", "not_modified")
"""`browser` are pages that were drawn, `subrequest` what those loaded; `not_modified` counts among the others too."""
STAGES = ("pages", "images", "embedding")
_NOT_MODIFIED = 304


class Traffic:
    """The traffic of one run, kept over its attempts; any thread may note. `before` is what `as_json` gave last."""

    def __init__(self, before: Mapping[str, Any]) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter(before.get("requests", {}))
        self._bytes = int(before.get("bytes", 0))
        self._began: dict[str, str] = dict(before.get("began", {}))

    def note(self, kind: str, size: int, status: int) -> None:
        """Count one answer: its kind, the bytes that came, its HTTP status (0 for none)."""
        with self._lock:
            self._requests[kind] += 1
            self._requests["not_modified"] += status == _NOT_MODIFIED
            self._bytes += size

    def note_drawing(self, requests: int, size: int) -> None:
        """Count a page that was drawn, and what it loaded."""
        with self._lock:
            self._requests["browser"] += 1
            self._requests["subrequest"] += max(0, requests - 1)
            self._bytes += size

    def enter(self, stage: str) -> None:
        """Note that a stage began; a run that is taken up again began it before."""
        with self._lock:
            self._began.setdefault(stage, now().isoformat())

    def as_json(self) -> dict[str, Any]:
        with self._lock:
            return {"requests": dict(self._requests), "bytes": self._bytes, "began": dict(self._began)}
