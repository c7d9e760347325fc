"""Seeing: safe decoding, garments in a picture, their vectors, colours and categories, what a picture shows.

Importing this package loads no model runtime; `load_vision` does.
"""

from backend.vision.attributes import (
    PATTERNS,
    TextCategory,
    category_of_text,
    colors_of_text,
    gender_of_text,
    pattern_of_text,
    shades_of_text,
)
from backend.vision.choice import choose_for_sale
from backend.vision.colors import PALETTE, colors_of_crop
from backend.vision.images import (
    ImageError,
    ImageTooLarge,
    ImageTypeUnsupported,
    Picture,
    content_hash,
    decode,
    encode_jpeg,
    hash_distance,
    perceptual_hash,
)
from backend.vision.model import Vision, load_vision
from backend.vision.usefulness import KINDS, Usefulness, judge
from backend.vision.values import CATEGORIES, Box, Detection, Garment

__all__ = [
    "CATEGORIES",
    "KINDS",
    "PALETTE",
    "PATTERNS",
    "Box",
    "Detection",
    "Garment",
    "ImageError",
    "ImageTooLarge",
    "ImageTypeUnsupported",
    "Picture",
    "TextCategory",
    "Usefulness",
    "Vision",
    "category_of_text",
    "choose_for_sale",
    "colors_of_crop",
    "colors_of_text",
    "content_hash",
    "decode",
    "encode_jpeg",
    "gender_of_text",
    "hash_distance",
    "judge",
    "load_vision",
    "pattern_of_text",
    "perceptual_hash",
    "shades_of_text",
]
