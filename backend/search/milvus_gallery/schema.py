"""What a tenant's collection is called and made of."""

import hashlib
import re
from typing import Any

from pymilvus import DataType, MilvusClient

from backend.search.gallery import MAX_COLORS, MAX_TEXT
from backend.search.milvus_gallery.effort import LISTS
from backend.search.milvus_gallery.expression import COLOR_FIELDS, SHOWN

_TEXT_BYTES = 4 * MAX_TEXT
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def alias_of(tenant_id: str) -> str:
    """Return the alias of the tenant's live collection. Raises ValueError unless given a UUID in its usual form."""
    if not _UUID.fullmatch(tenant_id):
        raise ValueError("a tenant id is a UUID in its usual form")
    return f"g_{tenant_id.replace('-', '')}"


def slug(model_id: str) -> str:
    """Return the model's id in letters, digits and underscores, still different for different models."""
    slug = re.sub(r"[^A-Za-z0-9_]", "_", model_id)[:80]
    return slug if slug == model_id else f"{slug}_{hashlib.sha256(model_id.encode()).hexdigest()[:8]}"


def collection_schema(dim: int) -> Any:
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("embedding_id", DataType.VARCHAR, is_primary=True, max_length=32)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    for name in ("product_id", "image_id", "category", "gender", *COLOR_FIELDS):
        schema.add_field(name, DataType.VARCHAR, max_length=_TEXT_BYTES)
    schema.add_field("price", DataType.DOUBLE)
    schema.add_field("in_stock", DataType.BOOL)
    schema.add_field(SHOWN, DataType.VARCHAR, max_length=(2 + MAX_COLORS) * (_TEXT_BYTES + 1))
    return schema


def server_index() -> Any:
    """Return the index for a Milvus server; effort.py says why this one."""
    params = MilvusClient.prepare_index_params()
    params.add_index("vector", index_type="IVF_FLAT", metric_type="COSINE", params={"nlist": LISTS})
    return params
