"""pages of a product"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


# Forward only: a release adds, the next backfills, the third removes.
def upgrade() -> None:
    op.create_index("ix_frontier_url_product", "frontier_url", ["tenant_id", "product_id"])
