"""A department fitted to its own past: what is counted, what is learned, and what is left open."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from fitted_past import BEGINS, BOOK, CASES, COMPLETE, LITTLE, SEEN, TEAM, listed, small
from scipy.stats import binomtest, spearmanr

from api.documents import DepartmentDocument
from capacity.case_events import CaseEvent
from capacity.caseload import CaseUnit
from capacity.caseworker import Absence, AbsenceReason
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.fit import FittedInput, TeamInputs
from capacity.practice import Policy
from capacity.roster import Roster
from capacity.staff_history import Employment, StaffHistory
from capacity.wording import Text
from simulations import department_fit as module
from simulations.case_history import EPOCH, CaseHistory
from simulations.department_fit import (
    SETS,
    Past,
    StudySize,
    department_fit,
    fit_steps,
    past_department,
)
from simulations.factor_priors import EffortPrior, FactorPrior
from simulations.staff_fit import LearnedRate
from simulations.survival import Interval
from simulations.synthetic_department import as_listed, synthetic_past
from simulations.synthetic_truths import Size, synthetic_truth

DAY = timedelta(days=1)
Inputs = tuple[TeamInputs, ...]


@cache
def usual() -> Department:
    return department_fit(small(), Past(cases=listed()), BOOK, study=LITTLE)


def row(fitted: Department, about: str) -> FittedInput:
    assert fitted.fit is not None
    (found,) = (each for each in fitted.fit.inputs if each.about == about)
    return found


def effort(fitted: Department, team: str = TEAM) -> FittedInput:
    return row(fitted, f"teams.{team}.effort")


def delays(fitted: Department, team: str = TEAM) -> FittedInput:
    return row(fitted, f"teams.{team}.delays")


def width(found: FittedInput) -> float:
    """How wide an interval is as a factor, in logarithms."""
    return float(np.log(float(found.high / found.low)))


def days_of(history: CaseHistory, event: CaseEvent) -> list[date | None]:
    """The days on which something happened to each row, as a calendar has them."""
    moments = history.events.get(event, np.full(history.cases, np.nan))
    return [None if np.isnan(at) else EPOCH + timedelta(days=int(np.floor(at))) for at in moments]


def ages_on(day: date, history: CaseHistory) -> list[int]:
    """Ages on a day of those that had come before it and were not over, counted row by row."""
    came = days_of(history, CaseEvent.NEED_BECAME_KNOWN)
    closed = days_of(history, CaseEvent.CLOSED)
    withdrawn = days_of(history, CaseEvent.WITHDRAWN)
    return sorted(
        (day - first).days
        for first, *ends in zip(came, closed, withdrawn, strict=True)
        if first is not None and first < day and all(end is None or end >= day for end in ends)
    )


def ages_in(department: Department) -> list[int]:
    return sorted(
        age
        for case_class in department.case_classes
        for stage in case_class.backlog.stages
        for age in stage.ages_days
    )


def test_a_team_whose_past_cannot_be_is_named_and_teaches_nothing() -> None:
    """Every other case is done after two days and the others after four hundred."""
    history = listed()
    ends = history.at(CaseEvent.NEED_BECAME_KNOWN) + np.where(
        np.arange(history.cases) % 2, 2.0, 400.0
    )
    ends[ends >= history.seen_until] = np.nan
    over = dict.fromkeys((CaseEvent.ASSESSMENT_FINISHED, CaseEvent.CLOSED), ends)
    impossible = replace(history, events={**history.events, **over})
    fitted = department_fit(small(), Past(cases=impossible), BOOK, study=LITTLE)
    assert fitted.fit.unexplained == (TEAM,)
    assert usual().fit.unexplained == ()
    for found in (effort(fitted), delays(fitted)):
        assert not found.learned
        assert "mindst dårlige bud" in found.says.da
        assert "er lært" not in found.says.da
    assert effort(fitted).says.en.startswith("The model does not explain history")


# --- What can be counted ---------------------------------------------------------------------


def test_the_department_is_that_of_the_day_after_the_list():
    fitted = usual()
    ages = ages_on(SEEN + DAY, listed())
    assert len(ages) > 10
    assert fitted.on == SEEN + DAY
    assert ages_in(fitted) == ages
    assert fitted.open_cases == len(ages)
    assert fitted.fit.seen_on == SEEN
    assert fitted.fit.from_ == COMPLETE
    assert fitted.fit.cases == listed().cases


def test_the_past_begins_with_what_was_open_then_and_all_that_came():
    then = past_department(small(), Past(cases=listed()))
    ages = ages_on(COMPLETE, listed())
    assert len(ages) > 10
    assert then.on == COMPLETE
    assert ages_in(then) == ages
    came = [each for each in days_of(listed(), CaseEvent.NEED_BECAME_KNOWN) if each >= COMPLETE]
    (case_class,) = then.case_classes
    years = Fraction((SEEN - COMPLETE).days + 1, 365)
    assert float(case_class.arrivals_per_year * years) == pytest.approx(len(came), rel=0.002)


def test_the_inflow_is_what_came_in_a_year():
    found = row(usual(), f"case_classes.{CASES}.arrivals_per_year")
    came = [each for each in days_of(listed(), CaseEvent.NEED_BECAME_KNOWN) if each >= COMPLETE]
    years = ((SEEN - COMPLETE).days + 1) / 365.25
    assert found.learned
    assert float(found.value) == pytest.approx(len(came) / years, rel=0.01)
    # Of so many cases that come by chance nine years in ten lie 1.645 roots to each side.
    half = 1.645 * len(came) ** 0.5 / years
    assert float(found.high - found.low) == pytest.approx(2 * half, rel=0.25)
    assert float(usual().case_classes[0].arrivals_per_year) == pytest.approx(float(found.value))


def test_the_people_are_those_of_the_day_after_the_list():
    def person(name: str, starts_on: date | None, ends_on: date | None) -> Employment:
        return Employment(
            caseworker=name,
            team=TEAM,
            hours_per_week=Fraction(37),
            non_case_hours_per_week=Fraction(0),
            starts_on=starts_on,
            ends_on=ends_on,
        )

    changed = date(2025, 3, 31)
    staff = StaffHistory(
        from_=COMPLETE,
        seen_on=SEEN,
        employments=(
            person("stays", None, None),
            person("leaves", None, changed),
            person("comes", changed + DAY, None),
        ),
    )
    past = Past(cases=listed(), staff=staff)
    fitted = department_fit(small(), past, BOOK, study=LITTLE)
    assert {each.id for each in fitted.roster.caseworkers} == {"stays", "comes"}
    then = {each.id: each for each in past_department(small(), past).roster.caseworkers}
    assert set(then) == {"stays", "leaves", "comes"}
    assert then["leaves"].ends_on == changed
    # Two people did what is stated of three.
    assert effort(fitted).value < 0.8 * effort(usual()).value


# --- What is not learned ---------------------------------------------------------------------


def two_teams() -> Department:
    """The small department twice over: in its other team the same work goes on."""
    one = small()
    (team,), (case_class,) = one.teams, one.case_classes
    people = tuple(
        replace(each, id=f"b{number}", team="other")
        for number, each in enumerate(one.roster.caseworkers)
    )
    return replace(
        one,
        open_cases=2 * one.open_cases,
        teams=(team, replace(team, slug="other")),
        roster=replace(one.roster, caseworkers=(*one.roster.caseworkers, *people)),
        case_classes=(case_class, replace(case_class, slug="other-assessment", team="other")),
    )


def test_a_team_that_the_list_says_nothing_of_keeps_what_is_stated_and_says_why():
    asked = two_teams()
    fitted = department_fit(asked, Past(cases=listed()), BOOK, study=LITTLE)
    assert fitted.case_classes[1].backlog == asked.case_classes[1].backlog
    for before, after in zip(
        asked.case_classes[1].route, fitted.case_classes[1].route, strict=True
    ):
        assert after.effort_hours.mean == before.effort_hours.mean
        assert after.external_delay_days.mean == before.external_delay_days.mean
    inflow = row(fitted, "case_classes.other-assessment.arrivals_per_year")
    assert not inflow.learned
    assert inflow.value == asked.case_classes[1].arrivals_per_year
    assert "ingen rækker af typen" in inflow.says.da
    for found in (effort(fitted, "other"), delays(fitted, "other")):
        assert not found.learned
        assert found.value == 1
        assert found.low < Fraction("0.6") < Fraction("1.7") < found.high
        assert "sagslisten har ingen rækker fra teamet" in found.says.da
        assert "halve eller det dobbelte" in found.says.da
    assert effort(fitted).learned


def test_where_hardly_anything_was_finished_effort_is_as_believed_and_the_reason_is_given():
    early = listed().as_seen_on(date(2024, 4, 30))
    unfinished = replace(
        early,
        events={
            event: np.full(early.cases, np.nan)
            if event in (CaseEvent.ASSESSMENT_FINISHED, CaseEvent.CLOSED)
            else moments
            for event, moments in early.events.items()
        },
    )
    found = effort(department_fit(small(), Past(cases=unfinished), BOOK, study=LITTLE))
    assert not found.learned
    assert found.value == 1
    assert "0 afsluttede sager med frist er færre end 20" in found.says.da


def test_six_cases_are_refused_and_the_reason_is_given():
    six = listed().only(np.arange(listed().cases) < 6)
    with pytest.raises(InvalidInput, match="too few to fit") as refused:
        department_fit(small(), Past(cases=six), BOOK, study=LITTLE)
    assert refused.value.message.da.startswith("6 rækker siden 2024-01-01 er for få")
    assert refused.value.field == "cases"


def test_another_unit_is_refused():
    families = replace(listed(), unit=CaseUnit.FAMILY)
    with pytest.raises(InvalidInput) as refused:
        department_fit(small(), Past(cases=families), BOOK, study=LITTLE)
    assert refused.value.field == "unit"


def test_a_list_of_which_nobody_says_since_when_it_is_whole_is_refused():
    unsaid = replace(listed(), complete_from=None)
    with pytest.raises(InvalidInput) as refused:
        department_fit(small(), Past(cases=unsaid), BOOK, study=LITTLE)
    assert refused.value.field == "complete_from"


# --- What was believed before ----------------------------------------------------------------


def test_a_time_study_reaches_the_result_and_its_source_is_named():
    source = Text(da="tidsstudiet i uge 10", en="the time study of week 10")
    studied = FactorPrior(median=1.2, log_sd=0.03, source=source)
    past = Past(cases=listed(), effort=(EffortPrior(case_class=CASES, factor=studied),))
    fitted = department_fit(small(), past, BOOK, study=LITTLE)
    found = effort(fitted)
    assert not found.learned  # history cannot say more than such a study
    assert "tidsstudiet i uge 10" in found.says.da
    assert 1.13 < found.value < 1.27
    assert found.high / found.low < 1.12
    (episode,) = fitted.case_classes[0].route
    assert episode.effort_hours.mean == 40 * found.value


def test_written_days_of_waiting_are_believed_where_nearly_all_early_cases_are_over():
    found = delays(usual())
    closed = ~np.isnan(listed().at(CaseEvent.CLOSED))
    middle = (COMPLETE - EPOCH).days + ((SEEN - COMPLETE).days + 1) / 2
    early = (listed().arrived_at() >= (COMPLETE - EPOCH).days) & (listed().arrived_at() < middle)
    assert f"listens egne ventedage i {(early & closed).sum()} afsluttede sager" in found.says.da
    waited = listed().external_days[early & closed].mean() / 50
    assert float(found.low) < waited < float(found.high)


def test_written_days_of_waiting_are_not_believed_where_the_slow_cases_are_still_open():
    """Those that are over are then the quick ones: their mean would be too short."""
    history = listed()
    arrived = history.arrived_at()
    early = np.flatnonzero((arrived >= arrived.max() - 700) & (arrived < arrived.max() - 370))
    slowest = early[np.argsort(history.external_days[early])][-early.size // 6 :]
    ends = {CaseEvent.ASSESSMENT_FINISHED, CaseEvent.CLOSED}
    still_open = replace(
        history,
        events={
            event: np.where(np.isin(np.arange(history.cases), slowest), np.nan, moments)
            if event in ends
            else moments
            for event, moments in history.events.items()
        },
    )
    found = delays(department_fit(small(), Past(cases=still_open), BOOK, study=LITTLE))
    assert "ventedage" not in found.says.da
    without = replace(history, external_days=None)
    found = delays(department_fit(small(), Past(cases=without), BOOK, study=LITTLE))
    assert "ventedage" not in found.says.da
    assert width(found) > 1.5 * width(delays(usual())), (width(found), width(delays(usual())))


# --- What is left open -----------------------------------------------------------------------


@cache
def past_of_teams() -> Past:
    return Past(cases=as_listed(synthetic_past(two_teams(), COMPLETE, SEEN, BOOK, seed=2).cases))


@cache
def fitted_teams() -> Department:
    return department_fit(two_teams(), past_of_teams(), BOOK, study=LITTLE)


def test_possible_sets_are_so_many_around_the_best_values():
    fitted = fitted_teams()
    assert len(fitted.fit.possible) == SETS
    for team in (TEAM, "other"):
        own = [each for possible in fitted.fit.possible for each in possible if each.team == team]
        assert len(own) == SETS
        found = effort(fitted, team)
        efforts = np.array([float(each.effort) for each in own])
        assert 0.97 < np.median(efforts) < 1.03
        assert 0.95 < np.median([float(each.delays) for each in own]) < 1.05
        assert 0.94 < np.median([float(each.inflow) for each in own]) < 1.06
        # They are factors on the best value: spread out as the interval is.
        low, high = float(found.low / found.value), float(found.high / found.value)
        assert 0.8 < np.log(efforts.max() / efforts.min()) / np.log(high / low) < 1.7


def test_sets_of_two_teams_are_not_drawn_in_the_same_order():
    """On average over four seeds: of a single one chance makes three fifths once in six hundred."""
    fits = [fitted_teams()] + [
        department_fit(two_teams(), past_of_teams(), BOOK, study=LITTLE, seed=seed)
        for seed in (2, 3, 4)
    ]

    def together(one: Callable[[Inputs], float], other: Callable[[Inputs], float]) -> float:
        found = [
            spearmanr(*([of(each) for each in fit.fit.possible] for of in (one, other))).statistic
            for fit in fits
        ]
        return float(np.mean(found))

    def of(team: int, name: str) -> Callable[[Inputs], float]:
        return lambda each: float(getattr(each[team], name))

    for name in ("effort", "delays"):
        assert abs(together(of(0, name), of(1, name))) < 0.4
    assert abs(together(of(0, "inflow"), of(0, "effort"))) < 0.4
    for team in (0, 1):
        for name in ("effort", "delays"):
            orders = [
                spearmanr([of(team, name)(each) for each in fit.fit.possible], range(SETS))
                for fit in fits
            ]
            assert abs(np.mean([each.statistic for each in orders])) < 0.4


def test_a_seed_gives_the_same_fit_and_another_seed_another_one():
    again = department_fit(small(), Past(cases=listed()), BOOK, study=LITTLE)
    assert as_document(again) == as_document(usual())
    other = department_fit(small(), Past(cases=listed()), BOOK, study=LITTLE, seed=2)
    assert other.fit.possible != usual().fit.possible


def test_one_thread_and_two_give_the_same_fit():
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
        fits = [
            department_fit(small(), Past(cases=listed()), BOOK, study=LITTLE, executor=each)
            for each in (one, two)
        ]
    assert as_document(fits[0]) == as_document(fits[1]) == as_document(usual())


def test_orders_of_work_that_history_cannot_tell_apart_are_both_possible():
    """One kind of work on one pile: the oldest case is the one that came first."""
    orders = (Policy.FIRST_COME, Policy.OLDEST_CASE)
    past = Past(cases=listed(), policies={TEAM: orders})
    fitted = department_fit(small(), past, BOOK, study=LITTLE)
    drawn = [each.policy for (each,) in fitted.fit.possible]
    assert set(drawn) == set(orders)
    assert drawn.count(Policy.FIRST_COME) == pytest.approx(SETS / 2, abs=1)
    said = effort(fitted).says
    assert "Historikken kan ikke afgøre rækkefølgen" in said.da
    assert "ældste sag først (50 %)" in said.da
    assert "History cannot settle the order of work" in said.en
    # Nothing is chosen where history does not choose.
    assert fitted.teams[0].practice.policy is small().teams[0].practice.policy


# --- The document, the work and its progress -------------------------------------------------


def as_document(fitted: Department) -> object:
    return DepartmentDocument.from_domain(fitted).as_json()


def test_a_fitted_department_is_the_same_when_its_document_is_read():
    for fitted in (usual(), fitted_teams()):
        text = DepartmentDocument.from_domain(fitted).model_dump_json(
            exclude_none=True, by_alias=True
        )
        read = DepartmentDocument.model_validate_json(text).to_domain()
        assert as_document(read) == as_document(fitted)
        assert read.fit.possible == fitted.fit.possible
        assert read.case_classes == fitted.case_classes
        assert read.roster == fitted.roster


def test_progress_grows_to_a_thousand_over_all_teams():
    told: list[tuple[int, int]] = []
    department_fit(
        two_teams(),
        past_of_teams(),
        BOOK,
        study=LITTLE,
        on_progress=lambda done, wanted: told.append((done, wanted)),
    )
    done = [each for each, _ in told]
    assert {wanted for _, wanted in told} == {1000}
    assert done == sorted(done)
    assert done[-1] == 1000
    assert done[0] < 50
    assert 500 in done


def test_what_progress_raises_stops_the_fit():
    def stop(_done: int, _wanted: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        department_fit(small(), Past(cases=listed()), BOOK, study=LITTLE, on_progress=stop)


def test_the_work_is_as_much_as_was_asked_for_and_less_often_for_many_cases(monkeypatch):
    past = Past(cases=listed())
    pilots = 32
    usually = fit_steps(small(), past, BOOK)
    little = fit_steps(small(), past, BOOK, LITTLE)
    assert usually * (32 * 12 + pilots) == little * (64 * 24 + pilots)
    monkeypatch.setattr(module, "MANY_STEPS", usually - 1)
    assert fit_steps(small(), past, BOOK) == fit_steps(
        small(), past, BOOK, StudySize(replications=12)
    )
    # Whoever says how many gets them all the same.
    assert fit_steps(small(), past, BOOK, StudySize()) == usually


def test_too_small_a_study_is_refused():
    with pytest.raises(InvalidInput) as refused:
        department_fit(small(), Past(cases=listed()), BOOK, study=StudySize(points=31))
    assert refused.value.field == "points"


def test_of_a_team_in_which_nobody_is_known_to_work_nothing_is_learned():
    nobody = replace(small(), roster=Roster(caseworkers=()))
    fitted = department_fit(nobody, Past(cases=listed()), BOOK, study=LITTLE)
    found = row(fitted, f"teams.{TEAM}.effort")
    assert not found.learned
    assert "fra 1. januar 2024 til 31. december 2025" in found.says.da
    assert (
        f"læs personalelisten ind (caseload import staff FIL --department {small().slug} --accept"
        in found.says.da
    )


NOBODY = {
    "all left before the list begins": {"ends_on": COMPLETE - DAY},
    "all come after it was drawn": {"starts_on": SEEN + DAY},
    "all are on leave from end to end": {
        "absences": (
            Absence(first_day=COMPLETE, last_day=SEEN, reason=AbsenceReason.PARENTAL_LEAVE),
        )
    },
    "all have other duties alone": {"non_case_hours_per_week": Fraction(37)},
}


def asked_of(department: Department) -> Text | None:
    [(_, reason)] = module._asked(department, Past(cases=listed()), BOOK, 1, LITTLE)
    return reason


@pytest.mark.parametrize("why", NOBODY)
def test_of_a_team_in_which_nobody_had_an_hour_for_cases_nothing_is_learned(why):
    people = small().roster.caseworkers
    assert {each.hours_per_week for each in people} == {37}
    away = Roster(caseworkers=tuple(replace(each, **NOBODY[why]) for each in people))
    reason = asked_of(replace(small(), roster=away))
    assert reason is not None
    assert "havde timer til sager" in reason.da
    one_day = {"ends_on": COMPLETE} if "left" in why else {}
    one_day |= {"starts_on": SEEN} if "come" in why else {}
    if one_day:  # somebody was there on a single day of the past
        there = Roster(caseworkers=tuple(replace(each, **one_day) for each in people))
        assert asked_of(replace(small(), roster=there)) is None


def test_a_payroll_list_without_hours_in_the_team_is_named_as_what_to_mend():
    elsewhere = StaffHistory(
        from_=COMPLETE,
        seen_on=SEEN,
        employments=(
            Employment(
                caseworker="p",
                team=TEAM,
                starts_on=None,
                ends_on=COMPLETE - 400 * DAY,
                hours_per_week=Fraction(37),
                non_case_hours_per_week=Fraction(0),
            ),
        ),
    )
    past = Past(cases=listed(), staff=elsewhere)
    [(_, reason)] = module._asked(small(), past, BOOK, 1, LITTLE)
    assert reason is not None
    assert "ret listens team og timer, og læs den ind igen" in reason.da
    assert f"caseload import staff FILE --department {small().slug}" in reason.en


# --- Recovery --------------------------------------------------------------------------------


def held(fits: int, truth: Department, size: StudySize | None, first_seed: int) -> dict[str, int]:
    """How many of so many fits have the truth within their intervals."""
    counted: dict[str, int] = {}
    for seed in range(first_seed, first_seed + fits):
        past = synthetic_past(truth, COMPLETE, SEEN, BOOK, seed=seed)
        # Where absence is a number of days and nobody's spells, the payroll list shows none of it,
        # and would make hours too many and effort too great.
        tells = all(team.staff_risks is not None for team in truth.teams)
        known = Past(cases=as_listed(past.cases), staff=past.staff if tells else None)
        fitted = department_fit(truth, known, BOOK, study=size)
        true = {
            f"case_classes.{each.slug}.arrivals_per_year": each.arrivals_per_year
            for each in truth.case_classes
        }
        for team in truth.teams:
            true |= dict.fromkeys((f"teams.{team.slug}.effort", f"teams.{team.slug}.delays"), 1)
        for about, value in true.items():
            found = row(fitted, about)
            counted[about] = counted.get(about, 0) + (found.low <= value <= found.high)
    return counted


@pytest.fixture(scope="module")
def held_in_ten():
    """Of 10 intervals of 90 % fewer than 6 hold the truth once in 600 times."""
    return held(10, small(), LITTLE, 101)


def test_intervals_of_a_few_fits_hold_the_true_inflow_and_waiting(held_in_ten):
    (effort,) = (about for about in held_in_ten if about.endswith(".effort"))
    assert min(count for about, count in held_in_ten.items() if about != effort) >= 6


def test_intervals_of_a_few_fits_hold_the_true_effort(held_in_ten):
    assert held_in_ten["teams.assessment.effort"] >= 6


@pytest.mark.soak
def test_intervals_of_many_fits_hold_the_truth_as_often_as_they_say():
    """In no way below nine tenths that chance would not make, once in a thousand."""
    fits = 60
    for truth, size in ((small(), LITTLE), (synthetic_truth(Size.SMALL, BEGINS), None)):
        for about, count in held(fits, truth, size, 1001).items():
            found = binomtest(count, fits, 0.9, alternative="less")
            assert found.pvalue > 0.001, (about, count)


def test_every_interval_holds_the_value_that_is_shown():
    fitted = department_fit(small(), Past(cases=listed()), BOOK, study=LITTLE)
    assert fitted.fit is not None
    for each in fitted.fit.inputs:
        assert each.low <= each.value <= each.high, each.about


def test_a_rate_that_is_not_learned_lies_in_its_interval_though_the_list_speaks_against_it():
    left = LearnedRate(
        what=Text(da="fratrædelse", en="turnover"),
        events=4,
        years=9.0,
        per_year=Interval(value=0.44, low=0.15, high=0.97),
        prior=Fraction(0),
        reason=Text(da="færre end 5", en="fewer than 5"),
    )
    shown = module._staff_row(left)
    assert (shown.low, shown.value, float(shown.high)) == (0, 0, 0.97)
