"""The gallery built anew beside the live one from the stored pictures, by the model that works now.

From the moment the new collection is there, every write reaches it as well (generations.written); so a picture that was
passed stays as it should be, and one that is still to come is written with what the catalog says by then. All that a
killed worker leaves behind is a cursor that is a batch too early, and rows that are written once more.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from backend.config import Settings
from backend.ingest.cataloging import building, embedding
from backend.ingest.cataloging.building import Batch
from backend.ingest.cataloging.categories import weigh
from backend.ingest.cataloging.embedding import Look, Subject
from backend.ingest.cataloging.generations import open_live, open_place
from backend.ingest.cataloging.publishing import writing
from backend.search.milvus_gallery import GalleryUnavailable
from backend.storage import open_storage
from backend.tenants import catalog, gallery_builds
from backend.tenants.catalog_gallery import tell_gallery
from backend.tenants.gallery_builds import Build, Collections, GalleryBusy, Place
from backend.tenants.models import new_id, now
from backend.vision import Vision

log = logging.getLogger(__name__)
_LOOKED_AT_ONCE = 8
_ALONE_FROM, _MOST_TRIES = 2, 4
"""A batch that was tried so often is taken picture by picture, and a picture given up: it may kill the worker."""


def ask(tenant_id: str) -> Build:
    """Ask for a new gallery, or join the one that is being built. Raises GalleryBusy."""
    with writing(tenant_id) as session:
        kept = gallery_builds.read(session, tenant_id)
        build = kept.open_build()
        if build is None:
            build = Build(new_id(), "reindex", total=building.count_searchable(session, tenant_id))
            building.keep(session, tenant_id, kept, build)
            log.info("reindex_asked", extra={"tenant_id": tenant_id, "build_id": build.id})
        elif build.kind != "reindex":
            raise GalleryBusy(f"A {build.kind} of this shop's gallery is under way; ask again when it has ended.")
    return build


def cancel(settings: Settings, tenant_id: str) -> Build | None:
    """Stop a reindex that is not done, and drop what it built; None when there is none."""
    with writing(tenant_id) as session:
        kept = gallery_builds.read(session, tenant_id)
        build = kept.open_build()
        if build is None or build.kind != "reindex":
            return None
        if build.target is not None and build.target != build.former:
            open_place(settings, tenant_id, build.target).forget()
        build = replace(build, stage="canceled", missing=(), finished_at=now().isoformat())
        building.keep(session, tenant_id, kept, build)
    return build


@dataclass(frozen=True, slots=True)
class _Turn:
    """One piece of the work: the build as it was when it was taken, and the pictures to look at."""

    build: Build
    target: Place
    batch: Batch
    subjects: Mapping[str, Subject]


@dataclass(frozen=True, slots=True)
class Reindex:
    """The work on one tenant's new gallery, by the models of this process."""

    settings: Settings
    vision: Vision
    tenant_id: str

    def step(self, build_id: str, *, limit: int, gives_way: Callable[[], bool]) -> bool:
        """Do the next piece of a reindex: `limit` pictures, fewer where it `gives_way`; False when nothing is left.

        Safe to run twice, also at once: what is written depends on the catalog alone, and the slower one's is dropped.
        """
        with writing(self.tenant_id) as session:
            turn = self._take(session, build_id, limit)
        if not isinstance(turn, _Turn):
            return turn
        batch, looks, broken = self._look(turn, gives_way)
        with self._blaming_no_picture(turn), writing(self.tenant_id) as session:
            kept = gallery_builds.read(session, self.tenant_id)
            build = kept.open_build(build_id)
            if build is not None and build.step == turn.build.step:
                written = self._write(session, turn, looks)
                copied, failed = self._do_without(session, turn, broken)
                build = building.advance(build, batch, written=written + copied, failed=failed)
                building.keep(session, self.tenant_id, kept, build)
        return True

    @contextmanager
    def _blaming_no_picture(self, turn: _Turn) -> Iterator[None]:
        """Take the attempt back when it was the gallery that failed."""
        try:
            yield
        except GalleryUnavailable:
            with writing(self.tenant_id) as session:
                kept = gallery_builds.read(session, self.tenant_id)
                build = kept.open_build(turn.build.id)
                if build is not None and build.step == turn.build.step:
                    building.keep(session, self.tenant_id, kept, replace(build, tries=build.tries - 1))
            raise

    def _take(self, session: Session, build_id: str, limit: int) -> _Turn | bool:
        """Count an attempt at the next pictures and return them; else whether there is more to do."""
        kept = gallery_builds.read(session, self.tenant_id)
        build = kept.open_build(build_id)
        if build is None or build.kind != "reindex":
            return False
        target = build.target
        if not build.is_filling or target is None or target.model_id != self.vision.model_id:
            self._begin(session, kept, build)
            return True
        is_alone = build.tries >= _ALONE_FROM or build.cursor < build.alone_to
        batch = building.next_batch(session, self.tenant_id, build, 1 if is_alone else limit)
        if batch is None:
            return self._finish(session, kept, build, target)
        suspects = batch.cursor if build.tries + 1 == _ALONE_FROM else ""
        build = replace(build, tries=build.tries + 1, alone_to=max(build.alone_to, suspects))
        building.keep(session, self.tenant_id, kept, build)
        subjects = {
            image.id: Subject(
                image.id, product.id, image.storage_key, catalog.effective(product).category, must_show=True
            )
            for image, product in building.list_searchable(session, self.tenant_id, batch.image_ids)
            if image.storage_key
        }
        return _Turn(build, target, batch, subjects)

    def _begin(self, session: Session, kept: Collections, build: Build) -> None:
        """Make the empty collection; one that other weights have begun to fill is of no use any more."""
        live, former = building.live_place(session, self.settings, self.tenant_id, self.vision)
        if build.target is not None and build.target.collection == live.collection:
            kept = replace(kept, former=build.former)  # it went live, and was killed before it was noted
        elif build.target is not None:
            open_place(self.settings, self.tenant_id, build.target).forget()
        usual = open_live(session, self.settings, self.tenant_id, self.vision)
        taken = [place.collection for place in (former, *kept.spare)]
        target = Place(usual.name_after(*taken), self.vision.dim, self.vision.model_id, former.uri)
        open_place(self.settings, self.tenant_id, target).begin()
        total = building.count_searchable(session, self.tenant_id)
        build = Build(
            build.id, "reindex", "filling", target, former,
            step=build.step + 1, total=total, started_at=build.started_at,
        )  # fmt: skip
        building.keep(session, self.tenant_id, kept, build)
        log.info("reindex_begun", extra={"build_id": build.id, "collection": target.collection, "images": total})

    def _look(self, turn: _Turn, gives_way: Callable[[], bool]) -> tuple[Batch, list[Look], dict[str, str]]:
        """Look at the turn's pictures, only at the first ones where it gives way; returns what of the batch is done."""
        image_ids = turn.batch.image_ids
        if turn.build.tries > _MOST_TRIES:
            return turn.batch, [], dict.fromkeys(image_ids, "vision_failed")
        storage = open_storage(self.settings.storage_url)
        looks: list[Look] = []
        broken: dict[str, str] = {}
        for start in range(0, len(image_ids), _LOOKED_AT_ONCE):
            some = image_ids[start : start + _LOOKED_AT_ONCE]
            seen, unreadable = embedding.look_again(
                self.vision, storage, [turn.subjects[image_id] for image_id in some if image_id in turn.subjects]
            )
            looks += seen
            broken |= unreadable
            if gives_way():
                return building.cut(turn.batch, start + len(some)), looks, broken
        return turn.batch, looks, broken

    def _write(self, session: Session, turn: _Turn, looks: Sequence[Look]) -> int:
        """Write what was seen, with the facts of now; pictures that changed or left meanwhile are left to others."""
        now_there = {
            image.id: (image, product)
            for image, product in building.list_searchable(
                session, self.tenant_id, [one.subject.image_id for one in looks]
            )
            if image.storage_key == turn.subjects[image.id].storage_key
        }
        entries = {
            one.subject.image_id: embedding.entry_of(one, now_there[one.subject.image_id][1], self.vision.model_id)
            for one in looks
            if one.subject.image_id in now_there
        }
        open_place(self.settings, self.tenant_id, turn.target).upsert(list(entries.values()))
        if turn.build.former is None or turn.build.former.model_id != self.vision.model_id:
            for one in looks:
                if (image_id := one.subject.image_id) in entries and now_there[image_id][0].state == "live":
                    embedding.rewrite(session, self.tenant_id, one, entries[image_id], self.vision.model_id)
            session.flush()
            weigh(session, self.tenant_id, {product.id: product for _, product in now_there.values()}.values())
        return len(entries)

    def _do_without(self, session: Session, turn: _Turn, broken: Mapping[str, str]) -> tuple[int, int]:
        """Keep the entries of pictures that cannot be seen again, if this model made them; else note the failure.

        Returns how many were kept, and how many failed.
        """
        images = [image for image, _ in building.list_searchable(session, self.tenant_id, list(broken))]
        live = open_live(session, self.settings, self.tenant_id, self.vision).live_generation()
        has_vectors = live is not None and live.is_by(self.vision.model_id)
        entries = live.entries_of_images([image.id for image in images]) if live is not None and has_vectors else []
        open_place(self.settings, self.tenant_id, turn.target).upsert(entries)
        copied = {entry.image_id for entry in entries}
        lost = [image for image in images if image.id not in copied and image.state == "live"]
        for image in lost:
            image.state, image.reason, image.live_at = "failed", broken[image.id], None
        tell_gallery(session, self.tenant_id, image_ids=[image.id for image in lost])
        return len(copied), len(lost)

    def _finish(self, session: Session, kept: Collections, build: Build, target: Place) -> bool:
        """Publish the new gallery when it holds what the catalog says is searchable, and nothing else."""
        gallery = open_place(self.settings, self.tenant_id, target)
        images = set(gallery.images().values())
        missing = building.live_without_entry(session, self.tenant_id, images)
        if missing:
            building.keep(session, self.tenant_id, kept, building.look_for(build, missing))
            return True
        gallery.delete_images(building.not_searchable(session, self.tenant_id, sorted(images)))
        building.publish(session, self.settings, self.tenant_id, kept, build)
        return False
