"""Shoppers' photos as they arrive: in memory only, bounded before a byte of them is read."""

from io import BytesIO
from typing import IO

from flask import Request, request
from flask.wrappers import Response

from backend.errors import DomainError
from backend.http import BadInput
from backend.vision.images import ImageError, ImageTooLarge

_MOST_DRAINED = 64 * 1024 * 1024
_CHUNK = 256 * 1024


class WrongContentType(DomainError):
    status = 415
    code = "content_type_unsupported"


class MemoryRequest(Request):
    """A request whose uploaded files stay in memory: Werkzeug would write those above 500 KB to a temporary file."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del total_content_length, content_type, filename, content_length  # MAX_CONTENT_LENGTH bounds them all
        return BytesIO()


def check_multipart() -> None:
    """Raises WrongContentType, or ImageTooLarge by the announced length alone."""
    if request.mimetype != "multipart/form-data":
        raise WrongContentType("Send the photo as multipart/form-data, in a field named `image`.")
    most = request.max_content_length
    if most is not None and (request.content_length or 0) > most:
        raise _too_large(most)


def uploaded_photo(*, most_bytes: int) -> bytes | None:
    """Return the bytes of the field `image`, None when there is no such field.

    Raises BadInput when there are several, ImageError when it is empty, ImageTooLarge.
    """
    files = request.files.getlist("image")
    if len(files) > 1:
        raise BadInput("image: send one picture a search.")
    if not files:
        if "image" in request.form:
            raise BadInput("image: send it as a file, with a file name.")
        return None
    data = files[0].stream.read()
    if not data:
        raise ImageError("The picture is empty.")
    if len(data) > most_bytes:
        raise _too_large(most_bytes)
    return data


def drain(response: Response) -> Response:
    """Read what the caller still sends, up to a bound, so that it gets to read a refusal instead of a broken line."""
    stream = request.environ.get("wsgi.input")
    # Without this mark the server's stream has no end of its own, and reading on would wait for ever.
    if response.status_code >= 400 and stream is not None and request.environ.get("wsgi.input_terminated"):
        left = _MOST_DRAINED
        while left > 0 and (chunk := stream.read(min(_CHUNK, left))):
            left -= len(chunk)
    return response


def _too_large(most_bytes: int) -> ImageTooLarge:
    return ImageTooLarge(f"The picture has more than {most_bytes // 1_000_000} MB. Please send a smaller one.")
