"""Store in a few words what a job was asked, which its question no longer says when it is over."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("job", sa.Column("asked", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("job", "asked")
