"""Search: ask a worker what a photo shows, ask the tenant's gallery what looks like it, answer with its products."""

import base64
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from backend import queues
from backend.config import Settings
from backend.db import transaction
from backend.errors import NotFound
from backend.search import noting
from backend.search.alike import Alike, alike_answers, etag_of, name_of
from backend.search.answers import FoundObject, ListAnswer, PhotoAnswer
from backend.search.clock import Clock, photo_ms
from backend.search.closer import look_closer
from backend.search.facets import facets_of
from backend.search.found import Found, found
from backend.search.gallery import Filters, Gallery, Vector
from backend.search.kinds import kinds_for
from backend.search.matches import Answered, Manner, to_matches
from backend.search.nearest import nearest, search_kinds, thresholds_for
from backend.search.ranking import Thresholds, merge, ranking
from backend.search.standby import PREPARING, filling_alone, gallery_to_search
from backend.search.text import MOST_TO_ORDER, asks_of, find_by_text, order_by_words, read
from backend.search.wish import Wish
from backend.tenants import accounts, catalog, freshness, showcase
from backend.tenants.models import Product, new_id
from backend.vision.card import read_card

LOOK_AT_PHOTO = "backend.search.jobs.look_at_photo"
NO_PRODUCTS = "This shop has no products in Niteru yet. Results appear when its first crawl is done."
NO_VECTORS = "The pictures of this product are not searchable yet, or none of them shows it."
_MOST_BY_WORDS = 200
_BY_WORDS = Thresholds(same=1.0, close=1.0, style=0.0)
_OBJECT_FACTS = ("box", "category", "confidence", "fine_category", "pattern", "colors", "shades", "found_by")


@dataclass(frozen=True, slots=True)
class ProductRef:
    """Names one product in exactly one way; `url` is any address its page answers to."""

    url: str | None = None
    product_id: str | None = None
    sku: str | None = None


class Engine:
    """Searches for any tenant. `fingerprint` gives the identity of an address inside a shop, or raises ValueError."""

    def __init__(self, settings: Settings, fingerprint: Callable[[str], str]) -> None:
        self._settings = settings
        self._fingerprint = fingerprint
        self._card = read_card()

    def photo(
        self,
        tenant_id: str,
        photo: bytes,
        wish: Wish,
        *,
        box: Sequence[float] | None = None,
        words: str = "",
    ) -> PhotoAnswer:
        """Find what looks like each garment of the photo (encoded bytes), or like the one in `box`.

        Raises Busy, Refused (the photo is none), GalleryUnavailable, BadFilter.
        """
        clock = Clock()
        with transaction(tenant_id) as session:
            understood = read(session, tenant_id, words, wish.filters)
        wish = replace(wish, filters=understood.narrow(wish.filters))
        most = MOST_TO_ORDER if asks_of(understood, checked=True) else 0
        looked = self._look(tenant_id, photo, box)
        clock.lap("asked")
        ranked = self._search_objects(tenant_id, looked, wish.filters, max(most, wish.candidates))
        tiers = thresholds_for(looked["model_id"]) if wish.why else None
        manner = Manner(wish.limit, wish.narrowing, why=tiers)
        with transaction(tenant_id) as session:
            groups = to_matches(session, tenant_id, order_by_words(session, tenant_id, understood, ranked), manner)
            clock.lap("search")
            answer = PhotoAnswer(
                query_id=new_id(),
                took_ms=photo_ms(clock, looked["ms"]),
                primary=_largest(looked["objects"]),
                objects=[_object(one, group) for one, group in zip(looked["objects"], groups, strict=True)],
                understood=understood.chips,
                notice=None if any(group.matches for group in groups) else self._notice(session, tenant_id),
                passed_over=list(understood.passed_over),
            )
            if wish.counted:
                noting.record_photo(session, tenant_id, answer, words)
        return answer

    def similar(
        self,
        tenant_id: str,
        ref: ProductRef,
        wish: Wish,
        *,
        known_etags: Container[str] = (),
        seen: str | None = None,
    ) -> tuple[ListAnswer, str]:
        """Find what looks like a product of the catalog, by its stored embeddings: no model runs; with its `etag_of`.

        An answer that the caller has already (its tag is among `known_etags`) is not noted as a search. `seen` is the
        shop's version, where the caller has just read it.
        Raises NotFound, GalleryUnavailable, BadFilter.
        """
        clock = Clock()
        asked = name_of(tenant_id, ref, replace(wish, counted=True))  # the same for whoever asks
        seen = seen or freshness.version(tenant_id)
        alike = None if wish.why else alike_answers.recall(asked, seen)
        if alike is None:
            alike = self._alike(tenant_id, ref, wish)
            if alike.matches and not wish.why:  # where nothing was found, there may be in a second
                alike_answers.remember(asked, tenant_id, seen, alike)
        clock.lap("search")
        answer = ListAnswer(new_id(), clock.total(), alike.matches, [], alike.notice, None, alike.left_out)
        if wish.counted and alike.etag not in known_etags:
            noting.note_similar(tenant_id, answer, alike.product_id)
        return answer, alike.etag

    def like_picture(self, tenant_id: str, picture: bytes, wish: Wish) -> ListAnswer:
        """Find what looks like the main garment of a product's picture (encoded bytes). Raises as `photo` does."""
        answer = self.photo(tenant_id, picture, wish)
        main = answer.objects[answer.primary]
        return ListAnswer(
            answer.query_id, answer.took_ms, main.matches, answer.understood, answer.notice, None, main.left_out
        )

    def text(self, tenant_id: str, words: str, wish: Wish) -> ListAnswer:
        """Find products by words, in the catalog: no model and no gallery takes part."""
        clock = Clock()
        manner = Manner(wish.limit, wish.narrowing, why=_BY_WORDS if wish.why else None)
        with transaction(tenant_id) as session:
            known = find_by_text(session, tenant_id, words, wish.filters, limit=_MOST_BY_WORDS)
            ranked = [Found(id_, share, "close" if share >= 1 else "style") for id_, share in known.shares.items()]
            (one,) = to_matches(session, tenant_id, [ranked], manner)
            clock.lap("search")
            notice = None if one.matches else self._notice(session, tenant_id)
            answer = ListAnswer(
                new_id(),
                clock.total(),
                one.matches,
                known.understood.chips,
                notice,
                facets_of(one.admitted),
                one.left_out,
                list(known.understood.passed_over),
            )
            if wish.counted:
                noting.record_list(session, tenant_id, answer, kind="text", words=words)
        return answer

    def _look(self, tenant_id: str, photo: bytes, box: Sequence[float] | None) -> dict[str, Any]:
        return queues.ask(
            LOOK_AT_PHOTO,
            photo,
            deadline_s=self._settings.query_deadline_s,
            queue_limit=self._settings.query_queue_limit,
            tenant_limit=self._settings.query_tenant_limit,
            tenant_id=tenant_id,
            box=list(box) if box else None,
        )

    def _search_objects(self, tenant_id: str, looked: dict[str, Any], filters: Filters, most: int) -> list[list[Found]]:
        objects = looked["objects"]
        vectors = np.stack([_vector(one["vector"]) for one in objects])
        with transaction(tenant_id) as session:
            gallery = self._gallery(session, tenant_id, looked["model_id"], looked["dim"])
        thresholds = thresholds_for(looked["model_id"])
        kinds = [_kinds(one, filters) for one in objects]
        answers = search_kinds(gallery, vectors, kinds, filters=filters, limit=most)
        color = self._color_values(looked["model_id"])
        closer = look_closer(gallery, vectors, [merge(lists) for lists in answers], color, filters.colors)
        return [
            found(ranking([hits], thresholds=thresholds, limit=most, colors=one["colors"]), answering)
            for one, hits, answering in zip(objects, closer, kinds, strict=True)
        ]

    def _find(self, session: Session, tenant_id: str, ref: ProductRef) -> Product | None:
        """Return the product, None while the shop has none at all. Raises NotFound."""
        product = None
        try:
            if ref.url is not None:
                product = catalog.find_product_by_fingerprint(session, tenant_id, self._fingerprint(ref.url))
            elif ref.sku is not None:
                product = catalog.find_product_by_sku(session, tenant_id, ref.sku)
            else:
                product = catalog.get_product(session, tenant_id, ref.product_id or "")
        except (ValueError, NotFound):
            product = None
        if product is None and catalog.count_products(session, tenant_id):
            raise NotFound("This product is not in the catalogue. A new one appears there after the next crawl.")
        return product

    def _alike(self, tenant_id: str, ref: ProductRef, wish: Wish) -> Alike:
        card, filters, most = self._card, wish.filters, 2 * wish.candidates
        with transaction(tenant_id) as session:
            product = self._find(session, tenant_id, ref)
            if product is None:
                return Alike([], NO_PRODUCTS, [], None, etag_of([], NO_PRODUCTS))
            group = showcase.duplicate_group(session, tenant_id, product)
            gallery = self._gallery(session, tenant_id, card.model_id, card.dim)
        values = catalog.effective(product)
        kinds = kinds_for(values.category, 1.0) if values.category and not filters.categories else None
        ranked = nearest(gallery, card.model_id, group, kinds, colors=values.colors, filters=filters, most=most)
        tiers = thresholds_for(card.model_id) if wish.why else None
        with transaction(tenant_id) as session:
            manner = Manner(wish.limit, wish.narrowing, apart=True, asked=values, why=tiers)
            (one,) = to_matches(session, tenant_id, [ranked], manner)
        notice = None if ranked else NO_VECTORS
        return Alike(one.matches, notice, one.left_out, group[0], etag_of(one.matches, notice))

    def _gallery(self, session: Session, tenant_id: str, model_id: str, dim: int) -> Gallery:
        tenant = accounts.get_tenant(session, tenant_id)
        return gallery_to_search(self._settings, tenant, model_id, dim)

    def _color_values(self, model_id: str) -> int:
        """How many of a vector's last values are of colour; none are known of a model that is not our own."""
        return self._card.color_values if self._card.model_id == model_id else 0

    def _notice(self, session: Session, tenant_id: str) -> str | None:
        """Say why a shop shows nothing, where more is to come."""
        if not catalog.count_products(session, tenant_id):
            return NO_PRODUCTS
        tenant = accounts.get_tenant(session, tenant_id)
        return PREPARING if filling_alone(tenant, self._card.model_id) else None


def _kinds(one: dict[str, Any], filters: Filters) -> frozenset[str] | None:
    """Any kind will do when the caller named one, or when no detector told what the object is."""
    if filters.categories or one["found_by"] != "detector":
        return None
    return kinds_for(one["category"], one["confidence"])


def _vector(text: str) -> Vector:
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float32)


def _largest(objects: Sequence[dict[str, Any]]) -> int:
    return max(range(len(objects)), key=lambda index: objects[index]["box"][2] * objects[index]["box"][3])


def _object(one: dict[str, Any], answered: Answered) -> FoundObject:
    facts = {name: one[name] for name in _OBJECT_FACTS}
    return FoundObject(
        **facts, matches=answered.matches, facets=facets_of(answered.admitted), left_out=answered.left_out
    )
