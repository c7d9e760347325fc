"""Products that may be one thing: what a person said of them, which stand for which, and what search follows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from backend.errors import NotFound
from backend.tenants import accounts
from backend.tenants.catalog import SHOWN
from backend.tenants.catalog_gallery import requeue_images, tell_gallery
from backend.tenants.models import Decision, DuplicatePair, Product, ProductImage

MERGED, UNSURE, PARTED = "merged", "unsure", "parted"
SAME_PRODUCT, NOT_A_DUPLICATE = "same_product", "not_a_duplicate"
"""Kinds of decisions about `subject_id`, whose label names the other product: a person said one, or two."""
Ids = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found about a pair: merged or unsure, how much speaks for one thing (0..1), and what."""

    state: str
    score: float
    reasons: dict[str, Any] = field(default_factory=dict)


def ordered(one: str, other: str) -> Ids:
    """Return two ids as a pair is kept: the smaller one first."""
    return (one, other) if one < other else (other, one)


def decisions(session: Session, tenant_id: str) -> dict[Ids, str]:
    """Return what people said last of each pair: merged or parted."""
    query = select(Decision.kind, Decision.subject_id, Decision.label).where(
        Decision.tenant_id == tenant_id, Decision.kind.in_((SAME_PRODUCT, NOT_A_DUPLICATE))
    )
    rows = session.execute(query.order_by(Decision.created_at, Decision.id))
    return {
        ordered(subject_id, str(label.get("product_id"))): MERGED if kind == SAME_PRODUCT else PARTED
        for kind, subject_id, label in rows
    }


def keep(session: Session, tenant_id: str, found: Mapping[Ids, Found]) -> None:
    """Make the pairs of shown products those that were found; what a person decided stays as it was said."""
    decided = decisions(session, tenant_id)
    shown = set(session.scalars(select(Product.id).where(Product.tenant_id == tenant_id, Product.state.in_(SHOWN))))
    rows = session.scalars(select(DuplicatePair).where(DuplicatePair.tenant_id == tenant_id))
    known = {(row.one_id, row.other_id): row for row in rows}
    for ids in {*found, *(ids for ids in decided if shown.issuperset(ids))}:
        pair = known.pop(ids, None)
        if pair is None:
            pair = DuplicatePair(tenant_id=tenant_id, one_id=ids[0], other_id=ids[1], state=UNSURE)
            session.add(pair)
        seen = found.get(ids)
        if seen is not None:
            pair.score, pair.reasons = seen.score, seen.reasons
        pair.state = decided.get(ids) or (seen.state if seen is not None else UNSURE)
    stale = [row.id for ids, row in known.items() if shown.issuperset(ids)]
    session.execute(delete(DuplicatePair).where(DuplicatePair.tenant_id == tenant_id, DuplicatePair.id.in_(stale)))
    session.flush()


@dataclass(frozen=True, slots=True)
class Settled:
    """How many products became, and how many ceased to be, another one's duplicate."""

    merged: int
    parted: int


def settle(session: Session, tenant_id: str) -> Settled:
    """Let of every merged group the oldest shown product stand for all, and let search follow.

    Products that a person parted are never in one group, whatever joins them by way of a third.
    """
    wanted, products = _wanted(session, tenant_id)
    changed = [product for product in products.values() if product.duplicate_of != wanted.get(product.id)]
    merged = parted = 0
    for product in changed:
        was, product.duplicate_of = product.duplicate_of, wanted.get(product.id)
        merged += was is None
        if product.duplicate_of is None:
            parted += 1
            if product.state in SHOWN:
                requeue_images(session, tenant_id, product.id)
    session.flush()
    left_over = session.scalars(
        select(Product.id).where(
            Product.tenant_id == tenant_id,
            Product.duplicate_of.is_not(None),
            Product.id.in_(select(ProductImage.product_id).where(_is_live(tenant_id))),
        )
    )
    tell_gallery(session, tenant_id, product_ids=sorted({*left_over, *(product.id for product in changed)}))
    return Settled(merged, parted)


def _is_live(tenant_id: str) -> Any:
    return and_(ProductImage.tenant_id == tenant_id, ProductImage.state == "live")


def _wanted(session: Session, tenant_id: str) -> tuple[dict[str, str], dict[str, Product]]:
    """Return which product each duplicate should stand behind, and every product that this is about."""
    pairs = session.execute(
        select(DuplicatePair.one_id, DuplicatePair.other_id).where(
            DuplicatePair.tenant_id == tenant_id, DuplicatePair.state == MERGED
        )
    ).all()
    about = or_(Product.id.in_({id_ for pair in pairs for id_ in pair}), Product.duplicate_of.is_not(None))
    rows = session.scalars(select(Product).where(Product.tenant_id == tenant_id, about).with_for_update())
    products = {product.id: product for product in rows}
    parted = {frozenset(ids) for ids, said in decisions(session, tenant_id).items() if said == PARTED}
    wanted: dict[str, str] = {}
    for group in _groups((one, other) for one, other in pairs):
        members = sorted((products[id_] for id_ in group), key=_rank)
        clusters: list[list[Product]] = []
        for member in members:
            home = next((each for each in clusters if not any(_said_two(parted, member, one) for one in each)), None)
            if home is None:
                clusters.append([member])
            else:
                home.append(member)
                wanted[member.id] = home[0].id
    return wanted, products


def _rank(product: Product) -> tuple[bool, Any, str]:
    return product.state not in SHOWN, product.created_at, product.id


def _said_two(parted: set[frozenset[str]], one: Product, other: Product) -> bool:
    return frozenset((one.id, other.id)) in parted


def _groups(pairs: Iterable[Ids]) -> list[set[str]]:
    """Return the ids that pairs join, by whatever way."""
    neighbours: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        neighbours[one].add(other)
        neighbours[other].add(one)
    groups, seen = [], set[str]()
    for start in sorted(neighbours):
        if start in seen:
            continue
        group, open_ = {start}, [start]
        while open_:
            for each in neighbours[open_.pop()] - group:
                group.add(each)
                open_.append(each)
        seen |= group
        groups.append(group)
    return groups


def list_pairs(
    session: Session, tenant_id: str, state: str, *, after: str | None = None, limit: int = 20
) -> list[DuplicatePair]:
    """Return pairs of shown products in this state, the likeliest first, those after the pair `after`.

    Raises NotFound when `after` is no pair.
    """
    query = select(DuplicatePair).where(*_shown_pairs(tenant_id), DuplicatePair.state == state)
    if after is not None:
        last = _get(session, tenant_id, after)
        query = query.where(tuple_(DuplicatePair.score, DuplicatePair.id) < (last.score, last.id))
    return list(session.scalars(query.order_by(DuplicatePair.score.desc(), DuplicatePair.id.desc()).limit(limit)))


def count_pairs(session: Session, tenant_id: str) -> dict[str, int]:
    """Return how many pairs of shown products are in each state."""
    query = select(DuplicatePair.state, func.count()).where(*_shown_pairs(tenant_id)).group_by(DuplicatePair.state)
    counted: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
    return {state: counted.get(state, 0) for state in (UNSURE, MERGED, PARTED)}


def decide(session: Session, tenant_id: str, pair_id: str, *, same: bool, user_id: str) -> DuplicatePair:
    """Keep a person's word that a pair is one product or two, for good. Raises NotFound."""
    pair = _get(session, tenant_id, pair_id)
    kind = SAME_PRODUCT if same else NOT_A_DUPLICATE
    label = {"product_id": pair.other_id, "reasons": pair.reasons}
    session.add(Decision(tenant_id=tenant_id, kind=kind, subject_id=pair.one_id, label=label, user_id=user_id))
    pair.state, pair.decided_by = MERGED if same else PARTED, user_id
    accounts.audit(session, tenant_id, kind, user_id=user_id, subject=pair.one_id, other=pair.other_id)
    session.flush()
    settle(session, tenant_id)
    return pair


def _get(session: Session, tenant_id: str, pair_id: str) -> DuplicatePair:
    query = select(DuplicatePair).where(DuplicatePair.tenant_id == tenant_id, DuplicatePair.id == pair_id)
    pair = session.scalar(query)
    if pair is None:
        raise NotFound("There is no such pair.")
    return pair


def _shown_pairs(tenant_id: str) -> Sequence[Any]:
    """The conditions of a pair whose two products are both shown."""
    one, other = aliased(Product), aliased(Product)
    shown = [
        select(row.id).where(row.tenant_id == tenant_id, row.id == side, row.state.in_(SHOWN)).exists()
        for row, side in ((one, DuplicatePair.one_id), (other, DuplicatePair.other_id))
    ]
    return [DuplicatePair.tenant_id == tenant_id, *shown]
