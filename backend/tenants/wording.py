"""Finding products by their words: a plain look at titles, brands, categories and colours, the seller's edits first."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, Text, and_, case, cast, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from backend.tenants.catalog import SHOWN, SOLD_OUT
from backend.tenants.models import Product


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must be true of a product; an empty tuple or None asks nothing. Of several values any will do."""

    categories: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """A shopper's words: all of them, what they mean, and those that are not in that meaning."""

    words: tuple[str, ...]
    meaning: Conditions
    left: tuple[str, ...]


def find_by_words(
    session: Session, tenant_id: str, wording: Wording, conditions: Conditions, *, limit: int
) -> list[tuple[Product, float]]:
    """Return products that search may show, best first, with the share of the words that each has.

    A product has all the words, or what they mean and those that are left; and it meets the conditions.
    """
    hay = _haystack()
    has = {word: hay.icontains(word, autoescape=True) for word in wording.words}
    as_meant = and_(true(), *_true_of(wording.meaning), *(has[word] for word in wording.left))
    shares = [case((found, 1.0), else_=0.0) for found in has.values()]
    score = (sum(shares, start=literal(0.0)) / max(1, len(shares))).label("score")
    query = select(Product, score).where(
        Product.tenant_id == tenant_id,
        Product.state.in_(SHOWN),
        Product.duplicate_of.is_(None),
        or_(as_meant, and_(true(), *has.values())),
        *_true_of(conditions),
    )
    rows = session.execute(query.order_by(score.desc(), Product.last_seen_at.desc(), Product.id).limit(limit))
    return [(product, float(share)) for product, share in rows]


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


def _haystack() -> Any:
    texts: Sequence[Any] = (
        _now("title"), _now("brand"), _now("category"), Product.fine_category, _now("pattern"),
        Product.sku,
        func.array_to_string(Product.colors, " "), func.array_to_string(Product.breadcrumbs, " "),
    )  # fmt: skip
    return func.concat_ws(" ", *texts)
