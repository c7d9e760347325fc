"""The widget's files, as browsers of every shop fetch them: the tag, its parts, and releases that stay as they are.

The tag asks for each part by its hash, and a browser takes nothing else. It is answered with just that file or not at
all: a shopper whose tag is a few minutes older than this service gets the part of the tag's own release, and no browser
ever keeps another file under a part's address.
"""

import json
from base64 import b64encode
from functools import cache

from flask import Blueprint, Response, abort, request, send_from_directory
from flask.typing import ResponseReturnValue

from backend.config import PROJECT

DIST = PROJECT / "widget" / "dist"
_A_YEAR, _A_WHILE = 31_536_000, 300  # in seconds
blueprint = Blueprint("widget", __name__, url_prefix="/widget")


@blueprint.get("/<path:name>")
def file(name: str) -> ResponseReturnValue:
    """One file; kept for good where a hash or a version names it, else looked at again every five minutes."""
    is_release, hash_ = name[0].isdigit(), request.args.get("h")
    if hash_ is not None and not is_release:
        name = _named((DIST / "manifest.json").stat().st_mtime_ns).get((name, hash_)) or abort(404)
    stays = is_release or hash_ is not None
    response = send_from_directory(DIST, name, conditional=True, max_age=_A_YEAR if stays else _A_WHILE)
    response.cache_control.immutable = stays
    return response


@blueprint.after_request
def let_shops_in(response: Response) -> Response:
    """Whatever is answered, what is not there too: a browser would complain to the shop."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@cache
def _named(_changed: int) -> dict[tuple[str, str], str]:
    """Return where each file lies, by its name and its SHA-256 (base64): those of today, and of every release."""
    found = {}
    for manifest in sorted(DIST.glob("**/manifest.json")):
        folder = manifest.parent.relative_to(DIST)
        for name, facts in json.loads(manifest.read_text(encoding="utf-8"))["dist"].items():
            hash_ = b64encode(bytes.fromhex(facts["sha256"])).decode()
            found[name, hash_] = (folder / name).as_posix()
    return found
