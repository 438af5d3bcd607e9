"""Store why a version of a department was made, and drop nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("department", sa.Column("reason", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("department", "reason")
