"""A database of an earlier release keeps its rows and gets what the newer one needs."""

from alembic import command
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from backend import migrate
from backend.tenants.models import new_id


def test_a_catalog_of_the_first_release_is_kept_and_gets_finer_names(settings):
    owner = make_url(settings.database_owner_url).set(database="earlier")
    app = make_url(settings.database_url).set(database="earlier")
    urls = [one.render_as_string(hide_password=False) for one in (owner, app)]
    migrate.ensure_database(urls[0])
    with migrate._config(urls[0]) as config:
        config.attributes["app_role"] = app.username
        command.upgrade(config, "0001")
    engine, tenant_id = create_engine(urls[0], isolation_level="AUTOCOMMIT", poolclass=NullPool), new_id()
    with engine.connect() as connection:
        connection.execute(
            text("INSERT INTO tenant (id, name, shop_url, created_at) VALUES (:t, 'Shop', 'u', now())"),
            {"t": tenant_id},
        )
        connection.execute(
            text(
                "INSERT INTO product (id, tenant_id, url, fingerprint, title, colors, created_at, first_seen_at,"
                " last_seen_at) VALUES (:p, :t, 'u', 'u', 'Coat', '{navy}', now(), now(), now())"
            ),
            {"p": new_id(), "t": tenant_id},
        )

    migrate.upgrade(*urls)
    migrate.upgrade(*urls)

    migrate.check(urls[0])
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT title, pattern, colors, shades, plain_title FROM product")).all()
    assert rows == [("Coat", None, ["navy"], [], " coat ")]
