"""Keeping what the page What if tries, as a scenario with a name (da: gem som scenarie).

The scenario changes what the page changes, in its order, so that a comparison and a cell of it say
the numbers that stood on the page.
"""

from dataclasses import dataclass

from pydantic import ValidationError

from api.field_errors import field_errors
from api.forms import Form
from api.pages.dials import POSTS, Plan, plan_of
from api.pages.frame import Frame
from api.privacy import REFUSED, looks_like_cpr
from api.scenario_documents import change_document
from api.short_names import short_name
from api.store.scenarios import Edit, NameTaken, Scenarios
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.rulebook import rulebook
from capacity.scenario import Scenario
from capacity.scenario_changes import (
    AddedPosts,
    CaseloadLimit,
    Change,
    Effort,
    ExternalDelay,
    Inflow,
    MergedTeams,
    OtherDuties,
    Sickness,
    Turnover,
    WorkOrder,
)
from capacity.wording import Text

NAME = "name"
_LONGEST_NAME = 200
_REASON = "prøvet på siden ”Hvad nu hvis”"
_DIALS: dict[type[Change], str] = {
    AddedPosts: POSTS.name,
    CaseloadLimit: "caseload_limit",
    Effort: "effort",
    ExternalDelay: "waiting",
    Inflow: "inflow",
    MergedTeams: "merge",
    OtherDuties: "other_duties",
    Sickness: "sickness",
    Turnover: "turnover",
    WorkOrder: "policy",
}
"""Which field of the form a change came from (da: skyderne)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPart:
    """The small form as it was written, and why the plan was not kept (da: gem planen)."""

    name: str = ""
    name_fault: Text | None = None
    refusal: PlannerError | None = None


def kept_plan(form: Form, frame: Frame, kept: Scenarios, by: str) -> Scenario | KeepPart:
    """Keep what the page tries; the form again where it cannot be (da: gem som scenarie)."""
    assert frame.department is not None
    name = form.one(NAME)[:_LONGEST_NAME]
    if looks_like_cpr(name):
        return KeepPart(name_fault=REFUSED)
    if not name:
        return KeepPart(name_fault=_NO_NAME)
    try:
        scenario = scenario_of(plan_of(frame.asked, frame.department), name)
        _refuse_impossible(scenario, frame.department)
        return kept.add(scenario, Edit("created", _REASON, by)).scenario
    except NameTaken:
        return KeepPart(name=name, name_fault=_TAKEN)
    except PlannerError as error:
        return KeepPart(name=name, refusal=error)


def scenario_of(plan: Plan, name: str) -> Scenario:
    """Return what is tried as a scenario of that name (da: planen som scenarie).

    The extra staff of the page come last, as posts with a full caseload from their first day.
    `InvalidInput` where nothing is changed.
    """
    before, after = plan.before.department, plan.after
    changes = plan.changes
    if plan.chosen:
        posts = AddedPosts(
            reason=_REASON,
            team=after.team,
            fte=plan.chosen,
            from_=after.extra_from or before.on,
        )
        changes = (*changes, posts)
    if not changes:
        raise InvalidInput(_NOTHING)
    return Scenario(
        slug=short_name(f"{before.slug} {name}") or before.slug,
        name=name,
        department=before.address,
        changes=changes,
    )


def _refuse_impossible(scenario: Scenario, department: Department) -> None:
    """Refuse what no scenario may hold, by the field of the page that it was written in."""
    for change in scenario.changes:
        field = _DIALS[type(change)]
        try:
            change_document(change)
            department = change.applied_to(department, rulebook())
        except ValidationError as error:
            _, said = field_errors(error.errors())[0]
            raise InvalidInput(said, field=field) from error
        except PlannerError as error:
            error.field = "extra_from" if error.field == "from" else field
            raise


_NO_NAME = Text(da="skriv, hvad planen skal hedde", en="write what the plan is to be called")
_TAKEN = Text(
    da="afdelingen har allerede en plan, der hedder det eller næsten det; vælg et andet navn",
    en="the department has a plan of that name, or nearly so, already; choose another name",
)
_NOTHING = Text(
    da="intet er ændret, så der er ingen plan at gemme; træk i en skyder først",
    en="nothing is changed, so there is no plan to keep; move a slider first",
)
