"""A stress test as a calculation: a team hit at once by several things (da: sårbarhed).

With `merge` the team is merged with another first; who is away is the same people, those with the
most hours in the team that is hit, so that what pooling does can be held against it.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from api.answers import Answer, Table
from api.documents import DepartmentDocument
from api.errors import refusals_naming
from api.jobs.about import About, address
from api.jobs.calculation import ALONE, Calculation, Finding, Running
from api.jobs.stress_rows import StressRow, stress_rows
from api.stress_terms import StressTerms
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.scenario_changes import MergedTeams
from capacity.wording import Text, date_in_words

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.stress import Follow, StressTest

_REASON = "to team lagt sammen i en stresstest"


@dataclass(frozen=True, slots=True)
class StressCalculation(Calculation):
    """A team under a stress beside the same team without; `month` alone, or all of them."""

    kind: ClassVar[str] = "stress"
    answers_with: ClassVar[type[Answer]] = Table[StressRow]

    asked: Department
    address: str
    terms: StressTerms
    month: date | None = None

    @property
    def question(self) -> Mapping[str, Any]:
        """All that is asked, with the whole department (da: spørgsmål)."""
        return {
            "department": DepartmentDocument.from_domain(self.asked).as_json(),
            "address": self.address,
            "terms": self.terms.as_json(),
            "month": self.month and self.month.isoformat(),
        }

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "StressCalculation":
        """Read what `question` wrote."""
        month = question["month"]
        return cls(
            DepartmentDocument.model_validate(question["department"]).to_domain(),
            question["address"],
            StressTerms.read(question["terms"]),
            month and date.fromisoformat(month),
        )

    @property
    def department(self) -> str:
        """Whose data are in it."""
        return self.asked.slug

    @property
    def about(self) -> About:
        """What happens, to which team and from when."""
        terms, test = self.terms, self.terms.test(self.asked)
        team = self.asked.team(terms.team).label
        return About(
            title=Text(
                da=f"{test.label.da} fra {date_in_words(test.from_, 'da')} i {team.da}",
                en=f"{test.label.en} from {date_in_words(test.from_, 'en')} in {team.en}",
            ),
            department=self.address,
            team=terms.team,
            path=address(
                f"/v1/departments/{self.address}/stress",
                **terms.in_an_address(),
                month=self.month,
            ),
        )

    @property
    def total(self) -> int:
        """With and without, and both again under every set of inputs that a fit leaves possible."""
        from simulations.input_band import REPLICATIONS, possible_departments

        sets = 0 if self.terms.merge else len(possible_departments(self.asked))
        return 2 * (self.terms.replications + sets * REPLICATIONS)

    def steps(self) -> tuple[int, int]:
        """Say the work (da: beregningens omfang)."""
        from simulations.experiments import refuse_steps
        from simulations.stress import compared_steps

        with self._refusals():
            base, hit, team, test = self._sides()
            wanted = compared_steps(base, hit, team, test, rulebook(), self._follow())
        # What the sets of a fit cost is as their replications are.
        wanted = wanted * self.total // (2 * self.terms.replications)
        refuse_steps(wanted)
        return wanted, wanted

    def found(self, running: Running = ALONE) -> Finding:
        """Simulate the team with and without, on the same luck."""
        from simulations.left_open import stress_bands
        from simulations.stress import compared, stress_sentence

        terms, total = self.terms, self.total
        with self._refusals():
            base, hit, team, test = self._sides()
            found = compared(
                base,
                hit,
                team,
                test,
                rulebook(),
                self._follow(),
                executor=running.executor,
                on_progress=lambda done: running.on_progress(done, total),
            )
            # A merged department has no history of its own that could leave anything open.
            bands = None
            if terms.merge is None:
                bands = stress_bands(found, rulebook(), executor=running.executor)
        rows = tuple(
            stress_rows(
                found,
                bands,
                address=self.address,
                team=terms.team,
                merged_with=terms.merge,
            )
        )
        running.on_progress(total, total)
        return Finding(Table[StressRow](rows=self._chosen(rows)), stress_sentence(found))

    def _chosen(self, rows: tuple[StressRow, ...]) -> tuple[StressRow, ...]:
        if self.month is None:
            return rows
        chosen = tuple(row for row in rows if row.month <= self.month < row.until)
        if not chosen:
            raise InvalidInput(
                Text(
                    da=f"skriv en dag fra {rows[0].month} og før {rows[-1].until}",
                    en=f"write a day from {rows[0].month} and before {rows[-1].until}",
                ),
                field="month",
            )
        return chosen

    def _sides(self) -> "tuple[Department, Department, str, StressTest]":
        """The department without and with the stress, merged or not, and the team in it."""
        from simulations.stress import struck

        terms, department, book = self.terms, self.asked, rulebook()
        if terms.deadline is not None:
            book[terms.deadline]  # an unknown rule is told from one under which nothing falls due
        test = terms.test(department)
        hit = struck(department, terms.team, test, book)
        if terms.merge is None:
            return department, hit, terms.team, test
        merging = merged_with(department, terms.team, terms.merge)
        return (
            merging.applied_to(department, book),
            merging.applied_to(hit, book),
            merging.slug,
            test,
        )

    def _follow(self) -> "Follow":
        from simulations.stress import Follow

        terms = self.terms
        return Follow(
            deadline=terms.deadline,
            beside=terms.beside,
            to=terms.follow_to(self.asked),
            margin=terms.margin,
            seed=terms.seed,
            replications=terms.replications,
        )

    def _refusals(self) -> AbstractContextManager[None]:
        return refusals_naming(rule="deadline", day="sick_from")


def merged_with(department: Department, team: str, other: str) -> MergedTeams:
    """Merge a team with another; it goes on to work as the team did (da: lagt sammen)."""
    one, joined = department.team(team), department.team(other, field="merge")
    if one is joined:
        raise InvalidInput(
            Text(
                da="vælg et andet team end det, der rammes", en="choose another team than its own"
            ),
            field="merge",
        )
    return MergedTeams(
        reason=_REASON,
        teams=(one.slug, joined.slug),
        slug=f"{one.slug}-{joined.slug}",
        label=Text(
            da=f"{one.label.da} og {joined.label.da}",
            en=f"{one.label.en} and {joined.label.en}",
        ),
        works_like=one.slug,
    )
