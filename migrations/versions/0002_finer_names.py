"""finer names"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# Forward only: a release adds, the next backfills, the third removes.
def upgrade() -> None:
    op.add_column("product", sa.Column("pattern", sa.Text(), nullable=True))
    op.add_column("product", shades())
    op.add_column("detection", sa.Column("fine_category", sa.Text(), nullable=True))
    op.add_column("detection", sa.Column("pattern", sa.Text(), nullable=True))
    op.add_column("detection", shades())


def shades() -> sa.Column[list[str]]:
    return sa.Column("shades", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
