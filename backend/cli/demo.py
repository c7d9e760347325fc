"""`niteru demo`: a shop to look at, crawled, with the widget live and the dashboard open."""

import json
import secrets
import subprocess
import sys
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from backend import logs
from backend.cli.answer import connect
from backend.cli.catalog import start_crawl, wait_for_run
from backend.cli.operate import run_everything
from backend.cli.shops import add_shop, add_user
from backend.config import environment, find_data_dir
from backend.db import transaction
from backend.tenants import keys
from backend.up.supervisor import Part

EMAIL = "demo@niteru.example"
DEFAULT_PORT = "8910"


@click.command()
@click.option("--shop-url", help="Crawl this shop instead of the one drawn for the demo.")
def demo(shop_url: str | None) -> None:
    """Run everything with a demo shop: crawl it, open widget and dashboard, print the addresses."""
    env = environment()
    extra: tuple[Part, ...] = ()
    if shop_url is None:
        port = int(env.get("NITERU_DEMO_PORT") or DEFAULT_PORT)
        shop_url = f"http://127.0.0.1:{port}/"
        extra = (_shop_part(port),)
    exceptions_for(shop_url)  # before anything is started
    guide = [sys.executable, "-m", "backend.cli", "demo-guide", shop_url, *(["--name", _shop_name()] if extra else [])]
    run_everything(env, extra, lambda runtime: _start_guide(guide, {**env, **runtime}))


def _shop_name() -> str:
    from backend.demo.shop_texts import TEXTS

    return str(TEXTS["ja"]["shop"])


def _shop_part(port: int) -> Part:
    from backend.up.parts import listens, refuse_taken

    refuse_taken("127.0.0.1", port, "NITERU_DEMO_PORT")
    command = [sys.executable, "-m", "backend.cli", "demo-shop", str(port)]
    return Part("demo-shop", command, ready=lambda: listens(port), start_seconds=600)


def _start_guide(command: list[str], env: Mapping[str, str]) -> None:
    # A process of its own: the supervisor goes on watching while the guide waits for the crawl.
    subprocess.Popen(command, env=env, cwd="/")


@click.command(hidden=True)
@click.argument("port", type=int)
def demo_shop(port: int) -> None:
    """Draw the demo shop (the first time) and serve it."""
    from backend.demo.shop import serve

    logs.setup()
    folder = find_data_dir() / "demo"
    serve(folder / "pictures", port=port, embed_file=folder / "tag.json")


@click.command(hidden=True)
@click.argument("shop_url")
@click.option("--name", default="")
def demo_guide(shop_url: str, name: str) -> None:
    """Make the demo's tenant (the first time), crawl its shop, and tell where everything is."""
    settings = connect()
    folder = settings.data_dir / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    facts = _remembered(folder, shop_url, name)
    tag = {"widget_url": f"{settings.public_url}/widget/v1.js", "key": facts["publishable_key"]}
    (folder / "tag.json").write_text(json.dumps(tag), encoding="utf-8")
    click.echo(f"Crawling {shop_url} …")
    run = wait_for_run(facts["tenant"], start_crawl(facts["tenant"]))
    click.echo(_addresses(settings.public_url, shop_url, facts, run))


def _remembered(folder: Path, shop_url: str, name: str) -> dict[str, str]:
    """Return the tenant, keys and login made for this shop the first time."""
    memory = folder / f"{urlsplit(shop_url).netloc.replace(':', '_')}.json"
    if memory.exists():
        return dict(json.loads(memory.read_text(encoding="utf-8")))
    host, port = _host_and_port(shop_url)
    facts = add_shop(name=name or host, shop_url=shop_url, allow_hosts=exceptions_for(shop_url), locale="ja")
    facts |= {"email": EMAIL, "password": secrets.token_urlsafe(12)}
    _allow_localhost(facts["tenant"], port)
    add_user(facts["tenant"], email=facts["email"], password=facts["password"], role="owner")
    memory.touch(mode=0o600)
    memory.write_text(json.dumps(facts), encoding="utf-8")
    return facts


def exceptions_for(shop_url: str) -> list[str]:
    """Return what the egress proxy must open for the shop: only its very address, where that is this machine's own.

    Raises BadParameter for `localhost`, because a name opens no private address: who owns a name may point it anywhere.
    """
    host, port = _host_and_port(shop_url)
    if host == "localhost":
        raise click.BadParameter("write 127.0.0.1 instead of localhost", param_hint="--shop-url")
    try:
        on_this_machine = ip_address(host).is_loopback
    except ValueError:
        return []
    return [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"] if on_this_machine else []


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _allow_localhost(tenant_id: str, port: int) -> None:
    """Whoever types `localhost` instead of 127.0.0.1 sees the widget too."""
    with transaction(tenant_id) as session:
        for key in keys.list_keys(session, tenant_id):
            keys.set_origins(session, tenant_id, key.id, [f"http://localhost:{port}"])


def _addresses(public_url: str, shop_url: str, facts: Mapping[str, str], run: Mapping[str, Any]) -> str:
    products, images = run["products"], run["images"]
    found = sum(products[outcome] for outcome in ("new", "changed", "unchanged"))
    return "\n".join(
        [
            "",
            f"The crawl {run['state']} after {run['seconds']:.0f} s:",
            f"{found} products, {images['live']} pictures searchable.",
            *(f"  {run[note]}" for note in ("error", "advice") if run.get(note)),
            "",
            f"  Shop with the widget   {shop_url}",
            f"  Dashboard              {public_url}/",
            f"                         {facts['email']}  {facts['password']}",
            "  API                    curl -s -H 'Authorization: Bearer " + facts["secret_key"] + "' \\",
            f"                           -F image=@photo.jpg {public_url}/v1/search/photo",
            "",
            "Ctrl-C stops everything; the next `niteru demo` starts where this one ended.",
        ]
    )
