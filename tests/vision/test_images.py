"""Hostile, odd and ordinary bytes: each ends in a picture or in a clear error."""

import struct
import subprocess
import sys
import zlib
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageColor, ImageDraw

from backend.vision import (
    ImageError,
    ImageTooLarge,
    ImageTypeUnsupported,
    Picture,
    content_hash,
    decode,
    encode_jpeg,
    hash_distance,
    images,
    perceptual_hash,
)

# Pillow warns about odd metadata and goes on; what counts here is the picture or the error that comes out.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.*")


def drawn(width: int = 120, height: int = 90) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 0, width // 2 - 1, height - 1], fill=(200, 20, 40))
    draw.ellipse([width * 0.6, height * 0.2, width * 0.9, height * 0.8], fill=(20, 40, 160))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG whose header promises width x height one-bit pixels, with hardly any data behind it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(4096))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "HEIF"])
def test_every_supported_format_becomes_the_same_upright_rgb_picture(kind: str) -> None:
    data = saved(drawn(), kind)

    picture = decode(data)

    assert picture.pixels.shape == (90, 120, 3)
    assert picture.pixels.dtype == np.uint8
    assert (picture.original_width, picture.original_height) == (120, 90)
    assert np.abs(picture.pixels[45, 20].astype(int) - (200, 20, 40)).max() < 25
    assert np.abs(picture.pixels[45, 90].astype(int) - (20, 40, 160)).max() < 25


@pytest.mark.parametrize("side", [8_000, 12_000, 30_000])
def test_a_pixel_bomb_is_refused_before_a_pixel_is_decoded(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(*_: object) -> None:
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)

    with pytest.raises(ImageTooLarge) as caught:
        decode(png_header(side, side))

    assert (caught.value.status, caught.value.code) == (413, "image_too_large")
    assert "megapixels" in caught.value.message


_LARGEST = {
    "a JPEG": ("JPEG", "RGB", {}),
    "a progressive JPEG": ("JPEG", "RGB", {"progressive": True}),
    "a CMYK JPEG": ("JPEG", "CMYK", {}),
    "a PNG": ("PNG", "RGB", {}),
    "a PNG of 16 bits": ("PNG", "I;16", {}),
    "a transparent PNG": ("PNG", "RGBA", {}),
    "a GIF": ("GIF", "P", {}),
    "a WebP": ("WEBP", "RGB", {}),
}


@pytest.mark.parametrize("name", _LARGEST)
def test_the_largest_picture_that_is_accepted_takes_less_than_300_mb(name: str, tmp_path: Path) -> None:
    kind, mode, options = _LARGEST[name]
    probe = Image.new(mode, (8, 8))
    probe.format = kind
    side = int(images._most_pixels(probe) ** 0.5) - 1
    path = tmp_path / "picture"
    Image.new(mode, (side, side)).save(path, kind, **options)
    code = (
        "import resource, sys; from pathlib import Path; from backend.vision import decode\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        "data = Path(sys.argv[1]).read_bytes(); before = peak()\n"
        "picture = decode(data, max_side=1600); print(picture.width, peak() - before)"
    )

    answer = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)

    width, grown = answer.stdout.split()
    assert int(width) == 1600
    assert float(grown) < 300


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


_UPRIGHT = {1: "red", 2: "blue", 3: "white", 4: "lime", 5: "red", 6: "lime", 7: "white", 8: "blue"}
"""The colour in the upper left corner once a picture whose corners are red, blue, lime, white is turned upright."""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", sorted(_UPRIGHT))
def test_all_eight_orientations_stand_upright_in_every_format_that_has_them(kind: str, orientation: int) -> None:
    image = Image.new("RGB", (96, 64), "red")
    for box, color in (((48, 0, 96, 32), "blue"), ((0, 32, 48, 64), "lime"), ((48, 32, 96, 64), "white")):
        image.paste(color, box)
    exif = Image.Exif()
    exif[0x0112] = orientation

    picture = decode(saved(image, kind, exif=exif.tobytes()))

    assert (picture.width, picture.height) == ((96, 64) if orientation < 5 else (64, 96))
    assert np.abs(picture.pixels[12, 12].astype(int) - ImageColor.getrgb(_UPRIGHT[orientation])).max() < 40


def test_exif_rotation_is_applied_and_the_original_size_is_upright_too() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees to see it upright
    data = saved(drawn(400, 300), "JPEG", exif=exif.tobytes())

    picture = decode(data, max_side=100)

    assert (picture.width, picture.height) == (75, 100)
    assert (picture.original_width, picture.original_height) == (300, 400)
    assert np.abs(picture.pixels[10, 37].astype(int) - (200, 20, 40)).max() < 30  # red was left, is above now


def test_broken_exif_does_not_spoil_a_good_picture() -> None:
    data = saved(drawn(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff\x12\x01")

    assert decode(data).pixels.shape == (90, 120, 3)


def test_transparency_lies_on_white() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    palette = Image.new("P", (20, 20), 0)
    palette.putpalette([10, 20, 30] * 256)

    assert (decode(saved(clear, "PNG")).pixels == 255).all()
    assert (decode(saved(palette, "PNG", transparency=0)).pixels == 255).all()


def test_sixteen_bit_grey_keeps_its_shades() -> None:
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (16, 1))

    pixels = decode(saved(Image.fromarray(ramp), "PNG")).pixels

    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[0, -1].tolist() == [255, 255, 255]
    assert abs(int(pixels[0, 32, 0]) - 129) <= 2


def test_sixteen_bit_colour_keeps_its_colours() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = (b"\x00" + np.tile(np.array([50_000, 5_000, 10_000], ">u2"), 16).tobytes()) * 16
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 16, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")

    assert decode(data).pixels[8, 8].tolist() == pytest.approx([195, 19, 39], abs=1)


def test_cmyk_keeps_its_colours() -> None:
    assert decode(saved(drawn().convert("CMYK"), "JPEG")).pixels[45, 20].tolist() == pytest.approx([200, 20, 40], abs=8)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "YCbCr", "LAB"])
def test_a_tiff_of_any_colours_is_refused_with_a_sentence(mode: str) -> None:
    image = Image.new("LAB", (20, 20)) if mode == "LAB" else drawn().convert(mode)

    with pytest.raises(ImageTypeUnsupported, match="JPEG, PNG"):
        decode(saved(image, "TIFF"))


def test_a_wide_profile_is_brought_to_srgb_and_a_broken_one_is_left_alone() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"\x00XYZ").replace(b"gXYZ", b"rXYZ").replace(b"\x00XYZ", b"gXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    red = Image.new("RGB", (20, 20), (200, 20, 40))

    plain, other = decode(saved(red, "PNG", icc_profile=profile)), decode(saved(red, "PNG", icc_profile=swapped))
    broken = decode(saved(red, "PNG", icc_profile=profile[:60] + b"\x07" * 80))

    assert plain.pixels[5, 5].tolist() == broken.pixels[5, 5].tolist() == [200, 20, 40]
    assert other.pixels[5, 5, 1] > 150 > other.pixels[5, 5, 0]  # a profile whose red is green


@pytest.mark.parametrize("mode", ["CMYK", "L", "1", "LA", "P"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new("LA", (120, 90), (0, 255)) if mode == "LA" else drawn().convert(mode)

    picture = decode(saved(image, kind))

    assert picture.pixels.shape == (90, 120, 3)


def test_an_animation_is_its_first_frame() -> None:
    frames = [Image.new("RGB", (30, 30), color) for color in ("red", "lime", "blue")]

    for kind in ("GIF", "WEBP", "PNG", "AVIF", "HEIF"):
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)

        assert decode(data).pixels[15, 15].tolist() == pytest.approx([255, 0, 0], abs=6)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 3000), (3000, 1)])
def test_slivers_are_pictures(width: int, height: int) -> None:
    picture = decode(saved(Image.new("RGB", (width, height)), "PNG"), max_side=100)

    assert max(picture.width, picture.height) == min(100, max(width, height))
    assert min(picture.width, picture.height) == 1


def test_a_large_jpeg_is_decoded_small_and_keeps_its_original_size() -> None:
    picture = decode(saved(drawn(4000, 3000), "JPEG"), max_side=512)

    assert (picture.width, picture.height) == (512, 384)
    assert (picture.original_width, picture.original_height) == (4000, 3000)


def test_encoding_bounds_the_side_and_carries_no_metadata() -> None:
    picture = decode(saved(drawn(640, 480), "PNG"))

    data = encode_jpeg(picture, max_side=160, quality=70)

    again = decode(data)
    assert (again.width, again.height) == (160, 120)
    assert b"Exif" not in data


def test_hashes_tell_equal_files_and_alike_pictures() -> None:
    picture = decode(saved(drawn(640, 480), "PNG"))
    smaller = decode(encode_jpeg(picture, max_side=200, quality=60))
    other = Picture(np.rot90(picture.pixels).copy(), 480, 640)

    assert content_hash(b"a") != content_hash(b"b")
    assert len(perceptual_hash(picture)) == 16
    assert hash_distance(perceptual_hash(picture), perceptual_hash(smaller)) <= 8
    assert hash_distance(perceptual_hash(picture), perceptual_hash(other)) > 12


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
