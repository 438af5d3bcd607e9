"""How a team works: who gets a case, and what is taken up next (da: arbejdsform).

What is known of a choice is said beside it in a clause. The courts are those of Bray, Coviello,
Ichino and Persico (cases in order of age) and of Coviello, Ichino and Persico (many cases open at
once); the caseload limit is that of Campello, Ingolfsson and Shumsky (Management Science, 2017).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero, refuse_unless_above_zero
from capacity.units import Hours
from capacity.wording import Text


class Policy(StrEnum):
    """What a caseworker takes up next among the work that is ready (da: rækkefølge)."""

    FIRST_COME = "first_come"
    """The work that became ready first (da: først til mølle); what queueing theory takes for
    granted, blind to deadlines."""
    EARLIEST_DUE = "earliest_due"
    """The work whose clock runs out first (da: tidligste frist); for one caseworker who may lay
    work down it keeps the greatest lateness least. Work without a clock comes last."""
    PRIORITY = "priority"
    """Priority class 1 first, then 2 and so on, without laying down what is in hand (da:
    prioritet); new cases first can starve the finishing of old ones."""
    PREEMPTIVE_PRIORITY = "preemptive_priority"
    """The same, and what is in hand is laid down for it (da: prioritet med afbrydelse); each
    interruption costs a set-up."""
    OLDEST_CASE = "oldest_case"
    """The case that arrived first, wherever it stands (da: ældste sag); a court that went from
    hearings to cases in this order shortened them by 12%."""
    SHARED_ATTENTION = "shared_attention"
    """The hours divided evenly among all ready work on the own desk (da: delt opmærksomhed);
    judges with many cases open at once took longer with the same workload, and large cases suffer
    most."""


class AfterDue(StrEnum):
    """What earliest-due does with a case that is already late (da: efter fristen).

    Under overload this decides more than the number of staff does.
    """

    STILL_FIRST = "still_first"
    """It keeps its place by due date, before those still in time (da: fortsat først)."""
    AFTER_THE_SAVABLE = "after_the_savable"
    """It waits for those that can still be in time (da: efter dem, der kan nås)."""
    BY_AGE = "by_age"
    """The same, and those that are late go by the age of their case (da: efter sagens alder)."""


class Assignment(StrEnum):
    """Who becomes the owner of a new case (da: fordeling af sager)."""

    LEAST_LOADED = "least_loaded"
    """Whoever has the fewest open cases, weighted, for their hours (da: færrest sager)."""
    ROUND_ROBIN = "round_robin"
    """The next in turn (da: på skift); blind to hours and loads, it lets piles grow uneven."""
    TEAM = "team"
    """Nobody: work for the own desk lies on the team's (da: teamet ejer); the pooled queue of
    Erlang C, in which nobody idles while another's cases are late."""


POLICIES: Mapping[Policy, Text] = {
    Policy.FIRST_COME: Text(da="efter tur", en="in turn"),
    Policy.EARLIEST_DUE: Text(da="tidligste frist først", en="earliest due first"),
    Policy.PRIORITY: Text(da="efter prioritet", en="by priority"),
    Policy.PREEMPTIVE_PRIORITY: Text(
        da="efter prioritet, med afbrydelse", en="by priority, with interruption"
    ),
    Policy.OLDEST_CASE: Text(da="ældste sag først", en="oldest case first"),
    Policy.SHARED_ATTENTION: Text(da="lidt af alt på en gang", en="a little of everything"),
}
AFTER_DUES: Mapping[AfterDue, Text] = {
    AfterDue.STILL_FIRST: Text(da="overskredne sager først", en="overdue cases first"),
    AfterDue.AFTER_THE_SAVABLE: Text(
        da="overskredne sager efter dem, der kan nås", en="overdue cases after those in time"
    ),
    AfterDue.BY_AGE: Text(
        da="overskredne sager til sidst, de ældste først", en="overdue cases last, oldest first"
    ),
}
ASSIGNMENTS: Mapping[Assignment, Text] = {
    Assignment.LEAST_LOADED: Text(
        da="nye sager til den, der har færrest", en="new cases to whoever has fewest"
    ),
    Assignment.ROUND_ROBIN: Text(da="nye sager på skift", en="new cases in turn"),
    Assignment.TEAM: Text(da="teamet ejer sagerne", en="the team owns the cases"),
}
"""What a reader calls the choices (da: valgene i ord)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """How a team divides and takes up its work (da: arbejdsform).

    `caseload_limit` is the most open cases, weighted, for each full-time caseworker (da: loft over
    sagstal): above it a new case waits for an owner while its clocks run, so a limit trades one
    wait for another. `switching_hours` go to setting up for another case than the last;
    `handover_hours` to reading up on a case taken over from somebody. `shared_until_now` says
    whether the cases open at the start were worked with the clock shared evenly among them; None
    where that is as the order of work says, because nobody has changed it.

    `InvalidInput` where hours are below 0, or a limit is set and nobody owns the cases it counts.
    """

    policy: Policy = Policy.FIRST_COME
    after_due: AfterDue = AfterDue.STILL_FIRST
    assignment: Assignment = Assignment.LEAST_LOADED
    caseload_limit: Fraction | None = None
    switching_hours: Hours = Fraction(0)
    handover_hours: Hours = Fraction(0)
    shared_until_now: bool | None = None

    def __post_init__(self) -> None:
        refuse_below_zero(self.switching_hours, "switching_hours")
        refuse_below_zero(self.handover_hours, "handover_hours")
        if self.caseload_limit is None:
            return
        refuse_unless_above_zero(self.caseload_limit, "caseload_limit")
        if self.assignment is Assignment.TEAM:
            raise InvalidInput(
                Text(
                    da="et loft over sagstallet kræver, at nogen ejer sagerne; udelad "
                    "caseload_limit, eller skriv en anden assignment end team",
                    en="a caseload limit needs somebody to own the cases; leave out "
                    "caseload_limit, or write another assignment than team",
                ),
                field="caseload_limit",
            )

    @property
    def open_cases_are_shared(self) -> bool:
        """Whether all open cases have been worked on at once until now (da: lidt af alt)."""
        if self.shared_until_now is not None:
            return self.shared_until_now
        return self.policy is Policy.SHARED_ATTENTION and self.assignment is not Assignment.TEAM


USUAL_PRACTICE = Practice()
"""What a team does of which nobody has said otherwise (da: sædvanlig arbejdsform)."""
