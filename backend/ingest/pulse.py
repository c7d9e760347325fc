"""What keeps a crawl alive: its heartbeat, which also says when to stop."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.db import transaction
from backend.ingest import runs
from backend.ingest.traffic import Traffic

log = logging.getLogger(__name__)
_BEAT_S = 3.0


class Pulse:
    """Beats for a run in its own thread while the crawl works; `stopped` once somebody asks it to stop or takes it.

    Every beat writes down the run's `traffic` so far.

    Use `with`.
    """

    def __init__(self, tenant_id: str, run_id: str, attempt: int, traffic: Traffic | None = None) -> None:
        self.tenant_id, self.run_id, self._attempt = tenant_id, run_id, attempt
        self.traffic = traffic or Traffic({})
        self._stop, self._end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Sleep; True at once when the crawl has to stop."""
        return self._stop.wait(seconds)

    @contextmanager
    def writing(self, *, stage: str | None = None) -> Iterator[Session]:
        """Open a transaction in which this worker still has the run. Raises LostRun when another one has it."""
        if stage is not None:
            self.traffic.enter(stage)
        traffic = self.traffic.as_json()
        with transaction(self.tenant_id) as session:
            if runs.beat(session, self.tenant_id, self.run_id, self._attempt, stage=stage, traffic=traffic):
                self.stop()
            yield session

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join(10)

    def _beat(self) -> None:
        while not self._end.wait(_BEAT_S):
            try:
                with self.writing():
                    pass
            except runs.LostRun:
                self.stop()
            except SQLAlchemyError as error:
                # The crawl's own next write finds out whether the database is gone for good.
                log.warning("heartbeat_missed", extra={"reason": str(error)[:200]})
