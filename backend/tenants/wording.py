"""Finding products by their words: where each thing asked for is found, best places first, the seller's edits first."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Numeric,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from backend.tenants.catalog import SHOWN, SOLD_OUT
from backend.tenants.models import Product
from backend.tenants.plain_text import escaped, forms, letters

MOST_ASKED = 12
"""Things asked for that are looked for; a query has at most 200 characters."""
_MOST_SPELLINGS = 40
_DESCRIPTION = 1000  # characters of it that are looked at
_TITLES = 20_000  # the last seen, whose words are the shop's vocabulary
_LEAST_SHARE = 0.4  # of what was asked for that a product must have to be an answer at all
# What each place is worth. A column says as much as a title that spells it out, but for the order of equals.
_TITLE, _FACT, _NEAR, _CRUMBS, _TEXT, _BEGINNING = 1.0, 0.9, 0.8, 0.6, 0.4, 0.3


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must be true of a product; an empty tuple or None asks nothing. Of several values any will do.

    A fine name is true only of a category that the seller left as it was, a shade only of colours.
    """

    categories: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    fine_categories: tuple[str, ...] = ()
    shades: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Conditions()


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing asked for: facts of which any makes it true, or spellings of which a text has any.

    `words` are lower case and NFKC; `weight` is how much of the question it is.
    """

    meaning: Conditions = Conditions()
    words: tuple[str, ...] = ()
    weight: float = 2.0


@dataclass(frozen=True, slots=True)
class Wording:
    """A shopper's words: all of them, what they mean, and those that are not in that meaning.

    `asks` says the same in parts that a product may have or lack; without them they are made of the others. Of
    `meaning`, category and gender keep out products of another one, price and stock all that do not meet them.
    """

    words: tuple[str, ...]
    meaning: Conditions
    left: tuple[str, ...]
    asks: tuple[Ask, ...] = ()


def find_by_words(
    session: Session, tenant_id: str, wording: Wording, conditions: Conditions, *, limit: int
) -> dict[str, float]:
    """Return the ids of products that search may show, best first, with the share of what was asked for that each has.

    Those that have all of it come first, then those that have much of it. Of equal shares the one counts more that has
    it in its title, then in its facts, its brand or the names of its columns, its breadcrumbs, its description.
    """
    asks = _asks(wording)
    fits = and_(true(), *_fitting(wording.meaning)).label("fits")
    texts = _texts(tenant_id, [*_true_of(_limits(wording.meaning)), *_true_of(conditions)], fits, Product.last_seen_at)
    literally = _literally(texts, wording.words)
    found = _credits(
        texts, asks, literally.label("literally"), texts.c.last_seen_at, where=or_(texts.c.fits, literally)
    )
    share, worth = _measures(found, asks)
    share = case((found.c.literally, 1.0), else_=share)
    query = select(found.c.id, share).where(share >= _LEAST_SHARE)
    query = query.order_by(share.desc(), worth.desc(), found.c.last_seen_at.desc(), found.c.id)
    return {product_id: round(float(has), 4) for product_id, has in session.execute(query.limit(limit))}


def shares_of(session: Session, tenant_id: str, asks: Sequence[Ask], product_ids: Collection[str]) -> dict[str, float]:
    """Return the share of what was asked for that each of the products has, 0 to 1."""
    if not asks or not product_ids:
        return {}
    found = _credits(_texts(tenant_id, [Product.id.in_(list(product_ids))]), asks[:MOST_ASKED])
    share, _ = _measures(found, asks[:MOST_ASKED])
    return {product_id: float(has) for product_id, has in session.execute(select(found.c.id, share))}


def unknown_words(session: Session, tenant_id: str, words: Collection[str]) -> list[str]:
    """Return those words that no product of the tenant has anywhere."""
    if not words:
        return []
    texts = _texts(tenant_id, [])
    parted = [texts.c.title, texts.c.near, texts.c.crumbs]
    known = [
        func.bool_or(or_(*(_has(place, (word,)) for place in parted), _tells(texts.c.description, (word,))))
        for word in words
    ]
    row = session.execute(select(*known).select_from(texts)).one()
    return [word for word, found in zip(words, row, strict=True) if found is False]


def titles_of(session: Session, tenant_id: str) -> list[str]:
    """Return the titles that search may show, in the spelling that words are looked for in; the last seen ones."""
    query = select(Product.plain_title).where(*_shown(tenant_id)).order_by(Product.last_seen_at.desc())
    return list(session.scalars(query.limit(_TITLES)))


def _asks(wording: Wording) -> tuple[Ask, ...]:
    if wording.asks:
        return wording.asks[:MOST_ASKED]
    meaning = wording.meaning
    told = [Conditions(categories=meaning.categories), Conditions(genders=meaning.genders)]
    asks = [Ask(one, weight=weight) for one, weight in zip(told, (3.0, 1.0), strict=True) if one]
    if meaning.colors:
        asks.append(Ask(Conditions(colors=meaning.colors)))
    return (*asks, *(Ask(words=(word,)) for word in wording.left))[:MOST_ASKED]


def _limits(meaning: Conditions) -> Conditions:
    return Conditions(price_min=meaning.price_min, price_max=meaning.price_max, in_stock=meaning.in_stock)


def _fitting(meaning: Conditions) -> list[Any]:
    """Keep out products of another category or gender, not those of which it is unknown."""
    wanted = (("category", meaning.categories), ("gender", meaning.genders))
    return [or_(_now(name).in_(values), _now(name).is_(None)) for name, values in wanted if values]


def _literally(texts: Any, words: Sequence[str]) -> Any:
    """Whether the title or the names beside it have every word as it was typed."""
    told = [word for word in words[:MOST_ASKED] if forms(word)]
    found = (or_(_has(texts.c.title, (word,)), _has(texts.c.near, (word,))) for word in told)
    return and_(*found) if told else literal(False)


def _shown(tenant_id: str) -> list[Any]:
    return [Product.tenant_id == tenant_id, Product.state.in_(SHOWN), Product.duplicate_of.is_(None)]


def _texts(tenant_id: str, wanted: Sequence[Any], *more: Any) -> Any:
    """The texts of the products that are wanted, and what is true of them."""
    query: Select[Any] = select(
        Product.id,
        Product.plain_title.label("title"),
        Product.plain_near.label("near"),
        Product.plain_crumbs.label("crumbs"),
        func.left(_now("description"), _DESCRIPTION).label("description"),
        *(made.label(name) for name, made in _facts().items()),
        *more,
    ).where(*_shown(tenant_id), *wanted)
    return query.cte("texts").prefix_with("MATERIALIZED", dialect="postgresql")


def _facts() -> dict[str, Any]:
    own_category = Product.overrides["category"].astext
    return {
        "category": _now("category"),
        "fine_category": case(
            (func.coalesce(own_category, Product.category) == Product.category, Product.fine_category)
        ),
        "gender": _now("gender"),
        "pattern": _now("pattern"),
        "colors": func.coalesce(Product.overrides["colors"], func.to_jsonb(Product.colors)),
        "shades": case((Product.overrides.has_key("colors"), literal_column("'{}'::text[]")), else_=Product.shades),
    }


def _credits(texts: Any, asks: Sequence[Ask], *more: Any, where: Any = True) -> Any:
    """What each thing asked for is worth in each row, looked up once."""
    each = (_credit(texts, ask).label(f"credit_{number}") for number, ask in enumerate(asks))
    rows = select(texts.c.id, *each, *more).where(where)
    return rows.cte("credits").prefix_with("MATERIALIZED", dialect="postgresql")


def _measures(found: Any, asks: Sequence[Ask]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return the share of what is asked for that a row has, and what the places are worth where it has it."""
    whole = sum(ask.weight for ask in asks)
    if not whole:
        return literal(1.0), literal(0.0)
    parts = [(ask.weight, found.c[f"credit_{number}"]) for number, ask in enumerate(asks)]
    share = sum((case((credit > 0, weight), else_=0.0) for weight, credit in parts), start=literal(0.0))
    worth = sum((credit * weight for weight, credit in parts), start=literal(0.0))
    # Parts of a whole need not add up to 1 exactly.
    return case((share >= whole - 1e-6, 1.0), else_=share / whole), worth


def _credit(texts: Any, ask: Ask) -> ColumnElement[Any]:
    places: list[tuple[Any, float]] = []
    if ask.meaning:
        places.append((_is(texts, ask.meaning), _FACT))
    if ask.words:
        words = ask.words[:_MOST_SPELLINGS]
        places.insert(0, (_has(texts.c.title, words), _TITLE))
        places += [
            (_has(texts.c.near, words), _NEAR),
            (_has(texts.c.crumbs, words), _CRUMBS),
            (_tells(texts.c.description, words), _TEXT),
        ]
        if not ask.meaning:
            places += [(_begins(texts.c.title, words), _BEGINNING)]
    return case(*places, else_=0.0)


def _is(texts: Any, meaning: Conditions) -> Any:
    """Whether any of what is meant is true of a row."""
    columns = (
        ("category", meaning.categories), ("fine_category", meaning.fine_categories), ("gender", meaning.genders),
        ("pattern", meaning.patterns),
    )  # fmt: skip
    true_ones = [texts.c[name].in_(values) for name, values in columns if values]
    if meaning.colors:
        true_ones.append(texts.c.colors.op("?|")(cast(array(meaning.colors), ARRAY(Text))))
    if meaning.shades:
        true_ones.append(texts.c.shades.op("&&")(cast(array(meaning.shades), ARRAY(Text))))
    return func.coalesce(or_(*true_ones), literal(False))


def _has(place: Any, words: Sequence[str]) -> Any:
    return _like(place, [f"%{form}%" for word in words for form in forms(word)])


def _tells(place: Any, words: Sequence[str]) -> Any:
    """Whether a long text has a word, which is not made plain before: that takes longer than all else together.

    Alternatives of letters, without anything that could be tried twice.
    """
    parts = [letters(word) for word in words]
    latin = "|".join(re.sub(" +", r"[^a-z0-9]{1,2}", one) + "(?:e?s)?" for one in parts if one and one.isascii())
    others = [one for one in parts if one and not one.isascii()]
    pattern = "|".join([rf"\m(?:{latin})\M"] * bool(latin) + others)
    return place.op("~*")(pattern) if pattern else literal(False)


def _like(place: Any, patterns: list[str]) -> Any:
    """One parameter for all of them, so that the statement is made once whatever is asked."""
    return place.op("LIKE")(any_(literal(patterns, ARRAY(Text)))) if patterns else literal(False)


def _begins(place: Any, words: Sequence[str]) -> Any:
    """Whether a Latin word of the text begins with one of the words: what is being typed."""
    begun = [f"% {escaped(word)}%" for word in words if word.isascii() and len(word) > 2]
    return _like(place, begun)


def _true_of(wanted: Conditions) -> list[Any]:
    price = cast(_now("price"), Numeric)
    colors = func.coalesce(Product.overrides["colors"], func.to_jsonb(Product.colors))
    found: list[Any] = []
    if wanted.categories:
        found.append(_now("category").in_(wanted.categories))
    if wanted.genders:
        found.append(_now("gender").in_(wanted.genders))
    if wanted.colors:
        found.append(colors.op("?|")(cast(array(wanted.colors), ARRAY(Text))))
    if wanted.price_min is not None:
        found.append(price >= Decimal(str(wanted.price_min)))
    if wanted.price_max is not None:
        found.append(price <= Decimal(str(wanted.price_max)))
    if wanted.in_stock is not None:
        sold_out = func.coalesce(_now("availability"), "").in_(sorted(SOLD_OUT))
        found.append(~sold_out if wanted.in_stock else sold_out)
    return found


def _now(name: str) -> Any:
    """Return the effective value of a column as text."""
    return func.coalesce(Product.overrides[name].astext, cast(getattr(Product, name), Text))
