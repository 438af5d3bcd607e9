"""Today's date in Copenhagen: the one place where the planner asks."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def today() -> date:
    """Return today's date in Copenhagen (da: i dag)."""
    return datetime.now(_COPENHAGEN).date()
