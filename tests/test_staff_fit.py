"""Absence, turnover and ramp-up from a payroll list: by hand, and from staffs of a known truth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from capacity.case_events import CaseEvent
from capacity.caseload import CaseUnit
from capacity.caseworker import RampUp
from capacity.distributions import Distribution, Family
from capacity.errors import InvalidInput
from capacity.staff_history import AwayReason, Employment, Spell, StaffHistory
from capacity.staff_risks import StaffRisks
from simulations.case_history import CaseHistory, day_number
from simulations.ramp_up_fit import ramp_up_fit
from simulations.staff_fit import StaffFit, staff_fit
from simulations.vacancies import vacancies

FROM = date(2020, 1, 1)
SICK, LEAVE, HOLIDAY = AwayReason.SICKNESS, AwayReason.PARENTAL_LEAVE, AwayReason.HOLIDAY


def days(mean: int, cv: str = "0.8") -> Distribution:
    return Distribution(family=Family.GAMMA, mean=Fraction(mean), cv=Fraction(cv))


PRIOR = StaffRisks(
    short_sickness_per_year=Fraction("2.5"),
    short_sickness_days=days(3),
    long_sickness_per_year=Fraction("0.1"),
    long_sickness_days=days(60),
    parental_leave_per_year=Fraction("0.05"),
    parental_leave_days=days(280, "0.3"),
    turnover_per_year=Fraction("0.15"),
    vacancy_days=days(60),
)


def on(day: int) -> date:
    return FROM + timedelta(days=int(day))


def spell(first: int, last: int | None, reason: AwayReason = SICK) -> Spell:
    return Spell(first_day=on(first), last_day=None if last is None else on(last), reason=reason)


def employed(
    name: str,
    first: int | None = None,
    last: int | None = None,
    *spells: Spell,
    team: str = "a",
    hours: int = 37,
    other: int = 0,
) -> Employment:
    return Employment(
        caseworker=name,
        team=team,
        hours_per_week=Fraction(hours),
        non_case_hours_per_week=Fraction(other),
        starts_on=None if first is None else on(first),
        ends_on=None if last is None else on(last),
        spells=spells,
    )


def past(*employments: Employment, of: int = 1000) -> StaffHistory:
    return StaffHistory(from_=FROM, seen_on=on(of - 1), employments=employments)


YEAR = 365.2425

# --- By hand ---------------------------------------------------------------------------------


def test_a_rate_is_events_over_the_time_in_which_one_could_fall_ill():
    found = staff_fit(
        past(
            employed("p", None, None, spell(10, 12), spell(100, 140), spell(300, 399, LEAVE)),
            employed("q", 500, None, spell(600, 629)),
        ),
        PRIOR,
    )
    # Counted are the first 970 days: what began later nobody knows to be short or long.
    present = (970 - 3 - 41 - 100) + (470 - 30)
    assert found.short_sickness.events == 2
    assert found.long_sickness.events == 1
    assert found.short_sickness.years * YEAR == pytest.approx(present + 1.5)
    assert found.parental_leave.events == 1
    assert found.parental_leave.years * YEAR == pytest.approx(1000 - 100 + 500 + 0.5)
    assert found.turnover.years * YEAR == pytest.approx(1500)
    expected = stats.chi2.ppf([0.05, 0.95], [4, 6]) / 2 / found.short_sickness.years
    low_high = (found.short_sickness.per_year.low, found.short_sickness.per_year.high)
    assert low_high == pytest.approx(tuple(expected))


def test_a_spell_of_thirty_days_is_short_and_of_one_more_is_long():
    found = staff_fit(past(employed("p", None, None, spell(0, 29), spell(100, 130))), PRIOR)
    assert (found.short_sickness.events, found.long_sickness.events) == (1, 1)


def test_a_spell_that_goes_on_is_followed_to_the_day_of_the_list():
    found = staff_fit(past(employed("p", None, None, spell(950, None))), PRIOR)
    followed = found.long_sickness_days.fit.cases
    assert (followed.age.tolist(), followed.finished) == ([50], 0)
    # One of ten days so far is neither short nor long yet.
    new = staff_fit(past(employed("p", None, None, spell(990, None))), PRIOR)
    assert (new.short_sickness.events, new.long_sickness.events) == (0, 0)
    assert new.long_sickness_days.fit is None


def test_a_spell_from_before_the_list_has_a_length_and_is_no_event():
    found = staff_fit(past(employed("p", None, None, spell(-100, 50), spell(-10, 60))), PRIOR)
    assert found.long_sickness.events == 0
    followed = found.long_sickness_days.fit.cases
    # They touch and are one.
    assert (followed.entered.tolist(), followed.age.tolist()) == ([100], [161])
    # One that was not long yet is told because it became long, not because it was still going on.
    young = staff_fit(past(employed("p", None, None, spell(-10, 60))), PRIOR)
    assert young.long_sickness_days.fit.cases.entered.tolist() == [0]


def test_a_spell_with_which_somebody_left_has_not_ended():
    found = staff_fit(past(employed("p", None, 400, spell(300, 400))), PRIOR)
    assert found.long_sickness_days.fit.cases.finished == 0
    assert found.turnover.events == 1


def test_a_person_with_two_contracts_is_one_person():
    away = spell(10, 12)
    found = staff_fit(
        past(employed("p", None, None, away, hours=20), employed("p", None, None, away, hours=10)),
        PRIOR,
    )
    assert found.short_sickness.events == 1
    assert found.turnover.years * YEAR == pytest.approx(1000)


def test_other_hours_and_another_team_are_no_leaving_and_a_known_resignation_is_none_yet():
    staff = past(
        employed("p", None, 300),
        employed("p", 301, None, hours=30),
        employed("q", None, 500),
        employed("q", 510, None, team="b"),
        employed("r", None, 1200),
    )
    assert staff_fit(staff, PRIOR).turnover.events == 0
    of_team = staff_fit(staff, PRIOR, teams=("a",))
    assert of_team.turnover.events == 1
    assert of_team.turnover.years * YEAR == pytest.approx(1000 + 501 + 1000)


def test_holiday_is_time_in_which_one_can_fall_ill():
    found = staff_fit(past(employed("p", None, None, spell(100, 120, HOLIDAY))), PRIOR)
    assert found.short_sickness.years * YEAR == pytest.approx(970)


def test_what_happened_too_seldom_keeps_the_prior_and_says_so():
    found = staff_fit(past(employed("p", None, None, spell(10, 12)), of=500), PRIOR)
    assert found.risks == PRIOR
    assert not any(part.learned for part in found.parts)
    assert "Ikke lært (efter antagelsen var 0,1 at vente, færre end 5, og listen viser 0)" in (
        found.parental_leave.sentence.da
    )
    assert "and the list shows 1)" in found.short_sickness.sentence.en
    assert "there is none in the list" in found.parental_leave_days.sentence.en
    assert found.long_sickness.contradicts_prior is False


def test_whether_a_rate_is_learned_hangs_on_what_was_expected_and_not_on_what_came():
    nobody_ill = past(*(employed(str(n)) for n in range(30)))
    found = staff_fit(nobody_ill, PRIOR).short_sickness
    assert found.learned  # 2.5 a year would have made some two hundred
    assert found.used == 0
    # Six leaves where two were to be expected may be chance; thirteen are not.
    six = [employed(str(n), None, None, spell(9 * n, 400, LEAVE)) for n in range(6)]
    some = staff_fit(past(*six, *(employed(f"p{n}") for n in range(9))), PRIOR).parental_leave
    assert (some.events, some.learned) == (6, False)
    thirteen = [employed(str(n), None, None, spell(9 * n, 400, LEAVE)) for n in range(13)]
    more = staff_fit(past(*thirteen, *(employed(f"p{n}") for n in range(2))), PRIOR).parental_leave
    assert (more.events, more.learned) == (13, True)


def test_a_prior_that_the_list_speaks_against_is_said_to_be_so():
    rows = [employed(str(n), None, 990) for n in range(9)] + [employed("p")]
    found = staff_fit(past(*rows), PRIOR).turnover
    assert (found.learned, found.contradicts_prior) == (False, True)
    assert "Listen taler imod den" in found.sentence.da


def test_a_rate_without_days_to_it_is_not_carried_on():
    ill_since = [employed(str(n), None, None, spell(n * 50, None)) for n in range(6)]
    found = staff_fit(past(*ill_since), StaffRisks())
    assert (found.long_sickness.events, found.long_sickness.learned) == (6, False)
    assert "varigheden kendes hverken" in found.long_sickness.sentence.da
    assert "regnet uden" in found.long_sickness.sentence.da
    assert found.risks == StaffRisks()


def test_what_nobody_stated_is_the_lists_however_little_it_shows():
    """Two leave in some nine years, and their successors come after 60 and 100 days."""
    rows = [
        employed("p", None, 299),
        employed("q", 360, None),
        employed("r", None, 499, hours=20),
        employed("s", 600, None, hours=20),
        *(employed(f"t{n}", None, None) for n in range(2)),
    ]
    found = staff_fit(past(*rows), StaffRisks())
    years = (300 + 640 + 500 + 400 + 2000) / YEAR
    assert float(found.risks.turnover_per_year) == pytest.approx(2 / years, rel=1e-4)
    assert found.turnover.learned
    low_high = (found.turnover.per_year.low, found.turnover.per_year.high)
    assert low_high == pytest.approx(stats.chi2.ppf([0.05, 0.95], [4, 6]) / 2 / years)
    assert "Ingen havde angivet den, så listens bruges" in found.turnover.sentence.da
    assert float(found.risks.vacancy_days.mean) == pytest.approx(80, abs=1)
    mean = found.vacancy_days.mean
    assert mean is not None
    ends = 2 * 80 * 2 / stats.chi2.ppf([0.95, 0.05], [6, 4])
    assert (mean.low, mean.high) == pytest.approx(tuple(ends), rel=0.02)
    assert "ingen har angivet den: deres middel, 80,0 dage" in found.vacancy_days.sentence.da
    # What was stated stands, for two are few.
    assert staff_fit(past(*rows), PRIOR).risks.turnover_per_year == PRIOR.turnover_per_year
    # And what the list shows none of is left out, and said to be.
    assert found.risks.parental_leave_per_year == 0
    assert "regnet uden" in found.parental_leave.sentence.da
    assert "antagelsen" not in found.parental_leave.sentence.da


def test_who_is_followed_on_the_next_day_leaves_no_empty_post():
    found = staff_fit(past(employed("p", None, 299), employed("q", 300, None)), StaffRisks())
    assert found.turnover.learned
    assert (found.vacancy_days.few, found.risks.vacancy_days.mean) == (None, 0)


def test_a_single_long_leave_does_not_fill_the_year_of_everybody():
    one = past(employed("p", None, None, spell(60, 300, LEAVE)), of=365)
    found = staff_fit(one, StaffRisks())
    assert (found.parental_leave.events, found.parental_leave.learned) == (1, False)
    assert "over 91 dage om året" in found.parental_leave.sentence.da
    assert found.risks.parental_leave_per_year == 0


def test_nobody_in_the_teams_is_refused():
    with pytest.raises(InvalidInput, match="nobody in the teams"):
        staff_fit(past(employed("p")), PRIOR, teams=("b",))


# --- Vacancies -------------------------------------------------------------------------------


def test_the_first_who_comes_for_like_hours_follows_in_the_same_team():
    staff = past(
        employed("p", None, 99, hours=37),
        employed("q", None, 109, hours=20),
        employed("other", 120, None, team="b"),
        employed("r", 130, None, hours=20),
        employed("s", 150, None, hours=35),
        employed("u", None, None),
    )
    found = vacancies(staff, ("a",))
    # p's post: s, after 50 days, for r has other hours and comes into q's, after 20.
    assert (found.left, found.filled) == (2, 2)
    assert found.followed.age.tolist() == [20, 50]
    assert found.reason is None


def test_an_empty_post_is_followed_to_the_day_of_the_list():
    found = vacancies(past(employed("p", None, 899), employed("q")))
    assert (found.left, found.filled) == (1, 0)
    assert found.followed.age.tolist() == [100]
    assert "1 of 1 have no successor" in found.reason.en


def test_who_comes_into_a_post_that_was_empty_before_the_list_follows_nobody():
    staff = past(
        employed("p"),
        employed("q", 20, None),
        employed("r", None, 400),
        employed("s", 461, None),
    )
    found = vacancies(staff)
    assert found.followed.age.tolist() == [60]
    assert found.reason is None


def test_where_posts_may_have_been_empty_at_first_it_is_not_told_who_followed_whom():
    staff = past(
        employed("p"), employed("q", 120, None), employed("r", None, 100), employed("s", 300, None)
    )
    # q came after 19 days into r's post, and s into a new one; or q into one that was empty before.
    assert "who followed whom" in vacancies(staff).reason.en


# --- Staffs of a known truth -----------------------------------------------------------------

SHORT, LONG, ON_LEAVE, TURNOVER, EMPTY = 2.5, 0.15, 0.08, 0.2, 45.0
"""Spells a person and year, and mean days of an empty post."""


def short_days(luck: np.random.Generator) -> int:
    return min(int(np.ceil(luck.exponential(3.5))), 30)


def long_days(luck: np.random.Generator) -> int:
    return 31 + int(luck.gamma(1.5, 40))


def leave_days(luck: np.random.Generator) -> int:
    return 1 + int(luck.gamma(8, 35))


KINDS: tuple[tuple[float, Callable[[np.random.Generator], int], AwayReason], ...] = (
    (SHORT, short_days, SICK),
    (LONG, long_days, SICK),
    (ON_LEAVE, leave_days, LEAVE),
)


@dataclass(frozen=True)
class Means:
    short: float
    long: float
    leave: float


def true_means() -> Means:
    luck = np.random.default_rng(0)
    return Means(*(float(np.mean([of(luck) for _ in range(100_000)])) for _, of, _ in KINDS))


TRUE = true_means()


def drawn_staff(luck: np.random.Generator, posts: int, years: int) -> StaffHistory:
    """Posts in teams of six, held by one after the other, for years before the list begins."""
    seen, before = int(years * YEAR), -int(6 * YEAR)
    told = []
    for post in range(posts):
        at, holder = float(before), 0
        while at < seen:
            leaves = at + luck.exponential(YEAR / TURNOVER)
            last = int(np.floor(leaves))
            if last >= 0:
                first = int(np.floor(at))
                told.append(
                    employed(
                        f"{post}-{holder}",
                        first if first >= 0 else None,
                        last if last < seen else None,
                        *drawn_spells(luck, at, last, seen),
                        team=f"team {post // 6}",
                    )
                )
            at = last + 1 + luck.exponential(EMPTY)
            holder += 1
    return past(*told, of=seen)


def drawn_spells(luck: np.random.Generator, at: float, last: int, seen: int) -> list[Spell]:
    rates = np.array([each[0] for each in KINDS]) / YEAR
    found = []
    while True:
        at += luck.exponential(1 / rates.sum())
        if at > min(last, seen - 1):
            return found
        _, length, reason = KINDS[luck.choice(3, p=rates / rates.sum())]
        first = int(np.floor(at))
        ends = min(first + length(luck) - 1, last)
        if ends >= 0:
            found.append(spell(first, ends if ends < seen else None, reason))
        at = ends + 1.0


def hits_of(found: StaffFit) -> dict[str, bool | None]:
    """Whether each interval holds the truth; None where it was not learned."""

    def holds(part, truth: float) -> bool | None:
        if not part.learned:
            return None
        if hasattr(part, "per_year"):
            return part.per_year.low <= truth <= part.per_year.high
        if part.fit.chosen is None:
            return None
        mean = part.fit.chosen.fit.mean
        return mean.low <= truth <= mean.high

    return {
        "short": holds(found.short_sickness, SHORT),
        "long": holds(found.long_sickness, LONG),
        "leave": holds(found.parental_leave, ON_LEAVE),
        "turnover": holds(found.turnover, TURNOVER),
        "long days": holds(found.long_sickness_days, TRUE.long),
        "leave days": holds(found.parental_leave_days, TRUE.leave),
        "vacancy": holds(found.vacancy_days, EMPTY),
    }


def judge(posts: int, years: int, repetitions: int) -> None:
    """Rates hold the truth as often as they say; lengths too, up to the choice of a family.

    Not judged is what one list in twenty or fewer tells: there the prior was given up because of
    what chance made extreme, and the interval misses the truth for the same reason.
    """
    luck = np.random.default_rng([20_261_127, posts])
    hits: dict[str, list[bool]] = {}
    for _ in range(repetitions):
        for name, hit in hits_of(staff_fit(drawn_staff(luck, posts, years), PRIOR)).items():
            if hit is not None:
                hits.setdefault(name, []).append(hit)
    assert "short" in hits
    for name, held in hits.items():
        if len(held) <= repetitions / 20:
            continue
        # Whether a length is learned at all depends on what was seen, which costs a little.
        stated = 0.90 if "days" not in name and name != "vacancy" else 0.85
        assert np.sum(held) >= stats.binom.ppf(1e-4, len(held), stated), (name, np.mean(held))


def test_the_intervals_hold_the_truth_as_often_as_they_say():
    judge(posts=30, years=6, repetitions=40)


@pytest.mark.soak
@pytest.mark.parametrize(("posts", "years"), [(10, 3), (30, 6), (120, 6)])
def test_the_intervals_hold_the_truth_as_often_as_they_say_long(posts: int, years: int):
    judge(posts, years, repetitions=400)


def test_a_large_staff_tells_everything():
    found = staff_fit(drawn_staff(np.random.default_rng(5), 150, 6), PRIOR)
    assert all(part.learned for part in found.parts)
    risks = found.risks
    assert float(risks.short_sickness_per_year) == pytest.approx(SHORT, rel=0.06)
    assert float(risks.short_sickness_days.mean) == pytest.approx(TRUE.short, rel=0.06)
    assert float(risks.long_sickness_days.mean) == pytest.approx(TRUE.long, rel=0.15)
    assert float(risks.parental_leave_days.mean) == pytest.approx(TRUE.leave, rel=0.15)
    assert float(risks.vacancy_days.mean) == pytest.approx(EMPTY, rel=0.3)
    assert "personår" in found.turnover.sentence.da


def test_leaving_out_spells_that_go_on_would_be_badly_wrong():
    """Leave of 280 days in a list of two years, many of them going on or older than it."""
    found = staff_fit(drawn_staff(np.random.default_rng(6), 400, 2), PRIOR).parental_leave_days
    cases = found.fit.cases
    ended = (cases.end == 1) & (cases.entered == 0)
    naive = np.average(cases.age[ended], weights=cases.count[ended])
    mean = found.fit.chosen.fit.mean
    assert mean.low < TRUE.leave < mean.high
    assert naive < 0.9 * TRUE.leave


# --- Ramp-up ---------------------------------------------------------------------------------

HALF_A_YEAR = RampUp(months=6, first_share=Fraction(1, 2))
A_DAY = 1.0
"""Cases that an experienced caseworker finishes on a day, of 37 hours a week."""


def caseworkers_and_cases(
    luck: np.random.Generator,
    ramp_up: RampUp | None,
    *,
    newcomers: int,
    turnaround: float,
    empty_desk: bool = False,
) -> tuple[StaffHistory, CaseHistory, dict[int, str]]:
    """Ten of old and some newcomers; each finishes cases by chance, at their own pace."""
    length = 1500
    rows = [employed(f"old-{n}") for n in range(10)]
    rows += [employed(f"new-{n}", int(luck.integers(100, 900))) for n in range(newcomers)]
    finished, who = [], []
    for number, row in enumerate(rows):
        first = 0 if row.starts_on is None else (row.starts_on - FROM).days
        tenure = np.arange(length - first)
        pace = np.ones(tenure.size)
        if row.starts_on is not None and ramp_up is not None:
            pace = np.array([float(ramp_up.share_on(on(first + t), on(first))) for t in tenure])
        if row.starts_on is not None and empty_desk:
            pace = pace * -np.expm1(-tenure / turnaround)
        done = luck.poisson(A_DAY * pace)
        finished += list(np.repeat(first + tenure, done))
        who += [number] * int(done.sum())
    end = np.array(finished, dtype=np.float64) + day_number(FROM) + luck.random(len(finished))
    start = end - luck.exponential(turnaround, end.size)
    nobody = np.full(end.size, -1)
    events = {CaseEvent.NOTIFICATION_RECEIVED: start, CaseEvent.NOTIFICATION_ASSESSED: end}
    cases = CaseHistory(
        unit=CaseUnit.CHILD,
        seen_on=on(length - 1),
        complete_from=FROM,
        teams=(),
        case_classes=(),
        team=nobody,
        case_class=nobody,
        events=events,
        timed=frozenset(events),
        caseworker=np.array(who),
    )
    names = {number: row.caseworker for number, row in enumerate(rows)}
    return past(*rows, of=length), cases, names


def learned_from(drawn, prior: RampUp | None = HALF_A_YEAR):
    return ramp_up_fit(drawn[0], drawn[1], CaseEvent.NOTIFICATION_ASSESSED, drawn[2], prior)


def test_a_ramp_up_is_learned_from_quick_cases():
    luck = np.random.default_rng(1)
    truth = RampUp(months=9, first_share=Fraction(1, 4))
    found = learned_from(caseworkers_and_cases(luck, truth, newcomers=12, turnaround=2))
    assert found.learned
    assert 7 <= found.used.months <= 11
    assert abs(found.used.first_share - Fraction(1, 4)) <= Fraction(1, 10)
    first = found.tenures[0]
    assert first.pace.low < 0.25 + 0.75 * 1.5 / 9 < first.pace.high
    assert "måned 1–3" in found.sentence.da


def test_that_there_is_no_ramp_up_is_learned_too():
    luck = np.random.default_rng(2)
    found = learned_from(caseworkers_and_cases(luck, None, newcomers=12, turnaround=2))
    assert found.learned
    assert found.used is None or found.used.first_share >= Fraction(9, 10)


def test_few_newcomers_do_not_tell_and_the_prior_stands():
    luck = np.random.default_rng(3)
    drawn = caseworkers_and_cases(luck, None, newcomers=0, turnaround=2)
    found = learned_from(drawn)
    assert (found.learned, found.used) == (False, HALF_A_YEAR)
    assert "listen har ingen nye" in found.sentence.da
    # One newcomer of a list in which next to nothing is finished.
    drawn = caseworkers_and_cases(luck, None, newcomers=1, turnaround=2)
    few = luck.random(drawn[1].cases) < 0.02
    found = learned_from((drawn[0], drawn[1].only(few), drawn[2]))
    assert (found.learned, found.used) == (False, HALF_A_YEAR)
    assert "agrees both with no ramp-up and with the assumption" in found.sentence.en


def test_an_empty_desk_is_not_taken_for_a_slow_newcomer():
    """Nobody is slow, and in the first months next to nothing is finished all the same."""
    luck = np.random.default_rng(4)
    drawn = caseworkers_and_cases(luck, None, newcomers=12, turnaround=300, empty_desk=True)
    found = learned_from(drawn)
    assert found.tenures[0].pace.high < 0.5
    assert not any(each.comparable for each in found.tenures)
    assert (found.learned, found.used) == (False, HALF_A_YEAR)
    assert "et tomt bord" in found.sentence.da
    assert "too early to compare" in found.sentence.en


def test_absence_is_no_slowness():
    """A newcomer away for half of three months finishes half as much in half the hours."""
    luck = np.random.default_rng(5)
    staff, cases, names = caseworkers_and_cases(luck, None, newcomers=12, turnaround=2)
    rows, gone = [], np.zeros(cases.cases, dtype=np.bool_)
    finished = np.floor(cases.at(CaseEvent.NOTIFICATION_ASSESSED)) - day_number(FROM)
    for number, row in enumerate(staff.employments):
        if row.starts_on is not None:
            first = (row.starts_on - FROM).days
            away = spell(first + 20, first + 64)
            row = employed(row.caseworker, first, None, away)
            within = (finished >= first + 20) & (finished <= first + 64)
            gone |= (cases.caseworker == number) & within
        rows.append(row)
    found = learned_from((past(*rows, of=1500), cases.only(~gone), names))
    assert found.tenures[0].pace.low < 1 < found.tenures[0].pace.high


def test_a_case_list_without_caseworkers_is_refused():
    luck = np.random.default_rng(6)
    staff, cases, names = caseworkers_and_cases(luck, None, newcomers=1, turnaround=2)
    bare = CaseHistory(
        **{
            name: getattr(cases, name)
            for name in CaseHistory.__dataclass_fields__
            if name != "caseworker"
        }
    )
    with pytest.raises(InvalidInput, match="does not say who had the case"):
        learned_from((staff, bare, names))


def pace_holds(repetitions: int) -> None:
    luck = np.random.default_rng(20_261_128)
    hits = []
    for _ in range(repetitions):
        drawn = caseworkers_and_cases(luck, None, newcomers=3, turnaround=2)
        hits += [each.pace.low <= 1 <= each.pace.high for each in learned_from(drawn).tenures]
    assert np.sum(hits) >= stats.binom.ppf(1e-4, len(hits), 0.90)


def test_the_interval_of_a_pace_holds_the_truth_as_often_as_it_says():
    pace_holds(40)


@pytest.mark.soak
def test_the_interval_of_a_pace_holds_the_truth_as_often_as_it_says_long():
    pace_holds(300)
