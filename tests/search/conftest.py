"""Real gallery servers for the tests of search: Milvus Lite and, where it is installed, the embedded Milvus server."""

import os
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.search.milvus_gallery import (
    GalleryUnavailable,
    MilvusGallery,
    can_run_server,
    gallery_server_command,
    open_gallery,
    ping,
)
from tests.search.serving import query_worker, search, shelf  # noqa: F401 - fixtures of every test here

START_SECONDS = 120.0
ENGINES = ["lite", pytest.param("server", marks=pytest.mark.milvus_server)]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests of a Milvus server out where there is none: its package is an extra."""
    if can_run_server() or os.environ.get("NITERU_TEST_MILVUS_URI"):
        return
    left_out = [item for item in items if item.get_closest_marker("milvus_server")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


class GalleryServer:
    """A gallery server on a free port, with its own data folder; Milvus Lite unless `engine` says "server"."""

    def __init__(self, data_dir: Path, engine: str = "lite") -> None:
        self.engine = engine
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.uri = f"http://127.0.0.1:{self.port}"
        self.data_dir = data_dir
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.data_dir.parent / "gallery.log").open("ab") as log:
            command = gallery_server_command(self.data_dir, self.port, engine=self.engine)
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return ping(self.uri, "")
            except GalleryUnavailable:
                assert self._process.poll() is None, (self.data_dir.parent / "gallery.log").read_text()
                assert time.monotonic() < deadline, "the gallery server did not start"
                time.sleep(0.1)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGINT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            if number == signal.SIGKILL:
                os.killpg(self._process.pid, number)
            self._process.send_signal(number)
            self._process.wait(timeout=30)
            self._process = None


@pytest.fixture(scope="session")
def gallery_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GalleryServer]:
    """The server most tests share; each test has tenants of its own."""
    server = GalleryServer(tmp_path_factory.mktemp("gallery") / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mortal_server(tmp_path: Path) -> Iterator[GalleryServer]:
    """A server that a test may kill."""
    server = GalleryServer(tmp_path / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GalleryServer]:
    """The embedded Milvus server that most tests share."""
    server = GalleryServer(tmp_path_factory.mktemp("milvus") / "data", "server")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session", params=ENGINES)
def milvus_address(request: pytest.FixtureRequest) -> str:
    """Where the galleries under test are: on Milvus Lite, and on a Milvus server (NITERU_TEST_MILVUS_URI, or ours)."""
    if request.param == "lite":
        return str(request.getfixturevalue("gallery_server").uri)
    return os.environ.get("NITERU_TEST_MILVUS_URI") or str(request.getfixturevalue("milvus_server").uri)


@pytest.fixture
def open_for(milvus_address: str) -> Callable[..., MilvusGallery]:
    """Open a gallery of a tenant, a new one unless named, on the shared server."""

    def opened(tenant_id: str | None = None, model_id: str = "model_1", dim: int = 8) -> MilvusGallery:
        tenant_id = str(uuid.uuid4()) if tenant_id is None else tenant_id
        return open_gallery(milvus_address, "", tenant_id=tenant_id, model_id=model_id, dim=dim)

    return opened
