"""Start processes in order, watch them, restart what falls, stop all together."""

import ctypes
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from backend.config import environment
from backend.priority import weigh_session

log = logging.getLogger(__name__)

STOP_GRACE_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_AFTER_S = 0.5, 30.0, 60.0
_PR_SET_PDEATHSIG = 1


class PartFailed(Exception):
    """A part did not become ready; the sentence names it and its log file."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process. `ready` raises or returns False until the process can do its work."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stdin: str = ""
    stop_signal: int = signal.SIGTERM
    nice: int = 0
    start_seconds: float = 60.0


class _Running:
    """A part's current process, and when it may be started again."""

    def __init__(self, part: Part, logs: Path) -> None:
        self.part, self.log_path = part, logs / f"{part.name}.log"
        self.process: subprocess.Popen[str] | None = None
        self.started_at, self.pause, self.start_again_at = 0.0, FIRST_PAUSE_S, 0.0

    def start(self) -> None:
        part = self.part
        with self.log_path.open("ab") as output:
            self.process = subprocess.Popen(
                part.command,
                env={**environment(), **part.env},
                stdin=subprocess.PIPE if part.stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                text=True,
                user=part.user,
                cwd="/",
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the parts in order
                preexec_fn=lambda: _in_child(part),  # noqa: PLW1509 - the supervisor has one thread
            )
        if part.stdin and self.process.stdin:
            self.process.stdin.write(part.stdin)
            self.process.stdin.close()
        self.started_at = time.monotonic()

    def wait_ready(self, stopping: Callable[[], bool]) -> None:
        """Wait until the part can work. Raises PartFailed."""
        end = time.monotonic() + self.part.start_seconds
        while not _is_ready(self.part):
            if stopping():
                return
            if self.process and self.process.poll() is not None:
                raise PartFailed(f"{self.part.name} ended while starting. Its log: {self.log_path}")
            if time.monotonic() > end:
                raise PartFailed(
                    f"{self.part.name} is not ready after {self.part.start_seconds:.0f} s: {self.log_path}"
                )
            time.sleep(0.05)

    def watch(self) -> None:
        """Start the process again when it has ended, after a pause that doubles while it keeps falling."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if self.start_again_at == 0.0:
            if now - self.started_at > STEADY_AFTER_S:
                self.pause = FIRST_PAUSE_S
            self.start_again_at = now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE_S)
            log.error("part_fell", extra={"part": self.part.name, "status": self.process.returncode})
        elif now >= self.start_again_at:
            self.start_again_at = 0.0
            self.start()
            log.warning("part_restarted", extra={"part": self.part.name})

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.part.stop_signal)

    def wait_stopped(self, until: float) -> None:
        """Wait until the process has ended; past `until` (monotonic seconds) it is killed, which loses nothing."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("part_killed", extra={"part": self.part.name})
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Runs parts until it is told to stop. `between` may run a step (migrations) after a named part is ready."""

    def __init__(self, parts: Sequence[Part], logs: Path, between: Mapping[str, Callable[[], None]]) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._running = [_Running(part, logs) for part in parts]
        self._between = between
        self._stop = False
        self.is_ready = False
        self._one_by_one: set[str] = set()

    def run(self, on_ready: Callable[[], None]) -> None:
        """Start everything, call `on_ready` once, and return after a stop signal when all parts have ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._told_to_stop)
        try:
            self._start_all()
            if not self._stop:
                self.is_ready = True
                on_ready()
            while not self._stop:
                for running in self._running:
                    running.watch()
                time.sleep(0.2)
        finally:
            self._stop_all()

    def pids(self) -> dict[str, int]:
        """Return the process id of each part that runs."""
        return {r.part.name: r.process.pid for r in self._running if r.process and r.process.poll() is None}

    def stop(self) -> None:
        self._stop = True

    def _start_all(self) -> None:
        """Parts up to the last step of `between` start one after the other; the rest start together."""
        waiting: list[_Running] = []
        remaining = set(self._between)
        for running in self._running:
            if self._stop:
                return
            running.start()
            if remaining:
                self._one_by_one.add(running.part.name)
                running.wait_ready(lambda: self._stop)
            else:
                waiting.append(running)
            if running.part.name in remaining:
                remaining.discard(running.part.name)
                self._between[running.part.name]()
        for running in waiting:
            running.wait_ready(lambda: self._stop)

    def _stop_all(self) -> None:
        """Stop what started together at once, then the servers it relies on, last one first."""
        servers = [running for running in self._running if running.part.name in self._one_by_one]
        others = [running for running in self._running if running.part.name not in self._one_by_one]
        for group in (others, *([server] for server in reversed(servers))):
            for running in group:
                running.ask_to_stop()
            until = time.monotonic() + STOP_GRACE_S
            for running in group:
                running.wait_stopped(until)

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the handler's form
        self._stop = True


def _is_ready(part: Part) -> bool:
    try:
        return part.ready()
    except OSError:
        return False


def _in_child(part: Part) -> None:
    # If the supervisor is killed outright, its parts end too instead of holding ports and files.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, part.stop_signal)
    if part.nice:
        weigh_session(os.getpid(), os.nice(part.nice))
