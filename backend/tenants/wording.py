"""Finding products by their words: a plain look at titles, brands, categories and colours, the seller's edits first."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, Text, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from backend.tenants.catalog import SHOWN, SOLD_OUT
from backend.tenants.models import Product


@dataclass(frozen=True, slots=True)
class Wanted:
    """What words and filters ask for; an empty tuple or None asks nothing. A product must have all of `needed`."""

    words: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None


def find_by_words(session: Session, tenant_id: str, wanted: Wanted, *, limit: int) -> list[tuple[Product, float]]:
    """Return products that search may show and meet `wanted`, with the share of its words they have, best first."""
    hay = _haystack()
    shares = [case((hay.icontains(word, autoescape=True), 1.0), else_=0.0) for word in wanted.words]
    score = (sum(shares, start=literal(0.0)) / max(1, len(shares))).label("score")
    query = select(Product, score).where(
        Product.tenant_id == tenant_id,
        Product.state.in_(SHOWN),
        Product.duplicate_of.is_(None),
        *(hay.icontains(word, autoescape=True) for word in wanted.needed),
        *_conditions(wanted),
    )
    rows = session.execute(query.order_by(score.desc(), Product.last_seen_at.desc(), Product.id).limit(limit))
    return [(product, float(share)) for product, share in rows]


def _conditions(wanted: Wanted) -> list[Any]:
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
        _now("title"), _now("brand"), _now("category"), Product.fine_category, Product.sku,
        func.array_to_string(Product.colors, " "), func.array_to_string(Product.breadcrumbs, " "),
    )  # fmt: skip
    return func.concat_ws(" ", *texts)
