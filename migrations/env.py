"""Alembic's entry: migrates the database that `backend.migrate` hands over, as the tables' owner."""

from alembic import context

from backend.tenants import models

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=models.Base.metadata, compare_server_default=False)
with context.begin_transaction():
    context.run_migrations()
