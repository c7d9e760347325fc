"""Product images go to members of their shop, and no address or forged row opens another file."""

import pytest

from backend.db import transaction
from backend.storage import open_storage
from backend.tenants import catalog
from backend.tenants.models import ProductImage


def test_pictures_are_served_to_members_in_both_sizes(seller, stocked):
    me = seller(role="viewer")
    product = stocked(me.shop)[0]
    with transaction(me.shop.tenant_id) as session:
        image = catalog.list_images(session, me.shop.tenant_id, product.id)[0]

    full, thumb = me.get(f"/pictures/{image.id}"), me.get(f"/pictures/{image.id}?size=thumb")
    again = me.client.get(me.url(f"/pictures/{image.id}"), headers={"If-None-Match": full.headers["ETag"]})

    assert full.mimetype == thumb.mimetype == "image/jpeg"
    assert full.data != thumb.data
    assert "private" in full.headers["Cache-Control"]
    assert again.status_code == 304


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd", "{theirs}/images/1.jpg", "{ours}/../{theirs}/images/1.jpg", "/etc/passwd", "{ours}/none.jpg"],
)
def test_a_forged_storage_key_opens_no_other_file(seller, make_shop, settings, key):
    me, theirs = seller(), make_shop()
    open_storage(settings.storage_url).write(f"{theirs.tenant_id}/images/1.jpg", b"their picture")
    product = me.shop.add_product("Coat")
    forged = key.format(ours=me.shop.tenant_id, theirs=theirs.tenant_id)
    with transaction(me.shop.tenant_id) as session:
        image = ProductImage(tenant_id=me.shop.tenant_id, product_id=product.id, url="u", storage_key=forged)
        session.add(image)

    answer = me.get(f"/pictures/{image.id}")

    assert answer.status_code == 404
    assert b"their picture" not in answer.data


@pytest.mark.parametrize("name", ["x", "..%2f..%2fetc%2fpasswd", "%00", "1.jpg"])
def test_an_address_that_is_no_picture_is_not_found(seller, name):
    assert seller().get(f"/pictures/{name}").status_code == 404
