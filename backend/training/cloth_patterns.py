"""Drawn patterns by the names that titles have for them.

`KNOWN` are the ones to learn from; `OTHERS` are kept aside, to see what is made of a pattern never seen.
"""

from collections.abc import Mapping, Sequence

from backend.training.cloth_fields import Draw
from backend.training.cloth_prints import (
    abstract,
    botanical,
    camouflage,
    emblem,
    flowers,
    geometric,
    hibiscus,
    icons,
    leopard,
    roses,
    tie_dye,
)  # fmt: skip
from backend.training.cloth_weaves import (
    argyle,
    breton,
    chevrons,
    dots,
    gingham,
    houndstooth,
    many_stripes,
    pinstripes,
    plain,
    rings,
    strewn_dots,
    stripes,
    tartan,
    windowpane,
)  # fmt: skip

Patterns = Mapping[str, Sequence[Draw]]
KNOWN: Patterns = {
    "plain": (plain,),
    "stripe": (stripes, pinstripes, many_stripes),
    "check": (gingham, tartan, windowpane),
    "floral": (flowers, roses, botanical),
    "dot": (dots, strewn_dots),
    "print": (emblem, emblem, leopard, camouflage, abstract, geometric, icons),  # most prints are one on the chest
}
OTHERS: Patterns = {
    "stripe": (breton, chevrons),
    "check": (houndstooth, argyle),
    "floral": (hibiscus,),
    "dot": (rings,),
    "print": (tie_dye,),
}
