"""A department as the planner sees it: teams, people, cases, and who assumed what.

The document behind it is versioned and addressed `slug@version`. Everything that no source vouches
for is listed among the `assumptions`, so that no page and no notat can pass it off as a fact.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from capacity.alternatives import Alternative
from capacity.case_classes import CaseClass, Desk
from capacity.caseload import CaseUnit
from capacity.distributions import Distribution as Distribution  # until the others import it there
from capacity.distributions import Family as Family
from capacity.duty_rota import DutyRota
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.fit import Fit
from capacity.practice import USUAL_PRACTICE, Practice
from capacity.refusals import refuse_below_zero, refuse_twice
from capacity.roster import Roster
from capacity.staff_risks import StaffRisks
from capacity.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team with a desk of its own (da: team).

    `staff_risks` None means that absence is spread evenly over the year and that nobody leaves.
    """

    slug: str
    label: Text
    practice: Practice = USUAL_PRACTICE
    staff_risks: StaffRisks | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What somebody counted: cases that kept a rule among those it was due for (da: optælling).

    `deadline` names the rule where it is one of time. Without it the count is of order or content,
    and no word of timeliness may be said of it. `caveat` says what the count cannot carry: a
    sample of placements, a count of closed cases.
    """

    label: Text
    kept: int
    due: int
    not_yet_due: int = 0
    deadline: str | None = None
    source: Text
    caveat: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyVolume:
    """Work of one kind in a year, for the hours check (da: årligt omfang)."""

    label: Text
    volume_per_year: Fraction
    hours_per_case: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A number from nowhere, owned by somebody (da: antagelse)."""

    about: str
    says: Text
    reason: Text
    said_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A family department on a day (da: afdeling, Familierådgivning).

    `open_cases` counts all active cases in `unit`; the backlogs of the case classes are the part
    of them that the simulation works on. The headline is the team and the deadline shown first.
    An episode may be worked by another team than its case's, or on one of the `duty_rotas`. `fit`
    is what its own history taught; None where the model has not been fitted to it.
    """

    slug: str
    name: Text
    on: date
    unit: CaseUnit
    children_per_case: Fraction | None = None
    open_cases: int
    teams: tuple[Team, ...]
    roster: Roster
    case_classes: tuple[CaseClass, ...]
    headline_team: str
    headline_deadline: str
    observations: tuple[Observation, ...] = ()
    volumes: tuple[YearlyVolume, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    source: Text
    duty_rotas: tuple[DutyRota, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    fictional: bool = False
    fit: Fit | None = None
    version: int = 1

    def __post_init__(self) -> None:
        refuse_below_zero(self.open_cases, "open_cases")
        refuse_twice([team.slug for team in self.teams], "teams")
        # An episode names a team or a rota by the same word.
        refuse_twice(self._places_of_work, "duty_rotas")
        # A class's name is what its luck hangs on: two of one name would meet the same cases.
        refuse_twice([each.slug for each in self.case_classes], "case_classes")
        for index, person in enumerate(self.roster.caseworkers):
            self.team(person.team, field=f"roster.caseworkers[{index}].team")
        for index, vacancy in enumerate(self.roster.vacancies):
            self.team(vacancy.team, field=f"roster.vacancies[{index}].team")
        for index, rota in enumerate(self.duty_rotas):
            self.team(rota.staffed_by, field=f"duty_rotas[{index}].staffed_by")
        for index, case_class in enumerate(self.case_classes):
            self.team(case_class.team, field=f"case_classes[{index}].team")
            self._refuse_work_for_nobody(case_class, f"case_classes[{index}]")
        refuse_twice([each.slug for each in self.alternatives], "alternatives")
        for index, alternative in enumerate(self.alternatives):
            self.team(alternative.team, field=f"alternatives[{index}].team")
        self.team(self.headline_team, field="headline_team")

    @property
    def address(self) -> str:
        """The permanent address of this version, `slug@version` (da: adresse)."""
        return f"{self.slug}@{self.version}"

    def open_cases_of(self, teams: Collection[str]) -> int:
        """Count what the simulation works on in these teams, as a caseload does (da: åbne sager).

        What has no weight is no case of its own: it is work on a case that is counted already.
        """
        of = (each for each in self.case_classes if each.team in teams and each.weight)
        return sum(each.backlog.open_cases for each in of)

    def uncounted_rows_of(self, teams: Collection[str]) -> int:
        """Count the open work without weight, such as follow-ups (da: opfølgninger m.m.)."""
        of = (each for each in self.case_classes if each.team in teams and not each.weight)
        return sum(each.backlog.open_cases for each in of)

    @property
    def _places_of_work(self) -> list[str]:
        return [team.slug for team in self.teams] + [rota.slug for rota in self.duty_rotas]

    def deadlines_of(self, team: str) -> tuple[str, ...]:
        """Return the deadlines on the work of a team, by rule id (da: teamets frister).

        They are those of the episodes worked there, whichever team the case belongs to; a duty
        rota has its own, by its slug.
        """
        owed = {
            episode.clock.deadline
            for case_class in self.case_classes
            for episode in case_class.episodes
            if episode.clock and (episode.team or case_class.team) == team
        }
        return tuple(sorted(owed))

    def team(self, slug: str, *, field: str = "team") -> Team:
        """Return the team of that name; `UnknownDepartment` names those there are."""
        for team in self.teams:
            if team.slug == slug:
                return team
        names = ", ".join(team.slug for team in self.teams)
        raise UnknownDepartment(
            Text(
                da=f"{self.slug} har intet team ”{slug}”; der er {names}",
                en=f"{self.slug} has no team “{slug}”; there are {names}",
            ),
            field=field,
        )

    def _refuse_work_for_nobody(self, case_class: CaseClass, place: str) -> None:
        rotas = {rota.slug for rota in self.duty_rotas}
        for within, episode, _ in case_class.placed_episodes():
            if episode.team is None:
                continue
            if episode.team not in self._places_of_work:
                names = ", ".join(self._places_of_work)
                raise UnknownDepartment(
                    Text(
                        da=f"{self.slug} har hverken team eller vagtplan ”{episode.team}”; der er "
                        f"{names}",
                        en=f"{self.slug} has neither team nor duty rota “{episode.team}”; there "
                        f"are {names}",
                    ),
                    field=f"{place}.{within}.team",
                )
            if episode.team in rotas and episode.desk is Desk.OWN:
                raise InvalidInput(
                    Text(
                        da=f"{episode.slug}: på vagtplanen ”{episode.team}” ejer ingen sagerne; "
                        "skriv desk: team",
                        en=f"{episode.slug}: on the duty rota “{episode.team}” nobody owns the "
                        "cases; write desk: team",
                    ),
                    field=f"{place}.{within}.desk",
                )
