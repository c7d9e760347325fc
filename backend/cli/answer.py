"""How commands print, and how they find the shop they are about."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from backend import db, logs, queues
from backend.config import Settings
from backend.db import transaction
from backend.errors import NotFound
from backend.tenants import accounts

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")


def show(facts: Any, *, as_json: bool, text: Callable[[], str]) -> None:
    """Print the facts as JSON, or as text for people."""
    click.echo(json.dumps(facts, ensure_ascii=False, indent=1, default=str) if as_json else text())


def connect() -> Settings:
    """Read the settings and open this process's connections."""
    settings = Settings.from_env()
    logs.setup(settings.log_level)
    db.connect(settings.database_url)
    queues.connect(settings.redis_url)
    return settings


def find_tenant_id(wanted: str) -> str:
    """Return the id of the shop named by its id or its exact name. Raises NotFound."""
    with transaction() as session:
        known = accounts.list_tenant_ids(session)
    if _is_id(wanted):
        if wanted in known:
            return wanted
    else:
        for tenant_id in known:
            with transaction(tenant_id) as session:
                if accounts.get_tenant(session, tenant_id).name == wanted:
                    return tenant_id
    raise NotFound(f"There is no shop {wanted!r}. `niteru tenants list` shows them.")


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
