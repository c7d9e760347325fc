"""Row-level security: a query that forgets its WHERE finds nothing of another shop."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from backend import db, migrate
from backend.config import ConfigError
from backend.db import transaction
from backend.tenants import accounts, keys
from backend.tenants.models import TENANT_OWNED, Membership, Product, Tenant


def test_a_query_without_a_where_finds_only_the_own_shops_rows(make_shop):
    ours, theirs = make_shop(), make_shop()
    coat = ours.add_product("coat")
    theirs.add_product("hat")

    with transaction(ours.tenant_id) as session:
        products, tenants = session.scalars(select(Product.id)).all(), session.scalars(select(Tenant.id)).all()

    assert products == [coat.id]
    assert tenants == [ours.tenant_id]


def test_without_a_tenant_no_owned_row_is_seen(make_shop):
    shop = make_shop()
    shop.add_product("coat")

    with transaction() as session:
        counts = {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in (*TENANT_OWNED, "tenant")}

    assert set(counts.values()) == {0}


def test_every_owned_table_is_guarded(settings, make_shop):
    with transaction() as session:
        rows = session.execute(text("SELECT relname FROM pg_class WHERE relrowsecurity")).scalars()
        guarded = set(rows)

    assert guarded == {*TENANT_OWNED, "tenant"}


def test_another_shops_row_cannot_be_written(make_shop):
    ours, theirs = make_shop(), make_shop()
    hat = theirs.add_product("hat")

    with pytest.raises(DBAPIError), transaction(ours.tenant_id) as session:
        session.add(Product(tenant_id=theirs.tenant_id, url="u", fingerprint="u", title="planted"))
    with transaction(ours.tenant_id) as session:
        session.execute(text("UPDATE product SET title = 'defaced'"))
        session.execute(text("DELETE FROM product"))

    with transaction(theirs.tenant_id) as session:
        assert session.get(Product, hat.id).title == "hat"


def test_a_user_sees_the_own_memberships_and_no_others(make_shop):
    ours, theirs = make_shop(name="Ours"), make_shop(name="Theirs")
    with transaction() as session:
        user = accounts.check_password(session, ours.email, ours.password)

    with transaction(user_id=user.id) as session:
        shops = [tenant.name for tenant in accounts.list_shops_of(session, user.id)]
        seen = {row.tenant_id for row in session.scalars(select(Membership))}

    assert shops == ["Ours"]
    assert theirs.tenant_id not in seen


def test_keys_are_kept_hashed_and_name_their_shop(make_shop):
    shop = make_shop(shop_url="https://Shop.example:443/ja/")

    with transaction() as session:
        publishable = keys.find_holder(session, shop.publishable_key)
        secret = keys.find_holder(session, shop.secret_key)
        unknown = keys.find_holder(session, shop.secret_key + "x")
    with transaction(shop.tenant_id) as session:
        stored = session.execute(text("SELECT row_to_json(k)::text FROM api_key k WHERE kind = 'secret'")).scalar_one()

    assert (publishable.tenant_id, publishable.kind) == (shop.tenant_id, "publishable")
    assert publishable.origins == ("https://shop.example",)
    assert (secret.tenant_id, secret.kind) == (shop.tenant_id, "secret")
    assert unknown is None
    assert shop.secret_key not in stored


def test_a_role_that_row_security_does_not_bind_is_refused(settings):
    with pytest.raises(ConfigError, match="row-level security"):
        db.check_role(settings.database_owner_url)

    db.check_role(settings.database_url)


def test_models_and_migrations_agree(settings):
    migrate.check(settings.database_owner_url)


def test_a_wrong_password_and_an_unknown_address_are_both_refused(make_shop):
    shop = make_shop()

    with transaction() as session:
        assert accounts.check_password(session, shop.email, "wrong password") is None
        assert accounts.check_password(session, "nobody@example.com", shop.password) is None
        user = accounts.check_password(session, shop.email.upper(), shop.password)

    assert user.password_hash.startswith("$argon2id$")
