"""Real-looking JPEG photos for tests, the browser check and the README, drawn on demand from what the shop sells."""

import functools

from backend.demo.catalog_pictures import OUTFITS, Shot, by_slug, opened, shot_bytes
from backend.demo.drawing_body import body
from backend.demo.drawing_figure import person
from backend.demo.drawing_scenes import in_street

# who walks by: body, pose, and the slugs of what they wear, all of it for sale in the shop
STREET_LOOKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("women", "easy", ("jk02-navy", "ts01-white", "pt01-indigo", "sn01-white")),
    ("men", "pocket", ("sh01-red", "pt03-beige", "bt01-brown")),
    ("women", "step", ("bl01-ivory", "sk01-green", "sn01-white", "ht02-camel")),
    ("men", "easy", ("hd01-gray", "pt02-blue", "sn01-white", "ht01-navy")),
    ("women", "front", ("dr01-navy", "bg01-ivory", "sn01-white")),
    ("women", "akimbo", ("ct01-beige", "kn01-ivory", "pt04-black", "bt02-black")),
    ("men", "step", ("jk01-indigo", "ts02-black", "pt03-olive", "sn01-white")),
    ("women", "pocket", ("cd01-camel", "ts03-white", "sk02-brown", "bt02-black", "bg02-wine")),
)
HEROES = (0, 2, 7)  # the street pictures on the shop's front page


def street_look(number: int) -> tuple[str, ...]:
    """Return the slugs of the shop's products that the person in `street_picture(number)` wears."""
    return STREET_LOOKS[number % len(STREET_LOOKS)][2]


@functools.lru_cache(maxsize=16)
def street_picture(number: int = 0) -> bytes:
    """Return a shopper's snapshot as a JPEG of 800 x 1000 pixels: a person in several garments in a street."""
    sex, pose, slugs = STREET_LOOKS[number % len(STREET_LOOKS)]
    who = person(body(sex, pose), number + 2)
    return in_street(who, [opened(by_slug(slug)[1]) for slug in slugs], number).jpeg()


@functools.lru_cache(maxsize=8)
def outfit_picture(number: int = 1) -> bytes:
    """Return a studio JPEG of one person in two or more garments for sale; the numbers begin at 1."""
    return shot_bytes(Shot(f"outfit-{number:02d}.jpg", "outfit", OUTFITS[number - 1], number))


@functools.lru_cache(maxsize=32)
def garment_picture(slug: str, view: str = "flat") -> bytes:
    """Return one product's JPEG; `view` is flat, worn, back or close_up."""
    return shot_bytes(Shot(f"{slug}-{view}.jpg", view, (slug,), 1))
