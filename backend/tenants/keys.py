"""API keys: `pk_` stands in the shop's pages and may search; `sk_` is for the shop's server and may do all."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.errors import DomainError, NotFound
from backend.tenants.models import ApiKey


class BadOrigin(DomainError):
    code = "bad_origin"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whom a key speaks for. `origins` are the pages a publishable key may be used from."""

    key_id: str
    tenant_id: str
    kind: str
    origins: tuple[str, ...]


def create_key(session: Session, tenant_id: str, *, kind: str, origins: list[str] | None = None) -> tuple[ApiKey, str]:
    """Make a key and return it with its readable form, which for a secret key is shown once and never kept."""
    prefix = {"publishable": "pk_", "secret": "sk_"}[kind]
    readable = prefix + secrets.token_urlsafe(24)
    key = ApiKey(
        tenant_id=tenant_id,
        kind=kind,
        token_hash=_hash(readable),
        hint=readable[-4:],
        publishable_key=readable if kind == "publishable" else None,
        origins=[clean_origin(origin) for origin in origins or []],
    )
    session.add(key)
    session.flush()
    return key, readable


def find_holder(session: Session, readable: str) -> KeyHolder | None:
    """Return whom a key speaks for, None when it is unknown or revoked.

    The shop's own origin is always among a publishable key's origins.
    """
    row = session.execute(
        text("SELECT id, tenant_id, kind, origins, shop_url FROM find_api_key(:hash)"), {"hash": _hash(readable)}
    ).one_or_none()
    if row is None:
        return None
    origins = tuple(dict.fromkeys([origin_of(row.shop_url), *row.origins]))
    return KeyHolder(str(row.id), str(row.tenant_id), row.kind, origins)


def list_keys(session: Session, tenant_id: str) -> list[ApiKey]:
    query = select(ApiKey).where(ApiKey.tenant_id == tenant_id, ApiKey.revoked_at.is_(None))
    return list(session.scalars(query.order_by(ApiKey.created_at)))


def revoke_key(session: Session, tenant_id: str, key_id: str) -> ApiKey:
    key = _get_key(session, tenant_id, key_id)
    key.revoked_at = datetime.now(UTC)
    return key


def set_origins(session: Session, tenant_id: str, key_id: str, origins: list[str]) -> ApiKey:
    """Replace the pages a publishable key may be used from (the shop's own address always may)."""
    key = _get_key(session, tenant_id, key_id)
    key.origins = [clean_origin(origin) for origin in origins]
    return key


def origin_of(url: str) -> str:
    """Return `scheme://host[:port]`, as browsers send it: default ports left out."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port and parts.port != default else "")


def clean_origin(origin: str) -> str:
    """Return an origin as browsers send it. Raises BadOrigin."""
    cleaned = origin_of(origin.strip().lower())
    if not cleaned.startswith(("http://", "https://")) or cleaned.endswith("//"):
        raise BadOrigin(f"{origin!r} is not an origin. Write for example https://shop.example")
    return cleaned


def _get_key(session: Session, tenant_id: str, key_id: str) -> ApiKey:
    key = session.scalar(select(ApiKey).where(ApiKey.tenant_id == tenant_id, ApiKey.id == key_id))
    if key is None:
        raise NotFound("There is no such key.")
    return key


def _hash(readable: str) -> str:
    # A key has 192 random bits: a plain hash cannot be guessed backwards, and can be looked up by.
    return hashlib.sha256(readable.encode()).hexdigest()
