"""Where a tenant's gallery is written: the live collection and, while another is filled beside it, that one too."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from backend.config import Settings
from backend.search.gallery import Entry, Facts
from backend.search.milvus_gallery import GalleryMismatch, MilvusGallery, open_gallery
from backend.tenants import accounts, gallery_builds
from backend.tenants.gallery_builds import Place


class Model(Protocol):
    """Whatever says whose vectors these are: loaded models, or the card of the weights."""

    @property
    def model_id(self) -> str: ...

    @property
    def dim(self) -> int: ...


class Written:
    """Every gallery that a change must reach, made for one holder of the right to write.

    What is forgotten or changed reaches all of them. Vectors reach those of their own model only: under new weights
    the gallery of the old ones loses what goes, and gains nothing.
    """

    def __init__(self, galleries: Sequence[MilvusGallery], own: Sequence[MilvusGallery]) -> None:
        self._galleries, self._own = galleries, own

    def replace(self, entries: Sequence[Entry], outdated: Collection[str], gone: Collection[str]) -> None:
        """Write entries; images `gone` are forgotten, of those `outdated` what this model saw before.

        Raises GalleryMismatch when there is no gallery of these vectors.
        """
        if entries and not self._own:
            raise GalleryMismatch("The gallery was made by another model: `niteru reindex` makes one by this.")
        self.delete_images(gone)
        for gallery in self._own:
            if outdated:
                gallery.delete_images(outdated)
            gallery.upsert(entries)

    def delete_images(self, image_ids: Collection[str]) -> int:
        return max((gallery.delete_images(image_ids) for gallery in self._galleries), default=0) if image_ids else 0

    def delete_products(self, product_ids: Collection[str]) -> int:
        return max(gallery.delete_products(product_ids) for gallery in self._galleries) if product_ids else 0

    def update_products(self, facts: Mapping[str, Facts]) -> int:
        return max(gallery.update_products(facts) for gallery in self._galleries) if facts else 0

    def create(self) -> None:
        """See to it that there is a live gallery."""
        for gallery in self._galleries:
            if not gallery.collection:
                gallery.create()


def written(session: Session, settings: Settings, tenant_id: str, model: Model) -> Written:
    """Return where to write. The session must be one of `writing`: only then does the answer hold until it ends."""
    usual = open_live(session, settings, tenant_id, model)
    galleries = [usual.live_generation() or usual]
    build = gallery_builds.read(session, tenant_id).open_build()
    if build and build.is_filling and build.target:
        target = open_place(settings, tenant_id, build.target)
        if build.kind == "move" or target.collection != galleries[0].collection:  # else it was published a moment ago
            galleries.append(target)
    own = [one for one in galleries if not one.collection or one.is_by(model.model_id)]
    return Written(galleries, own)


def open_live(session: Session, settings: Settings, tenant_id: str, model: Model) -> MilvusGallery:
    """Return the tenant's live gallery of this model."""
    uri = accounts.get_tenant(session, tenant_id).gallery_uri
    return _open(settings, uri, tenant_id, model.model_id, model.dim)


def open_place(settings: Settings, tenant_id: str, place: Place) -> MilvusGallery:
    """Return the gallery in one collection. Raises ValueError for a name that is another tenant's."""
    gallery = _open(settings, place.uri, tenant_id, place.model_id, place.dim)
    return gallery.generation(place.collection, place.dim)


def _open(settings: Settings, uri: str | None, tenant_id: str, model_id: str, dim: int) -> MilvusGallery:
    where = uri or settings.milvus_uri
    return open_gallery(where, settings.milvus_token, tenant_id=tenant_id, model_id=model_id, dim=dim)


def place_of(gallery: MilvusGallery, model_id: str, uri: str | None) -> Place:
    """Note one generation."""
    return Place(gallery.collection, gallery.dim, model_id, uri)


def forget_galleries(session: Session, settings: Settings, tenant_id: str, model: Model) -> None:
    """Drop every collection of the tenant, those of a build and what a rollback or a move left as well.

    What cannot be reached any more (a Milvus that was switched off after a move) does not keep the rest.
    """
    kept = gallery_builds.read(session, tenant_id)
    places = [*kept.spare, *kept.left, *((kept.build.target, kept.build.former) if kept.build else ())]
    usual = open_live(session, settings, tenant_id, model)
    here = accounts.get_tenant(session, tenant_id).gallery_uri
    for place in filter(None, places):
        if place.uri == here:
            open_place(settings, tenant_id, place).forget()
    live = usual.live_generation()
    if live is not None and not live.is_by(model.model_id):
        live.forget()
    usual.drop()
