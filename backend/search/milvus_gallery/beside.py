"""A second thread that works while the first one does, on another core.

Linux likes to wake a thread on the core of the one that wakes it, though another is about to be idle: there it waited
until the first had done its own part, in half of all searches, which then took as long as with one thread.
"""

import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Beside:
    """One thread. On systems other than Linux, and where there is one core, nothing is said of where it runs."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, "beside")
        self._thread = self._executor.submit(threading.get_native_id).result()
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        self._cores = os.sched_getaffinity(0) if sys.platform == "linux" else set()

    def submit(self, work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> "Future[T]":
        """Begin the work on another core than the caller's; `result()` waits for what it returns or raises."""
        if self._libc is not None and (others := self._cores - {self._libc.sched_getcpu()}):
            with contextlib.suppress(OSError):  # whoever runs us may have taken those cores away since
                os.sched_setaffinity(self._thread, others)
        return self._executor.submit(work, *arguments, **options)
