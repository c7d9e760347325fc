"""Commands about shops and the people who may sign in."""

import click

from backend.cli.answer import as_json, connect, find_tenant_id, show
from backend.db import transaction
from backend.tenants import accounts, keys
from backend.tenants.models import new_id

_ALLOW_HOST = "What its crawl may reach besides public addresses on ports 80 and 443: ADDRESS:PORT or NAME:PORT."


@click.group()
def tenants() -> None:
    """Shops."""


@tenants.command("create")
@click.option("--name", required=True, help="The shop's name.")
@click.option("--shop-url", required=True, help="Where the shop is: https://shop.example")
@click.option("--allow-host", multiple=True, metavar="HOST:PORT", help=_ALLOW_HOST)
@click.option("--locale", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
@as_json
def create_tenant(name: str, shop_url: str, allow_host: tuple[str, ...], locale: str, as_json: bool) -> None:
    """Add a shop and print its keys; the secret one is shown this once."""
    connect()
    facts = add_shop(name=name, shop_url=shop_url, allow_hosts=list(allow_host), locale=locale)
    show(facts, as_json=as_json, text=lambda: "\n".join(f"{key}: {value}" for key, value in facts.items()))


def add_shop(*, name: str, shop_url: str, allow_hosts: list[str], locale: str) -> dict[str, str]:
    """Make a tenant with one key of each kind; returns {"tenant", "publishable_key", "secret_key"}."""
    tenant_id = new_id()
    with transaction(tenant_id) as session:
        accounts.create_tenant(session, tenant_id, name=name, shop_url=shop_url, allow_hosts=allow_hosts, locale=locale)
        _, publishable = keys.create_key(session, tenant_id, kind="publishable")
        _, secret = keys.create_key(session, tenant_id, kind="secret")
        accounts.audit(session, tenant_id, "tenant_created", subject=name)
    return {"tenant": tenant_id, "publishable_key": publishable, "secret_key": secret}


@tenants.command("list")
@as_json
def list_tenants(as_json: bool) -> None:
    """List every shop of this deployment."""
    connect()
    rows = []
    with transaction() as session:
        ids = accounts.list_tenant_ids(session)
    for tenant_id in ids:
        with transaction(tenant_id) as session:
            tenant = accounts.get_tenant(session, tenant_id)
            rows.append({"tenant": tenant.id, "name": tenant.name, "shop_url": tenant.shop_url})
    show(rows, as_json=as_json, text=lambda: "\n".join(f"{r['tenant']}  {r['name']}  {r['shop_url']}" for r in rows))


@click.group()
def users() -> None:
    """People who sign in to the dashboard."""


@users.command("create")
@click.option("--tenant", required=True, help="The shop's id or name.")
@click.option("--email", required=True)
@click.option("--password", required=True, help="At least 10 characters.")
@click.option("--role", type=click.Choice(["owner", "editor", "viewer"]), required=True)
@as_json
def create_user(tenant: str, email: str, password: str, role: str, as_json: bool) -> None:
    """Give a person a role in a shop. Somebody who has an account already keeps its password."""
    connect()
    tenant_id = find_tenant_id(tenant)
    user_id = add_user(tenant_id, email=email, password=password, role=role)
    facts = {"user": user_id, "tenant": tenant_id, "email": accounts.clean_email(email), "role": role}
    show(facts, as_json=as_json, text=lambda: f"{facts['email']} is {role} of {tenant_id}")


def add_user(tenant_id: str, *, email: str, password: str, role: str) -> str:
    """Make a person (or find the one with this address), give them the role; returns the user's id."""
    with transaction() as session:
        user = accounts.create_user(session, email=email, password=password)
    with transaction(tenant_id) as session:
        accounts.get_tenant(session, tenant_id)
        accounts.add_member(session, tenant_id, user_id=user.id, role=role)
        accounts.audit(session, tenant_id, "member_added", subject=user.id, role=role)
    return user.id
