"""What each change of a plan contributes, and what comes of them together (da: vandfald).

Every change is tried alone on the department as it is; what the whole plan does beyond the sum of
those is the interaction (da: samspil). A change that cannot be made alone, because it changes what
another change has made, is taken on top of all that stand before it. All departments meet the same
cases and the same people with the same luck, so the rows are paired and sum exactly.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date

from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.rulebook import Rulebook
from capacity.scenario import stages, titles
from capacity.scenario_changes import Change
from capacity.wording import Text
from simulations import MODEL_VERSION
from simulations.comparison import (
    Course,
    courses_of,
    refuse_few,
    replications_in_all,
    touched_teams,
)
from simulations.estimates import Estimate, ratio_sum
from simulations.input_band import REPLICATIONS, band_around, possible_departments
from simulations.questions import USUAL_REPLICATIONS
from simulations.tallies import Outcome, Tally, outcome, refuse_unless_due, share_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one change does to the share in time (da: bidrag).

    `alone` says whether it was tried on the department as it is, or on top of those before it.
    """

    title: Text
    share: Estimate
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """From the share before to the share after, change by change (da: vandfald).

    `team` None means all teams together. `before` + contributions + `interaction` = `after`.
    """

    team: str | None
    deadline: str
    before: Outcome
    contributions: tuple[Contribution, ...]
    interaction: Estimate
    after: Outcome
    difference: Estimate
    seed: int
    replications: int
    model_version: str
    rules_version: str

    @property
    def steps(self) -> tuple[Estimate, ...]:
        """Every share in its order: before, each contribution, the interaction, after."""
        return (
            self.before.share_in_time,
            *(each.share for each in self.contributions),
            self.interaction,
            self.after.share_in_time,
        )


def waterfall(  # noqa: PLR0913  (each is asked about on its own)
    department: Department,
    changes: Sequence[Change],
    deadline: str,
    from_: date,
    to: date,
    book: Rulebook,
    *,
    team: str | None = None,
    seed: int = 1,
    replications: int = USUAL_REPLICATIONS,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Waterfall:
    """Say what each change contributes to a deadline's share in time (da: vandfald).

    `team` None counts the deadline in all teams together, as one must where teams are merged.
    `InvalidInput` for a plan without changes, and for a deadline that nobody owes or under which
    nothing falls due; `TooMuchWork` where the plan has too many changes for one answer.
    """
    refuse_few(replications)
    if not changes:
        raise InvalidInput(
            Text(da="scenariet har ingen ændringer", en="the scenario has no changes"),
            field="changes",
        )
    before_each = stages(department, changes, book)
    tried = [_tried(department, change, book) for change in changes]
    different = waterfall_departments(department, changes, book)
    courses = courses_of(
        different,
        touched_teams(different, team),
        from_,
        to,
        book,
        seed=seed,
        replications=replications,
        executor=executor,
        on_progress=on_progress,
    )
    tallies = {
        each: owed(course, team, deadline) for each, course in zip(different, courses, strict=True)
    }
    before, after = tallies[department], tallies[before_each[-1]]
    terms = [(1, after.in_time, after.due), (-1, before.in_time, before.due)]
    contributions = []
    names = titles(department, changes, book)
    for index, alone in enumerate(tried):
        with_it = tallies[before_each[index + 1] if alone is None else alone]
        without_it = tallies[before_each[index]] if alone is None else before
        contributions.append(
            Contribution(
                title=names[index],
                share=share_difference(with_it, without_it),
                alone=alone is not None,
            )
        )
        terms += [
            (-1, with_it.in_time, with_it.due),
            (1, without_it.in_time, without_it.due),
        ]
    return Waterfall(
        team=team,
        deadline=deadline,
        before=outcome(before),
        contributions=tuple(contributions),
        interaction=ratio_sum(terms) if len(changes) > 1 else _NONE,
        after=outcome(after),
        difference=share_difference(after, before),
        seed=seed,
        replications=replications,
        model_version=MODEL_VERSION,
        rules_version=book.fingerprint,
    )


def waterfall_departments(
    department: Department, changes: Sequence[Change], book: Rulebook
) -> list[Department]:
    """Every department that a waterfall simulates, each once (da: forsøgene)."""
    before_each = stages(department, changes, book)
    tried = [_tried(department, change, book) for change in changes]
    wanted = [department, before_each[-1]]
    for index, alone in enumerate(tried):
        wanted += [alone] if alone else [before_each[index], before_each[index + 1]]
    return list(dict.fromkeys(wanted))


def waterfall_band(  # noqa: PLR0913  (each is asked about on its own)
    fall: Waterfall,
    department: Department,
    changes: Sequence[Change],
    from_: date,
    to: date,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> tuple[tuple[float, float], ...] | None:
    """Take the plan apart under every possible set of inputs (da: bånd for ukendte størrelser).

    From where to where each of `Waterfall.steps` lies, with the fit's confidence, on the same luck;
    the ends of several steps do not sum to those of the whole. None where the department has no
    fit, or one that left no sets: then what is unknown has not been quantified.
    """
    fit = department.fit
    if fit is None or not fit.possible:
        return None
    done, told = 0, []
    for asked in possible_departments(department):
        one = waterfall(
            asked,
            changes,
            fall.deadline,
            from_,
            to,
            book,
            team=fall.team,
            seed=fall.seed,
            replications=REPLICATIONS,
            executor=executor,
            on_progress=_counted_from(done, on_progress),
        )
        told.append([each.value for each in one.steps])
        done += replications_in_all(
            waterfall_departments(asked, changes, book), fall.team, REPLICATIONS
        )
    own, *sets = told
    last = len(own) - 1
    return tuple(
        band_around(
            step.value,
            own[number],
            [each[number] for each in sets],
            fit.confidence,
            # The first and the last are shares, what lies between them differences of shares.
            least=0.0 if number in {0, last} else -1.0,
        )
        for number, step in enumerate(fall.steps)
    )


def _counted_from(base: int, on_progress: Callable[[int], None]) -> Callable[[int], None]:
    return lambda done: on_progress(base + done)


_NONE = Estimate(value=0.0, low=0.0, high=0.0)
"""A single change has nothing to act together with."""


def _tried(department: Department, change: Change, book: Rulebook) -> Department | None:
    """The department with that change alone; None where it cannot be made alone."""
    try:
        return change.applied_to(department, book)
    except PlannerError:
        return None


def owed(course: Course, team: str | None, deadline: str) -> Tally:
    """Return what became of a deadline; `InvalidInput` where nobody owes it (da: optælling)."""
    found = course.together if team is None else course.by_team
    if (team, deadline) not in found:
        names = ", ".join(sorted({rule for _, rule in found}))
        where = Text(da="ingen", en="nobody") if team is None else Text(da=team, en=team)
        raise InvalidInput(
            Text(
                da=f"{where.da} har ikke fristen ”{deadline}”, før eller efter; der er {names}",
                en=f"{where.en} does not owe “{deadline}”, before or after; there are {names}",
            ),
            field="deadline",
        )
    refuse_unless_due(found[team, deadline])
    return found[team, deadline]
