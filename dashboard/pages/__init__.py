"""The pages of one shop; each module adds its own to `shop`."""

from dashboard.access import shop
from dashboard.pages import (
    catalog,
    crawl,
    embed,
    failures,
    keys,
    overview,
    pairs,
    pictures,
    preview,
    product,
    searches,
    settings,
    tryout,
)

__all__ = [
    "catalog",
    "crawl",
    "embed",
    "failures",
    "keys",
    "overview",
    "pairs",
    "pictures",
    "preview",
    "product",
    "searches",
    "settings",
    "shop",
    "tryout",
]
