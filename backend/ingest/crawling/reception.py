"""How a shop receives us: one that is down, or wants none of us, is not asked on and on."""

from collections import Counter, deque

from backend.ingest.advice import Unusable

DOWN = frozenset({"timeout", "connection", "tls", "refused", "private_address"})
"""Reasons that speak of the whole shop, not of one page."""
_REFUSING = frozenset({"http_401", "http_403", "http_451", "rate_limited", "bot_check", "password_page"})
_DEAD_AFTER, _REFUSED_AFTER = 12, 24  # answers in a row
_LOOKED_AT, _MOST_REFUSALS = 60, 42


class Reception:
    """How a shop receives us, answer by answer: one that is down or wants none of us is not asked on and on."""

    def __init__(self) -> None:
        self._in_a_row: list[str] = []
        self._last: deque[str] = deque(maxlen=_LOOKED_AT)

    def note(self, reason: str | None) -> None:
        """Count an answer: None for a page, else why none came. Raises Unusable."""
        kind = self._kind(reason)
        self._last.append(reason if reason is not None and kind == "refused" else "")
        if reason is None or kind is None or (self._in_a_row and self._kind(self._in_a_row[-1]) != kind):
            self._in_a_row.clear()
        if reason is None or kind is None:
            return
        self._in_a_row.append(reason)
        if kind == "down" and len(self._in_a_row) >= _DEAD_AFTER:
            raise Unusable("shop_unreachable", reason)
        refusals = [one for one in self._last if one]
        if kind == "refused" and (len(self._in_a_row) >= _REFUSED_AFTER or len(refusals) >= _MOST_REFUSALS):
            raise Unusable("shop_refuses", Counter(refusals).most_common(1)[0][0])

    @staticmethod
    def _kind(reason: str | None) -> str | None:
        if reason in DOWN:
            return "down"
        return "refused" if reason in _REFUSING or (reason or "").startswith("http_5") else None
