"""A gallery that takes its rows from what is there: the former one brought up to date, or one in another Milvus.

No model takes part, so each step is one transaction that holds the right to write, and whoever comes second goes on
where the first one stood.
"""

import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.config import Settings
from backend.errors import DomainError
from backend.ingest.cataloging import building
from backend.ingest.cataloging.embedding import entry_id
from backend.ingest.cataloging.generations import open_place
from backend.ingest.cataloging.publishing import entry_facts, writing
from backend.search.milvus_gallery import GalleryUnavailable, MilvusGallery, ping
from backend.tenants import accounts, gallery_builds
from backend.tenants.gallery_builds import Build, Collections, GalleryBusy, Place
from backend.tenants.models import Detection, ProductImage, Tenant, new_id, now
from backend.vision.card import read_card

log = logging.getLogger(__name__)
_COPIED_AT_ONCE = 500
_CLOCKS_APART = timedelta(minutes=5)
DEFAULT = "default"


class NothingToUndo(DomainError):
    """There is no former gallery to go back to."""

    status = 409
    code = "nothing_to_undo"


class BadGalleryAddress(DomainError):
    """The address is none of a Milvus that answers."""

    code = "bad_gallery_address"


def ask_rollback(settings: Settings, tenant_id: str) -> Build:
    """Begin to bring the former gallery up to date, to be live again; once it is, asking again changes nothing.

    Raises NothingToUndo, GalleryBusy.
    """
    with writing(tenant_id) as session:
        kept = gallery_builds.read(session, tenant_id)
        build = kept.build
        if build is not None and build.is_open and build.kind != "rollback":
            raise GalleryBusy(f"A {build.kind} of this shop's gallery is under way.")
        if build is not None and build.kind == "rollback":
            return build
        if kept.former is None:
            raise NothingToUndo("There is no former gallery: none was built since the shop's first, or the last move.")
        open_place(settings, tenant_id, kept.former).count()  # while it is there, nothing can go wrong halfway
        _, live = building.live_place(session, settings, tenant_id, read_card())
        total = building.count_searchable(session, tenant_id)
        build = Build(new_id(), "rollback", "filling", kept.former, live, total=total)
        building.keep(session, tenant_id, kept, build)
        accounts.audit(session, tenant_id, "gallery_rolled_back", subject=kept.former.collection)
    return build


def clean_address(settings: Settings, address: str) -> str | None:
    """Return a Milvus's address as the tenant's row keeps it, None for the deployment's own. Raises BadGalleryAddress.

    It must answer: a gallery is only moved to where it can live.
    """
    uri = address.strip().rstrip("/")
    if uri in {DEFAULT, settings.milvus_uri.rstrip("/")}:
        return None
    if re.fullmatch(r"https?://[\w.-]+(:\d{1,5})?|https?://\[[0-9a-fA-F:.]+\](:\d{1,5})?", uri) is None:
        raise BadGalleryAddress(f"{address!r} is not a Milvus's address. Write http://HOST:PORT, or {DEFAULT}.")
    try:
        ping(uri, settings.milvus_token)
    except GalleryUnavailable as error:
        raise BadGalleryAddress(f"No Milvus answers at {uri} with MILVUS_TOKEN. Nothing was changed.") from error
    return uri


def ask_move(settings: Settings, tenant_id: str, address: str) -> Build | None:
    """Begin to copy the gallery to another Milvus, or join the move there; None when it lives there already.

    Asking for where it lives stops a move that is under way. Raises BadGalleryAddress, GalleryBusy.
    """
    uri = clean_address(settings, address)
    with writing(tenant_id) as session:
        kept = gallery_builds.read(session, tenant_id)
        here = accounts.get_tenant(session, tenant_id).gallery_uri
        build = kept.open_build()
        if build is not None and build.kind == "move" and uri == here:
            return _cancel_move(session, settings, tenant_id, kept, build)
        if build is not None and build.kind == "move" and build.target is not None and build.target.uri == uri:
            return build
        if build is not None:
            raise GalleryBusy(f"A {build.kind} of this shop's gallery is under way; ask again when it has ended.")
        if uri == here:
            return None
        live, former = building.live_place(session, settings, tenant_id, read_card())
        taken = [place.collection for place in (former, *kept.spare)]
        target = replace(former, collection=_name_after(taken), uri=uri)
        open_place(settings, tenant_id, target).begin()
        build = Build(new_id(), "move", "filling", target, former, total=live.count())
        building.keep(session, tenant_id, kept, build)
    return build


def forget_left(settings: Settings, tenant_id: str) -> tuple[Place, ...]:
    """Drop what moves left behind; returns what that was. Raises GalleryUnavailable while its Milvus is away."""
    with writing(tenant_id) as session:
        kept = gallery_builds.read(session, tenant_id)
        for place in kept.left:
            open_place(settings, tenant_id, place).forget()
        gallery_builds.save(session, tenant_id, replace(kept, left=()))
    return kept.left


def _cancel_move(session: Session, settings: Settings, tenant_id: str, kept: Collections, build: Build) -> Build:
    assert build.target is not None
    with suppress(GalleryUnavailable):  # that Milvus may be why the move is stopped
        open_place(settings, tenant_id, build.target).forget()
    build = replace(build, stage="canceled", missing=(), finished_at=now().isoformat())
    building.keep(session, tenant_id, kept, build)
    return build


def _name_after(taken: Sequence[str]) -> str:
    """Return a name of the first one's model, numbered after all of that model: it is free in any Milvus."""
    stem = taken[0].rpartition("_")[0]
    numbers = [int(name.rpartition("_")[2]) for name in taken if name.rpartition("_")[0] == stem]
    return f"{stem}_{max(numbers) + 1}"


def step(settings: Settings, tenant_id: str, build_id: str) -> bool:
    """Copy the next rows, or end the build when none are left; False when it has ended. Safe to run twice."""
    with writing(tenant_id) as session:
        kept = gallery_builds.read(session, tenant_id)
        build = kept.open_build(build_id)
        if build is None or build.kind == "reindex":
            return False
        work = _Move(session, settings, tenant_id, kept, build)
        if build.kind == "rollback":
            work = _Rollback(session, settings, tenant_id, kept, build)
        batch = building.next_batch(session, tenant_id, build, _COPIED_AT_ONCE)
        if batch is None:
            return work.finish()
        written = work.copy(batch.image_ids)
        building.keep(session, tenant_id, kept, building.advance(build, batch, written=written))
    return True


@dataclass(frozen=True)
class _Move:
    """Rows copied as they are to another Milvus."""

    session: Session
    settings: Settings
    tenant_id: str
    kept: Collections
    build: Build

    @cached_property
    def source(self) -> MilvusGallery:
        assert self.build.former is not None
        return open_place(self.settings, self.tenant_id, self.build.former)

    @cached_property
    def target(self) -> MilvusGallery:
        assert self.build.target is not None
        return open_place(self.settings, self.tenant_id, self.build.target)

    def copy(self, image_ids: Sequence[str]) -> int:
        entries = self.source.entries_of_images(image_ids)
        self.target.upsert(entries)
        return len(entries)

    def finish(self) -> bool:
        """Live in the other Milvus once it holds the same entries; what stays behind is kept until it is forgotten."""
        assert self.build.target is not None
        assert self.build.former is not None
        source, target = self.source.images(), self.target.images()
        wrong = {target[entry] for entry in target.keys() - source.keys()}
        self.target.delete_images(wrong)
        missing = {source[entry] for entry in source.keys() - target.keys()} | (wrong & set(source.values()))
        if missing:
            building.keep(self.session, self.tenant_id, self.kept, building.look_for(self.build, missing))
            return True
        self.target.publish()
        uri, left = self.build.target.uri, (*self.kept.left, self.build.former, *self.kept.spare)
        self.session.execute(update(Tenant).where(Tenant.id == self.tenant_id).values(gallery_uri=uri))
        done = replace(self.build, stage="done", finished_at=now().isoformat(), total=len(source))
        gallery_builds.save(self.session, self.tenant_id, Collections(build=done, left=left))
        accounts.audit(self.session, self.tenant_id, "gallery_moved", subject=uri or DEFAULT, entries=len(source))
        log.info("gallery_moved", extra={"build_id": done.id, "entries": len(source), "seconds": done.seconds})
        return False


class _Rollback(_Move):
    """The former gallery, which missed what was written since it was replaced."""

    def copy(self, image_ids: Sequence[str]) -> int:
        """Bring these images up to date: facts, and the entries made since, where both are of one model."""
        images = building.list_searchable(self.session, self.tenant_id, image_ids)
        self.target.update_products({product.id: entry_facts(product) for _, product in images})
        known = {entry.image_id for entry in self.target.entries_of_images(image_ids)}
        newer = [image.id for image, _ in images if image.id not in known or self._is_newer(image)]
        if self._is_same_model:
            return super().copy(newer)
        self._note_model(sorted(known))
        return 0

    def finish(self) -> bool:
        """Let the former gallery be live again, without what left meanwhile; what it cannot have is looked at anew."""
        images = set(self.target.images().values())
        self.target.delete_images(building.not_searchable(self.session, self.tenant_id, sorted(images)))
        anew = building.live_without_entry(self.session, self.tenant_id, images)
        if not self._is_same_model:
            anew += [image.id for image in self._list_newer()]
        own = (ProductImage.tenant_id == self.tenant_id) & ProductImage.id.in_(anew)
        again = {"state": "stored", "queued_at": None, "attempts": 0}  # an only picture stays one
        self.session.execute(update(ProductImage).where(own, ProductImage.state == "live").values(again))
        building.publish(self.session, self.settings, self.tenant_id, self.kept, self.build)
        return False

    @property
    def _is_same_model(self) -> bool:
        assert self.build.target is not None
        return self.source.is_by(self.build.target.model_id)

    def _is_newer(self, image: ProductImage) -> bool:
        """Say whether the picture was looked at since the former gallery was replaced, or about then."""
        return image.live_at is not None and image.live_at > self._replaced_at

    def _list_newer(self) -> list[ProductImage]:
        own = (ProductImage.tenant_id == self.tenant_id) & (ProductImage.state == "live")
        return list(self.session.scalars(select(ProductImage).where(own, ProductImage.live_at > self._replaced_at)))

    @property
    def _replaced_at(self) -> datetime:
        return datetime.fromisoformat(self.kept.published_at or self.build.started_at) - _CLOCKS_APART

    def _note_model(self, image_ids: Sequence[str]) -> None:
        """Note in the catalog whose vectors these images have again."""
        assert self.build.target is not None
        model_id = self.build.target.model_id
        own = (ProductImage.tenant_id == self.tenant_id) & ProductImage.id.in_(image_ids)
        self.session.execute(update(ProductImage).where(own).values(model_id=model_id))
        for image_id in image_ids:
            on_sale = (Detection.tenant_id == self.tenant_id) & (Detection.image_id == image_id) & Detection.for_sale
            self.session.execute(update(Detection).where(on_sale).values(embedding_id=entry_id(image_id, model_id)))
