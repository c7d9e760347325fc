"""Seeing: safe decoding, garments in a picture, their vectors, colours and categories, what a picture shows.

Importing this package loads no model runtime; `load_vision` does.
"""

from backend.vision.choice import choose_for_sale
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
from backend.vision.values import CATEGORIES, Box, Detection, Garment

__all__ = [
    "CATEGORIES",
    "Box",
    "Detection",
    "Garment",
    "ImageError",
    "ImageTooLarge",
    "ImageTypeUnsupported",
    "Picture",
    "Vision",
    "choose_for_sale",
    "content_hash",
    "decode",
    "encode_jpeg",
    "hash_distance",
    "load_vision",
    "perceptual_hash",
]
