"""Pictures that do not sell, drawn by another hand than those that usefulness learns from, to measure it with.

Nothing is shared with `backend.training.usefulness_*`: other layouts, other fonts where the machine has them, other
words. The same seed draws the same pictures on the same machine.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random

import numpy as np
from PIL import Image

from backend.training.evaluation import drawn_banners as banners
from backend.training.evaluation import drawn_charts as charts
from backend.training.evaluation import drawn_cloth as cloth
from backend.training.evaluation import drawn_others as others
from backend.vision.images import Picture, Pixels

Maker = Callable[[Random], Image.Image]


_MAKERS: dict[str, tuple[Maker, ...]] = {
    "size_chart": (charts.conversions, charts.matrix, charts.phone_screen, charts.tape_drawing),
    "swatch": (
        cloth.herringbone,
        cloth.houndstooth,
        cloth.fan_deck,
        cloth.paint_card,
        cloth.hexagons,
        cloth.plain_weave,
        cloth.one_colour,
    ),
    "banner": (banners.ribbon, banners.ticket, banners.rays, banners.strip, banners.countdown),
    "close_up": (cloth.rib_and_button, cloth.fold),
    "other": (others.squares_code, others.silhouette, others.delivery_van, others.bar_graph, others.hang_tag),
}


def drawn_pictures(each: int, *, photos: Sequence[Pixels] = (), seed: int = 20) -> Iterator[tuple[str, str, Picture]]:
    """`each` pictures of size_chart, swatch, banner, close_up and other: kind, the drawing's name, picture.

    With `photos`, banners are laid over them too.
    """
    over: tuple[Maker, ...] = (
        lambda chance: banners.poster(chance, photos),
        lambda chance: banners.lookbook(chance, photos),
    )
    for kind, makers in _MAKERS.items():
        named = [(make.__name__, make) for make in makers]
        if kind == "banner" and photos:
            named += zip(("poster", "lookbook"), over, strict=True)
        for number in range(each):
            name, make = named[number % len(named)]
            image = make(Random(f"{seed} {kind} {number}")).convert("RGB")
            yield kind, name, Picture(np.asarray(image), image.width, image.height)
