"""Entries for a gallery, drawn at random, and what is the same in two answers."""

import random
from typing import Any

import numpy as np

from backend.search.gallery import Entry, Hit, embedding_id

DIM = 8

ODD = ['so-called "red"', "back\\slash", "it's", "赤い ワンピース", "%_", "a] or (true)", '"', "\\", "", "ｶﾅ　全角"]
MODEL = "model_1"


def unit(seed: int, dim: int = DIM) -> np.ndarray[Any, np.dtype[np.float32]]:
    vector = np.random.default_rng(seed).normal(size=dim)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def an_entry(number: int, **facts: Any) -> Entry:
    product, image = facts.pop("product_id", f"p{number}"), facts.pop("image_id", f"i{number}")
    id_ = embedding_id(f"{image}/{number}", (0.1, 0.1, 0.5, 0.5), MODEL)
    return Entry(id_, unit(facts.pop("seed", number)), product, image, **facts)


def a_catalog(size: int = 60) -> list[Entry]:
    """Entries with every kind of fact: several garments a product, odd words, no price, sold out."""
    chance = random.Random(7)
    return [
        an_entry(
            number,
            product_id=f"p{number // 3}",
            image_id=f"i{number // 2}",
            category=chance.choice(ODD),
            gender=chance.choice(["women", "men", ""]),
            colors=tuple(chance.sample(ODD[:8], chance.randint(0, 6))),
            price=chance.choice([None, 0.0, 19.9, 1999.99, 1e16]),
            in_stock=chance.random() < 0.7,
        )
        for number in range(size)
    ]


def assert_same(found: list[list[Hit]], expected: list[list[Hit]]) -> None:
    """Equal but for rounding: float32 sums differ in their last digits from one library to the next."""
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert [(hit.product_id, hit.embedding_id, hit.image_id, hit.colors) for hit in ours] == [
            (hit.product_id, hit.embedding_id, hit.image_id, hit.colors) for hit in theirs
        ]
        np.testing.assert_allclose([hit.score for hit in ours], [hit.score for hit in theirs], atol=1e-5)
