"""What is remembered of a shop for a moment, and when it stops being true: every commit that changes the shop says so.

A version is one random word a shop, in Redis, where every process looks. What is remembered carries the version that
was read before it was made, so nothing outlives the change that made it wrong, nor a Redis that forgot; where Redis
could not be reached at that moment, its own time ends it.
"""

import logging
import threading
from typing import Generic, TypeVar

from cachetools import TTLCache
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from backend import queues
from backend.config import ConfigError
from backend.tenants.models import ApiKey, Product, ProductImage, Tenant, new_id

Value = TypeVar("Value")
log = logging.getLogger(__name__)

_TOLD = (Product, ProductImage, ApiKey, Tenant)
_CHANGED = "niteru_changed"


def version(tenant_id: str) -> str:
    """Return the word that every change of the shop's catalog, keys or settings replaces. Raises RedisError."""
    key = _key(tenant_id)
    word = queues.redis().get(key)
    if word is None:  # nothing changed since Redis was started, which must not look like what it forgot
        queues.redis().set(key, new_id(), nx=True)
        word = queues.redis().get(key)
    return word.decode() if isinstance(word, bytes) else ""


class Memory(Generic[Value]):
    """What this process remembers of shops: the last `most` values, each for `seconds` and one version of its shop."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self._known: TTLCache[str, tuple[str, str, Value]] = TTLCache(most, seconds)
        self._lock = threading.Lock()

    def recall(self, name: str, seen: str | None = None) -> Value | None:
        """Return what was remembered by this name, None when nothing was or its shop has changed.

        `seen` is the shop's version, where the caller has just read it. Raises RedisError.
        """
        with self._lock:
            known = self._known.get(name)
        if known is None:
            return None
        tenant_id, remembered_at, value = known
        return value if remembered_at == (seen or version(tenant_id)) else None

    def remember(self, name: str, tenant_id: str, seen: str, value: Value) -> None:
        """Remember a value that was made after this version of the shop was read."""
        with self._lock:
            self._known[name] = (tenant_id, seen, value)


@event.listens_for(Session, "after_flush")
def _look_at_rows(session: Session, _: UOWTransaction) -> None:
    if any(isinstance(row, _TOLD) for rows in (session.new, session.dirty, session.deleted) for row in rows):
        session.info[_CHANGED] = True


@event.listens_for(Session, "do_orm_execute")
def _look_at_statement(state: ORMExecuteState) -> None:
    mapper = state.bind_mapper
    if not state.is_select and mapper is not None and issubclass(mapper.class_, _TOLD):
        state.session.info[_CHANGED] = True


@event.listens_for(Session, "after_commit")
def _tell(session: Session) -> None:
    tenant_id = session.info["tenant_id"]
    if not session.info.pop(_CHANGED, False) or tenant_id is None:
        return
    try:
        queues.redis().set(_key(tenant_id), new_id())
    except (RedisError, ConfigError) as error:  # what is committed stays so
        log.debug("version_not_changed", extra={"tenant_id": tenant_id, "reason": str(error)[:300]})


def _key(tenant_id: str) -> str:
    return f"niteru:version:{tenant_id}"
