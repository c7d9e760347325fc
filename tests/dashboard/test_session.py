"""Signing in and out, and what a session may be trusted with."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from backend.app import create_app
from backend.db import transaction
from backend.tenants import accounts
from backend.tenants.models import User
from dashboard import session
from tests.dashboard.conftest import PASSWORD, sign_in, token


def test_a_person_with_one_shop_lands_on_it(client, make_shop):
    shop = make_shop()

    answer = sign_in(client, shop.email)
    first = client.get("/")

    assert answer.status_code == 302
    assert first.location == f"/shops/{shop.tenant_id}/"


def test_a_person_with_two_shops_chooses(client, make_shop):
    shop, other = make_shop(name="First"), make_shop(name="Second")
    with transaction() as rows:
        user = accounts.check_password(rows, shop.email, shop.password)
    with transaction(other.tenant_id) as rows:
        accounts.add_member(rows, other.tenant_id, user_id=user.id, role="viewer")
    sign_in(client, shop.email)

    page = client.get("/").get_data(as_text=True)

    assert f"/shops/{shop.tenant_id}/" in page
    assert f"/shops/{other.tenant_id}/" in page


@pytest.mark.parametrize("email", ["known", "unknown@example.com"])
def test_a_wrong_password_is_refused_alike_for_known_and_unknown_people(client, make_shop, email):
    shop = make_shop()

    answer = sign_in(client, shop.email if email == "known" else email, "wrong password")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "メールアドレスとパスワードの組み合わせが正しくありません" in page
    assert client.get("/").location == "/sign-in"


def test_guessing_is_stopped_and_the_right_password_waits_too(client, make_shop):
    shop = make_shop()
    for _ in range(session.SIGN_INS_PER_MINUTE):
        sign_in(client, shop.email, "wrong password")

    answer = sign_in(client, shop.email)

    assert answer.status_code == 429
    assert client.get("/").location == "/sign-in"


def test_guessing_from_many_addresses_is_stopped_for_the_account(app, make_shop):
    shop = make_shop()
    guess = {"email": shop.email.upper(), "password": "wrong password"}
    for n in range(session.SIGN_INS_PER_MINUTE):
        client = app.test_client()
        fields = {**guess, "csrf_token": token(client)}
        client.post("/sign-in", data=fields, environ_overrides={"REMOTE_ADDR": f"10.0.0.{n}"})

    answer = sign_in(app.test_client(), shop.email)

    assert answer.status_code == 429


def test_signing_out_ends_the_session(seller):
    me = seller()

    answer = me.client.post("/sign-out", data={"csrf_token": token(me.client)})

    assert answer.status_code == 302
    assert me.get("/").status_code == 302
    assert me.get("/").location.startswith("/sign-in")


def test_a_changed_password_ends_every_session(seller):
    me = seller()
    with transaction() as rows:
        user = rows.scalars(select(User).where(User.email == me.shop.email)).one()
        user.password_hash = user.password_hash[:-4] + "AAAA"

    answer = me.get("/")

    assert answer.location.startswith("/sign-in")


def test_the_session_of_before_is_not_kept(client, make_shop):
    """A session that somebody planted in the browser is not the one that is signed in."""
    shop = make_shop()
    planted = token(client)
    with client.session_transaction() as kept:
        kept["planted"] = "yes"

    client.post("/sign-in", data={"csrf_token": planted, "email": shop.email, "password": PASSWORD})

    with client.session_transaction() as kept:
        assert "planted" not in kept
    refused = client.post("/language", data={"csrf_token": planted, "locale": "en"})
    assert refused.status_code == 400


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client, make_shop):
    answer = sign_in(client, make_shop().email)

    cookie = answer.headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_https_the_cookie_travels_over_https_only(settings, make_shop):
    shop = make_shop()
    app = create_app(replace(settings, public_url="https://niteru.example"))
    client = app.test_client()
    base = {"base_url": "https://niteru.example", "headers": {"Referer": "https://niteru.example/sign-in"}}
    page = client.get("/sign-in", **base).get_data(as_text=True)
    csrf = page.split('name="csrf-token" content="')[1].split('"', maxsplit=1)[0]

    answer = client.post("/sign-in", data={"csrf_token": csrf, "email": shop.email, "password": PASSWORD}, **base)

    assert answer.status_code == 302
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/%0d%0aLocation:x", "javascript:alert(1)"]
)
def test_after_signing_in_nobody_is_led_to_another_site(client, make_shop, target):
    shop = make_shop()
    fields = {"csrf_token": token(client), "email": shop.email, "password": PASSWORD}

    answer = client.post("/sign-in", data=fields, query_string={"next": target})

    assert answer.status_code == 302
    assert answer.location.startswith("/")
    assert not answer.location.startswith("//")
    assert "evil" not in answer.location or answer.location.startswith("/%")


def test_after_signing_in_a_person_is_where_they_wanted_to_be(client, make_shop):
    shop = make_shop()
    asked = client.get(f"/shops/{shop.tenant_id}/catalog?q=coat")
    fields = {"csrf_token": token(client), "email": shop.email, "password": PASSWORD}

    answer = client.post(asked.location, data=fields)

    assert answer.location == f"/shops/{shop.tenant_id}/catalog?q=coat"


def test_pages_forbid_foreign_scripts_frames_and_caches(seller):
    headers = seller().get("/").headers

    policy = headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
