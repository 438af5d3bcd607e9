"""What falls due soon as a calculation: the sheet for the monthly supervision.

(da: ark til ledelsestilsynet.)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from api.answers import Answer, Label, Table, Words
from api.documents import DepartmentDocument
from api.errors import refusals_naming
from api.fields import RulesVersion, Sentence, Verdict
from api.jobs.about import About, address
from api.jobs.calculation import ALONE, Calculation, Finding, Running
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.fit import verdict
from capacity.rulebook import rulebook
from capacity.wording import Spoken, Text
from simulations import MODEL_VERSION

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.forecast import DueRow
    from simulations.left_open import DueBand

_SHARE = ("andel 0-1", "share 0-1")
_DEADLINES = ("frister", "deadlines")
_HOURS = ("timer", "hours")


class FallingDueRow(Answer):
    """A deadline of a team, and what of it falls due within so many days (da: forfalder snart).

    `due` and `overdue` are counted case by case; `due_expected` and `overdue_expected` are means of
    clocks of unknown start; `new_due` of clocks that both start and fall due in the days. What runs
    on one case overlaps, so hours needed are not to be added over a team's deadlines:
    `hours_available` are for all its work. The `inputs` are what a fit leaves open, null where that
    has not been quantified.
    """

    team: Annotated[str, Label("team", "team")]
    team_name: Annotated[Words, Label("teamets navn", "the team's name")]
    deadline: Annotated[str, Label("frist", "deadline")]
    deadline_name: Annotated[Words, Label("fristens navn", "the deadline's name")]
    within_days: Annotated[int, Label("inden for dage", "within days")]
    due: Annotated[int, Label("forfalder", "falling due", *_DEADLINES)]
    due_expected: Annotated[float, Label("forfalder, skønnet", "due, estimated", *_DEADLINES)]
    overdue: Annotated[int, Label("overskredet i dag", "overdue today", *_DEADLINES)]
    overdue_expected: Annotated[
        float, Label("overskredet, skønnet", "overdue, estimated", *_DEADLINES)
    ]
    hours_needed: Annotated[float, Label("timer til de forfaldende", "hours for those", *_HOURS)]
    overdue_hours: Annotated[
        float, Label("timer til de overskredne", "hours for the overdue", *_HOURS)
    ]
    new_due: Annotated[float, Label("nye, der også forfalder", "new and due too", *_DEADLINES)]
    new_due_inputs_low: Annotated[
        float | None, Label("nye, ukendte inddata ned", "new, inputs low", *_DEADLINES)
    ]
    new_due_inputs_high: Annotated[
        float | None, Label("nye, ukendte inddata op", "new, inputs high", *_DEADLINES)
    ]
    new_hours: Annotated[float, Label("timer til de nye", "hours for the new", *_HOURS)]
    hours_available: Annotated[
        float, Label("teamets timer til alt arbejde", "the team's hours for all work", *_HOURS)
    ]
    enough: Annotated[bool, Label("timerne rækker til disse alene", "enough for these alone")]
    share_in_time: Annotated[
        float | None, Label("andel til tiden, simuleret", "share in time, simulated", *_SHARE)
    ]
    share_in_time_inputs_low: Annotated[
        float | None, Label("til tiden, ukendte inddata ned", "in time, inputs low", *_SHARE)
    ]
    share_in_time_inputs_high: Annotated[
        float | None, Label("til tiden, ukendte inddata op", "in time, inputs high", *_SHARE)
    ]
    sentence: Sentence
    department: Annotated[str, Label("afdeling", "department")]
    seed: Annotated[int, Label("frø", "seed")]
    replications: Annotated[int, Label("gentagelser", "replications")]
    model_version: Annotated[str, Label("modellens version", "version of the model")]
    rules_version: RulesVersion
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTerms:
    """Which days, which luck, and which rows: all where None is said (da: vinduer)."""

    days: tuple[int, ...]
    seed: int
    replications: int
    team: str | None = None
    deadline: str | None = None
    within: int | None = None


@dataclass(frozen=True, slots=True)
class FallingDueCalculation(Calculation):
    """What falls due within some numbers of days, of every team and deadline (da: forfalder)."""

    kind: ClassVar[str] = "falling-due"
    answers_with: ClassVar[type[Answer]] = Table[FallingDueRow]

    asked: Department
    address: str
    terms: DueTerms

    @property
    def question(self) -> Mapping[str, Any]:
        """All that is asked, with the whole department (da: spørgsmål)."""
        terms = self.terms
        return {
            "department": DepartmentDocument.from_domain(self.asked).as_json(),
            "address": self.address,
            "days": list(terms.days),
            "seed": terms.seed,
            "replications": terms.replications,
            "team": terms.team,
            "deadline": terms.deadline,
            "within": terms.within,
        }

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "FallingDueCalculation":
        """Read what `question` wrote."""
        names = ("seed", "replications", "team", "deadline", "within")
        return cls(
            DepartmentDocument.model_validate(question["department"]).to_domain(),
            question["address"],
            DueTerms(days=tuple(question["days"]), **{name: question[name] for name in names}),
        )

    @property
    def department(self) -> str:
        """Whose data are in it."""
        return self.asked.slug

    @property
    def about(self) -> About:
        """Within how many days, of which department."""
        terms, longest = self.terms, max(self.terms.days, default=0)
        return About(
            title=Text(
                da=f"frister, der udløber inden for {longest} dage",
                en=f"deadlines falling due within {longest} days",
            ),
            department=self.address,
            team=terms.team,
            path=address(
                f"/v1/departments/{self.address}/falling-due",
                days=";".join(map(str, terms.days)),
                team=terms.team,
                deadline=terms.deadline,
                within=terms.within,
                seed=terms.seed,
                replications=terms.replications,
            ),
        )

    @property
    def total(self) -> int:
        """Every replication of every group of teams, and of every set of a fit."""
        from simulations.forecast import falling_due_replications
        from simulations.input_band import REPLICATIONS, possible_departments

        sets = len(possible_departments(self.asked))
        own = falling_due_replications(self.asked, self.terms.replications)
        return own + sets * falling_due_replications(self.asked, REPLICATIONS)

    def steps(self) -> tuple[int, int]:
        """Say the work (da: beregningens omfang)."""
        from simulations.experiments import refuse_steps
        from simulations.forecast import falling_due_replications, falling_due_steps

        terms = self.terms
        self._refuse_unknown()
        with refusals_naming(rule="deadline", day="department"):
            own = falling_due_steps(
                self.asked, terms.days, terms.seed, terms.replications, rulebook()
            )
        # What the sets of a fit cost is as their replications are.
        wanted = own * self.total // falling_due_replications(self.asked, terms.replications)
        refuse_steps(wanted)
        return wanted, wanted

    def found(self, running: Running = ALONE) -> Finding:
        """Count what is known, and simulate the rest."""
        from simulations.forecast import falling_due
        from simulations.left_open import due_bands

        terms, total = self.terms, self.total
        self._refuse_unknown()
        with refusals_naming(rule="deadline", day="department"):
            found = falling_due(
                self.asked,
                rulebook(),
                terms.days,
                seed=terms.seed,
                replications=terms.replications,
                executor=running.executor,
                on_progress=lambda done: running.on_progress(done, total),
            )
            bands = due_bands(
                self.asked,
                found,
                rulebook(),
                terms.days,
                seed=terms.seed,
                executor=running.executor,
            )
        rows = tuple(
            self._row(row, band)
            for row, band in zip(found, bands or (None,) * len(found), strict=True)
            if self._is_asked_for(row)
        )
        if not rows:
            raise InvalidInput(
                Text(
                    da="teamet har ingen sådan frist, der løber frem mod en dag; vælg en anden",
                    en="the team has no such deadline that runs towards a day; choose another",
                ),
                field="deadline",
            )
        running.on_progress(total, total)
        return Finding(Table[FallingDueRow](rows=rows), _together(rows))

    def _is_asked_for(self, row: "DueRow") -> bool:
        terms = self.terms
        return (
            terms.team in (None, row.team)
            and terms.deadline in (None, row.deadline)
            and terms.within in (None, row.within_days)
        )

    def _refuse_unknown(self) -> None:
        """Refuse a team and days that are not among those asked about."""
        terms, rotas = self.terms, {each.slug for each in self.asked.duty_rotas}
        if terms.team is not None and terms.team not in rotas:
            self.asked.team(terms.team)
        if terms.within is not None and terms.within not in terms.days:
            known = ", ".join(map(str, terms.days))
            raise InvalidInput(
                Text(da=f"skriv et af tallene {known}", en=f"write one of {known}"),
                field="within",
            )

    def _row(self, row: "DueRow", band: "DueBand | None") -> FallingDueRow:
        from simulations.forecast import due_sentence

        department, book = self.asked, rulebook()
        share_band = band and band.share_in_time
        return FallingDueRow(
            team=row.team,
            team_name=_names(department)[row.team],
            deadline=row.deadline,
            deadline_name=book[row.deadline].label,
            within_days=row.within_days,
            due=row.due,
            due_expected=row.due_expected,
            overdue=row.overdue,
            overdue_expected=row.overdue_expected,
            hours_needed=row.hours_needed,
            overdue_hours=row.overdue_hours,
            new_due=row.new_due,
            new_due_inputs_low=band and band.new_due[0],
            new_due_inputs_high=band and band.new_due[1],
            new_hours=row.new_hours,
            hours_available=row.hours_available,
            enough=row.hours_suffice,
            share_in_time=row.share_in_time,
            share_in_time_inputs_low=share_band and share_band[0],
            share_in_time_inputs_high=share_band and share_band[1],
            sentence=due_sentence(row, department, book),
            department=self.address,
            seed=self.terms.seed,
            replications=row.replications,
            model_version=MODEL_VERSION,
            rules_version=book.fingerprint,
            verdict=verdict(department.fit, row.team, row.deadline),
        )


def _names(department: Department) -> dict[str, Text]:
    """What teams and duty rotas are called."""
    teams = {each.slug: each.label for each in department.teams}
    return teams | {each.slug: each.label for each in department.duty_rotas}


def _together(rows: tuple[FallingDueRow, ...]) -> Text:
    """The sentences of the longest window, one after the other."""
    longest = max(row.within_days for row in rows)
    told = tuple(row.sentence for row in rows if row.within_days == longest)
    return Spoken(lambda language: " ".join(each.in_language(language) for each in told))
