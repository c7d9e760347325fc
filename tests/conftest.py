"""Real parts for every test: PostgreSQL, Redis and the gallery server, each started once and stopped by pid."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import create_engine, text

from backend import db, migrate, queues
from backend.config import PROJECT, THREADS, Settings, environment
from backend.db import transaction
from backend.ingest.fetching.browser import find_chromium
from backend.search.milvus_gallery import gallery_server_command, ping
from backend.tenants import accounts, keys
from backend.tenants.models import Product, new_id
from backend.up.postgres import Postgres, system_user
from backend.up.valkey import Valkey

SHARED = PROJECT.parent / "shared"
# Two processes of tests share the processors, as a deployment's do; torch, which reads this, comes later.
os.environ.update(THREADS)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real photos and shops beside the project, where there is one."""
    if not (SHARED / "data").is_dir():
        pytest.skip("needs the folder `shared` with real photos beside the project")
    return SHARED


def free_port() -> int:
    """Return a port that nobody listens on, and that no outgoing connection is given before it is used (from 32768)."""
    while True:
        port = secrets.choice(range(10_000, 32_000))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(ready: Callable[[], bool], *, seconds: float = 30, what: str = "the condition") -> None:
    """Wait until `ready()`; fail after `seconds` (far more than it takes, so that a slow machine passes)."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def passable_folder() -> Iterator[Path]:
    """A new folder that other users may pass through: as root, PostgreSQL runs as another one.

    Not one of pytest's: those are closed, and a second run of pytest closes them again.
    """
    with TemporaryDirectory(prefix="niteru-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium; without its sandbox, because tests may run as root."""
    expect.set_options(timeout=20_000)  # far more than it takes, so that a busy machine passes
    with sync_playwright() as playwright:
        program = find_chromium(environment().get("NITERU_CHROMIUM", "")) or None
        arguments = ["--no-sandbox", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=program, args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one file of tests. (While Playwright runs here, no other test can have an event loop.)"""
    with open_browser() as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with passable_folder() as folder:
        yield from _running_postgres(folder)


def _running_postgres(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder / "data", free_port(), secrets.token_hex(8), secrets.token_hex(8))
    server.prepare()
    process = subprocess.Popen([*server.command(), "-c", "fsync=off"], user=system_user(), cwd="/")
    wait_until(lambda: listens(server.port), what="PostgreSQL")
    migrate.ensure_database(server.url(owner=True))
    migrate.upgrade(server.url(owner=True), server.url())
    yield server
    process.send_signal(signal.SIGINT)
    process.wait(30)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    server = Valkey(free_port(), secrets.token_hex(8))
    process = subprocess.Popen(server.command(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stdin is not None
    process.stdin.write(server.configuration())
    process.stdin.close()
    wait_until(lambda: listens(server.port), what="Redis")
    yield server.url
    process.terminate()
    process.wait(30)


@pytest.fixture(scope="session")
def milvus_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        gallery_server_command(tmp_path_factory.mktemp("gallery"), port),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: listens(port), what="the gallery server")
    uri = f"http://127.0.0.1:{port}"
    ping(uri, "")
    yield uri
    process.send_signal(signal.SIGINT)
    process.wait(30)


@pytest.fixture(scope="session")
def settings(postgres: Postgres, redis_url: str, milvus_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of one whole deployment made of the real parts above."""
    return Settings.from_env(
        {
            "NITERU_DATA": str(tmp_path_factory.mktemp("niteru")),
            "NITERU_SECRET_KEY": "test-" + secrets.token_hex(16),
            "DATABASE_URL": postgres.url(),
            "DATABASE_OWNER_URL": postgres.url(owner=True),
            "REDIS_URL": redis_url,
            "MILVUS_URI": milvus_uri,
            "NITERU_EGRESS_URL": f"http://127.0.0.1:{free_port()}",
            "NITERU_CRAWL_DELAY_S": "0",
            "NITERU_SECOND_LOOK_S": "0.2",
        }
    )


@pytest.fixture
def _clean(settings: Settings) -> None:
    """Empty tables and queues before the test; the next one finds nothing of it."""
    engine = create_engine(settings.database_owner_url)
    with engine.begin() as connection:
        connection.execute(text('TRUNCATE tenant, "user" CASCADE'))
    engine.dispose()
    queues.connect(settings.redis_url).flushdb()
    db.connect(settings.database_url)


@pytest.fixture
def app(settings: Settings, _clean: None) -> Flask:
    from backend.app import create_app

    app = create_app(settings)
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@dataclass
class Shop:
    """One tenant of a test, with its keys and an owner who can sign in."""

    tenant_id: str
    publishable_key: str
    secret_key: str
    email: str
    password: str
    products: list[Product] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret_key}"}

    def add_product(self, title: str, **facts: Any) -> Product:
        """Put a product into the catalog without a crawl; returns the row (detached)."""
        number = len(self.products) + 1
        url = facts.pop("url", f"https://shop.example/products/{self.tenant_id[:8]}-{number}")
        product = Product(tenant_id=self.tenant_id, url=url, fingerprint=facts.pop("fingerprint", url), title=title)
        for name, value in facts.items():
            setattr(product, name, value)
        with transaction(self.tenant_id) as session:
            session.add(product)
        self.products.append(product)
        return product


@pytest.fixture
def make_shop(_clean: None) -> Callable[..., Shop]:
    """Return a function that makes a tenant: `ours, theirs = make_shop(), make_shop()`."""

    def make(name: str = "Shop", shop_url: str = "https://shop.example", **facts: Any) -> Shop:
        tenant_id = new_id()
        email, password = f"{tenant_id[:8]}@example.com", "correct horse battery"
        with transaction() as session:
            user = accounts.create_user(session, email=email, password=password)
        with transaction(tenant_id) as session:
            accounts.create_tenant(
                session, tenant_id, name=name, shop_url=shop_url, allow_hosts=facts.get("allow_hosts", [])
            )
            _, publishable = keys.create_key(session, tenant_id, kind="publishable")
            _, secret = keys.create_key(session, tenant_id, kind="secret")
            accounts.add_member(session, tenant_id, user_id=user.id, role=facts.get("role", "owner"))
        return Shop(tenant_id, publishable, secret, email, password)

    return make
