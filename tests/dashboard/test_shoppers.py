"""What shoppers would get, in the dashboard: a photo tried there, and the similar items of a product."""

from io import BytesIO

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from backend.db import transaction
from backend.tenants.models import AuditEntry, SearchQuery
from tests.dashboard.conftest import token
from tests.dashboard.test_browser import open_as
from tests.search.query_worker import BLUE, RED
from tests.search.serving import RED_PHOTO, photo, query_worker, shelf

__all__ = ["query_worker", "shelf"]  # fixtures that tests/search has


def try_photo(me, data: bytes | None):
    fields = {"csrf_token": token(me.client)}
    if data is not None:
        fields["image"] = (BytesIO(data), "street.png")
    return me.client.post(me.url("/try/photo"), data=fields)


def test_a_tried_photo_finds_what_a_shopper_would_find(seller, shelf, query_worker):
    me = seller(role="viewer")
    dress = shelf.put(me.shop, "Red dress", category="dress", price=9800, currency="JPY")

    answer = try_photo(me, RED_PHOTO)

    found = answer.json["objects"][answer.json["primary"]]
    assert answer.status_code == 200
    assert found["name"] == "Dress"
    assert [(match["title"], match["price"]) for match in found["matches"]] == [("Red dress", "¥9,800")]
    assert found["matches"][0]["href"] == me.url(f"/products/{dress.id}")


def test_a_tried_photo_is_nobodys_search_and_ticks_the_last_of_the_first_steps(seller, shelf, query_worker):
    me = seller(role="viewer", locale="en")
    shelf.put(me.shop, "Red dress", category="dress")
    before = me.get("/").get_data(as_text=True)

    for _ in range(2):
        assert try_photo(me, RED_PHOTO).status_code == 200

    after = me.get("/").get_data(as_text=True)
    with transaction(me.shop.tenant_id) as session:
        assert session.scalars(select(SearchQuery)).all() == []
        assert session.scalars(select(AuditEntry.action)).all().count("photo_tried") == 1
    assert after.count("step-done") == before.count("step-done") + 1


@pytest.mark.parametrize(("data", "status"), [(None, 400), (b"", 422), (b"no picture at all", 415)])
def test_a_file_that_is_no_photo_is_refused_in_the_persons_language(seller, query_worker, data, status):
    answer = try_photo(seller(locale="ja"), data)

    assert answer.status_code == status
    assert "画像" in answer.json["problem"]


def test_similar_items_are_shown_and_not_counted_as_a_search(seller, shelf):
    me = seller()
    dress = shelf.put(me.shop, "Red dress", color=RED)
    shelf.put(me.shop, "Another red dress", color=(225, 10, 10))

    page = me.get(f"/products/{dress.id}").get_data(as_text=True)

    with transaction(me.shop.tenant_id) as session:
        assert session.scalars(select(SearchQuery)).all() == []
    assert "Another red dress" in page


def test_in_the_browser_each_garment_of_the_photo_shows_its_own_matches(
    browser, address, *, seller, shelf, query_worker, tmp_path
):
    me = seller(locale="en")
    shelf.put(me.shop, "Red dress", color=RED)
    shelf.put(me.shop, "Blue jeans", color=BLUE)
    file = tmp_path / "street.png"
    file.write_bytes(photo((RED, (10, 10, 120, 100)), (BLUE, (10, 110, 60, 190))))
    page = open_as(browser, address, me, "en")
    page.goto(address + me.url("/try"))

    page.set_input_files("#photo", file)
    matches = page.get_by_role("region", name="Matches")
    expect(matches.get_by_role("link").first).to_contain_text("Red dress", timeout=30_000)
    page.get_by_role("button", name="Trousers").click()

    expect(matches.get_by_role("link").first).to_contain_text("Blue jeans")
    page.context.close()
