"""Work between processes, on RQ: jobs that must happen (`enqueue`), and photos that someone waits for (`ask`).

Jobs are named by their path ("backend.ingest.jobs.crawl"), take keyword ids only, and are safe to run twice.
"""

import ctypes
import functools
import json
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, ParamSpec
from uuid import uuid4

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, Retry, SimpleWorker, Worker
from rq.exceptions import DuplicateJobError
from rq.job import Job, get_current_job
from rq.serializers import JSONSerializer

from backend import logs
from backend.config import ConfigError
from backend.errors import Busy, DomainError

log = logging.getLogger(__name__)
Args = ParamSpec("Args")

QUERY, VISION, CRAWL = "query", "vision", "crawl"
PHOTO_TTL_S = 30
FAILURE_TTL_S = 300
_PR_SET_PDEATHSIG = 1
_FACTS = "niteru:worker"

_redis: Redis | None = None


class Refused(DomainError):
    """A worker's own domain error, carried back to whoever asked."""

    def __init__(self, message: str, *, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status  # type: ignore[misc]  # the class constants of the error it stands for
        self.code = code  # type: ignore[misc]


def connect(url: str) -> Redis:
    """Open this process's connection; called once at its start.

    The socket timeout is longer than any wait of `ask`, which blocks on the server for its answer.
    """
    global _redis  # noqa: PLW0603 - one connection pool a process is the point
    _redis = Redis.from_url(url, socket_timeout=60, socket_connect_timeout=3, health_check_interval=15)
    return _redis


def redis() -> Redis:
    if _redis is None:
        raise ConfigError("Redis is not connected: call backend.queues.connect() at the start of the process.")
    return _redis


def queue(name: str) -> Queue:
    return Queue(name, connection=redis(), serializer=JSONSerializer)


def enqueue(name: str, function: str, *, job_id: str, timeout_s: int = 600, retries: int = 2, **ids: Any) -> bool:
    """Queue a job once: False when a job of this id is still kept. Put the run in the id.

    A job that Redis loses is found again by the scheduler, since the database still has the work open.
    """
    try:
        queue(name).enqueue_call(
            function,
            kwargs=ids,
            job_id=job_id,
            unique=True,
            timeout=timeout_s,
            result_ttl=0,
            failure_ttl=FAILURE_TTL_S,
            description=job_id,
            retry=Retry(max=retries) if retries else None,  # at once: later ones are the scheduler's business
        )
    except DuplicateJobError:
        return False
    return True


def job(function: Callable[Args, None]) -> Callable[Args, None]:
    """Put the job's ids on its log lines.

    A DomainError is final unless it says that a part is unavailable; that and anything else RQ retries.
    """

    @functools.wraps(function)
    def run(*args: Args.args, **kwargs: Args.kwargs) -> None:
        with logs.context(job_id=_job_id(), tenant_id=str(kwargs.get("tenant_id", ""))):
            try:
                function(*args, **kwargs)
            except DomainError as error:
                if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise  # a part that is away (the gallery, say) comes back
                log.warning("job_refused", extra={"code": error.code, "reason": error.message})

    return run


def answer(function: Callable[Args, dict[str, Any]]) -> Callable[Args, dict[str, Any]]:
    """Mark a function that `ask` calls in a worker: its DomainErrors travel back to the asker."""

    @functools.wraps(function)
    def run(*args: Args.args, **kwargs: Args.kwargs) -> dict[str, Any]:
        with logs.context(job_id=_job_id(), tenant_id=str(kwargs.get("tenant_id", ""))):
            try:
                return {"answer": function(*args, **kwargs)}
            except DomainError as error:
                return {"refused": {"message": error.message, "status": error.status, "code": error.code}}

    return run


def ask(
    function: str, photo: bytes, *, tenant_id: str, deadline_s: float, queue_limit: int, tenant_limit: int, **ids: Any
) -> dict[str, Any]:
    """Let a query worker look at a photo, and wait for its answer.

    The photo waits in Redis under a random key, is read once, and is gone after PHOTO_TTL_S at the latest.
    A tenant has at most `tenant_limit` photos under way, so that a rush in one shop leaves the others their turn.
    Raises Busy when the queue is long or the deadline passes, Refused when the worker refused the photo.
    """
    with _turn(tenant_id, tenant_limit):
        return _ask(function, photo, deadline_s=deadline_s, queue_limit=queue_limit, tenant_id=tenant_id, **ids)


@contextmanager
def _turn(tenant_id: str, limit: int) -> Iterator[None]:
    """Hold one of the tenant's places; a process that dies with one gives it back when the key expires."""
    key = f"niteru:asking:{tenant_id}"
    places = redis().pipeline()
    places.incr(key)
    places.expire(key, PHOTO_TTL_S)
    taken = places.execute()[0]
    try:
        if taken > limit:
            raise Busy("Many people are searching this shop right now. Please try again in a moment.", retry_after=2)
        yield
    finally:
        redis().decr(key)


def _ask(function: str, photo: bytes, *, deadline_s: float, queue_limit: int, **ids: Any) -> dict[str, Any]:
    waiting = queue(QUERY)
    if waiting.count >= queue_limit:
        raise Busy("Many people are searching right now. Please try again in a moment.", retry_after=2)
    photo_key = f"niteru:photo:{uuid4().hex}"
    redis().set(photo_key, photo, ex=PHOTO_TTL_S)
    question = waiting.enqueue_call(
        function,
        kwargs={"photo_key": photo_key, **ids},
        job_id=f"ask-{uuid4().hex}",
        timeout=PHOTO_TTL_S,
        ttl=int(deadline_s) + 1,
        result_ttl=PHOTO_TTL_S,
        failure_ttl=PHOTO_TTL_S,
        description="ask",
    )
    try:
        return _wait_for(question, deadline_s)
    finally:
        redis().delete(photo_key)
        question.delete()


def _wait_for(question: Job, deadline_s: float) -> dict[str, Any]:
    end = time.monotonic() + deadline_s
    result = None
    while result is None and (left := end - time.monotonic()) > 0:
        # Redis blocks in whole seconds here; the loop keeps the exact deadline.
        result = question.latest_result(timeout=max(1, int(left)))
    if result is None or result.type != result.Type.SUCCESSFUL:
        log.warning("ask_unanswered", extra={"outcome": "late" if result is None else "failed"})
        raise Busy("The search took too long. Please try again in a moment.", retry_after=3)
    returned: dict[str, Any] = dict(result.return_value or {})
    if "refused" in returned:
        raise Refused(**returned["refused"])
    return dict(returned["answer"])


def take_photo(photo_key: str) -> bytes:
    """Read a waiting photo once and forget it. Raises Busy when it waited too long."""
    photo = redis().getdel(photo_key)
    if not isinstance(photo, bytes):
        raise Busy("The photo waited too long. Please try again.", retry_after=2)
    return photo


def work(name: str, *, warm_up: Callable[[], Mapping[str, str]] | None, forking: bool) -> None:
    """Run a worker of one queue until it is told to stop.

    Workers that hold models must not fork (CUDA and threaded torch do not survive it), so they warm up once and run
    jobs in their own process; crawl jobs fork, so that a browser's leaks end with the job. What `warm_up` returns is
    what `worker_facts` tells of this worker as long as it lives.
    """
    facts = warm_up() if warm_up else {}
    kind = _ForkingWorker if forking else _WarmWorker
    worker = kind([queue(name)], connection=redis(), serializer=JSONSerializer, default_worker_ttl=30)
    if isinstance(worker, _WarmWorker):
        worker.facts = facts
    log.info("worker_ready", extra={"queue": name, **facts})
    worker.work(logging_level="WARNING")


class _WarmWorker(SimpleWorker):
    """A worker that keeps its models, and says beside its heartbeat what they are."""

    facts: Mapping[str, str] = MappingProxyType({})

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        super().heartbeat(timeout, pipeline)
        # at every beat, so that a Redis that was emptied knows again, and a killed worker is forgotten with its beat
        connection = self.connection if pipeline is None else pipeline
        connection.set(self._facts_key, json.dumps(dict(self.facts)), ex=timeout or self.worker_ttl + 60)

    def register_death(self) -> None:
        super().register_death()  # type: ignore[no-untyped-call]
        self.connection.delete(self._facts_key)

    @property
    def _facts_key(self) -> str:
        return f"{_FACTS}:{self.queues[0].name}:{self.name}"


class _ForkingWorker(Worker):
    """A worker whose running job ends with it, however it ends, instead of going on with nobody to watch or stop it."""

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        # RQ gives the job a process group of its own, so that not even a kill of the worker's group reaches it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self.pid:  # the worker was gone before we asked
            os._exit(1)
        super().main_work_horse(job, queue)


def depth() -> dict[str, int]:
    """Return how many jobs wait in each queue (for /metrics); empty when Redis does not answer."""
    try:
        return {name: queue(name).count for name in (QUERY, VISION, CRAWL)}
    except RedisError:
        return {}


def count_workers(url: str, name: str) -> int:
    """Return how many workers of a queue are warm and waiting, asked with a connection of its own."""
    try:
        with Redis.from_url(url, socket_timeout=2) as client:
            return int(Worker.count(queue=Queue(name, connection=client)))
    except RedisError:
        return 0


def worker_facts(name: str, url: str = "") -> list[dict[str, str]]:
    """Return what each living worker of a queue said of itself, asked at `url` or on this process's connection.

    Empty when Redis does not answer.
    """
    try:
        if not url:
            return _facts(name, redis())
        with Redis.from_url(url, socket_timeout=2) as client:
            return _facts(name, client)
    except RedisError:
        return []


def _facts(name: str, client: Redis) -> list[dict[str, str]]:
    told = client.mget(list(client.scan_iter(f"{_FACTS}:{name}:*", count=1000)) or ["-"])
    return [dict(json.loads(facts)) for facts in told if facts]


def _job_id() -> str:
    current = get_current_job()
    return current.id if current else ""
