"""Shops, the people who sign in, and what each may do."""

import re
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from backend.errors import DomainError, NotFound
from backend.tenants.models import AuditEntry, Membership, Tenant, User, new_id

ROLES = ("viewer", "editor", "owner")  # each may do what the ones before it may
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """What an unknown address is checked against, so that the answer takes as long as for a known one."""
    return _hasher.hash(new_id())


class BadAddress(DomainError):
    code = "bad_address"


class BadAccount(DomainError):
    code = "bad_account"


def clean_shop_url(url: str) -> str:
    """Return the shop's address as `scheme://host[:port]/path`. Raises BadAddress."""
    text = url.strip()
    if "://" not in text:
        text = f"https://{text}"
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or " " in text:
        raise BadAddress(f"{url!r} is not a shop's address. Write it as it stands in the browser: https://shop.example")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path or '/'}"


def clean_exception(text: str) -> str:
    """Return an egress exception as `address:port`, which opens that address, or `name:port`, which opens the port.

    Raises BadAddress, also for what would open nothing: a name with a port that is open anyway.
    """
    host, _, port = text.strip().lower().rpartition(":")
    if not re.fullmatch(r"[\w.-]*\w|\[[0-9a-f:.]+\]", host) or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise BadAddress(f"{text!r} must be HOST:PORT, for example 127.0.0.1:8901 or shop.example:8443.")
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        if host.startswith("[") or host == "localhost" or port in {"80", "443"}:
            raise BadAddress(
                f"{text!r} would open nothing: of a name, only another port than 80 and 443 can be opened. "
                "To open a private address, write the address itself, for example 127.0.0.1:8901."
            ) from None
        return f"{host}:{int(port)}"
    return f"[{address}]:{int(port)}" if address.version == 6 else f"{address}:{int(port)}"


def create_tenant(
    session: Session, tenant_id: str, *, name: str, shop_url: str, allow_hosts: list[str], locale: str = "ja"
) -> Tenant:
    """Add a shop. The surrounding transaction must be `tenant_id`'s own; take the id from `models.new_id`."""
    if not name.strip():
        raise BadAccount("The shop needs a name.")
    tenant = Tenant(
        id=tenant_id,
        name=name.strip(),
        shop_url=clean_shop_url(shop_url),
        allow_hosts=[clean_exception(text) for text in allow_hosts],
        locale=locale,
    )
    session.add(tenant)
    session.flush()
    return tenant


def get_tenant(session: Session, tenant_id: str) -> Tenant:
    tenant = session.scalar(select(Tenant).where(Tenant.id == tenant_id))
    if tenant is None:
        raise NotFound("There is no such shop.")
    return tenant


def change_settings(session: Session, tenant_id: str, chosen: Mapping[str, object]) -> None:
    """Keep these settings of the shop beside its others; of two changes at once, both hold."""
    merged = Tenant.settings.op("||")(cast(chosen, JSONB))
    session.execute(update(Tenant).where(Tenant.id == tenant_id).values(settings=merged))


def list_tenant_ids(session: Session) -> list[str]:
    """Return every tenant's id, oldest first (a door through row-level security, for the operator's processes)."""
    return [str(row) for row in session.scalars(select(func.list_tenant_ids()))]


def tenants_with_work(session: Session) -> list[str]:
    """Return the tenants that have an open run, a message in the outbox or a crawl that is due."""
    return [str(row) for row in session.scalars(select(func.tenants_with_work()))]


def create_user(session: Session, *, email: str, password: str, locale: str = "ja") -> User:
    """Add a person, or return the one who has this address. The password is kept as argon2id."""
    address = clean_email(email)
    found = session.scalar(select(User).where(User.email == address))
    if found is not None:
        return found
    if len(password) < 10:
        raise BadAccount("The password needs at least 10 characters.")
    user = User(email=address, password_hash=_hasher.hash(password), locale=locale)
    session.add(user)
    session.flush()
    return user


def clean_email(email: str) -> str:
    address = email.strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise BadAccount(f"{email!r} is not an e-mail address.")
    return address


def check_password(session: Session, email: str, password: str) -> User | None:
    """Return the user whose address and password these are, else None; takes equally long either way."""
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    try:
        _hasher.verify(user.password_hash if user else _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return user


def add_member(session: Session, tenant_id: str, *, user_id: str, role: str) -> Membership:
    """Give a person a role in this shop, replacing the one they had."""
    if role not in ROLES:
        raise BadAccount(f"The role must be one of {', '.join(ROLES)}, not {role!r}.")
    query = select(Membership).where(Membership.tenant_id == tenant_id, Membership.user_id == user_id)
    membership = session.scalar(query)
    if membership is None:
        membership = Membership(tenant_id=tenant_id, user_id=user_id, role=role)
        session.add(membership)
    membership.role = role
    session.flush()
    return membership


def find_role(session: Session, tenant_id: str, user_id: str) -> str | None:
    """Return the person's role in this shop, None for a stranger."""
    query = select(Membership.role).where(Membership.tenant_id == tenant_id, Membership.user_id == user_id)
    return session.scalar(query)


def list_shops_of(session: Session, user_id: str) -> list[Tenant]:
    """Return the shops a person belongs to, by name; the transaction must be opened with `user_id`."""
    query = select(Tenant).join(Membership, Membership.tenant_id == Tenant.id).where(Membership.user_id == user_id)
    return list(session.scalars(query.order_by(Tenant.name)))


def audit(
    session: Session, tenant_id: str, action: str, *, user_id: str | None = None, subject: str = "", **details: object
) -> None:
    """Record who did what to this shop."""
    session.add(AuditEntry(tenant_id=tenant_id, user_id=user_id, action=action, subject=subject, details=details))


def has_done(session: Session, tenant_id: str, action: str) -> bool:
    """Say whether anybody has done this to the shop."""
    done = select(AuditEntry.id).where(AuditEntry.tenant_id == tenant_id, AuditEntry.action == action)
    return session.scalar(done.limit(1)) is not None
