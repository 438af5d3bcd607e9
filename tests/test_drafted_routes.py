"""A draft with a time study: hours by the study, waiting by the list, and what neither says."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import exp

import numpy as np
import pytest
from case_rows import NO, SEEN, case_rows, days_ago

from capacity.case_classes import Desk
from capacity.case_events import CaseEvent
from capacity.errors import InvalidInput
from capacity.roster import Roster
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.case_history import CaseHistory
from simulations.draft_department import draft_department, with_time_study
from simulations.drafted_parts import StudiedClass, part_of_year, route_parts
from simulations.drafted_routes import desk_days
from simulations.drafted_work import DRAFTED_BY, drafted_classes
from simulations.listed_waits import OwnWaits
from simulations.time_study import TimeEntry, TimeStudy, studied_efforts

BOOK = rulebook()
FROM, TO = date(2025, 11, 3), date(2025, 11, 17)
"""Two weeks of ten working days, of the 253 of 2025 less 30 of holiday leave."""
PART = Fraction(10, 223)
EACH_YEAR = Fraction(223, 2)
"""So that five come in as much working time as the study took."""


def entry(who: str, episode: str, hours: str, finished: int, case_class: str = "bfu") -> TimeEntry:
    return TimeEntry(
        day=FROM,
        caseworker=who,
        case_class=case_class,
        episode=episode,
        hours=Fraction(hours),
        finished=finished,
    )


def study(*entries: TimeEntry) -> TimeStudy:
    return TimeStudy(entries=entries, from_=FROM, to=TO)


ASSESSED = (
    entry("a", "assess-child", "20", 3),
    entry("b", "assess-child", "24", 4),
    entry("c", "assess-child", "16", 3),
)


def finished(waits: float | None = None, open_: int = 0, cases: int = 200) -> CaseHistory:
    """Assessments of two years, each over after 70 days but for some that came first.

    `waits` are the days that each waited for others, give or take 10.
    """
    came = np.linspace(729.0, 75.0, cases)
    over = came - 70.0
    over[:open_] = NO
    history = case_rows(
        ("bfu",) * cases,
        need_became_known=days_ago(*came),
        assessment_finished=days_ago(*over),
        closed=days_ago(*over),
    )
    if waits is None:
        return history
    return replace(history, external_days=waits + np.tile([-10.0, 10.0], cases // 2))


def drafted(history: CaseHistory, *entries: TimeEntry, **said):
    nobody = Roster(caseworkers=())
    department = draft_department("d", Text(da="D", en="D"), history, nobody, {}, BOOK)
    for_each = {each.slug: said.get("a_year", EACH_YEAR) for each in department.case_classes}
    department = replace(
        department,
        case_classes=tuple(
            replace(each, arrivals_per_year=Fraction(for_each[each.slug]))
            for each in department.case_classes
        ),
    )
    if not entries:
        return department
    rows = {each.slug: history for each in department.case_classes}
    return with_time_study(department, rows, study(*entries), BOOK)


def class_of(department):
    (case_class,) = department.case_classes
    return case_class


def said_of(department, place: str):
    (found,) = [each for each in department.assumptions if each.about == place]
    return found


# --- Hours ---------------------------------------------------------------------------------------


def test_two_weeks_are_their_working_days_of_those_on_which_somebody_works():
    assert part_of_year(study(), BOOK) == PART
    weekend = TimeStudy(entries=(), from_=date(2025, 11, 8), to=date(2025, 11, 10))
    assert float(part_of_year(weekend, BOOK)) == pytest.approx(2 / 365.25, rel=1e-3)


def test_hours_are_the_studys_for_a_piece_and_pieces_are_counted_beside_the_cases_that_came():
    (episode,) = class_of(drafted(finished(), *ASSESSED)).route
    assert episode.effort_hours.mean == 6  # 60 hours, 10 pieces
    assert episode.mean_times == 2  # 10 pieces, 5 cases
    assert class_of(drafted(finished(), *ASSESSED)).mean_effort_hours == 12


def test_a_measured_hour_is_an_assumption_with_its_interval_pieces_and_caseworkers():
    department = drafted(finished(), *ASSESSED)
    said = said_of(department, "case_classes.bfu.route.assess-child.effort_hours")
    logs = np.log([40 / 7, 36 / 6, 44 / 7])
    half = 2.919986 * np.sqrt(2 / 3 * ((logs - logs.mean()) ** 2).sum())
    low, high = (f"{6 * exp(sign * half):.2f}".replace(".", ",").rstrip("0") for sign in (-1, 1))
    assert f"6 timer pr. stykke ({low}-{high})" in said.says.da
    assert "tidsstudie, 10 stykker, 3 sagsbehandlere" in said.reason.da
    assert said.said_by == "tidsstudie"
    route = said_of(department, "case_classes.bfu.route")
    assert "12 timer" in route.says.da
    assert route.said_by == DRAFTED_BY


def test_a_fit_of_the_draft_takes_the_studys_hours_once_and_not_twice():
    department = drafted(finished(), *ASSESSED)
    (belief,) = studied_efforts(study(*ASSESSED), department)
    assert belief.factor.median == pytest.approx(1.0)


def test_who_ticks_a_whole_assessment_as_one_piece_gets_no_five_of_them():
    five = [entry(who, "assess-child", "24", n) for who, n in zip("abc", (1, 2, 2), strict=True)]
    (episode,) = class_of(drafted(finished(), *five)).route
    assert (episode.mean_times, episode.effort_hours.mean) == (1, Fraction("14.4"))


@pytest.mark.parametrize(
    ("pieces", "times"),
    [((2, 2, 2), Fraction("1.2")), ((1, 1, 1), 1), ((10, 12, 8), 6)],
)
def test_a_case_takes_at_least_one_piece_and_as_many_as_were_finished(pieces, times):
    entries = [entry(who, "assess-child", "12", n) for who, n in zip("abc", pieces, strict=True)]
    (episode,) = class_of(drafted(finished(), *entries)).route
    assert episode.mean_times == times


def test_work_thought_to_be_done_once_is_done_once_where_that_fits():
    """Seven to twelve notifications assessed where five came is chance; twenty are four each."""
    history = case_rows(
        ("bfu",) * 3,
        notification_received=days_ago(90, 60, 30),
        notification_assessed=days_ago(89, 59, 29),
    )
    for number, times in ((7, 1), (12, 1), (20, 4)):
        entries = [entry("a", "assess-notification", "3", number - 4)]
        entries += [entry(who, "assess-notification", "2", 2) for who in "bc"]
        (episode,) = class_of(drafted(history, *entries)).route
        assert episode.mean_times == times
        assert episode.desk is Desk.TEAM


def followed_up(**more: np.ndarray) -> CaseHistory:
    """First follow-ups of two years, each 70 days after the measure began, all of them over."""
    came = np.linspace(729.0, 75.0, 200)
    return case_rows(
        ("bfu",) * 200,
        measure_started=days_ago(*came),
        followed_up_first=days_ago(*(came - 70)),
        closed=days_ago(*(came - 70)),
        **more,
    )


@pytest.mark.parametrize("pieces", [(3, 2, 2), (10, 6, 4)])
def test_a_follow_up_is_put_off_once_in_however_many_pieces_it_is_worked(pieces):
    entries = [entry(who, "follow-up-first", "6", n) for who, n in zip("abc", pieces, strict=True)]
    alone, studied = (
        class_of(drafted(followed_up(), *each, a_year=EACH_YEAR)) for each in ((), entries)
    )
    assert studied.route[-1].mean_times == (1 if sum(pieces) == 7 else 4)
    assert waiting(alone) == pytest.approx(min(0.9 * 70, 63))
    assert waiting(studied) == pytest.approx(waiting(alone))


def test_what_meets_a_deadline_is_said_to_be_done_once_in_however_many_pieces():
    place = "case_classes.bfu.route.assess-child.effort_hours"
    measured, assumed = (
        said_of(drafted(finished(), *each), place).says for each in (ASSESSED, ASSESSED[:2])
    )
    assert "og 1 pr. sag, i 2 stykker." in measured.da
    assert "and 1 a case, in 2 pieces." in measured.en
    assert "6 timer pr. stykke og 1 pr. sag, i 5 stykker;" in assumed.da


def test_casework_before_a_follow_up_is_done_and_not_left_out():
    wrote = [entry(who, "casework", "6", 2) for who in "abc"]
    route = class_of(drafted(followed_up(), *wrote)).route
    assert [each.slug for each in route] == [
        "casework",
        "before-follow-up-first",
        "follow-up-first",
    ]


def test_where_nobody_knows_how_many_came_the_pieces_stay_an_assumption():
    department = drafted(finished(), *ASSESSED, a_year=0)
    (episode,) = class_of(department).route
    assert (episode.effort_hours.mean, episode.mean_times) == (6, 5)
    said = said_of(department, "case_classes.bfu.route.assess-child.effort_hours")
    assert "er en antagelse" in said.reason.da


def test_too_few_who_wrote_leave_the_assumption_and_it_says_so():
    department = drafted(finished(), *ASSESSED[:2])
    (episode,) = class_of(department).route
    assert episode.effort_hours.mean * episode.mean_times == 30
    said = said_of(department, "case_classes.bfu.route.assess-child.effort_hours")
    assert "der skrev om det: 2;" in said.reason.da
    assert said.said_by == DRAFTED_BY


def test_what_too_few_wrote_of_is_measured_together_beside_what_is_assumed_of_each():
    """Of 5 hours and of 1 hour, three pieces took 4 and one took 2: 14 hours of 16."""
    notified = case_rows(
        ("bfu",) * 3,
        notification_received=days_ago(90, 60, 30),
        notification_assessed=days_ago(89, 59, 29),
    )
    followed = case_rows(
        ("bfu",) * 3,
        measure_started=days_ago(90, 80, 70),
        followed_up_first=days_ago(10, 5, 1),
    )
    rows = {"bfu": notified, "plan": followed}
    both = draft_department(
        "d", Text(da="D", en="D"), beside(notified, followed), Roster(caseworkers=()), {}, BOOK
    )
    entries = (
        entry("a", "follow-up-first", "8", 2, case_class="plan"),
        entry("b", "follow-up-first", "4", 1, case_class="plan"),
        entry("c", "assess-notification", "2", 1),
    )
    found = with_time_study(both, rows, study(*entries), BOOK)
    hours = [float(each.route[-1].effort_hours.mean) for each in found.case_classes]
    assert hours == pytest.approx([14 / 16, 5 * 14 / 16], abs=0.001)
    said = said_of(found, "case_classes.plan.route.follow-up-first.effort_hours")
    assert "tidsstudie, 4 stykker, 3 sagsbehandlere" in said.reason.da
    assert "målt under ét" in said.reason.da
    apart = with_time_study(both, rows, study(*entries[:2]), BOOK)
    assert [float(each.route[-1].effort_hours.mean) for each in apart.case_classes] == [1, 5]


def test_a_class_that_a_study_is_silent_of_or_somebody_has_settled_stays_as_it_is():
    before = drafted(finished())
    rows = {"bfu": finished()}
    silent = with_time_study(before, {**rows, "x": rows["bfu"]}, study(), BOOK)
    assert silent == before
    settled = replace(
        before, assumptions=tuple(replace(each, said_by="KB") for each in before.assumptions)
    )
    assert drafted_classes(settled) == ()
    assert with_time_study(settled, rows, study(*ASSESSED), BOOK) == settled


def test_a_study_may_be_read_anew_and_takes_the_place_of_the_last():
    once = drafted(finished(), *ASSESSED)
    more = tuple(replace(each, hours=each.hours * Fraction("0.9")) for each in ASSESSED)
    again = with_time_study(once, {"bfu": finished()}, study(*more), BOOK)
    assert class_of(again).route[0].effort_hours.mean == Fraction("5.4")
    assert len({each.about for each in again.assumptions}) == len(again.assumptions) == 2


# --- Casework beside the deadlines ---------------------------------------------------------------


def staying(days: float) -> CaseHistory:
    """Cases that get a plan after 40 days and stay open for some days more."""
    came = np.linspace(729.0, 401.0, 100)
    return case_rows(
        ("bfu",) * 100,
        decision_made=days_ago(*came),
        plan_made=days_ago(*(came - 40)),
        closed=days_ago(*np.where(came - 40 - days > 0, came - 40 - days, NO)),
    )


MORE = (
    entry("a", "casework", "10", 10),
    entry("b", "casework", "12", 12),
    entry("c", "casework", "8", 8),
)


def test_cases_that_stay_open_have_casework_after_the_last_deadline_with_the_lists_waiting():
    route = class_of(drafted(staying(300), *MORE)).route
    assert [each.slug for each in route] == ["make-plan", "casework"]
    casework = route[1]
    assert (casework.mean_times, casework.effort_hours.mean) == (6, 1)
    assert float(casework.external_delay_days.mean * 6) == pytest.approx(0.9 * 300, rel=0.02)
    assert casework.milestone is None


def test_without_a_study_casework_is_assumed_only_where_cases_stay_open_for_a_month():
    assert [each.slug for each in class_of(drafted(staying(300))).route] == [
        "make-plan",
        "casework",
    ]
    assert [each.slug for each in class_of(drafted(staying(10))).route] == ["make-plan"]


def test_casework_of_cases_that_are_over_with_their_deadline_is_done_on_the_way_to_it():
    route = class_of(drafted(finished(), *ASSESSED, *MORE)).route
    assert [each.slug for each in route] == ["casework", "assess-child"]
    assert route[1].clock is not None
    # The stretch to the milestone has one waiting, as much for each of its pieces.
    assert route[0].external_delay_days == route[1].external_delay_days


def test_what_is_assumed_of_a_whole_assessment_has_the_casework_in_it():
    """30 hours are assumed, and 6 of them are what the study has on the way there."""
    case_class = class_of(drafted(finished(), *MORE))
    casework, assessed = case_class.route
    assert casework.mean_effort_hours == 6
    assert (assessed.mean_effort_hours, case_class.mean_effort_hours) == (24, 30)
    much = [replace(each, hours=each.hours * 2) for each in MORE for _ in range(3)]
    little = class_of(drafted(finished(), *much)).route[1]
    assert little.mean_effort_hours == 6  # a fifth of what is assumed, at the least


def test_casework_that_few_wrote_of_is_what_was_written_and_no_more():
    route = class_of(drafted(staying(300), *MORE[:2])).route
    hours = route[1].mean_effort_hours
    assert float(hours) == pytest.approx(22 / 5, abs=0.01)


# --- Waiting -------------------------------------------------------------------------------------


def waiting(case_class) -> float:
    return float(sum(each.external_delay_days.mean * each.mean_times for each in case_class.route))


def test_the_lists_own_days_of_waiting_are_the_types_waiting():
    department = drafted(finished(45.0), *ASSESSED)
    assert waiting(class_of(department)) == pytest.approx(45, abs=0.1)
    assert "egne ventedage i" in said_of(department, "case_classes.bfu.route").reason.da
    assert "antagelse" not in said_of(department, "case_classes.bfu.route").reason.da


@pytest.mark.parametrize(("still_open", "believed"), [(5, True), (6, False)])
def test_where_more_than_one_in_twenty_are_open_those_that_are_over_are_not_believed(
    still_open, believed
):
    """Of the first half, 111 of 200, five are under and six over one in twenty."""
    department = drafted(finished(45.0, open_=still_open), *ASSESSED)
    said = said_of(department, "case_classes.bfu.route").reason.da
    assert ("egne ventedage" in said) is believed
    assert (waiting(class_of(department)) == pytest.approx(45, abs=0.1)) is believed
    assert ("kun 94,6 % af sagerne" in said) is not believed
    assert ("Ventetiden på andre er planlæggerens antagelse" in said) is not believed


def test_the_waiting_of_those_that_were_withdrawn_is_not_a_whole_cases():
    history = finished(45.0)
    gone = np.full(200, NO)
    gone[:21] = history.at(CaseEvent.NEED_BECAME_KNOWN)[:21] + 5
    events = {**history.events, CaseEvent.WITHDRAWN: gone}
    assert history.external_days is not None
    waits = history.external_days.copy()
    waits[:21] = 500.0
    department = drafted(replace(history, events=events, external_days=waits), *ASSESSED)
    assert waiting(class_of(department)) == pytest.approx(45, abs=0.1)


def test_no_case_waits_longer_than_it_takes():
    came = np.linspace(729.0, 75.0, 200)
    short = case_rows(
        ("bfu",) * 200,
        need_became_known=days_ago(*came),
        assessment_finished=days_ago(*(came - 30)),
        closed=days_ago(*(came - 30)),
    )
    assert waiting(class_of(drafted(short))) == pytest.approx(0.9 * 30, abs=0.5)
    assert waiting(class_of(drafted(finished()))) == 60  # the assumption, within 0.9 of 70


def test_open_cases_are_followed_and_not_left_out_of_how_long_stretches_are():
    """They stay for 200 days on average, so three in ten have not closed yet, the long ones."""
    luck = np.random.default_rng(1)
    came = luck.uniform(0, 700, 4000)
    stay = luck.exponential(200, 4000)
    history = case_rows(
        ("bfu",) * 4000,
        decision_made=days_ago(*came),
        plan_made=days_ago(*came),
        closed=days_ago(*np.where(came - stay > 0, came - stay, NO)),
    )
    route = class_of(drafted(history, *MORE)).route
    found = float(route[-1].external_delay_days.mean * route[-1].mean_times)
    assert found == pytest.approx(0.9 * 200, rel=0.08)


def beside(history: CaseHistory, other: CaseHistory) -> CaseHistory:
    """Two types in one list."""
    events = {
        event: np.concatenate([history.at(event), other.at(event)])
        for event in (*history.events, *other.events)
    }
    return replace(
        history,
        case_classes=(*history.case_classes, "plan"),
        team=np.concatenate([history.team, other.team]),
        case_class=np.concatenate([history.case_class, other.case_class + 1]),
        events=events,
        external_days=None
        if history.external_days is None
        else np.concatenate([history.external_days, np.full(other.cases, NO)]),
    )


def test_how_long_work_lies_at_a_desk_is_what_types_with_days_of_waiting_take_beyond_those():
    """Of 70 days 45 are waiting, so each of five pieces took 5; plans take 40 days."""
    plans = staying(0)
    told, untold = (
        drafted(beside(finished(waits), plans)).case_classes[1] for waits in (45.0, None)
    )
    assert [each.slug for each in told.route] == ["make-plan"]
    assert waiting(told) == pytest.approx(40 - 5, abs=0.1)
    assert waiting(untold) == 21  # the assumption, which is within 0.9 of 40


def test_work_beside_deadlines_lies_longer_than_work_on_the_way_to_one():
    """The type with a deadline tells of the one, and a type without of the other."""
    to_deadline = route_parts(finished(), BOOK)
    beside_it = route_parts(case_rows(("x",), notification_received=days_ago(3)), BOOK)
    slow = OwnWaits(mean=10, cv=0.5, cases=50, days=40)
    quick = OwnWaits(mean=45, cv=0.5, cases=50, days=55)
    found = desk_days([(to_deadline, quick), (beside_it, slow)])
    assert (found.to_deadline, found.beside) == (2.0, 3.0)  # of five pieces, and of ten
    assert (found.of(to_deadline), found.of(beside_it)) == (2.0, 3.0)
    only = desk_days([(to_deadline, quick), (beside_it, Text(da="nej", en="no"))])
    assert only.of(beside_it) == 2.0


def assessed_at_once(closing: bool) -> CaseHistory:
    """Notifications assessed on the day they come, of cases that are then open for ten days."""
    came = np.linspace(729.0, 75.0, 200)
    history = case_rows(
        ("bfu",) * 200,
        notification_received=days_ago(*came),
        notification_assessed=days_ago(*came),
        closed=days_ago(*(came - 10 if closing else np.full(200, NO))),
    )
    return replace(history, external_days=6.4 + np.tile([-1.0, 1.0], 100))


def test_what_cases_wait_though_their_work_is_done_at_once_they_wait_after_it():
    department = drafted(assessed_at_once(closing=True))
    done, after = class_of(department).route
    assert (done.slug, done.external_delay_days.mean) == ("assess-notification", 0)
    assert after.mean_effort_hours == 0
    assert float(after.external_delay_days.mean) == pytest.approx(6.4, abs=0.02)
    said = said_of(department, "case_classes.bfu.route")
    assert "venter 6,39 dage" in said.says.da  # the first half has one more of the short ones
    assert "efter arbejdet, som gøres straks" in said.reason.da


def test_days_of_waiting_that_a_draft_has_no_place_for_are_said_to_be_left_out():
    department = drafted(assessed_at_once(closing=False))
    assert [each.slug for each in class_of(department).route] == ["assess-notification"]
    said = said_of(department, "case_classes.bfu.route").reason
    assert "ventedage, 6,4 i gennemsnit, er ikke brugt" in said.da
    assert "6.4 on average, are not used" in said.en


def test_a_stretch_with_one_piece_varies_as_it_does_in_the_list():
    """Nobody follows up in less than 95 days, so nobody does in the draft."""
    started = np.linspace(700.0, 200.0, 120)
    after = np.tile([95.0, 100.0, 105.0, 200.0], 30)
    history = case_rows(
        ("bfu",) * 120,
        measure_started=days_ago(*started),
        followed_up_first=days_ago(*np.maximum(started - after, -1)),
    )
    wait = class_of(drafted(history)).route[0].external_delay_days
    assert set(wait.observed) == {Fraction(days) * Fraction(9, 10) for days in (95, 100, 105, 200)}
    assert float(wait.mean) == pytest.approx(0.9 * 125, abs=0.5)


def test_work_at_a_desk_is_never_more_than_half_of_what_a_stretch_takes():
    quick = case_rows(
        ("plan",) * 40,
        decision_made=days_ago(*np.linspace(700, 100, 40)),
        plan_made=days_ago(*(np.linspace(700, 100, 40) - 8)),
        closed=days_ago(*(np.linspace(700, 100, 40) - 8)),
    )
    found = drafted(beside(finished(45.0), quick)).case_classes[1]
    assert waiting(found) == pytest.approx(4, abs=0.1)


# --- What it is for ------------------------------------------------------------------------------


def test_a_class_too_thin_to_be_told_does_not_stop_a_fit():
    department = drafted(finished(), *ASSESSED)
    thin = replace(class_of(department), slug="thin")
    both = replace(department, case_classes=(class_of(department), thin))
    entries = (*ASSESSED, entry("a", "assess-child", "2", 1, case_class="thin"))
    assert [each.case_class for each in studied_efforts(study(*entries), both)] == ["bfu"]
    with pytest.raises(InvalidInput, match="1 caseworkers wrote hours"):
        studied_efforts(study(entries[-1]), both)


def test_a_follow_up_by_its_label_is_no_case_of_its_own():
    history = case_rows(
        ("stoette", "stoette-opfoelgning", "raad-vejledning"),
        decision_made=days_ago(400, NO, 90),
        plan_made=days_ago(380, NO, 80),
        measure_started=days_ago(NO, 90, NO),
        followed_up_first=days_ago(NO, 10, NO),
    )
    labels = {
        "stoette": Text(da="Støtte", en="Støtte"),
        "stoette-opfoelgning": Text(da="Støtte/opfølgning", en="Støtte/opfølgning"),
        "raad-vejledning": Text(da="Råd/vejledning", en="Råd/vejledning"),
    }
    nobody = Roster(caseworkers=())
    found = draft_department("d", Text(da="D", en="D"), history, nobody, labels, BOOK)
    assert [each.weight for each in found.case_classes] == [1, 0, 1]


def test_the_period_of_the_study_counts_and_not_the_days_that_were_written_on():
    longer = TimeStudy(entries=ASSESSED, from_=FROM, to=TO + timedelta(days=14))
    rows = finished()
    (one,), (two,) = (
        route_parts(
            rows,
            BOOK,
            StudiedClass(
                case_class="bfu", study=each, cases=111.5 * float(part_of_year(each, BOOK))
            ),
        )
        for each in (study(*ASSESSED), longer)
    )
    assert one.mean_hours == pytest.approx(12)
    assert float(two.mean_hours) == pytest.approx(6, abs=0.1)
    assert SEEN.year == FROM.year
