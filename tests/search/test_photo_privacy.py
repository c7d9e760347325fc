"""A shopper's photo stays in memory: never on the disk, never in a log, and not for long."""

import io
import sys
import tempfile

from backend import queues
from backend.search import jobs
from tests.search.query_worker import RED, ColorVision
from tests.search.serving import OUTFIT, multipart, photo


class Opened:
    """Paths that this process opened for writing while `watching`, told by the interpreter itself."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.watching = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple) -> None:
        if not self.watching:
            return
        if event in {"tempfile.mkstemp", "tempfile.mkdtemp"}:
            self.paths.append(str(arguments[0]))
        if event == "open" and (arguments[2] or 0) & 3:
            self.paths.append(str(arguments[0]))


def test_a_photo_never_touches_the_disk_nor_a_log(app, make_shop, search, capfd, monkeypatch):
    shop, opened = make_shop(), Opened()
    large = photo((RED, (20, 20, 1480, 1480)), size=1500, form="BMP")
    monkeypatch.setattr(tempfile, "tempdir", None)

    opened.watching = True
    answer = search(shop, large)
    opened.watching = False

    assert len(large) > 5_000_000
    assert answer.status_code == 415  # BMP is no format of ours: what counts is that all of it travelled
    assert [path for path in opened.paths if not path.startswith("/dev/")] == []
    assert "BM" not in capfd.readouterr().err
    assert [key for key in queues.redis().scan_iter() if b"photo:" in key] == []


def test_the_upload_stays_in_memory_whatever_its_size(app, make_shop):
    with app.test_request_context("/v1/search/photo", method="POST", **multipart(b"x" * 3_000_000)) as context:
        stream = context.request.files["image"].stream

    assert isinstance(stream, io.BytesIO)


def test_the_worker_looks_at_a_photo_without_the_disk_and_forgets_it(settings, app):
    opened, key = Opened(), "niteru:photo:test"
    jobs.use(ColorVision())
    queues.redis().set(key, OUTFIT, ex=30)

    opened.watching = True
    answer = jobs.look_at_photo(photo_key=key, tenant_id="a")["answer"]
    opened.watching = False

    assert [one["category"] for one in answer["objects"]] == ["dress", "pants"]
    assert opened.paths == []
    assert queues.redis().get(key) is None


def test_a_photo_that_waited_too_long_is_refused(settings, app):
    jobs.use(ColorVision())

    answer = jobs.look_at_photo(photo_key="niteru:photo:gone", tenant_id="a")

    assert (answer["refused"]["status"], answer["refused"]["code"]) == (503, "busy")
