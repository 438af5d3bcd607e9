"""Today's date in Copenhagen: the one place where the planner asks."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def today() -> date:
    """Return today's date in Copenhagen (da: i dag)."""
    return datetime.now(_COPENHAGEN).date()


def day_of(moment: datetime) -> date:
    """Return the day in Copenhagen of a moment (da: dagen).

    >>> day_of(datetime.fromisoformat("2026-03-25T23:05:00+00:00"))
    datetime.date(2026, 3, 26)
    """
    return moment.astimezone(_COPENHAGEN).date()
