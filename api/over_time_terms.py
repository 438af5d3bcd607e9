"""What is followed month by month: the plan of the page What if, with when its people are ready.

(da: over tid.) The address and the page ask by the same rules.
"""

from collections.abc import Mapping
from fractions import Fraction

from api.jobs.over_time import OverTimeAsked
from api.pages.asked import Asked
from api.pages.dials import Plan, plan_of
from api.quantities import count
from capacity.caseworker import RampUp
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.scenario_changes import AddedPosts
from capacity.wording import Text
from capacity.workdays import Unit, add

USUAL_MONTHS = 18
USUAL_REPLICATIONS = 128
_MOST_MONTHS, _MOST_RAMP_UP = 36, 36
_REASON = "prøvet på siden ”Over tid”"
_OTHERWISE_IN_AN_ADDRESS = {"watch", "target", "months", "ramp_up", "extra_fte"}


def over_time_asked(
    asked: Asked,
    department: Department,
    *,
    seed: int = 1,
    replications: int = USUAL_REPLICATIONS,
) -> OverTimeAsked:
    """Read the form as what is followed; `InvalidInput` names the field (da: det, der følges).

    `asked.terms` are those of the page What if, and `ramp_up` and `months`. Extra staff grow into
    the post as newcomers do, over as many months as the rule says where nobody says another number;
    0 is none, as on the page What if.
    """
    plan = plan_of(asked, department)
    months = _whole(asked.terms, "months", USUAL_MONTHS, 1, _MOST_MONTHS)
    ramp_up = _whole(asked.terms, "ramp_up", usual_ramp_up(department), 0, _MOST_RAMP_UP)
    changes = plan.changes
    if plan.chosen:
        changes += (_posts(plan, department, ramp_up),)
    written = {name: value for name, value in plan.written.items() if value}
    return OverTimeAsked(
        department=department,
        address=department.address,
        team=plan.before.team,
        deadline=plan.before.deadline,
        changes=changes,
        to=add(department.on, months, Unit.CALENDAR_MONTHS),
        seed=seed,
        replications=replications,
        written=(
            ("team", plan.before.team),
            ("deadline", plan.before.deadline),
            ("extra_fte", written.get("extra_fte", "0")),
            *(
                (name, value)
                for name, value in written.items()
                if name not in _OTHERWISE_IN_AN_ADDRESS
            ),
            ("ramp_up", str(ramp_up)),
            ("months", str(months)),
            ("seed", str(seed)),
            ("replications", str(replications)),
        ),
    )


def usual_ramp_up(department: Department) -> int:
    """How many months newcomers take to a full caseload, by the rule (da: oplæring)."""
    return int(rulebook()["assumption.ramp_up_months"].on(department.on).number)


def _posts(plan: Plan, department: Department, ramp_up: int) -> AddedPosts:
    first_share = rulebook()["assumption.ramp_up_first_share"].on(department.on).number
    return AddedPosts(
        reason=_REASON,
        team=plan.after.team,
        fte=plan.chosen,
        from_=plan.after.extra_from or department.on,
        ramp_up=RampUp(months=ramp_up, first_share=Fraction(first_share)) if ramp_up else None,
    )


def _whole(terms: Mapping[str, str | None], name: str, usual: int, least: int, most: int) -> int:
    written = terms.get(name)
    if written is None:
        return usual
    try:
        found = count(written)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=name) from error
    if not least <= found <= most:
        raise InvalidInput(
            Text(
                da=f"skriv et antal måneder fra {least} til {most}",
                en=f"write a number of months from {least} to {most}",
            ),
            field=name,
        )
    return found
