"""Pictures that do not sell, drawn by other hands than those that usefulness learns from, to measure it with.

Nothing is shared with `backend.training.usefulness`: other layouts, other letters where the machine has them, other
words. There are two sets. The weights were chosen by those measured on the first one; the second was written before the
weights that are served were trained, and measured once, on them. The same seed draws the same pictures on the same
machine.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

import numpy as np
from PIL import Image

from backend.training.evaluation.drawn import banners, charts, cloth, later_charts, later_cloth, later_pages, others
from backend.vision.images import Picture, Pixels

_Maker = Callable[[Random], Image.Image]
_Over = Callable[[Random, Sequence[Pixels]], Image.Image]

SETS = ("first", "second")
_MAKERS: dict[str, Mapping[str, Sequence[_Maker]]] = {
    "first": {
        "size_chart": (charts.conversions, charts.matrix, charts.phone_screen, charts.tape_drawing),
        "swatch": (
            cloth.herringbone, cloth.houndstooth, cloth.fan_deck, cloth.paint_card, cloth.hexagons, cloth.plain_weave,
            cloth.one_colour,
        ),
        "banner": (banners.ribbon, banners.ticket, banners.rays, banners.strip, banners.countdown),
        "close_up": (cloth.rib_and_button, cloth.fold),
        "other": (others.squares_code, others.silhouette, others.delivery_van, others.bar_graph, others.hang_tag),
    },
    "second": {
        "size_chart": (
            later_charts.spreadsheet, later_charts.soles, later_charts.printed_paper, later_charts.height_and_weight,
            later_charts.nested, later_charts.numbered_views, later_charts.staff_heights,
        ),
        "swatch": (
            later_cloth.leather_tags, later_cloth.cork_board, later_cloth.argyle, later_cloth.boucle,
            later_cloth.denim_washes, later_cloth.sea_waves, later_cloth.running_stitch,
        ),
        "banner": (later_pages.neon, later_pages.blackboard, later_pages.stamp_card, later_pages.gift_card),
        "close_up": (
            later_cloth.jeans_corner, later_cloth.sweater_neck, later_cloth.bag_clasp, later_cloth.pleats,
        ),
        "other": (later_pages.hanger, later_pages.plant, later_pages.sunset, later_pages.bank_cards),
    },
}  # fmt: skip
_OVER_PHOTOS: dict[str, Sequence[_Over]] = {
    "first": (banners.poster, banners.lookbook),
    "second": (later_pages.magazine, later_pages.carousel, later_pages.flyer, later_pages.newsletter),
}


def drawn_pictures(
    each: int, *, which: str = "first", photos: Sequence[Pixels] = (), seed: int = 20
) -> Iterator[tuple[str, str, Picture]]:
    """`each` pictures of size_chart, swatch, banner, close_up and other: kind, the drawing's name, picture.

    `which` is one of SETS. With `photos`, banners are laid over them too.
    """
    for kind, makers in _MAKERS[which].items():
        over = len(_OVER_PHOTOS[which]) if kind == "banner" and photos else 0
        for number in range(each):
            chance, form = Random(f"{seed} {kind} {number}"), number % (len(makers) + over)
            if form < len(makers):
                name, image = makers[form].__name__, makers[form](chance)
            else:
                lay = _OVER_PHOTOS[which][form - len(makers)]
                name, image = lay.__name__, lay(chance, photos)
            image = image.convert("RGB")
            yield kind, name, Picture(np.asarray(image), image.width, image.height)
