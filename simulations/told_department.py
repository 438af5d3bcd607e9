"""A first department from a few numbers that somebody says, to be corrected (da: i hånden).

Where there are no lists, a leader says which cases a team has, how many come and how many are open.
What the work on a case takes is the assumption rules', as in a draft from lists, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from capacity.backlog_ages import ages_for
from capacity.case_classes import Backlog, BacklogStage, CaseClass
from capacity.caseload import CaseUnit
from capacity.department import Assumption, Department, Team
from capacity.errors import InvalidInput
from capacity.practice import Policy, Practice
from capacity.roster import Roster
from capacity.rulebook import Rulebook
from capacity.wording import Language, Text, shown
from simulations.draft_assumptions import route_assumptions
from simulations.drafted_routes import assumed_route
from simulations.drafted_work import CASEWORK, WORK

_PRACTICE = Practice(policy=Policy.EARLIEST_DUE)
"""Assumption: the work whose deadline is nearest is taken first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCases:
    """What somebody says of a team's cases of one kind (da: oplyste sager).

    `deadline` is the rule that their work meets, None for work without one. `oldest_days` is the
    age of the oldest open case, None where nobody knows.
    """

    team: str
    deadline: str | None
    arrivals_per_year: Fraction
    open_cases: int = 0
    oldest_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody says of a department that is not there yet (da: oplyst afdeling)."""

    slug: str
    name: Text
    on: date
    unit: CaseUnit
    teams: tuple[tuple[str, Text], ...]
    cases: Sequence[ToldCases]
    roster: Roster
    said_by: str


def deadlines_to_tell(on: date, book: Rulebook) -> dict[str, Text]:
    """The deadlines whose work can be said by hand on a day, with their names (da: frister)."""
    return {
        each: book[each].label for each in WORK if each in book.rules and book[each].is_in_force(on)
    }


def told_department(told: Told, book: Rulebook) -> Department:
    """Make a department of what is said (da: afdeling i hånden).

    The headline is the deadline of which most cases come. `InvalidInput` where no cases have a
    deadline, or a team has two lots of cases of one kind.
    """
    classes: list[CaseClass] = []
    assumptions: list[Assumption] = []
    for each in told.cases:
        made, assumed = _class(each, told, book)
        classes.append(made)
        assumptions += assumed
    owed = [(each.arrivals_per_year, each) for each in told.cases if each.deadline is not None]
    if not owed:
        raise InvalidInput(
            Text(
                da="ingen af sagerne har en frist; vælg en frist ved mindst én slags sager",
                en="none of the cases has a deadline; choose one for at least one kind of cases",
            ),
            field="deadline",
        )
    _, headline = max(owed, key=lambda pair: pair[0])
    assert headline.deadline is not None
    return Department(
        slug=told.slug,
        name=told.name,
        on=told.on,
        unit=told.unit,
        open_cases=sum(each.open_cases for each in told.cases),
        teams=tuple(Team(slug=slug, label=label, practice=_PRACTICE) for slug, label in told.teams),
        roster=told.roster,
        case_classes=tuple(classes),
        headline_team=headline.team,
        headline_deadline=headline.deadline,
        assumptions=tuple(assumptions),
        source=Text(
            da="Afdelingens egne tal, skrevet i hånden", en="The department’s own numbers, by hand"
        ),
    )


def _class(said: ToldCases, told: Told, book: Rulebook) -> tuple[CaseClass, list[Assumption]]:
    """A class of cases, and what is assumed of it."""
    work = CASEWORK if said.deadline is None else WORK[said.deadline]
    route = assumed_route(said.deadline, told.on, book)
    made = CaseClass(
        slug=f"{work.slug}-{said.team}",
        label=work.label,
        team=said.team,
        arrivals_per_year=said.arrivals_per_year,
        route=route.episodes,
    )
    if said.oldest_days is None:
        backlog = Backlog(unknown=said.open_cases)
    else:
        ages = ages_for((), said.open_cases, said.oldest_days)
        stage = BacklogStage(episode=route.episodes[0].slug, ages_days=ages, placed_by_age=True)
        backlog = Backlog(stages=(stage,) if ages else ())
    made = replace(made, backlog=backlog)
    return made, [*route_assumptions(made, route, None), _said(made, said, told)]


def _said(made: CaseClass, said: ToldCases, told: Told) -> Assumption:
    """The numbers are somebody's word, and what is guessed of the ages is said with them."""

    def open_cases(language: Language) -> str:
        if not said.open_cases:
            return {"da": "ingen åbne", "en": "none open"}[language]
        count = shown(said.open_cases, 0, language)
        if said.oldest_days is None:
            unknown = {
                "da": f"{count} åbne, som ingen har sagt alderen på",
                "en": f"{count} open, whose age nobody has said",
            }
            return unknown[language]
        oldest = shown(said.oldest_days, 0, language)
        spread = {
            "da": f"{count} åbne, den ældste {oldest} dage; de andres alder er spredt jævnt",
            "en": f"{count} open, the oldest {oldest} days; the ages of the others spread evenly",
        }
        return spread[language]

    def says(language: Language) -> str:
        yearly = shown(said.arrivals_per_year, 0, language)
        new = {"da": "nye sager om året", "en": "new cases a year"}[language]
        return f"{made.label.in_language(language)}: {yearly} {new}, {open_cases(language)}."

    return Assumption(
        about=f"case_classes.{made.slug}.arrivals_per_year",
        says=Text(da=says("da"), en=says("en")),
        reason=Text(
            da="Skrevet, da afdelingen blev oprettet.",
            en="Written when the department was made.",
        ),
        said_by=told.said_by,
    )
