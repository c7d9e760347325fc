"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


# Forward only: a release adds, the next backfills, the third removes.
def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
