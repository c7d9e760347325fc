"""Which processes one machine runs, with which addresses; what the environment names already is not started."""

import secrets
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import redis

from backend import queues
from backend.config import THREADS, ConfigError
from backend.search.milvus_gallery import can_run_server, gallery_server_command
from backend.up.postgres import Postgres, system_user
from backend.up.supervisor import Part
from backend.up.valkey import Valkey

_BEHIND = 19  # of what no shopper waits for: vision, crawls and their proxy, the schedule; 10 cost a search a tenth


@dataclass(frozen=True, slots=True)
class Private:
    """Ports and passwords of this machine's own servers; kept in the data folder, readable by its user only."""

    postgres_port: int
    redis_port: int
    gallery_port: int
    gallery_server_port: int
    egress_port: int
    owner_password: str
    app_password: str
    redis_password: str
    secret_key: str

    @classmethod
    def load(cls, remembered: Mapping[str, str | int]) -> "Private":
        """Take what is remembered; choose anew what is missing, and ports that somebody else has taken meanwhile."""

        def port(name: str) -> int:
            known = int(remembered.get(name, 0))
            return known if known and _is_free(known) else _free_port()

        def password(name: str) -> str:
            return str(remembered.get(name) or secrets.token_urlsafe(24))

        return cls(
            postgres_port=port("postgres_port"),
            redis_port=port("redis_port"),
            gallery_port=port("gallery_port"),
            gallery_server_port=port("gallery_server_port"),
            egress_port=port("egress_port"),
            owner_password=password("owner_password"),
            app_password=password("app_password"),
            redis_password=password("redis_password"),
            secret_key=password("secret_key"),
        )

    def as_dict(self) -> dict[str, str | int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts to start, and the settings every one of them (and the command line) shall read."""

    parts: tuple[Part, ...]
    runtime: Mapping[str, str]
    migrate_after: str


def plan(data_dir: Path, private: Private, env: Mapping[str, str]) -> Plan:
    """Decide what this machine runs.

    Raises ConfigError when only half of a foreign service is named, or a gallery that cannot be had.
    """
    if env.get("DATABASE_URL") and not env.get("DATABASE_OWNER_URL"):
        raise ConfigError(
            "DATABASE_URL is set without DATABASE_OWNER_URL. Migrations need the tables' owner: set both."
        )
    postgres = Postgres(data_dir / "postgres", private.postgres_port, private.owner_password, private.app_password)
    valkey = Valkey(private.redis_port, private.redis_password)
    galleries = _galleries(data_dir, private, env)
    runtime = {
        "NITERU_DATA": str(data_dir),
        "NITERU_SECRET_KEY": private.secret_key,
        "DATABASE_URL": postgres.url(),
        "DATABASE_OWNER_URL": postgres.url(owner=True),
        "REDIS_URL": valkey.url,
        "MILVUS_URI": next(iter(galleries)),
        "NITERU_EGRESS_URL": f"http://127.0.0.1:{private.egress_port}",
        "NITERU_HOST": "127.0.0.1",
        "NITERU_PORT": "8900",
    }
    runtime = {name: env.get(name) or value for name, value in runtime.items()}
    servers: list[Part] = []
    if not env.get("MILVUS_URI"):
        servers += galleries.values()
    if not env.get("REDIS_URL"):
        servers.append(_valkey(valkey))
    if not env.get("DATABASE_URL"):
        servers.append(_postgres(postgres))
    port = _port_of(runtime["NITERU_EGRESS_URL"])
    egress = _ours("egress", "egress", runtime, ready=lambda: listens(port), nice=_BEHIND)
    parts = (*servers, egress, *_workers(runtime, env), _web(runtime, env))
    return Plan(parts, runtime, migrate_after=(servers[-1] if servers else egress).name)


def _postgres(server: Postgres) -> Part:
    server.prepare()
    return Part(
        "postgres",
        server.command(),
        ready=lambda: listens(server.port),
        user=system_user(),
        stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: ends sessions, loses nothing
    )


def _valkey(server: Valkey) -> Part:
    return Part("redis", server.command(), ready=lambda: _redis_answers(server.url), stdin=server.configuration())


def _galleries(data_dir: Path, private: Private, env: Mapping[str, str]) -> dict[str, Part]:
    """Return the gallery servers NITERU_GALLERY asks for, by address; the first is every shop's unless it was moved."""
    lite = _gallery("gallery", "lite", data_dir / "gallery", private.gallery_port)
    server = _gallery("gallery-server", "server", data_dir / "gallery-server", private.gallery_server_port)
    chosen = {"lite": [lite], "server": [server], "both": [lite, server]}.get(env.get("NITERU_GALLERY") or "lite")
    if chosen is None:
        raise ConfigError("NITERU_GALLERY must be lite, server or both.")
    if server in chosen and not can_run_server():
        raise ConfigError("NITERU_GALLERY asks for the Milvus server, which is not installed: pip install '.[server]'.")
    ports = {lite.name: private.gallery_port, server.name: private.gallery_server_port}
    return {f"http://127.0.0.1:{ports[part.name]}": part for part in chosen}


def _gallery(name: str, engine: str, folder: Path, port: int) -> Part:
    return Part(
        name,
        gallery_server_command(folder, port, engine=engine),
        ready=lambda: listens(port),
        env=THREADS,
        stop_signal=signal.SIGINT,
        start_seconds=120,
    )


def _workers(runtime: Mapping[str, str], env: Mapping[str, str]) -> list[Part]:
    nices = {queues.QUERY: 0, queues.VISION: _BEHIND, queues.CRAWL: _BEHIND}
    parts = []
    for name, nice in nices.items():
        for number in range(int(env.get(f"NITERU_{name.upper()}_WORKERS") or 1)):
            label = f"{name}-worker" + (f"-{number + 1}" if number else "")
            ready = _WorkerCheck(runtime["REDIS_URL"], name, number + 1)
            parts.append(_ours(label, f"worker {name}", runtime, ready=ready, nice=nice))
    return [*parts, _ours("scheduler", "scheduler", runtime, ready=lambda: True, nice=_BEHIND)]


@dataclass(frozen=True, slots=True)
class _WorkerCheck:
    """True when `count` workers of the queue have registered themselves, which they do after warming up."""

    redis_url: str
    name: str
    count: int

    def __call__(self) -> bool:
        return queues.count_workers(self.redis_url, self.name) >= self.count


def _web(runtime: Mapping[str, str], env: Mapping[str, str]) -> Part:
    host, port = runtime["NITERU_HOST"], int(runtime["NITERU_PORT"])
    refuse_taken(host, port, "NITERU_PORT")
    command = [
        *(sys.executable, "-m", "gunicorn", "backend.app:create_app()"),
        *("--bind", f"{host}:{port}", "--worker-class", "gthread", "--graceful-timeout", "10"),
        *("--workers", env.get("NITERU_WEB_WORKERS") or "2", "--threads", env.get("NITERU_WEB_THREADS") or "16"),
        *("--no-control-socket", "--log-level", "warning"),
    ]
    address = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    return Part("web", command, ready=lambda: _answers(f"http://{address}:{port}/readyz"), env={**THREADS, **runtime})


def _ours(name: str, command: str, runtime: Mapping[str, str], *, ready: Callable[[], bool], nice: int = 0) -> Part:
    line = [sys.executable, "-m", "backend.cli", *command.split()]
    return Part(name, line, ready=ready, env={**THREADS, **runtime}, nice=nice)


def refuse_taken(host: str, port: int, variable: str) -> None:
    """Raise ConfigError when somebody else listens there already."""
    if not _is_free(port, host):
        raise ConfigError(f"Port {port} is in use. Stop what listens there, or set {variable} to another one.")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except URLError:
        return False


def _redis_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _port_of(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


def _is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
