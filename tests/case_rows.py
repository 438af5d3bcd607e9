"""A case list told row by row, for tests that need a small one."""

from datetime import date

import numpy as np

from capacity.case_events import CaseEvent
from capacity.caseload import CaseUnit
from simulations.case_history import CaseHistory, day_number

SEEN = date(2025, 12, 31)
COMPLETE = date(2024, 1, 1)
NO = np.nan


def days_ago(*days: float) -> np.ndarray:
    """Moments so many days before the day of the list; not a number for not."""
    return day_number(SEEN) - np.array(days, dtype=np.float64)


def case_rows(
    kinds: tuple[str, ...] | None = None, teams: tuple[str, ...] | None = None, **events: np.ndarray
) -> CaseHistory:
    """Rows with these events; all assessments of one team unless each one's kind is told."""
    size = len(next(iter(events.values())))
    kinds = kinds or ("intake",) * size
    teams = teams or ("assessment",) * size
    names, team_names = tuple(dict.fromkeys(kinds)), tuple(dict.fromkeys(teams))
    return CaseHistory(
        unit=CaseUnit.CHILD,
        seen_on=SEEN,
        complete_from=COMPLETE,
        teams=team_names,
        case_classes=names,
        team=np.array([team_names.index(each) for each in teams], dtype=np.int64),
        case_class=np.array([names.index(each) for each in kinds], dtype=np.int64),
        events={CaseEvent(event): moments for event, moments in events.items()},
    )
