"""Whether the database can be used as it is (da: klar database)."""

from sqlalchemy import Engine

from api.database import revision
from api.tables import REVISION
from capacity.errors import InvalidInput
from capacity.wording import Text


def database_fault(engine: Engine) -> Text | None:
    """Say what is wrong with a database, without its name; None where nothing is (da: fejl)."""
    try:
        found = revision(engine)
    except InvalidInput:  # which names the database
        found = None
    if found is None:
        return Text(da="databasen svarer ikke", en="the database does not answer")
    if found != REVISION:
        return Text(
            da=f"tabellerne er på trin {found}, og planlæggeren kræver {REVISION}",
            en=f"the tables are at {found}, and the planner needs {REVISION}",
        )
    return None
