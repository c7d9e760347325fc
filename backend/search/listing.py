"""The catalogue as its owner's server reads it, in whatever state a product is."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from backend.search.answers import ListedProduct, Picture, ProductPage
from backend.search.forms import ProductsForm
from backend.tenants import catalog
from backend.tenants.models import Product, ProductImage


def page(session: Session, tenant_id: str, form: ProductsForm) -> ProductPage:
    """Return a page of products, newest first. Raises NotFound when `after` is no product of the tenant."""
    filters = catalog.ProductFilters(
        state=form.state, category=form.category, gender=form.gender, fine_category=form.fine_category,
        pattern=form.pattern,
    )  # fmt: skip
    rows = catalog.list_products(session, tenant_id, filters, after=form.after, limit=form.limit + 1)
    shown = rows[: form.limit]
    images = catalog.images_of(session, tenant_id, [product.id for product in shown])
    products = [_listed(product, images[product.id]) for product in shown]
    return ProductPage(products, shown[-1].id if len(rows) > len(shown) else None)


def one(session: Session, tenant_id: str, product_id: str) -> ListedProduct:
    """Return one product. Raises NotFound."""
    product = catalog.get_product(session, tenant_id, product_id)
    return _listed(product, catalog.images_of(session, tenant_id, [product.id])[product.id])


def _listed(product: Product, images: Sequence[ProductImage]) -> ListedProduct:
    values = catalog.effective(product)
    return ListedProduct(
        product_id=product.id,
        url=values.url,
        sku=values.sku,
        title=values.title,
        brand=values.brand,
        price=None if values.price is None else float(values.price),
        list_price=None if values.list_price is None else float(values.list_price),
        currency=values.currency,
        availability=values.availability,
        gender=values.gender,
        category=values.category,
        fine_category=values.fine_category,
        pattern=values.pattern,
        colors=list(values.colors),
        shades=list(values.shades),
        images=[Picture(image.url, image.usefulness) for image in images],
        duplicate_of=product.duplicate_of,
        state=product.state,
        attention=list(product.attention),
        last_seen_at=product.last_seen_at.isoformat(timespec="seconds"),
    )
