"""Ordinary and odd pictures: every format, mode, orientation and profile becomes upright RGB."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageColor

from backend.vision import (
    ImageTypeUnsupported,
    Picture,
    content_hash,
    decode,
    encode_jpeg,
    hash_distance,
    perceptual_hash,
)
from tests.vision.drawn_pictures import drawn, saved

# Pillow warns about odd metadata and goes on; what counts here is the picture or the error that comes out.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.*")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "HEIF"])
def test_every_supported_format_becomes_the_same_upright_rgb_picture(kind: str) -> None:
    data = saved(drawn(), kind)

    picture = decode(data)

    assert picture.pixels.shape == (90, 120, 3)
    assert picture.pixels.dtype == np.uint8
    assert (picture.original_width, picture.original_height) == (120, 90)
    assert np.abs(picture.pixels[45, 20].astype(int) - (200, 20, 40)).max() < 25
    assert np.abs(picture.pixels[45, 90].astype(int) - (20, 40, 160)).max() < 25


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
