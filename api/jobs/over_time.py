"""A team month by month before and after a plan, as a calculation (da: over tid)."""

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
from api.jobs.over_time_rows import OverTimeRow, Side, over_time_rows
from api.jobs.plans import read_changes
from api.scenario_documents import change_document
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.fit import verdict
from capacity.rulebook import rulebook
from capacity.scenario import changed_department
from capacity.scenario_changes import Change, MergedTeams
from capacity.wording import Text

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.months_left_open import MonthsBand
    from simulations.over_time import Course, Following, OverTime


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTimeAsked:
    """A department, what is changed in it, and what is followed how long (da: over tid).

    `written` are the terms as they were written, for the address that asks the same. `month` and
    `side` are of one row; None means all of them.
    """

    department: Department
    address: str
    team: str
    deadline: str
    changes: tuple[Change, ...]
    to: date
    seed: int
    replications: int
    written: tuple[tuple[str, str], ...] = ()
    month: date | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class OverTimeCalculation(Calculation):
    """A team as it is, and as it would be, month by month on the same luck (da: over tid)."""

    kind: ClassVar[str] = "over-time"
    answers_with: ClassVar[type[Answer]] = Table[OverTimeRow]

    asked: OverTimeAsked

    @property
    def question(self) -> Mapping[str, Any]:
        """All that is asked, with the whole department (da: spørgsmål)."""
        asked = self.asked
        return {
            "department": DepartmentDocument.from_domain(asked.department).as_json(),
            "address": asked.address,
            "team": asked.team,
            "deadline": asked.deadline,
            "changes": [change_document(each).as_json() for each in asked.changes],
            "to": asked.to.isoformat(),
            "seed": asked.seed,
            "replications": asked.replications,
            "written": [list(each) for each in asked.written],
            "month": asked.month and asked.month.isoformat(),
            "side": asked.side,
        }

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "OverTimeCalculation":
        """Read what `question` wrote."""
        month, side = question["month"], question["side"]
        same = ("address", "team", "deadline", "seed", "replications")
        return cls(
            OverTimeAsked(
                department=DepartmentDocument.model_validate(question["department"]).to_domain(),
                changes=read_changes(question["changes"]),
                to=date.fromisoformat(question["to"]),
                written=tuple((name, value) for name, value in question["written"]),
                month=month and date.fromisoformat(month),
                side=side and Side(side),
                **{name: question[name] for name in same},
            )
        )

    @property
    def department(self) -> str:
        """Whose data are in it."""
        return self.asked.department.slug

    @property
    def about(self) -> About:
        """Which team and deadline, month by month."""
        asked = self.asked
        team, label = asked.department.team(asked.team).label, rulebook()[asked.deadline].label
        return About(
            title=Text(da=f"{team.da} over tid: {label.da}", en=f"{team.en} over time: {label.en}"),
            department=asked.address,
            team=asked.team,
            path=address(
                f"/v1/departments/{asked.address}/over-time",
                **dict(asked.written),
                month=asked.month,
                side=asked.side,
            ),
        )

    @property
    def total(self) -> int:
        """Every replication of every group of teams, before and after, and of every set."""
        from simulations.months_left_open import months_band_replications
        from simulations.over_time import over_time_replications

        following = self._following()
        own = over_time_replications(*self._courses(), following)
        return own + months_band_replications(self._possible(), following)

    def steps(self) -> tuple[int, int]:
        """Say the work (da: beregningens omfang)."""
        from simulations.experiments import refuse_steps
        from simulations.months_left_open import months_band_steps
        from simulations.over_time import over_time_steps

        with _refusals():
            following = self._following()
            wanted = over_time_steps(*self._courses(), following, rulebook())
            wanted += months_band_steps(self._possible(), following, rulebook())
        refuse_steps(wanted)
        return wanted, wanted

    def found(self, running: Running = ALONE) -> Finding:
        """Simulate both, on the same luck, and ask what a fit leaves open of each month."""
        from simulations.months_left_open import months_band, months_band_sentence
        from simulations.over_time import over_time, over_time_replications, over_time_sentence

        total, courses, following = self.total, self._courses(), self._following()
        own = over_time_replications(*courses, following)
        with _refusals():
            found = over_time(
                *courses,
                following,
                rulebook(),
                executor=running.executor,
                on_progress=lambda done: running.on_progress(done, total),
            )
            band = months_band(
                found,
                self._possible(),
                rulebook(),
                executor=running.executor,
                on_progress=lambda done: running.on_progress(own + done, total),
            )
        rows = tuple(self._chosen(found, band))
        if not rows:
            first, last = found.months_before[0].first_day, self.asked.to
            raise InvalidInput(
                Text(
                    da=f"skriv en dag fra {first} og før {last}",
                    en=f"write a day from {first} and before {last}",
                ),
                field="month",
            )
        sentence = over_time_sentence(found, rulebook(), months_band_sentence(band, found))
        asked = self.asked
        tested = verdict(asked.department.fit, asked.team, asked.deadline)
        said = Text(da=f"{sentence.da} {tested.da}", en=f"{sentence.en} {tested.en}")
        return Finding(Table[OverTimeRow](rows=rows), said)

    def _chosen(self, found: "OverTime", band: "MonthsBand | None") -> list[OverTimeRow]:
        month, side = self.asked.month, self.asked.side
        return [
            row
            for row in over_time_rows(found, band, self.asked.address)
            if (side is None or row.side is side)
            and (month is None or row.month <= month < row.until)
        ]

    def _possible(self) -> "list[tuple[Course, Course]]":
        """Both, with the own inputs and with every set that a fit leaves possible."""
        from simulations.input_band import possible_departments

        return [self._courses(each) for each in possible_departments(self.asked.department)]

    def _courses(self, of: "Department | None" = None) -> "tuple[Course, Course]":
        """The department as it is, and as it would be; of teams that are merged, all of them."""
        from simulations.over_time import Course

        asked = self.asked
        department = of or asked.department
        merging = next((each for each in asked.changes if isinstance(each, MergedTeams)), None)
        before = merging.teams if merging else (asked.team,)
        after = (merging.slug,) if merging else (asked.team,)
        changed = changed_department(department, asked.changes, rulebook())
        return Course(department=department, teams=before), Course(department=changed, teams=after)

    def _following(self) -> "Following":
        from simulations.over_time import Following

        asked = self.asked
        return Following(
            deadline=asked.deadline,
            to=asked.to,
            seed=asked.seed,
            replications=asked.replications,
        )


def _refusals() -> AbstractContextManager[None]:
    return refusals_naming(rule="deadline", day="from")
