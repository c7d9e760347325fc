"""The widget's own files, as browsers of every shop fetch them."""

import json
from base64 import b64encode
from contextlib import closing
from hashlib import sha256
from urllib.parse import quote

import pytest

from backend import widget

MANIFEST = json.loads((widget.DIST / "manifest.json").read_text(encoding="utf-8"))["dist"]


def asked(name: str, content: bytes) -> str:
    """Return the address by which a tag asks for a part that it knows by this content."""
    return f"/widget/{name}?h={quote(b64encode(sha256(content).digest()).decode(), safe='')}"


def test_every_part_is_there_by_the_hash_that_the_tag_knows_and_kept_for_good(client):
    for name in MANIFEST:
        content = (widget.DIST / name).read_bytes()
        with closing(client.get(asked(name, content))) as answer:
            assert (answer.status_code, answer.data) == (200, content)
            assert answer.cache_control.max_age == 31_536_000


@pytest.mark.parametrize("path", ["v1.js", "words/ja.js", "nothing.js"])
def test_every_shop_may_fetch_them_and_is_told_so_when_there_is_nothing(client, path):
    with closing(client.get(f"/widget/{path}")) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert (answer.status_code == 404) == (path == "nothing.js")


@pytest.mark.parametrize(("path", "kept"), [("v1.js", 300), ("0.1.0/v1.js", 31_536_000)])
def test_the_tag_is_looked_at_again_and_a_version_is_kept(client, path, kept):
    with closing(client.get(f"/widget/{path}")) as answer:
        assert answer.cache_control.max_age == kept


def test_a_tag_of_before_gets_the_part_of_its_own_release(client, tmp_path, monkeypatch):
    for folder, content in (("", b"new"), ("0.9.0/", b"old")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / f"{folder}v1-dialog.js").write_bytes(content)
        facts = {"dist": {"v1-dialog.js": {"sha256": sha256(content).hexdigest()}}}
        (tmp_path / f"{folder}manifest.json").write_text(json.dumps(facts))
    monkeypatch.setattr(widget, "DIST", tmp_path)

    for content in (b"new", b"old"):
        with closing(client.get(asked("v1-dialog.js", content))) as answer:
            assert answer.data == content


@pytest.mark.parametrize("path", [asked("v1-dialog.js", b"of a newer service"), "/widget/v1-dialog.js?h="])
def test_no_other_file_is_ever_kept_under_the_address_of_a_part(client, path):
    with closing(client.get(path)) as answer:
        assert answer.status_code == 404
        assert not answer.cache_control.max_age
