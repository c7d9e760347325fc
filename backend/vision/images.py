"""Pictures from strangers: decoded within a budget, encoded small, compared by hash.

Bytes come from shops and shoppers, so they may be hostile. The header is read first and the pixel budget is checked
before a single pixel is decoded; everything that goes wrong ends in an `ImageError` with a sentence for people.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image, ImageCms, UnidentifiedImageError

from backend.errors import DomainError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "HEIF")

_MOST_MEMORY = 280_000_000  # bytes that decoding one picture may take
# Bytes a pixel while a picture of this format is decoded, measured with Pillow 12; transparency takes more.
_BYTES_A_PIXEL = {"JPEG": 5, "PNG": 6, "WEBP": 17, "AVIF": 10, "HEIF": 8, "GIF": 8}
_MORE_FOR_ALPHA = 10
_MOST_PROFILE = 200_000  # bytes of a colour profile; those of cameras and phones have a few thousand
_AVERAGED = frozenset({"RGB", "RGBA", "L", "LA", "CMYK"})  # modes whose values may be averaged

Pixels = npt.NDArray[np.uint8]

# What Pillow and the libraries below it raise for bytes that are not the picture they claim to be.
_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, RuntimeError, IndexError, KeyError, TypeError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip

pillow_heif.register_heif_opener()


class ImageError(DomainError):
    """The bytes cannot become a picture."""

    status = 422
    code = "image_unreadable"


class ImageTooLarge(ImageError):
    status = 413
    code = "image_too_large"


class ImageTypeUnsupported(ImageError):
    status = 415
    code = "image_type_unsupported"


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One decoded picture: `pixels` is RGB uint8 (height, width, 3), upright, without transparency.

    `original_width` and `original_height` are those of the file (upright too), before any shrinking.
    """

    pixels: Pixels
    original_width: int
    original_height: int

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


def decode(data: bytes, *, max_side: int | None = None) -> Picture:
    """Decode JPEG, PNG, WebP, AVIF, GIF (first frame) or HEIC bytes; shrink so that no side exceeds `max_side`.

    Raises `ImageTooLarge`, `ImageTypeUnsupported` or `ImageError`.
    """
    image = _open(data)
    width, height = image.size
    try:
        if max_side is not None:
            image.draft("RGB", (max_side, max_side))  # JPEG only: decodes at 1/2, 1/4 or 1/8 of the size
        image.load()
        profile = image.info.get("icc_profile")
        image = _eight_bits(image)  # by this name alone, so that what is wide is forgotten before it is copied on
        image = _in_srgb(_shrink(_to_rgb(_reduced(image, max_side)), max_side), profile)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _BROKEN as error:
        raise ImageError("The picture is damaged or cut short. Please send another copy of it.") from error
    upright = _upright(image)
    if upright.size != image.size:
        width, height = height, width
    return Picture(np.asarray(upright), width, height)


def _open(data: bytes) -> Image.Image:
    if not data:
        raise ImageError("The picture is empty.")
    if len(data) > MAX_BYTES:
        raise ImageTooLarge(f"The picture has more than {MAX_BYTES // 2**20} MB. Please send a smaller one.")
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise ImageTypeUnsupported(_unsupported(data)) from error
    except _BROKEN as error:
        raise ImageError("The picture is damaged: its header cannot be read.") from error
    most = _most_pixels(image)
    if image.width * image.height > most:
        raise _too_many_pixels(most)
    if image.width < 1 or image.height < 1:
        raise ImageError("The picture has no pixels.")
    return image


def _most_pixels(image: Image.Image) -> int:
    """How many pixels a picture of this format and mode may have, so that decoding it stays in its memory."""
    need = _BYTES_A_PIXEL.get(image.format or "", 8)
    if "transparency" in image.info or image.mode not in {"RGB", "L", "P", "1", "I;16"}:
        need += _MORE_FOR_ALPHA
    return min(MAX_PIXELS, _MOST_MEMORY // need)


def _too_many_pixels(most: int = MAX_PIXELS) -> ImageTooLarge:
    return ImageTooLarge(f"The picture has more than {most // 1_000_000} megapixels. Please send a smaller one.")


def _unsupported(data: bytes) -> str:
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml")) or b"<svg" in start:
        return "SVG drawings are not supported. Please send a photo: JPEG, PNG, WebP, AVIF, GIF or HEIC."
    return "This is not a picture that can be read. Please send JPEG, PNG, WebP, AVIF, GIF or HEIC."


def _to_rgb(image: Image.Image) -> Image.Image:
    """Any mode to RGB on white, with the EXIF orientation kept in `info` for `_upright`."""
    orientation = _orientation(image)
    if "transparency" in image.info or image.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image)
        image = ground
    rgb = image if image.mode == "RGB" else image.convert("RGB")  # a conversion that changes nothing copies all
    rgb.info = {"orientation": orientation}
    return rgb


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8: Pillow alone would clip everything above 255 to white."""
    if not image.mode.startswith("I"):
        return image
    values = np.asarray(image)
    if values.dtype == np.dtype("<u2"):
        high = values.view(np.uint8)[:, 1::2]  # the upper byte of each, without another copy of all
    else:
        high = (values.clip(0, 65535) >> 8).astype(np.uint8)
    small = Image.fromarray(high)
    small.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return small


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(0x0112, 1))
    except _BROKEN:
        return 1  # broken EXIF says nothing about the pixels: the picture itself is still good


def _upright(image: Image.Image) -> Image.Image:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }  # fmt: skip
    turn = turns.get(image.info["orientation"])
    return image if turn is None else image.transpose(turn)


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The picture with its colours in sRGB: phones write Display P3, in which the same numbers are stronger colours."""
    if not isinstance(profile, bytes) or len(profile) > _MOST_PROFILE or profile[16:20] != b"RGB ":
        return image
    try:
        transform = _to_srgb(profile)
    except (OSError, ValueError, ImageCms.PyCMSError):
        return image  # a broken profile says nothing: the numbers are taken as sRGB, as browsers do
    if transform is not None:
        ImageCms.applyTransform(image, transform, inPlace=True)
    return image


@lru_cache(maxsize=8)
def _to_srgb(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """From this profile to sRGB; None where it is sRGB itself."""
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    if "srgb" in ImageCms.getProfileDescription(source).lower():
        return None
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), "RGB", "RGB")


def _reduced(image: Image.Image, max_side: int | None) -> Image.Image:
    """A picture of far more pixels than are wanted, averaged down before any other step copies all of it."""
    factor = 1 if max_side is None else max(image.size) // (2 * max_side)
    if factor < 2 or image.mode not in _AVERAGED:
        return image
    small = image.reduce(factor)
    small.info = image.info
    return small


def _shrink(image: Image.Image, max_side: int | None) -> Image.Image:
    longest = max(image.size)
    if max_side is None or longest <= max_side:
        return image
    size = (max(1, round(image.width * max_side / longest)), max(1, round(image.height * max_side / longest)))
    small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    small.info = image.info
    return small


def encode_jpeg(picture: Picture, *, max_side: int, quality: int = 85) -> bytes:
    """JPEG bytes without any metadata, no side longer than `max_side`."""
    stream = BytesIO()
    _shrink(Image.fromarray(picture.pixels), max_side).save(stream, "JPEG", quality=quality, optimize=True)
    return stream.getvalue()


def content_hash(data: bytes) -> str:
    """SHA-256 of the bytes, in hex: equal files, not equal pictures."""
    return hashlib.sha256(data).hexdigest()


def perceptual_hash(picture: Picture) -> str:
    """64-bit DCT hash in 16 hex digits: the low frequencies of a 32x32 grey copy against their median.

    Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010. Written here, because the
    ImageHash package would bring SciPy and PyWavelets (170 MB) for these lines.
    """
    grey = Image.fromarray(picture.pixels).convert("L").resize((32, 32), Image.Resampling.LANCZOS)
    frequency, position = np.arange(32)[:, None], np.arange(32)[None, :]
    basis = np.cos(np.pi * frequency * (2 * position + 1) / 64)
    low = (basis @ np.asarray(grey, dtype=np.float64) @ basis.T)[:8, :8].ravel()
    bits = low > np.median(low[1:])  # without the mean brightness, which says nothing about the picture
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def hash_distance(left: str, right: str) -> int:
    """Number of differing bits of two perceptual hashes, 0 to 64."""
    return (int(left, 16) ^ int(right, 16)).bit_count()
