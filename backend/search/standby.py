"""Which gallery answers while the shop's live one is of other weights than those that see the photos."""

from backend.config import Settings
from backend.search.milvus_gallery import MilvusGallery, open_gallery
from backend.tenants.gallery_builds import Build, from_settings
from backend.tenants.models import Tenant

PREPARING = "The pictures of this shop are being looked at anew. More results appear while that goes on."


def gallery_to_search(settings: Settings, tenant: Tenant, model_id: str, dim: int) -> MilvusGallery:
    """Return the tenant's live gallery or, while that is another model's, the one this model is filling.

    It answers with what it holds so far: less than all, but with scores that mean something. While there is neither,
    the live one raises GalleryMismatch when it is asked.
    """
    uri = tenant.gallery_uri or settings.milvus_uri
    gallery = open_gallery(uri, settings.milvus_token, tenant_id=tenant.id, model_id=model_id, dim=dim)
    build = filling_alone(tenant, model_id)
    return gallery.generation(build.target.collection, dim) if build and build.target else gallery


def filling_alone(tenant: Tenant, model_id: str) -> Build | None:
    """Return the reindex that is filling this model's only gallery, None where the live one is this model's as well."""
    build = from_settings(tenant.settings).open_build()
    if build is None or build.kind != "reindex" or not build.is_filling or build.target is None:
        return None
    former = build.former.model_id if build.former else ""
    return build if build.target.model_id == model_id != former else None
