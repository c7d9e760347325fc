"""Bring the database to the newest schema, and the application's role into being."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from backend.config import PROJECT

MIGRATIONS = PROJECT / "migrations"


@contextmanager
def _config(owner_url: str) -> Iterator[Config]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(78172)"))  # one migrator at a time
            config.attributes["connection"] = connection
            yield config
    finally:
        engine.dispose()


def ensure_role(owner_url: str, app_url: str) -> None:
    """Make the application's role (bound by row-level security) with the password that `app_url` names."""
    app = make_url(app_url)
    name = (app.username or "").replace('"', "")
    engine = create_engine(owner_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            password = connection.execute(text("SELECT quote_literal(:p)"), {"p": app.password or ""}).scalar_one()
            exists = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :n"), {"n": name}).scalar()
            verb = "ALTER" if exists else "CREATE"
            connection.execute(text(f'{verb} ROLE "{name}" LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {password}'))
            connection.execute(text(f'GRANT USAGE ON SCHEMA public TO "{name}"'))
    finally:
        engine.dispose()


def ensure_database(owner_url: str) -> None:
    """Make the database that `owner_url` names, if it is not there."""
    url = make_url(owner_url)
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{url.database}"'))
    except ProgrammingError as error:
        if "already exists" not in str(error):
            raise
    finally:
        engine.dispose()


def upgrade(owner_url: str, app_url: str) -> None:
    """Run every migration that has not run yet. Safe to call at every start."""
    ensure_role(owner_url, app_url)
    with _config(owner_url) as config:
        config.attributes["app_role"] = make_url(app_url).username
        command.upgrade(config, "head")


def check(owner_url: str) -> None:
    """Raise alembic's CommandError when the models and the migrations differ."""
    with _config(owner_url) as config:
        command.check(config)


def new_revision(owner_url: str, name: str, number: str) -> None:
    """Write the next migration from the difference between models and database (for developers)."""
    with _config(owner_url) as config:
        command.revision(config, message=name, autogenerate=True, rev_id=number)
