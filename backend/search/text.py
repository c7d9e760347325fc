"""Search by words: read them, look them up in the catalogue, order what a gallery found by them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

from sqlalchemy.orm import Session

from backend.search.found import Found
from backend.search.gallery import Filters
from backend.search.ranking import Tier
from backend.search.spelling import fixes
from backend.search.traits import traits
from backend.search.typed import hiragana, katakana
from backend.search.understood import Understood
from backend.search.words import understand
from backend.tenants import wording
from backend.tenants.wording import Ask, Conditions, Wording
from backend.vision.word_lists import usual_words

_CATEGORY, _GENDER, _REST = 3.0, 1.0, 2.0
"""How much of a question each part is: who asks for a red dress takes a blue dress before a red shirt."""
_SHADE = 1.0
MOST_TO_ORDER = 200
"""Products that a gallery is asked for where words order them that it cannot check."""
_TIERS = get_args(Tier)


@dataclass(frozen=True, slots=True)
class TextFound:
    """The ids of products, best first, each with the share of what was asked for that it has."""

    understood: Understood
    shares: dict[str, float]


def find_by_text(session: Session, tenant_id: str, words: str, filters: Filters, *, limit: int) -> TextFound:
    """Find a tenant's products by words."""
    understood = read(session, tenant_id, words, filters)
    meaning = replace(_conditions(understood.narrow(Filters(genders=filters.genders))), colors=())
    asked = Wording(understood.words, meaning, understood.left, asks_of(understood))
    return TextFound(understood, wording.find_by_words(session, tenant_id, asked, _conditions(filters), limit=limit))


def read(session: Session, tenant_id: str, words: str, filters: Filters) -> Understood:
    """Understand the words, read again with what the shop may have meant by those that it does not know."""
    understood = understand(words, filters)
    mended = fixes(session, tenant_id, understood.plain) if understood.plain else {}
    return understand(words, filters, mended) if mended else understood


def order_by_words(
    session: Session, tenant_id: str, understood: Understood, groups: Sequence[Sequence[Found]]
) -> list[list[Found]]:
    """Put what has all that a gallery cannot check (a pattern, a sleeve) before what has less of it.

    What lacks some of it is of the same style at most, however alike it looks: it is not what was asked for.
    """
    asks = asks_of(understood, checked=True)
    if not asks:
        return [list(group) for group in groups]
    ids = {one.product_id for group in groups for one in group}
    shares = wording.shares_of(session, tenant_id, asks, ids)
    return [_ordered(group, shares) for group in groups]


def asks_of(understood: Understood, *, checked: bool = False) -> tuple[Ask, ...]:
    """Return what is asked for, part by part; those parts left out that a gallery's filters have `checked`."""
    asks = [] if checked else _checkable(understood)
    asks += [_fine(understood)] if understood.fine_category else []
    asks += [
        Ask(Conditions(shades=(shade,)), usual_words("color", f"{name}/{shade}"), _SHADE)
        for name, shade in understood.shades
    ]
    if understood.pattern:
        asks.append(Ask(Conditions(patterns=(understood.pattern,)), usual_words("pattern", understood.pattern), _REST))
    asks += [Ask(words=traits().words[trait], weight=_REST) for trait in understood.traits]
    return (*asks, *(Ask(words=_kana(word), weight=_REST) for word in understood.plain))


def _checkable(understood: Understood) -> list[Ask]:
    asks = []
    if understood.category:
        words = (
            () if understood.fine_category else usual_words("category", f"{understood.category}/{understood.category}")
        )
        asks.append(Ask(Conditions(categories=understood.categories), words, _CATEGORY))
    if understood.gender:
        asks.append(Ask(Conditions(genders=(understood.gender, "unisex")), (), _GENDER))
    if understood.colors:
        names = tuple(word for name in understood.colors for word in usual_words("color", f"{name}/{name}"))
        asks.append(Ask(Conditions(colors=understood.colors), names, _REST))
    return asks


def _fine(understood: Understood) -> Ask:
    fine = understood.fine_category or ""
    named = [usual_words("category", f"{category}/{fine}") for category in understood.categories]
    named += [traits().words[trait] for trait in understood.within]
    words = tuple(dict.fromkeys(word for words in named for word in words))
    return Ask(Conditions(fine_categories=(fine,)), words, _REST)


def _ordered(group: Sequence[Found], shares: dict[str, float]) -> list[Found]:
    placed = [one if shares.get(one.product_id, 0) >= 1 else replace(one, tier="style") for one in group]
    return sorted(placed, key=lambda one: (_TIERS.index(one.tier), -shares.get(one.product_id, 0)))


def _kana(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((word, katakana(word), hiragana(word))))


def _conditions(filters: Filters) -> Conditions:
    return Conditions(
        categories=filters.categories,
        genders=filters.genders,
        colors=filters.colors,
        price_min=filters.price_min,
        price_max=filters.price_max,
        in_stock=filters.in_stock,
    )
