"""Who may see and do what: strangers, roles, forms without a token."""

import re

import pytest
from flask import Flask
from sqlalchemy import delete

from backend.db import transaction
from backend.tenants.models import Membership
from tests.dashboard.conftest import sign_in, token
from tests.dashboard.strangers import CASES

CHANGES = {
    "shop.crawl_start": "/crawl/start",
    "shop.crawl_stop": "/crawl/{id}/stop",
    "shop.edit_product": "/products/{id}",
    "shop.reset_product": "/products/{id}/reset",
    "shop.hide_product": "/products/{id}/hidden",
    "shop.place_product": "/products/{id}/place",
    "shop.choose_for_sale": "/products/{id}/for-sale",
    "shop.choose_category": "/products/{id}/category",
    "shop.crawl_resume": "/crawl/{id}/resume",
    "shop.retry_failures": "/crawl/failures/pages/retry",
    "shop.retry_failure": "/crawl/failures/pages/{id}/retry",
    "shop.decide_pair": "/pairs/{id}",
    "shop.save_look": "/embed",
    "shop.create_key": "/keys",
    "shop.revoke_key": "/keys/{id}/revoke",
    "shop.set_origins": "/keys/{id}/origins",
    "shop.save_settings": "/settings",
    "shop.save_source": "/settings/source",
    "shop.save_schedule": "/settings/schedule",
}
FOR_OWNERS = {
    "shop.create_key",
    "shop.revoke_key",
    "shop.set_origins",
    "shop.save_settings",
    "shop.save_source",
    "shop.save_schedule",
}
NOBODY = "00000000-0000-4000-8000-000000000000"


def dashboard_endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith(("shop.", "session."))}


def test_every_page_and_form_has_a_stranger_test(app):
    assert set(CASES) == dashboard_endpoints(app)


@pytest.mark.parametrize("endpoint", sorted(CASES))
def test_a_stranger_finds_nothing_and_changes_nothing(endpoint, app, make_shop):
    CASES[endpoint](app, make_shop)


def test_every_form_that_changes_something_is_in_the_table_of_roles(app):
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}

    assert {endpoint for endpoint in posts if endpoint.startswith("shop.")} == {*CHANGES, "shop.try_photo"}


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_a_viewer_changes_nothing_and_an_editor_neither_keys_nor_the_shop(seller, role):
    me = seller(role=role)

    answers = {name: me.post(path.format(id=NOBODY), title="x", hidden="1") for name, path in CHANGES.items()}

    refused = {name for name, answer in answers.items() if answer.status_code == 403}
    assert refused == (set(CHANGES) if role == "viewer" else FOR_OWNERS)


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_an_owner_sees_keys_and_people(seller, role):
    me = seller(role=role)

    overview, keys, settings = (me.get(path) for path in ("/", "/keys", "/settings"))

    assert keys.status_code == 403
    assert f"/shops/{me.shop.tenant_id}/keys" not in overview.get_data(as_text=True)
    assert "People" not in settings.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/language"])
def test_a_form_without_a_token_is_refused(app, path):
    answer = app.test_client().post(path, data={"email": "a@b.example", "password": "x", "locale": "en"})

    assert answer.status_code == 400
    assert "有効期限" in answer.get_data(as_text=True)


def test_every_change_needs_the_token_of_this_session(app, seller):
    me = seller()
    foreign = token(app.test_client())
    paths = [me.url(path.format(id=NOBODY)) for path in (*CHANGES.values(), "/try/photo")]

    without = {path: me.client.post(path, data={}).status_code for path in paths}
    with_foreign = {path: me.client.post(path, data={"csrf_token": foreign}).status_code for path in paths}

    assert without == with_foreign == dict.fromkeys(paths, 400)


def test_the_api_needs_no_token(client, make_shop):
    shop = make_shop()

    answer = client.post("/v1/events", json={}, headers=shop.headers)

    assert "CSRF" not in answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert answer.json["error"]["code"] != "bad_request"


def test_a_person_who_left_the_shop_finds_it_no_more(app, make_shop):
    shop = make_shop()
    client = app.test_client()
    sign_in(client, shop.email)
    with transaction(shop.tenant_id) as rows:
        rows.execute(delete(Membership))

    assert client.get(f"/shops/{shop.tenant_id}/").status_code == 404


def test_error_pages_are_friendly_and_tell_what_to_name(seller):
    me = seller(role="viewer")

    missing, forbidden = me.get("/nothing-here"), me.get("/keys")

    for answer in (missing, forbidden):
        page = answer.get_data(as_text=True)
        assert "<h1>" in page
        assert re.search(r"<code>[0-9a-f]{32}</code>", page)
    assert missing.status_code == 404
    assert forbidden.status_code == 403


def test_a_failure_shows_a_page_without_its_cause(app, seller, monkeypatch):
    me = seller()
    app.testing = False
    monkeypatch.setitem(app.view_functions, "shop.embed", lambda: 1 / 0)

    answer = me.get("/embed")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in page
    assert "Something went wrong here" in page
