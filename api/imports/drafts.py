"""From a case list to the draft of a department that is not there yet (da: udkast til afdeling).

The list's own words name its teams and types of cases, and stay as their labels, so that the same
list is understood under the department without a correction. Nobody is on the roster until a staff
list is read. A time study, beside the list or after it, gives the draft its hours.
"""

from collections.abc import Mapping, Sequence

from api.imports.given import NewDepartment
from api.imports.understanding import Understood
from api.uploads import shown_value
from capacity.department import Assumption, Department
from capacity.roster import Roster
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.case_history import CaseHistory
from simulations.draft_department import draft_department, with_time_study
from simulations.time_study import TimeStudy

_MOST_WORDS = 8


def drafted(found: Understood, new: NewDepartment) -> Department:
    """Draft a department from a list that may be accepted (da: udkast).

    `InvalidInput` where no row shows a deadline.
    """
    history = found.content
    assert isinstance(history, CaseHistory)
    labels = {slug: Text(da=label, en=label) for slug, label in found.labels.items()}
    nobody = Roster(caseworkers=())
    return draft_department(new.slug, new.name, history, nobody, labels, rulebook())


def with_hours(department: Department, cases: CaseHistory, found: Understood) -> Department:
    """Give a draft the hours of a time study that may be accepted (da: timer fra studiet)."""
    from simulations.department_fit import rows_of  # here: it loads the simulation

    study = found.content
    assert isinstance(study, TimeStudy)
    rows = {each.slug: rows_of(each, cases) for each in department.case_classes}
    return with_time_study(department, rows, study, rulebook(), _words(found.activities))


def _words(activities: Mapping[tuple[str, str], Sequence[str]]) -> dict[tuple[str, str], str]:
    """What the study calls the work of each class and episode, in a line (da: studiets ord)."""
    return {
        place: ", ".join(shown_value(each) for each in words[:_MOST_WORDS])
        + (" …" if len(words) > _MOST_WORDS else "")
        for place, words in activities.items()
    }


def what_changes(before: Department, after: Department) -> tuple[Text, ...]:
    """Say what a time study makes of a draft: a sentence for each of its hours (da: ændringer)."""
    known = set(before.assumptions)
    return tuple(_told(each) for each in after.assumptions if each not in known)


def _told(assumption: Assumption) -> Text:
    says, reason = assumption.says, assumption.reason
    return Text(da=f"{says.da} ({reason.da})", en=f"{says.en} ({reason.en})")
