"""Hostile and broken bytes: each ends in a picture or in a clear error."""

import struct
import subprocess
import sys
import zlib
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from backend.vision import (
    ImageError,
    ImageTooLarge,
    ImageTypeUnsupported,
    decode,
    images,
)
from tests.vision.drawn_pictures import drawn, saved

# Pillow warns about odd metadata and goes on; what counts here is the picture or the error that comes out.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.*")


def png_header(width: int, height: int) -> bytes:
    """A PNG whose header promises width x height one-bit pixels, with hardly any data behind it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(4096))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 12_000, 30_000])
def test_a_pixel_bomb_is_refused_before_a_pixel_is_decoded(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(*_: object) -> None:
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)

    with pytest.raises(ImageTooLarge) as caught:
        decode(png_header(side, side))

    assert (caught.value.status, caught.value.code) == (413, "image_too_large")
    assert "megapixels" in caught.value.message


def test_the_sentence_names_the_limit_of_the_format() -> None:
    with pytest.raises(ImageTooLarge, match="16 megapixels"):
        decode(saved(Image.new("RGB", (4200, 4200)), "WEBP"))


def test_more_bytes_than_the_budget_are_refused_unread() -> None:
    with pytest.raises(ImageTooLarge, match="MB"):
        decode(b"\xff\xd8" + bytes(images.MAX_BYTES))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "HEIF"])
def test_a_picture_cut_short_at_any_length_is_an_image_error_or_a_picture_never_anything_else(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    data = saved(Image.fromarray(noise), kind)
    half_read = 0

    for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9):
        try:
            decode(data[: int(len(data) * share)])
        except ImageError:
            continue
        half_read += 1

    assert half_read <= 2


_SMALL = {
    kind: saved(Image.fromarray(np.random.default_rng(2).integers(0, 255, (12, 9, 3), np.uint8)), kind)
    for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "HEIF")
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_small_picture_cut_short_at_every_byte_is_a_picture_or_an_image_error(kind: str) -> None:
    data = _SMALL[kind]
    for length in range(len(data)):
        try:
            picture = decode(data[:length])
        except ImageError:
            continue
        assert picture.pixels.shape == (12, 9, 3)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(sorted(_SMALL)),
    edits=st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=0, max_size=6)), min_size=1, max_size=5),
    swallowed=st.integers(0, 8),
)
def test_whatever_is_done_to_the_bytes_the_answer_is_a_picture_or_an_image_error(
    kind: str, edits: list[tuple[float, bytes]], swallowed: int
) -> None:
    data = _SMALL[kind]
    for place, put in edits:
        at = int(place * len(data))
        data = data[:at] + put + data[at + swallowed :]

    try:
        picture = decode(data, max_side=64)
    except ImageError:
        return
    assert picture.pixels.ndim == 3
    assert picture.pixels.shape[2] == 3
    assert min(picture.pixels.shape) >= 1


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_a_picture_or_an_image_error(data: bytes) -> None:
    with pytest.raises(ImageError):
        decode(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "HEIF"])
def test_corrupt_bytes_never_raise_anything_but_an_image_error(kind: str) -> None:
    data = saved(drawn(), kind)
    chance = np.random.default_rng(1)

    for _ in range(40):
        broken = bytearray(data)
        for place in chance.integers(4, len(broken), 12):
            broken[place] = chance.integers(0, 256)
        try:
            picture = decode(bytes(broken), max_side=64)
        except ImageError:
            continue
        assert picture.pixels.ndim == 3


@pytest.mark.parametrize(
    "data",
    [b'<svg xmlns="http://www.w3.org/2000/svg"/>', b'\xef\xbb\xbf<?xml version="1.0"?>\n<svg/>', b"<!-- x --><svg />"],
)
def test_svg_is_unsupported_and_the_sentence_says_so(data: bytes) -> None:
    with pytest.raises(ImageTypeUnsupported, match="SVG") as caught:
        decode(data)

    assert (caught.value.status, caught.value.code) == (415, "image_type_unsupported")


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"hello", b"BM" + bytes(60), b"\x00" * 100])
def test_bytes_that_are_no_supported_picture_are_named_unsupported(data: bytes) -> None:
    with pytest.raises(ImageTypeUnsupported):
        decode(data)


def test_nothing_at_all_is_unreadable() -> None:
    with pytest.raises(ImageError, match="empty"):
        decode(b"")


def test_broken_exif_does_not_spoil_a_good_picture() -> None:
    data = saved(drawn(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff\x12\x01")

    assert decode(data).pixels.shape == (90, 120, 3)


def test_what_is_no_picture_stays_unsupported_in_a_process_that_runs_torch() -> None:
    """ultralytics replaces Pillow's open when it is imported; a worker must not trip over that."""
    if find_spec("ultralytics") is None:
        pytest.skip("needs the extra `gpu`")
    code = (
        "from backend.vision.runtimes import torch_runtime\n"
        "from backend.vision import ImageTypeUnsupported, decode\n"
        "try: decode(b'hello')\n"
        "except ImageTypeUnsupported: print('unsupported')"
    )

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert answer.stdout == "unsupported\n", answer.stderr
