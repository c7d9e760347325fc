"""What the demo shop tells machines about its products: schema.org in JSON-LD."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from backend.demo.catalog import Product
from backend.demo.shop_texts import TEXTS

GENDERS = {"women": "female", "men": "male", "unisex": "unisex"}


def product_url(product: Product, root: str) -> str:
    """Return the product's one canonical address, the Japanese page."""
    return urljoin(root, f"/products/{product.slug}")


def product_json(product: Product, root: str, lang: str) -> dict[str, Any]:
    """Return the Product with its Offer, as search engines ask for it."""
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": product_url(product, root),
        "price": str(product.price),
        "priceCurrency": "JPY",
        "availability": f"https://schema.org/{'InStock' if product.in_stock else 'OutOfStock'}",
        "itemCondition": "https://schema.org/NewCondition",
    }
    if product.list_price:
        offer["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "priceType": "https://schema.org/StrikethroughPrice",
            "price": str(product.list_price),
            "priceCurrency": "JPY",
        }
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": product_url(product, root),
        "name": product.title(lang),
        "description": product.description(lang),
        "sku": product.sku,
        "brand": {"@type": "Brand", "name": product.brand},
        "category": product.category.ja if lang == "ja" else product.category.en,
        "color": product.color(lang),
        "size": list(product.sizes),
        "audience": {"@type": "PeopleAudience", "suggestedGender": GENDERS[product.gender]},
        "image": [urljoin(root, f"/images/{shot.file}") for shot in product.shots],
        "isVariantOf": {
            "@type": "ProductGroup",
            "productGroupID": product.group,
            "variesBy": ["https://schema.org/color"],
        },
        "offers": offer,
    }


def breadcrumbs_json(root: str, crumbs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the BreadcrumbList of (name, path) pairs."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": urljoin(root, path)}
            for place, (name, path) in enumerate(crumbs, start=1)
        ],
    }


def organization_json(root: str, lang: str) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "OnlineStore", "name": TEXTS[lang]["shop"], "url": root}
