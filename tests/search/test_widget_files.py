"""The widget's own files, as browsers of every shop fetch them."""

from contextlib import closing

import pytest


@pytest.mark.parametrize("path", ["v1.js", "v1-dialog.js?h=abc", "words/ja.js", "nothing.js"])
def test_every_shop_may_fetch_them_by_their_hash(client, path):
    with closing(client.get(f"/widget/{path}")) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert (answer.status_code == 404) == (path == "nothing.js")


@pytest.mark.parametrize(
    ("path", "kept"), [("v1.js", 300), ("v1-strip.js?h=a", 31_536_000), ("0.1.0/v1.js", 31_536_000)]
)
def test_what_is_named_by_its_hash_or_version_is_kept(client, path, kept):
    with closing(client.get(f"/widget/{path}")) as answer:
        assert answer.cache_control.max_age == kept
