"""Would the model have foretold last year? A fit on what was known before, held against what came.

(da: tilbageblik.) The department is fitted to its lists as they would have been drawn the day
before the period; the period is simulated under every set of inputs that this leaves possible; and
the lists as they are now say what came. The staff of the period are those who were there: a
back-test judges the model of the work, and who would be hired is nobody's model.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from capacity.changes import with_inputs
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.fit import BackTest
from capacity.past_roster import past_roster
from capacity.rulebook import Rulebook
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, date_in_words
from simulations.cohorts import IN_TIME, LATE, OPEN_AND_OVERDUE
from simulations.department_fit import Past, StudySize, department_fit, ramp_ups
from simulations.experiments import Groups, run, simulable, trial
from simulations.luck import Floats
from simulations.observed_compliance import Split, compliance_of_history
from simulations.plan import WatchedDeadline

REPLICATIONS = 16
"""For each possible set: with 24 sets, some 400 simulated periods."""
_TAIL = 0.025
_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDeadline:
    """A team's deadline (da: et teams frist)."""

    team: str
    deadline: str


def back_test(  # noqa: PLR0913  (each is asked about on its own)
    department: Department,
    past: Past,
    from_: date,
    to: date,
    book: Rulebook,
    *,
    seed: int = 1,
    executor: Executor | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _wanted: None,
    study: StudySize | None = None,
) -> tuple[BackTest, ...]:
    """Forecast [from_, to) from what was known before it, and say how it went (da: tilbageblik).

    A row for each deadline of each team of which something fell due in the period, by the cohort:
    what started in it and fell due in it. Deadlines that are longer than the period have no such
    clocks and are left out. `InvalidInput` where the lists do not reach to the period's end or tell
    of no time before it, or nothing at all can be held against the forecast.
    """
    _refuse_unseen(past, from_, to)
    fitted = department_fit(
        department,
        past.as_seen_on(from_ - timedelta(days=1)),
        book,
        seed=seed,
        executor=executor,
        on_progress=on_progress,
        study=study,
    )
    held_against = _as_it_was(fitted, past, from_, to)
    asked = _asked(held_against, from_, to, book)
    came = observed_shares(past, from_, to, book)
    before = observed_shares(past, from_ - (to - from_), from_, book)
    tests = []
    for each in asked:
        in_time, due = came.get(each, (0, 0))
        if not due:
            continue
        shares, forecast = _forecast(held_against, each, from_, to, book, seed, executor)
        low, high = np.quantile(shares, [_TAIL, 1 - _TAIL], method="weibull")
        naive = before.get(each)
        tests.append(
            BackTest(
                team=each.team,
                deadline=each.deadline,
                from_=from_,
                to=to,
                in_time=in_time,
                due=due,
                forecast=_share(forecast),
                low=_share(float(low)),
                high=_share(float(high)),
                naive=Fraction(*naive) if naive and naive[1] else None,
            )
        )
    if not tests:
        raise InvalidInput(
            Text(
                da=f"ingen frister begynder og udløber fra {from_} til {to} i sagslisten; vælg en "
                "længere periode",
                en=f"no deadlines start and fall due from {from_} to {to} in the case list; choose "
                "a longer period",
            ),
            field="from",
        )
    return tuple(tests)


_UNTESTED = Text(
    da="Tilbageblikket fra {from_} til {to} prøver ikke alle frister. {each}.",
    en="The back-test from {from_} to {to} does not test every deadline. {each}.",
)
_NONE_CAME = Text(
    da="ingen af listens sager både begyndte og forfaldt i perioden",
    en="none of the list’s cases both began and fell due in the period",
)


def untested_sentence(fitted: Department, book: Rulebook) -> Text | None:
    """Say which deadlines a back-test left out, and why (da: hvad der ikke er prøvet).

    None where it left none out, and where there is no back-test.
    """
    tests = fitted.fit.tests if fitted.fit else ()
    if not tests:
        return None
    from_, to = tests[-1].from_, tests[-1].to
    tested = {(each.team, each.deadline) for each in tests}
    left_out: list[tuple[Text, Text, Text]] = []
    for team in fitted.teams:
        for deadline in fitted.deadlines_of(team.slug):
            if (team.slug, deadline) in tested:
                continue
            reason = _NONE_CAME
            try:
                simulable(deadline, from_, to, book)
            except PlannerError as error:
                reason = error.message
            left_out.append((team.label, book[deadline].label, reason))
    if not left_out:
        return None

    def said(language: Language) -> str:
        words = ([each.in_language(language) for each in of] for of in left_out)
        return _UNTESTED.in_language(language).format(
            from_=date_in_words(from_, language),
            to=date_in_words(to, language),
            each=". ".join(f"{team}, ”{label}”: {reason}" for team, label, reason in words),
        )

    return Spoken(said)


def observed_shares(
    past: Past, from_: date, to: date, book: Rulebook
) -> dict[TeamDeadline, tuple[int, int]]:
    """Count what was in time of what was due, by team and deadline (da: hvad det blev).

    Nothing for a period that begins before the list is complete, and nothing of a deadline whose
    law changed within it or whose clocks the dates do not settle.
    """
    if from_ < past.complete_from:
        return {}
    found = compliance_of_history(past.cases, book, from_=from_, to=to).rows({Split.TEAM})
    counted: dict[TeamDeadline, list[tuple[int, int]]] = {}
    for row in found:
        if row.share is not None and row.team:
            key = TeamDeadline(team=row.team, deadline=row.deadline)
            counted.setdefault(key, []).append((row.in_time, row.due))
    return {key: rows[0] for key, rows in counted.items() if len(rows) == 1}


def _refuse_unseen(past: Past, from_: date, to: date) -> None:
    end = past.cases.seen_on + timedelta(days=1)
    if from_ <= past.complete_from:
        raise InvalidInput(
            Text(
                da=f"sagslisten rummer alle sager fra {past.complete_from}, så der er intet at "
                f"tilpasse til før {from_}; lad perioden begynde senere",
                en=f"the case list holds all cases from {past.complete_from}, so there is nothing "
                f"to fit to before {from_}; let the period begin later",
            ),
            field="from",
        )
    if to <= from_:
        raise InvalidInput(
            Text(
                da=f"perioden {from_} til {to} (ikke med) skal slutte efter sin begyndelse",
                en=f"the period {from_} to {to} (not included) must end after it begins",
            ),
            field="to",
        )
    if to > end:
        raise InvalidInput(
            Text(
                da=f"sagslisten er trukket {past.cases.seen_on}, så perioden kan senest slutte "
                f"{end} (ikke med)",
                en=f"the case list was drawn on {past.cases.seen_on}, so the period can end on "
                f"{end} (not included) at the latest",
            ),
            field="to",
        )


def _as_it_was(fitted: Department, past: Past, from_: date, to: date) -> Department:
    """The fitted department with the people who were there in the period."""
    if past.staff is None:
        return fitted
    return replace(
        fitted,
        roster=past_roster(past.staff, from_, to, ramp_up=ramp_ups(fitted)),
        teams=tuple(replace(team, staff_risks=None) for team in fitted.teams),
    )


def _asked(department: Department, from_: date, to: date, book: Rulebook) -> list[TeamDeadline]:
    """The deadlines of which something can start and fall due in the period."""
    asked = []
    for team in department.teams:
        for deadline in department.deadlines_of(team.slug):
            try:
                simulable(deadline, from_, to, book)
            except PlannerError:
                continue
            asked.append(TeamDeadline(team=team.slug, deadline=deadline))
    return asked


def _forecast(
    department: Department,
    asked: TeamDeadline,
    from_: date,
    to: date,
    book: Rulebook,
    seed: int,
    executor: Executor | None,
) -> tuple[Floats, float]:
    """The share of each simulated period, and of all of them together."""
    groups: Groups = {asked.deadline: lambda duty: _is_asked(duty, asked)}
    fit = department.fit
    sets = fit.possible if fit is not None and fit.possible else ((),)
    in_time, due = [], []
    for possible in sets:
        changed = with_inputs(department, possible)
        laid_out = trial(changed, asked.team, groups, from_, to, book, seed=seed)
        counts = run(laid_out, 0, REPLICATIONS, executor=executor).counts[:, 0, 0].sum(axis=1)
        in_time.append(counts[:, IN_TIME])
        due.append(counts[:, [IN_TIME, LATE, OPEN_AND_OVERDUE]].sum(axis=1))
    kept, of = np.concatenate(in_time), np.concatenate(due)
    return kept[of > 0] / of[of > 0], float(kept.sum() / max(of.sum(), 1.0))


def _is_asked(duty: WatchedDeadline, asked: TeamDeadline) -> bool:
    return (duty.team, duty.rule) == (asked.team, asked.deadline)


def _share(value: float) -> Fraction:
    return exact(round(value, _DIGITS))
