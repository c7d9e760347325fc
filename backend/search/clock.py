"""How long each stage of an answer took."""

import time


def photo_ms(clock: "Clock", seen: dict[str, float]) -> dict[str, float]:
    """Return the stages; `wait` is the queue and the way to the worker and back."""
    took = clock.total()
    wait = took.pop("asked") - sum(seen.values())
    return {"wait": round(wait, 2), **{stage: round(ms, 2) for stage, ms in seen.items()}, **took}


class Clock:
    """Milliseconds of each stage since the one before."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._ms: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._ms[stage] = round((now - self._last) * 1000, 2)
        self._last = now

    def total(self) -> dict[str, float]:
        return {**self._ms, "total": round((time.perf_counter() - self._start) * 1000, 2)}
