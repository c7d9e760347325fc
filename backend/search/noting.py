"""Noting that a search was answered, for the seller's figures: never the photo, and no vector.

Similar items are asked for by every product page: their notes wait in Redis and are written many at once, by the
scheduler or by the first event that speaks of one. A Redis that is killed loses those of the last seconds.
"""

import json
import logging
from typing import Any

from redis.exceptions import LockError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend import queues
from backend.db import transaction
from backend.search.answers import ListAnswer, PhotoAnswer
from backend.tenants import history
from backend.tenants.models import now

log = logging.getLogger(__name__)

_TENANTS = "niteru:noted"
_AT_ONCE, _MOST = 2_000, 50_000


def record_photo(session: Session, tenant_id: str, answer: PhotoAnswer, words: str) -> None:
    history.record_query(
        session,
        tenant_id,
        answer.query_id,
        kind="photo",
        categories=list(dict.fromkeys(one.category for one in answer.objects)),
        words=words,
        matches=sum(len(one.matches) for one in answer.objects),
        took_ms=answer.took_ms["total"],
    )


def record_list(session: Session, tenant_id: str, answer: ListAnswer, **facts: Any) -> None:
    history.record_query(
        session,
        tenant_id,
        answer.query_id,
        matches=len(answer.matches),
        took_ms=answer.took_ms["total"],
        **facts,
    )


def note_similar(tenant_id: str, answer: ListAnswer, product_id: str | None) -> None:
    """Let an answered search be noted soon. Past 50,000 that nobody writes, the oldest go. Raises RedisError."""
    facts = {
        "id": answer.query_id,
        "created_at": now().isoformat(),
        "kind": "similar",
        "product_id": product_id,
        "matches": len(answer.matches),
        "took_ms": answer.took_ms["total"],
    }
    at_once = queues.redis().pipeline(transaction=False)
    at_once.rpush(_waiting(tenant_id), json.dumps(facts))
    at_once.sadd(_TENANTS, tenant_id)
    if at_once.execute()[0] > _MOST:
        queues.redis().ltrim(_waiting(tenant_id), -_MOST // 2, -1)


def write_all() -> None:
    """Write every shop's waiting notes. Raises RedisError, SQLAlchemyError."""
    while (popped := queues.redis().spop(_TENANTS)) is not None:  # the next note puts its shop back
        tenant_id = popped.decode() if isinstance(popped, bytes) else str(popped)
        while write_waiting(tenant_id) == _AT_ONCE:
            pass


def write_waiting(tenant_id: str) -> int:
    """Write up to 2,000 of a shop's waiting notes, each once however often this is killed; return how many."""
    waiting = _waiting(tenant_id)
    try:
        with queues.redis().lock(f"{waiting}:lock", timeout=30, blocking_timeout=5):
            notes = queues.redis().lrange(waiting, 0, _AT_ONCE - 1)
            if notes:
                _write(tenant_id, [json.loads(note) for note in notes])
                queues.redis().ltrim(waiting, len(notes), -1)
    except LockError:  # another one writes them, or took over
        return 0
    return len(notes)


def _write(tenant_id: str, notes: list[dict[str, Any]]) -> None:
    try:
        with transaction(tenant_id) as session:
            history.record_queries(session, tenant_id, notes)
    except IntegrityError:  # the shop was deleted meanwhile
        log.warning("notes_dropped", extra={"tenant_id": tenant_id, "notes": len(notes)})


def _waiting(tenant_id: str) -> str:
    return f"niteru:noted:{tenant_id}"
