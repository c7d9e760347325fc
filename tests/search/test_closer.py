"""A second look at the products found first: their pictures together, and the picture in the shopper's colour."""

import numpy as np

from backend.search.closer import LOOKED_AT, look_closer
from backend.search.gallery import Entry, ExactGallery, embedding_id

RED, BLUE, NO_COLOR = (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)
COLOR = 2


def vector(*shape: float, color: tuple[float, float] = NO_COLOR) -> np.ndarray:
    """A unit vector of six values, the last two of colour."""
    whole = np.zeros(6, np.float32)
    whole[: len(shape)], whole[4:] = shape, color
    return whole / np.linalg.norm(whole)


def entry(product: str, image: str, seen: np.ndarray) -> Entry:
    return Entry(embedding_id(image, (0, 0, 1, 1), "m"), seen, product, image, colors=(image,))


def a_gallery(*entries: Entry) -> ExactGallery:
    gallery = ExactGallery(6)
    gallery.upsert(entries)
    return gallery


def ask(gallery: ExactGallery, query: np.ndarray, color: int = COLOR, limit: int = 20, wanted: tuple[str, ...] = ()):
    found = gallery.search(query[None], limit=limit)
    return found[0], look_closer(gallery, query[None], found, color, wanted)[0]


def test_a_product_whose_sides_lie_around_the_photo_comes_before_one_that_is_a_little_like_it():
    query = vector(1.0)
    sides = [entry("coat", f"side-{n}", vector(1.0, *side)) for n, side in enumerate([(0.8, 0, 0), (-0.8, 0, 0)])]
    gallery = a_gallery(*sides, entry("other", "other", vector(1.0, 0.7)))

    before, after = ask(gallery, query)

    assert [hit.product_id for hit in before] == ["other", "coat"]
    assert [hit.product_id for hit in after] == ["coat", "other"]
    assert after[0].score > 0.99
    assert after[1] == before[0]


def test_the_picture_in_the_shoppers_colour_is_shown_though_another_is_nearer():
    query = vector(1.0, color=RED)
    front_in_blue, back_in_red = vector(1.0, color=BLUE), vector(0.2, 0.98, 0.3, color=RED)
    gallery = a_gallery(entry("shirt", "blue", front_in_blue), entry("shirt", "red", back_in_red))
    near_blue = vector(1.0, 0.1, color=(0.55, 0.45))

    (before,), (after,) = ask(gallery, near_blue)
    (_,), (red,) = ask(gallery, query)

    assert (before.image_id, after.image_id, red.image_id) == ("blue", "red", "red")
    assert after.colors == ("red",)
    assert after.score >= before.score


def test_vectors_without_values_of_colour_keep_the_nearest_picture():
    gallery = a_gallery(entry("shirt", "near", vector(1.0, 0.1)), entry("shirt", "far", vector(0.1, 1.0, color=RED)))

    (before,), (after,) = ask(gallery, vector(1.0, color=(0.3, 0.0)), color=0)

    assert before.image_id == after.image_id == "near"


def test_products_behind_the_first_and_products_with_one_picture_stay_as_they_were_found():
    others = [entry(f"p{n:02}", f"i{n}", vector(1.0, 0.1 * (n + 1))) for n in range(LOOKED_AT)]
    last = [entry("last", f"last-{n}", vector(1.0, side)) for n, side in enumerate([1.5, -1.5])]
    gallery = a_gallery(*others, *last)

    before, after = ask(gallery, vector(1.0))

    assert after == before
    assert after[-1].product_id == "last"


def test_of_pictures_that_are_alike_in_colour_the_nearest_is_shown():
    entries = [entry("shirt", f"i{n}", vector(1.0, 0.3 * n, color=RED)) for n in (3, 1, 2)]

    (_,), (after,) = ask(a_gallery(*entries), vector(1.0))

    assert after.image_id == "i1"


def test_the_photo_of_a_picture_itself_still_scores_one():
    seen = vector(0.5, 0.5, color=RED)
    gallery = a_gallery(entry("bag", "front", seen), entry("bag", "back", vector(-0.5, 0.9)))

    (_,), (after,) = ask(gallery, seen)

    assert after.image_id == "front"
    assert abs(after.score - 1.0) < 1e-6


def test_nothing_found_is_nothing_looked_at():
    assert look_closer(a_gallery(), vector(1.0)[None], [[]], COLOR) == [[]]


def test_the_picture_in_a_colour_that_is_asked_for_is_shown_whatever_the_photos():
    query = vector(1.0, color=RED)
    seen = {"blue": vector(0.9, 0.4, color=BLUE), "red": vector(1.0, color=RED), "plain": vector(0.8, 0.6)}
    gallery = a_gallery(*(entry("shirt", image, each) for image, each in seen.items()))

    shown = {wanted: ask(gallery, query, wanted=wanted)[1][0].image_id for wanted in ((), ("blue",), ("green",))}

    assert shown == {(): "red", ("blue",): "blue", ("green",): "red"}
