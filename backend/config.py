"""Settings, read once: from the environment first, then from what `niteru up` wrote into the data folder."""

import ipaddress
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PROJECT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting is missing or wrong; the sentence names the variable and says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process needs to know. README lists every variable."""

    data_dir: Path
    host: str
    port: int
    public_url: str
    secret_key: str
    database_url: str
    database_owner_url: str
    redis_url: str
    milvus_uri: str
    milvus_token: str
    storage_url: str
    egress_url: str
    egress_deny: tuple[Network, ...]
    chromium_path: str
    vision_runtime: str
    vision_device: str
    vision_threads: int
    embedder: str
    query_deadline_s: float
    query_queue_limit: int
    query_tenant_limit: int
    photo_max_bytes: int
    photos_per_minute: int
    crawl_delay_s: float
    crawl_max_pages: int
    crawl_image_mb: int
    second_look_s: float
    crawl_slice_s: float
    crawler_contact: str
    trusted_proxies: int
    log_level: str

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings. Raises ConfigError with the name of the variable that is missing or wrong."""
        env = os.environ if env is None else env
        data_dir = find_data_dir(env)
        read = _Reader(env, _read_runtime(data_dir))
        host, port = read.text("NITERU_HOST", "127.0.0.1"), read.integer("NITERU_PORT", 8900)
        return cls(
            data_dir=data_dir,
            host=host,
            port=port,
            public_url=read.text("NITERU_PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
            secret_key=read.needed("NITERU_SECRET_KEY"),
            database_url=read.needed("DATABASE_URL"),
            database_owner_url=read.text("DATABASE_OWNER_URL", ""),
            redis_url=read.needed("REDIS_URL"),
            milvus_uri=read.needed("MILVUS_URI"),
            milvus_token=read.text("MILVUS_TOKEN", ""),
            storage_url=read.text("STORAGE_URL", str(data_dir / "objects")),
            egress_url=read.needed("NITERU_EGRESS_URL"),
            egress_deny=read.networks("NITERU_EGRESS_DENY"),
            chromium_path=read.text("NITERU_CHROMIUM", ""),
            vision_runtime=read.text("NITERU_VISION_RUNTIME", "auto"),
            vision_device=read.text("NITERU_VISION_DEVICE", "cpu"),
            vision_threads=read.integer("NITERU_VISION_THREADS", 1),
            embedder=read.text("NITERU_EMBEDDER", ""),
            query_deadline_s=read.number("NITERU_QUERY_DEADLINE_S", 8.0),
            query_queue_limit=read.integer("NITERU_QUERY_QUEUE_LIMIT", 40),
            query_tenant_limit=read.integer("NITERU_QUERY_TENANT_LIMIT", 6),
            photo_max_bytes=read.integer("NITERU_PHOTO_MAX_BYTES", 12_000_000),
            photos_per_minute=read.integer("NITERU_PHOTOS_PER_MINUTE", 600),
            crawl_delay_s=read.number("NITERU_CRAWL_DELAY_S", 0.25),
            crawl_max_pages=read.integer("NITERU_CRAWL_MAX_PAGES", 20_000),
            crawl_image_mb=read.integer("NITERU_CRAWL_IMAGE_MB", 4_000),
            crawl_slice_s=read.number("NITERU_CRAWL_SLICE_S", 600.0),
            second_look_s=read.number("NITERU_SECOND_LOOK_S", 60.0),
            crawler_contact=read.text("NITERU_CRAWLER_CONTACT", ""),
            trusted_proxies=read.integer("NITERU_TRUSTED_PROXIES", 0),
            log_level=read.text("NITERU_LOG_LEVEL", "INFO").upper(),
        )


def find_data_dir(env: Mapping[str, str] | None = None) -> Path:
    """Return the one data folder: NITERU_DATA, else `.niteru` in the checkout, else in the home folder."""
    env = os.environ if env is None else env
    if named := env.get("NITERU_DATA"):
        return Path(named).expanduser().resolve()
    root = PROJECT if (PROJECT / "pyproject.toml").exists() else Path.home()
    return root / ".niteru"


# A waiting OpenMP thread would burn the core that another process needs; two-thread inference on a busy machine
# took 25 times as long.
THREADS = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
"""What is added to the environment of every process of ours that computes."""


def environment() -> dict[str, str]:
    """Return this process's environment, for what starts other processes."""
    return dict(os.environ)


def keep_offline() -> None:
    """Tell ultralytics, which reads the environment, to install no packages and to call nobody."""
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false")


def runtime_file(data_dir: Path) -> Path:
    """The addresses and secrets of the services `niteru up` runs; readable by its user only."""
    return data_dir / "runtime.json"


def _read_runtime(data_dir: Path) -> Mapping[str, str]:
    try:
        return dict(json.loads(runtime_file(data_dir).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


class _Reader:
    def __init__(self, env: Mapping[str, str], runtime: Mapping[str, str]) -> None:
        self._env, self._runtime = env, runtime

    def text(self, name: str, default: str) -> str:
        return self._env.get(name) or self._runtime.get(name) or default

    def needed(self, name: str) -> str:
        value = self.text(name, "")
        if not value:
            raise ConfigError(f"{name} is not set. Start Niteru with `niteru up`, or set {name} yourself.")
        return value

    def number(self, name: str, default: float) -> float:
        value = self.text(name, str(default))
        try:
            return float(value)
        except ValueError:
            raise ConfigError(f"{name} must be a number, but is {value!r}.") from None

    def integer(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        try:
            return int(value)
        except ValueError:
            raise ConfigError(f"{name} must be a whole number, but is {value!r}.") from None

    def networks(self, name: str) -> tuple[Network, ...]:
        try:
            return tuple(ipaddress.ip_network(part) for part in self.text(name, "").replace(",", " ").split())
        except ValueError as error:
            raise ConfigError(f"{name} must list networks like 198.51.100.0/24, but {error}.") from None
