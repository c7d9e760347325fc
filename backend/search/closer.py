"""A second look at the products found first: at all pictures of each together.

A photo is compared with single pictures first, which is quick among millions. A product is more than one of them: its
pictures' mean is what they have in common, whatever side and colour each shows. And of the pictures of one product, the
one to show is the one in the shopper's colour, although another side in another colour may be nearer as a whole.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from backend.search.gallery import Entry, Gallery, Hit, Vector

LOOKED_AT = 10
"""Products of each garment; those behind them keep the score of their nearest picture, which is never above these."""


def look_closer(
    gallery: Gallery, vectors: Vector, found: Sequence[Sequence[Hit]], color: int, wanted: Collection[str] = ()
) -> list[list[Hit]]:
    """Compare each of the vectors (n, d) with all pictures of the first products found for it; best first again.

    A hit's score and picture may change, never its product. `color` is how many of a vector's last values are of
    colour; without any, a product's nearest picture stays the one to show. Of the colours `wanted` by name one is
    shown wherever there is a picture of it.
    """
    first = dict.fromkeys(hit.product_id for hits in found for hit in hits[:LOOKED_AT])
    entries: dict[str, list[Entry]] = defaultdict(list)
    for entry in gallery.entries_of_products(list(first)):
        entries[entry.product_id].append(entry)
    answers = []
    for vector, hits in zip(vectors, found, strict=True):
        looked = [_seen(vector, hit, entries[hit.product_id], color, wanted) for hit in hits[:LOOKED_AT]]
        answers.append(sorted([*looked, *hits[LOOKED_AT:]], key=lambda hit: (-hit.score, hit.product_id)))
    return answers


def together(vector: Vector, pictures: Vector, color: int) -> tuple[Vector, NDArray[np.intp]]:
    """Scores of one product's pictures (n, d), best first, and the numbers of the pictures that take those places.

    A picture scores at least what the product's mean does. The one nearest in colour takes the first place.
    """
    alone = pictures @ vector
    mean = pictures.mean(axis=0)
    common = float(mean @ vector) / max(float(np.linalg.norm(mean)), 1e-9)
    likeness = pictures[:, -color:] @ vector[-color:] if color else alone
    return np.sort(np.maximum(alone, common))[::-1], np.lexsort((-alone, -likeness))


def _seen(vector: Vector, hit: Hit, entries: Sequence[Entry], color: int, wanted: Collection[str]) -> Hit:
    if len(entries) < 2:  # one picture alone was compared already
        return hit
    scores, order = together(vector, np.stack([entry.vector for entry in entries]), color)
    ordered = [entries[number] for number in order.tolist()]
    shown = next((entry for entry in ordered if not set(entry.colors).isdisjoint(wanted)), ordered[0])
    score = min(1.0, max(hit.score, float(scores[0])))
    return hit._replace(score=score, embedding_id=shown.embedding_id, image_id=shown.image_id, colors=shown.colors)
