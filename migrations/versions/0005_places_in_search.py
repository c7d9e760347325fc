"""places in search"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


# Forward only: a release adds, the next backfills, the third removes.
def upgrade() -> None:
    op.add_column("product", sa.Column("placement", sa.Text()))
    op.create_check_constraint(op.f("ck_product_placement"), "product", "placement IN ('pin', 'boost', 'bury')")
