"""Every table of Niteru. A table that has `tenant_id` is tenant-owned: row-level security guards it."""

from backend.db import Base
from backend.tenants.models.accounts import ApiKey, AuditEntry, Membership, Tenant, User
from backend.tenants.models.catalog import (
    PLACEMENTS,
    Decision,
    Detection,
    DuplicatePair,
    PriceChange,
    Product,
    ProductImage,
    ProductUrl,
)
from backend.tenants.models.columns import Json, new_id, now
from backend.tenants.models.crawl import RUN_OPEN, Feed, FrontierUrl, IngestRun, OutboxMessage, ShopHost
from backend.tenants.models.searches import Event, SearchQuery

TENANT_OWNED = tuple(sorted(table.name for table in Base.metadata.tables.values() if "tenant_id" in table.c))

__all__ = [
    "PLACEMENTS",
    "RUN_OPEN",
    "TENANT_OWNED",
    "ApiKey",
    "AuditEntry",
    "Base",
    "Decision",
    "Detection",
    "DuplicatePair",
    "Event",
    "Feed",
    "FrontierUrl",
    "IngestRun",
    "Json",
    "Membership",
    "OutboxMessage",
    "PriceChange",
    "Product",
    "ProductImage",
    "ProductUrl",
    "SearchQuery",
    "ShopHost",
    "Tenant",
    "User",
    "new_id",
    "now",
]
