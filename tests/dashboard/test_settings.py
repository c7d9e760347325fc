"""How often a shop is crawled is its owner's choice, and takes effect at once."""

from datetime import timedelta

import pytest

from backend.db import transaction
from backend.tenants.models import Tenant, now


def tenant(me):
    with transaction(me.shop.tenant_id) as session:
        return session.get_one(Tenant, me.shop.tenant_id)


def test_an_owner_chooses_how_often_the_shop_is_crawled(seller):
    me = seller()

    me.post("/settings/schedule", crawl_every_hours="6", prices_every_hours="0")

    kept = tenant(me)
    assert kept.settings == {"crawl_every_hours": 6, "prices_every_hours": 0}
    assert now() + timedelta(hours=5) < kept.next_crawl_at < now() + timedelta(hours=7)
    page = me.get("/settings").get_data(as_text=True)
    assert '<option value="6" selected>every 6 hours' in page
    assert '<option value="0" selected>never' in page


GIVEN = [{}, {"crawl_every_hours": "0"}, {"crawl_every_hours": "-1"}, {"crawl_every_hours": "x"}]


@pytest.mark.parametrize("given", GIVEN)
def test_what_is_no_choice_leaves_the_schedule_as_it_is(seller, given):
    me = seller()

    me.post("/settings/schedule", **given)

    assert tenant(me).settings == {"crawl_every_hours": 24, "prices_every_hours": 6}
