"""Run the migrations on the connection that `api.upgrade` hands over.

There is no alembic.ini: the settings are made in code, so that an installed package can migrate
its own database without a checkout. A new step is written by hand under `versions/`, and
`tests/test_store.py` fails as long as the steps and `api/tables.py` do not say the same.
"""

from alembic import context
from sqlmodel import SQLModel

import api.tables  # noqa: F401  (the tables register themselves)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite cannot alter a column; a batch copies the table instead
)
with context.begin_transaction():
    context.run_migrations()
