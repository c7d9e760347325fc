"""From what the gallery found to what a shopper sees: joined with the catalog, which has the last word."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from backend.search.answers import Match
from backend.search.facets import Narrowing
from backend.search.found import Found
from backend.search.placing import design_of, is_called_like, lateness, place, spread
from backend.search.ranking import Thresholds
from backend.search.why import LeftOut, Reason, Why
from backend.tenants import catalog, showcase
from backend.tenants.catalog import Effective
from backend.tenants.models import now

PRICE_AGE = timedelta(hours=48)
"""A price whose page was last seen longer ago is not today's; a daily crawl may be late by a day."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How what was found becomes an answer of at most `limit` products.

    `apart`: no second colour of a design, nor of the `asked` product's, where there are enough others. `why`: the
    tiers that were used, where the answer is to explain itself.
    """

    limit: int
    narrowing: Narrowing
    apart: bool = False
    asked: Effective | None = None
    why: Thresholds | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one group: `admitted` may be shown, before `limit`; `left_out` is told where `why` is."""

    matches: list[Match]
    admitted: list[Effective]
    left_out: list[LeftOut]


def to_matches(session: Session, tenant_id: str, groups: Sequence[Sequence[Found]], manner: Manner) -> list[Answered]:
    """Return each group's answer, in its order but for the seller's rules and for what repeats itself.

    Left out is what the gallery still holds and search may not show any more (gone, hidden, duplicates), what is of a
    kind that does not answer the question, and what the narrowing does not admit.
    """
    everything = [one for group in groups for one in group]
    shown = catalog.shown_products(session, tenant_id, {one.product_id for one in everything})
    shelf = _Shelf(session, tenant_id, shown, everything, manner)
    return [shelf.answer(group) for group in groups]


class _Shelf:
    """The products of one answer, with what their places and their pictures need."""

    def __init__(
        self,
        session: Session,
        tenant_id: str,
        shown: Mapping[str, Effective],
        everything: Sequence[Found],
        manner: Manner,
    ) -> None:
        self._shown, self._manner = shown, manner
        asked = manner.asked
        gender = asked.gender if asked else None
        self._later = {product_id: lateness(values, gender) for product_id, values in shown.items()}
        self._called_alike = {id_ for id_, values in shown.items() if asked and is_called_like(values, asked)}
        self._rules = {product_id: values.placement for product_id, values in shown.items() if values.placement}
        self._seen = {design_of(asked)} if manner.apart and asked else set()
        self._pictures = _Pictures(session, tenant_id, [one for one in everything if one.product_id in shown])
        images = [one.image_id for one in everything if one.image_id] if manner.why else []
        self._boxes = showcase.boxes_for_sale(session, tenant_id, images) if images else {}

    def answer(self, group: Sequence[Found]) -> Answered:
        refused = {one.product_id: reason for one in group if (reason := self._refusal(one)) is not None}
        there = [one for one in group if one.product_id not in refused]
        admitted = place(there, self._rules, self._later, self._called_alike)
        marks = {one.product_id: self._marks(one) for one in admitted}
        kept = spread(admitted, marks, limit=self._manner.limit, seen=self._seen)
        return Answered(
            [self._match(one) for one in kept],
            [self._shown[one.product_id] for one in admitted],
            self._left_out(group, refused, kept) if self._manner.why else [],
        )

    def _refusal(self, one: Found) -> Reason | None:
        values = self._shown.get(one.product_id)
        if values is None:
            return "not_shown"
        if not one.is_answered_by(values):
            return "other_kind"
        return None if self._manner.narrowing.admits(values) else "filtered"

    def _marks(self, one: Found) -> set[Hashable]:
        """What another product may share with this one so that a shopper sees the same twice.

        Stored in another size or quality, a picture is other bytes with the same look; so is another colour of it,
        which is no repeat.
        """
        values, picture = self._shown[one.product_id], self._pictures.that_won(one)
        marks: set[Hashable] = set()
        if picture and picture.content_hash:
            marks.add(("picture", picture.content_hash, values.category))
        if picture and picture.perceptual_hash:
            marks.add(("look", picture.perceptual_hash, values.category, frozenset(values.colors)))
        return marks | {design_of(values)} if self._manner.apart else marks

    def _left_out(self, group: Sequence[Found], refused: Mapping[str, Reason], kept: Sequence[Found]) -> list[LeftOut]:
        seen = self._seen.union(*(self._marks(one) for one in kept)) if kept else self._seen
        there = {one.product_id for one in kept}
        return [
            LeftOut(one.product_id, round(one.score, 4), refused.get(one.product_id) or self._repeats(one, seen))
            for one in group
            if one.product_id not in there
        ]

    def _repeats(self, one: Found, seen: Collection[Hashable]) -> Reason:
        repeated = self._marks(one).intersection(seen)
        if not repeated:
            return "over_limit"
        return "same_design" if design_of(self._shown[one.product_id]) in repeated else "same_picture"

    def _match(self, one: Found) -> Match:
        values = self._shown[one.product_id]
        price = price_now(values)
        return Match(
            product_id=values.product_id,
            title=values.title,
            url=values.url,
            image_url=self._pictures.of(one),
            price=price,
            currency=values.currency if price is not None else None,
            availability=values.availability,
            score=round(one.score, 4),
            tier=one.tier,
            why=self._why(one) if self._manner.why else None,
        )

    def _why(self, one: Found) -> Why:
        return Why(
            image_id=one.image_id,
            box=self._boxes.get(one.image_id or ""),
            similarity=round(one.score, 4),
            reaches=asdict(self._manner.why) if self._manner.why else {},
            kinds=None if one.kinds is None else sorted(one.kinds),
            rule=self._rules.get(one.product_id),
            called_alike=one.product_id in self._called_alike,
        )


def price_now(values: Effective) -> float | None:
    """Return today's price, None when nobody knows it: the seller's own, else one that was seen lately."""
    if values.price is None or not (values.price_edited or now() - values.last_seen_at <= PRICE_AGE):
        return None
    return float(values.price)


class _Pictures:
    """The picture of each match: the one that won it, so that the colour is right, else the product's first."""

    def __init__(self, session: Session, tenant_id: str, matches: Sequence[Found]) -> None:
        ids = {one.image_id for one in matches if one.image_id is not None}
        self._won = showcase.pictures_by_id(session, tenant_id, ids) if ids else {}
        others = {one.product_id for one in matches if one.image_id not in self._won}
        self._first = showcase.first_pictures(session, tenant_id, others) if others else {}

    def of(self, one: Found) -> str | None:
        won = self.that_won(one)
        return won.url if won else self._first.get(one.product_id)

    def that_won(self, one: Found) -> showcase.ShownPicture | None:
        return self._won.get(one.image_id or "")
