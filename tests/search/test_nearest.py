"""Which searches are asked for a garment of a known kind."""

import numpy as np

from backend.search.gallery import Entry, ExactGallery, Filters, embedding_id
from backend.search.nearest import search_kinds

SKIRT, ANY = frozenset({"skirt", "dress"}), None


def near(cosine: float) -> np.ndarray:
    """A unit vector of 8 dimensions at this cosine from the first axis."""
    vector = np.zeros(8, np.float32)
    vector[0], vector[1] = cosine, np.sqrt(1 - cosine**2)
    return vector


def entry(product: str, cosine: float, category: str, *, image: str = "", colors: tuple[str, ...] = ()) -> Entry:
    image = image or f"i-{product}"
    return Entry(embedding_id(image, (0, 0, 1, 1), "m"), near(cosine), product, image, category, colors=colors)


def test_a_rare_kind_is_found_behind_any_number_of_others():
    gallery = ExactGallery(8)
    gallery.upsert([entry(f"shirt-{n}", 0.9 - n / 1000, "top") for n in range(100)])
    gallery.upsert([entry("skirt", 0.4, "skirt"), entry("nameless", 0.3, "")])

    (answers,) = search_kinds(gallery, near(1.0)[None], [SKIRT], filters=Filters(), limit=20)

    among, lookalikes = [[hit.product_id for hit in hits] for hits in answers]
    assert among == ["skirt", "nameless"]
    assert lookalikes == [f"shirt-{n}" for n in range(5)]


def test_each_garment_gets_its_own_kinds_and_the_callers_filter_holds_for_all():
    gallery = ExactGallery(8)
    gallery.upsert([entry("skirt", 0.8, "skirt"), entry("shirt", 0.9, "top"), entry("hidden", 0.95, "skirt")])
    without = Filters(exclude_product_ids=("hidden",))

    skirt, anything = search_kinds(gallery, np.stack([near(1.0)] * 2), [SKIRT, ANY], filters=without, limit=20)

    assert [[hit.product_id for hit in hits] for hits in skirt] == [["skirt"], ["shirt", "skirt"]]
    assert [[hit.product_id for hit in hits] for hits in anything] == [["shirt", "skirt"]]


def test_of_a_colour_a_product_is_as_near_as_its_nearest_picture_and_shown_in_the_colour():
    gallery = ExactGallery(8)
    gallery.upsert([entry("a", 0.9, "top", image="blue", colors=("blue",))])
    gallery.upsert([entry("a", 0.2, "top", image="red", colors=("red",)), entry("b", 0.5, "top", colors=("blue",))])

    ((hits,),) = search_kinds(gallery, near(1.0)[None], [ANY], filters=Filters(colors=("red",)), limit=20)

    assert [(hit.product_id, hit.image_id, round(hit.score, 3)) for hit in hits] == [
        ("a", "red", 0.9),
        ("b", "i-b", 0.5),
    ]
