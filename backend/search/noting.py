"""Noting that a search was answered, for the seller's figures: never the photo, and no vector."""

from typing import Any

from sqlalchemy.orm import Session

from backend.search.answers import ListAnswer, PhotoAnswer
from backend.tenants import history


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
