"""The object store: normalised product images and thumbnails, by key. A folder here; S3 speaks the same four verbs."""

import re
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from backend.config import ConfigError
from backend.errors import NotFound

_KEY = re.compile(r"[a-z0-9][a-z0-9_\-./]{0,200}")


class Storage(Protocol):
    """Objects by key; a key begins with the tenant's id, so a tenant's objects go together."""

    def write(self, key: str, data: bytes) -> None: ...

    def read(self, key: str) -> bytes: ...

    def delete_all(self, prefix: str) -> None: ...


class FolderStorage:
    """A folder on this machine's disk. Writing is atomic: a reader sees the old bytes or the new, never half."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{uuid4().hex}")
        temporary.write_bytes(data)
        temporary.replace(path)

    def read(self, key: str) -> bytes:
        """Return the object's bytes. Raises NotFound."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound("This picture is not stored any more.") from None

    def delete_all(self, prefix: str) -> None:
        """Remove a whole folder of objects, such as a tenant's."""
        folder = self._path(prefix)
        if not folder.exists():
            return
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key) or ".." in key:
            raise NotFound("This picture is not stored.")
        return self._folder / key


def open_storage(url: str) -> Storage:
    """Open the store that STORAGE_URL names: a folder's path. Raises ConfigError."""
    if "://" in url and not url.startswith("file://"):
        raise ConfigError(f"STORAGE_URL must be a folder, but is {url!r}.")
    return FolderStorage(Path(url.removeprefix("file://")))
