"""crawl any shop"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TENANT = "NULLIF(current_setting('niteru.tenant_id', true), '')::uuid"


# Forward only: a release adds, the next backfills, the third removes.
def upgrade() -> None:
    add_hosts()
    add_feeds()
    add_duplicate_pairs()
    for table in ("duplicate_pair", "feed", "shop_host"):
        guard(table, op.get_context().config.attributes["app_role"])
    add_columns("frontier_url", *map(text, ("found_on", "etag", "last_modified", "record_hash", "hint_hash")))
    add_columns("frontier_url", number("looks"), moment("first_gone_at"))
    add_columns("ingest_run", json("traffic", "{}"), number("slices"))
    op.create_check_constraint(op.f("ck_ingest_run_kind"), "ingest_run", "kind IN ('crawl', 'feed', 'prices', 'urls')")
    add_columns("product", text("item_group"), sa.Column("price_max", sa.Numeric(14, 4)), moment("missing_since"))
    add_columns("product_image", text("etag"), text("last_modified"), moment("checked_at"), moment("fresh_until"))
    add_columns("product_image", sa.Column("bytes", sa.Integer()))


def add_hosts() -> None:
    add_owned_table(
        "shop_host",
        text("host", nullable=False),
        text("platform"),
        moment("platform_at"),
        sa.UniqueConstraint("tenant_id", "host", name=op.f("uq_shop_host_tenant_id")),
    )


def add_feeds() -> None:
    add_owned_table(
        "feed",
        *map(text, ("url", "storage_key", "etag", "last_modified", "content_hash")),
        number("rows"),
        json("problems", "[]"),
        moment("fetched_at"),
        sa.UniqueConstraint("tenant_id", "url", name=op.f("uq_feed_tenant_id")),
    )


def add_duplicate_pairs() -> None:
    add_owned_table(
        "duplicate_pair",
        reference("duplicate_pair", "one_id", "product"),
        reference("duplicate_pair", "other_id", "product"),
        text("state", nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        json("reasons", "{}"),
        reference("duplicate_pair", "decided_by", "user", ondelete="SET NULL", nullable=True),
        sa.CheckConstraint("state IN ('merged', 'unsure', 'parted')", name=op.f("ck_duplicate_pair_state")),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_duplicate_pair_order")),
        sa.UniqueConstraint("tenant_id", "one_id", "other_id", name=op.f("uq_duplicate_pair_tenant_id")),
    )
    for column in ("one_id", "other_id"):
        op.create_index(op.f(f"ix_duplicate_pair_{column}"), "duplicate_pair", [column])


def add_owned_table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        *columns,
        reference(name, "tenant_id", "tenant"),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_tenant_id"), name, ["tenant_id"])


def guard(table: str, app_role: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON {table} USING (tenant_id = {TENANT}) WITH CHECK (tenant_id = {TENANT})")
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO "{app_role}"')


def add_columns(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column)


def reference(
    table: str, column: str, target: str, *, ondelete: str = "CASCADE", nullable: bool = False
) -> sa.Column[str]:
    name = op.f(f"fk_{table}_{column}_{target}")
    key = sa.ForeignKey(f"{target}.id", name=name, ondelete=ondelete)
    return sa.Column(column, sa.Uuid(as_uuid=False), key, nullable=nullable)


def text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def json(name: str, empty: str) -> sa.Column[Any]:
    return sa.Column(name, postgresql.JSONB(), server_default=sa.text(f"'{empty}'"), nullable=False)


def moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True))
