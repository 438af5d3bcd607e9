"""Other teams for the same people and cases: nothing is lost, and structures can be compared."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from small_department import BOTH, fixed, small_department

from api.documents import load_example
from capacity.case_classes import Backlog, BacklogStage, Desk, Strand
from capacity.caseworker import Vacancy
from capacity.department import Department, Team
from capacity.duty_rota import DutyRota, Shift
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.merging import (
    TeamPart,
    cases_that_move,
    merged,
    renamed,
    split,
    with_handover_work,
)
from capacity.practice import Assignment, Practice
from capacity.roster import Roster, case_hours
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.cohorts import IN_TIME, LATE, OPEN_AND_OVERDUE
from simulations.experiments import run, trial

OWNED = Practice(handover_hours=Fraction(3))
ON = date(2024, 1, 1)
OLD_TEAMS = ("boern", "unge", "special")


def before_the_change() -> Department:
    """StraXen, a §50 team and three teams of three, each with cases of its own kind."""
    base = small_department()
    (assessments,) = base.case_classes
    slugs = ("straxen", "paragraf-50", *OLD_TEAMS)
    people = tuple(
        replace(person, id=f"{slug}-{n}", team=slug)
        for slug in slugs
        for n, person in enumerate(base.roster.caseworkers)
    )
    own_desk = replace(assessments.route[0], desk=Desk.OWN)
    classes = tuple(
        replace(
            assessments,
            slug=f"cases-{slug}",
            team=slug,
            route=(own_desk,),
            arrivals_per_year=Fraction(75),
            backlog=Backlog(
                stages=(BacklogStage(episode="assessment", ages_days=tuple(range(size))),)
            ),
        )
        for slug, size in zip(slugs, (0, 12, 30, 18, 6), strict=True)
    )
    notification = replace(
        assessments.route[0], slug="reassess", clock=None, team="special", desk=Desk.TEAM
    )
    strand = Strand(slug="passed-on", label=BOTH, per_year=Fraction(1), episodes=(notification,))
    classes = (replace(classes[0], strands=(strand,)), *classes[1:])
    return replace(
        base,
        teams=tuple(Team(slug=slug, label=BOTH, practice=OWNED) for slug in slugs),
        roster=Roster(
            caseworkers=people,
            vacancies=(Vacancy(team="unge", hours_per_week=Fraction(37), from_on=ON),),
        ),
        case_classes=classes,
        duty_rotas=(
            DutyRota(
                slug="duty",
                label=BOTH,
                staffed_by="boern",
                shifts=(Shift(weekday=0, opens_at=Fraction(8), closes_at=Fraction(10)),),
            ),
        ),
        headline_team="boern",
    )


def one_base_team(department: Department | None = None) -> Department:
    return merged(department or before_the_change(), OLD_TEAMS, "basis", BOTH)


def two_base_teams() -> Department:
    """What Ishøj's note tells: three teams become two base teams that take all cases."""
    people = [each.id for each in one_base_team().roster.team("basis").caseworkers]
    return split(
        one_base_team(),
        "basis",
        (
            TeamPart(slug="basis-1", label=BOTH, people=tuple(people[::2]), share=Fraction(5, 9)),
            TeamPart(slug="basis-2", label=BOTH, people=tuple(people[1::2]), share=Fraction(4, 9)),
        ),
    )


def whole(department: Department) -> tuple[Fraction, int, Fraction, int]:
    """What no structure may change: hours, people, arrivals, open cases."""
    return (
        case_hours(department.roster, department.on),
        len(department.roster.caseworkers),
        sum((each.arrivals_per_year for each in department.case_classes), Fraction(0)),
        sum(each.backlog.open_cases for each in department.case_classes),
    )


def test_merging_and_splitting_lose_nobody_and_nothing():
    assert whole(one_base_team()) == whole(before_the_change())
    assert whole(two_base_teams()) == whole(before_the_change())


def test_everything_that_named_a_merged_team_names_the_new_one():
    department = one_base_team()
    assert [team.slug for team in department.teams] == ["straxen", "paragraf-50", "basis"]
    assert department.headline_team == "basis"
    assert department.duty_rotas[0].staffed_by == "basis"
    assert department.roster.vacancies[0].team == "basis"
    assert department.case_classes[0].strands[0].episodes[0].team == "basis"
    assert len(department.roster.team("basis").caseworkers) == 9


def test_people_and_classes_keep_the_names_that_luck_hangs_on():
    one, other = before_the_change(), one_base_team()
    assert [each.id for each in one.roster.caseworkers] == [
        each.id for each in other.roster.caseworkers
    ]
    assert [each.slug for each in one.case_classes] == [each.slug for each in other.case_classes]


def test_teams_that_work_differently_are_merged_only_when_told_how():
    department = before_the_change()
    teams = list(department.teams)
    teams[2] = replace(teams[2], practice=Practice(assignment=Assignment.TEAM))
    mixed = replace(department, teams=tuple(teams))
    with pytest.raises(InvalidInput, match="write what is to hold"):
        one_base_team(mixed)
    told = merged(mixed, OLD_TEAMS, "basis", BOTH, practice=OWNED)
    assert told.team("basis").practice == OWNED


@pytest.mark.parametrize(
    ("teams", "slug", "error"),
    [
        (("boern", "nobody"), "basis", UnknownDepartment),
        (("boern", "boern"), "basis", InvalidInput),
        (("boern", "unge"), "straxen", InvalidInput),
        ((), "basis", InvalidInput),
    ],
)
def test_what_cannot_be_merged_is_refused(teams, slug, error):
    with pytest.raises(error):
        merged(before_the_change(), teams, slug, BOTH)


def test_a_team_may_keep_the_name_of_one_of_those_merged():
    department = merged(before_the_change(), OLD_TEAMS, "unge", BOTH)
    assert [team.slug for team in department.teams] == ["straxen", "paragraf-50", "unge"]


def test_a_new_name_changes_a_name():
    label = Text(da="Modtagelse", en="Intake")
    department = renamed(before_the_change(), "straxen", "modtagelse", label)
    assert department.team("modtagelse").label == label
    assert renamed(department, "modtagelse", "straxen", BOTH) == before_the_change()


def test_a_divided_class_has_its_shares_of_arrivals_and_of_old_and_new_cases():
    department = two_base_teams()
    parts = [each for each in department.case_classes if each.slug.startswith("cases-boern-")]
    assert [each.slug for each in parts] == ["cases-boern-basis-1", "cases-boern-basis-2"]
    assert [each.arrivals_per_year for each in parts] == [Fraction(125, 3), Fraction(100, 3)]
    ages = [each.backlog.stages[0].ages_days for each in parts]
    assert [len(each) for each in ages] == [17, 13]
    assert sorted(ages[0] + ages[1]) == list(range(30))
    assert max(ages[0]) - max(ages[1]) in (-1, 1, 2, -2)


def test_a_class_may_go_to_one_part_alone():
    people = [each.id for each in one_base_team().roster.team("basis").caseworkers]
    department = split(
        one_base_team(),
        "basis",
        (
            TeamPart(
                slug="a",
                label=BOTH,
                people=tuple(people[:4]),
                share=Fraction(1, 2),
                case_classes=("cases-special",),
            ),
            TeamPart(slug="b", label=BOTH, people=tuple(people[4:]), share=Fraction(1, 2)),
        ),
    )
    (special,) = [each for each in department.case_classes if "special" in each.slug]
    assert (special.slug, special.team) == ("cases-special", "a")


@pytest.mark.parametrize(
    ("first", "second", "match"),
    [
        ({"share": Fraction(1, 2)}, {"share": Fraction(1, 3)}, "sum to"),
        ({"people": ("boern-0",)}, {}, "goes to one part"),
        ({"case_classes": ("cases-straxen",)}, {}, "no case class"),
        ({"slug": "b"}, {}, "two are called"),
    ],
)
def test_a_wrong_division_is_refused(first, second, match):
    people = tuple(each.id for each in one_base_team().roster.team("basis").caseworkers)
    usual = {"label": BOTH, "share": Fraction(1, 2)}
    parts = (
        TeamPart(**({"slug": "a", "people": people[:4]} | usual | first)),
        TeamPart(**({"slug": "b", "people": people[4:]} | usual | second)),
    )
    with pytest.raises(InvalidInput, match=match):
        split(one_base_team(), "basis", parts)


def test_the_cases_that_move_are_those_above_the_even_share():
    """30, 18 and 6 cases for equal hours are 18 each when evened out: 12 move."""
    assert cases_that_move(before_the_change(), OLD_TEAMS) == 12
    pooled = replace(
        before_the_change(),
        teams=tuple(
            replace(team, practice=Practice(assignment=Assignment.TEAM))
            for team in before_the_change().teams
        ),
    )
    assert cases_that_move(pooled, OLD_TEAMS) == 0


def test_reading_up_takes_its_hours_once():
    plain = one_base_team()
    department = with_handover_work(plain, "basis", 12)
    handover = department.case_classes[-1]
    assert handover.backlog.open_cases * handover.mean_effort_hours == 36
    assert handover.arrivals_per_year == 0
    bare = replace(plain, teams=tuple(replace(t, practice=Practice()) for t in plain.teams))
    with pytest.raises(InvalidInput, match="no hours for hand-over"):
        with_handover_work(bare, "basis", 12)


# --- Simulated --------------------------------------------------------------------------------


def share_in_time(department: Department, *teams: str) -> float:
    """The share of assessments in time in the first year, those teams together."""
    kept = due = 0.0
    for team in teams:
        laid_out = trial(
            department,
            team,
            {"assessments": lambda clock, team=team: clock.team == team},
            ON,
            date(2025, 1, 1),
            rulebook(),
        )
        counts = run(laid_out, 0, 32).counts[:, 0, 0].sum(axis=(0, 1))
        kept += counts[IN_TIME]
        due += counts[IN_TIME] + counts[LATE] + counts[OPEN_AND_OVERDUE]
    return kept / due


@pytest.fixture(scope="module")
def uneven() -> Department:
    """Three teams of which one has most of the cases, and busy all of them."""
    department = before_the_change()
    arrivals = {"cases-boern": 125, "cases-unge": 100, "cases-special": 50}
    return replace(
        department,
        duty_rotas=(),
        case_classes=tuple(
            replace(
                each,
                strands=(),
                arrivals_per_year=Fraction(arrivals.get(each.slug, 50)),
                route=(replace(each.route[0], external_delay_days=fixed("60")),),
            )
            for each in department.case_classes
        ),
    )


def test_three_teams_one_team_and_two_teams_can_be_compared_and_pooling_gains(uneven):
    one = one_base_team(uneven)
    people = [each.id for each in one.roster.team("basis").caseworkers]
    parts = tuple(
        TeamPart(
            slug=slug,
            label=BOTH,
            people=tuple(people[place::2]),
            share=Fraction(5 - place, 9),
        )
        for place, slug in enumerate(("basis-1", "basis-2"))
    )
    two = split(one, "basis", parts)
    three_teams = share_in_time(uneven, *OLD_TEAMS)
    two_teams = share_in_time(two, "basis-1", "basis-2")
    one_team = share_in_time(one, "basis")
    assert two_teams > three_teams + 0.05
    assert one_team > three_teams + 0.05


def test_reading_up_on_cases_that_move_costs_deadlines(uneven):
    one = one_base_team(uneven)
    heavy = replace(
        one,
        teams=tuple(
            replace(team, practice=replace(team.practice, handover_hours=Fraction(12)))
            for team in one.teams
        ),
    )
    moved = with_handover_work(heavy, "basis", 60)
    assert share_in_time(moved, "basis") < share_in_time(heavy, "basis") - 0.005


def test_sets_of_assumptions_of_a_team_go_to_the_team_that_it_becomes():
    demo = load_example("ishoej-2020")
    assert {each.team for each in demo.alternatives} == {"paragraf-50"}
    teams = [demo.team(slug) for slug in ("paragraf-50", "basisteam-1")]
    one = merged(
        demo,
        [each.slug for each in teams],
        "one",
        BOTH,
        practice=teams[0].practice,
        staff_risks=teams[0].staff_risks,
    )
    assert [replace(each, team="paragraf-50") for each in one.alternatives] == list(
        demo.alternatives
    )
    assert {each.team for each in one.alternatives} == {"one"}


def test_open_cases_that_are_dealt_out_keep_when_their_work_began():
    ages, begun = tuple(range(10, 22)), tuple(range(0, 12))
    stage = BacklogStage(
        episode="assessment", ages_days=ages, placed_by_age=True, begun_days_ago=begun
    )
    department = small_department()
    (only,) = department.case_classes
    (team,) = department.teams
    case_class = replace(
        only,
        route=(replace(only.route[0], slug="assessment"),),
        backlog=Backlog(stages=(stage,)),
    )
    asked = replace(department, case_classes=(case_class,), open_cases=len(ages))
    people = tuple(person.id for person in asked.roster.caseworkers)
    parts = (
        TeamPart(slug="one", label=BOTH, share=Fraction(1, 3), people=people[:1]),
        TeamPart(slug="two", label=BOTH, share=Fraction(2, 3), people=people[1:]),
    )
    found = split(asked, team.slug, parts)
    pairs = [
        pair
        for each in found.case_classes
        for of_part in each.backlog.stages
        for pair in zip(of_part.ages_days, of_part.begun_days_ago, strict=True)
    ]
    assert sorted(pairs) == list(zip(ages, begun, strict=True))
