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
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Here = TypeVar("Here")
There = TypeVar("There")


class Beside:
    """One thread, begun when it is first needed. Where it runs is said on Linux alone, where there are more cores."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, "beside", initializer=self._begin)
        self._thread = 0
        self._libc = ctypes.PyDLL(None) if sys.platform == "linux" else None

    def both(self, here: Callable[[], Here], there: Callable[[], There]) -> tuple[Here, There]:
        """Do the one in this thread and the other in the second, at once; return what they return, raise what they do.

        While `here` runs, `there` keeps off its core; it may go where it likes while it is waited for.
        """
        allowed = self._allowed()
        self._keep_to(allowed - {self._core()})
        result = self._executor.submit(there)
        try:
            mine = here()
        finally:
            self._keep_to(allowed)
        return mine, result.result()

    def _begin(self) -> None:
        self._thread = threading.get_native_id()

    def _allowed(self) -> set[int]:
        return os.sched_getaffinity(0) if self._libc is not None else set()

    def _core(self) -> int:
        return int(self._libc.sched_getcpu()) if self._libc is not None else -1

    def _keep_to(self, cores: set[int]) -> None:
        if self._thread and cores:
            with contextlib.suppress(OSError):  # whoever runs us may take cores away at any time
                os.sched_setaffinity(self._thread, cores)
