"""From a case list to the draft of a department that is not there yet (da: udkast til afdeling).

The list's own words name its teams and types of cases, and stay as their labels, so that the same
list is understood under the department without a correction. Nobody is on the roster until a staff
list is read.
"""

from api.imports.given import NewDepartment
from api.imports.understanding import Understood
from capacity.department import Department
from capacity.roster import Roster
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.case_history import CaseHistory
from simulations.draft_department import draft_department


def drafted(found: Understood, new: NewDepartment) -> Department:
    """Draft a department from a list that may be accepted (da: udkast).

    `InvalidInput` where no row shows a deadline.
    """
    history = found.content
    assert isinstance(history, CaseHistory)
    labels = {slug: Text(da=label, en=label) for slug, label in found.labels.items()}
    nobody = Roster(caseworkers=())
    return draft_department(new.slug, new.name, history, nobody, labels, rulebook())
