"""A plan taken apart change by change, as a calculation (da: vandfald)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from api.answers import Answer, Label, Table, Words
from api.errors import refusals_naming
from api.jobs.about import About
from api.jobs.calculation import ALONE, Calculation, Finding, Running
from api.jobs.plans import Plan, PlanAnswer, Simulation, origin
from capacity.department import Department
from capacity.rulebook import rulebook
from capacity.wording import Text

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.waterfall import Waterfall

_SHARE = ("andel 0-1", "share 0-1")
_BEFORE = Text(da="til tiden uden planen", en="in time without the plan")
_INTERACTION = Text(da="samspil mellem ændringerne", en="interaction of the changes")
_AFTER = Text(da="til tiden med hele planen", en="in time with the whole plan")


class WaterfallColumns(Answer):
    """A step from the share before to the share after (da: trin i vandfaldet).

    `share` is what the step adds; of the first and the last row it is the share itself. They sum
    exactly. `alone` says whether a change was tried on the department as it is. `share_inputs_low`
    and `share_inputs_high` are what a fit leaves open of the inputs, null where that has not been
    quantified; what several steps leave open does not sum to what the whole does.
    """

    number: Annotated[int, Label("nr.", "no.")]
    step: Annotated[str, Label("trin", "step")]
    what: Annotated[Words, Label("hvad", "what")]
    share: Annotated[float, Label("andel", "share", *_SHARE)]
    share_low: Annotated[float, Label("andel, nedre", "share, low", *_SHARE)]
    share_high: Annotated[float, Label("andel, øvre", "share, high", *_SHARE)]
    alone: Annotated[bool | None, Label("prøvet alene", "tried alone")]
    deadline: Annotated[str, Label("frist", "deadline")]
    team: Annotated[str | None, Label("team (tomt: alle)", "team (empty: all)")]
    share_inputs_low: Annotated[
        float | None, Label("andel, ukendte inddata ned", "share, inputs low", *_SHARE)
    ]
    share_inputs_high: Annotated[
        float | None, Label("andel, ukendte inddata op", "share, inputs high", *_SHARE)
    ]


class WaterfallRow(PlanAnswer, WaterfallColumns):
    """A step, and where it comes from (da: trin i vandfaldet)."""


@dataclass(frozen=True, slots=True)
class WaterfallCalculation(Calculation):
    """A plan taken apart change by change, for one deadline (da: vandfald)."""

    kind: ClassVar[str] = "waterfall"
    answers_with: ClassVar[type[Answer]] = Table[WaterfallRow]

    asked: Simulation
    plan: Plan
    deadline: str

    @property
    def question(self) -> Mapping[str, Any]:
        """All that is asked (da: spørgsmål)."""
        return {**self.asked.as_json(), "plan": self.plan.as_json(), "deadline": self.deadline}

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "WaterfallCalculation":
        """Read what `question` wrote."""
        return cls(
            Simulation.read(question), Plan.read(question["plan"]), str(question["deadline"])
        )

    @property
    def department(self) -> str:
        """Whose data are in it."""
        return self.asked.department.slug

    @property
    def about(self) -> About:
        """Which plan is taken apart."""
        name = self.plan.name
        return self.asked.about(
            Text(da=f"{name} ændring for ændring", en=f"{name} change by change"),
            name,
            "waterfall",
            deadline=self.deadline,
        )

    @property
    def total(self) -> int:
        """Every replication of every group of teams, of every department that is tried."""
        from simulations.comparison import replications_in_all

        return sum(
            replications_in_all(departments, self.asked.team, replications)
            for departments, replications in self._to_simulate()
        )

    def steps(self) -> tuple[int, int]:
        """Say the work (da: beregningens omfang)."""
        from simulations.comparison import courses_steps
        from simulations.experiments import refuse_steps

        asked = self.asked
        wanted = sum(
            courses_steps(departments, asked.team, asked.from_, asked.to, rulebook(), replications)
            for departments, replications in self._to_simulate()
        )
        refuse_steps(wanted)
        return wanted, wanted

    def found(self, running: Running = ALONE) -> Finding:
        """Simulate the department with each change alone, and with all of them."""
        from simulations.waterfall import waterfall, waterfall_band

        asked, total, done = self.asked, self.total, 0

        def told(more: int) -> None:
            nonlocal done
            done = more
            running.on_progress(done, total)

        with refusals_naming(rule="deadline", day="from"):
            fall = waterfall(
                asked.department,
                self.plan.changes,
                self.deadline,
                asked.from_,
                asked.to,
                rulebook(),
                team=asked.team,
                seed=asked.seed,
                replications=asked.replications,
                executor=running.executor,
                on_progress=told,
            )
            before_band = done
            band = waterfall_band(
                fall,
                asked.department,
                self.plan.changes,
                asked.from_,
                asked.to,
                rulebook(),
                executor=running.executor,
                on_progress=lambda more: told(before_band + more),
            )
        return Finding(Table[WaterfallRow](rows=tuple(self._rows(fall, band))))

    def _to_simulate(self) -> list[tuple[list[Department], int]]:
        """What a waterfall simulates, and with how many replications.

        First the department as it is; then, where a fit leaves sets of inputs possible, with fewer
        replications as it is and with each set.
        """
        from simulations.input_band import REPLICATIONS, possible_departments
        from simulations.waterfall import waterfall_departments

        own, changes, book = self.asked.department, self.plan.changes, rulebook()
        return [
            (waterfall_departments(own, changes, book), self.asked.replications),
            *(
                (waterfall_departments(each, changes, book), REPLICATIONS)
                for each in possible_departments(own)
            ),
        ]

    def _rows(
        self, fall: "Waterfall", band: tuple[tuple[float, float], ...] | None
    ) -> Iterator[WaterfallRow]:
        steps: list[tuple[str, Text, bool | None]] = [("before", _BEFORE, None)]
        steps += [("change", each.title, each.alone) for each in fall.contributions]
        steps += [("interaction", _INTERACTION, None), ("after", _AFTER, None)]
        left_open = band or ((None, None),) * len(steps)
        for number, ((step, what, alone), share, (low, high)) in enumerate(
            zip(steps, fall.steps, left_open, strict=True)
        ):
            yield WaterfallRow.model_validate(
                {
                    "number": number,
                    "step": step,
                    "what": what,
                    "share": share.value,
                    "share_low": share.low,
                    "share_high": share.high,
                    "alone": alone,
                    "deadline": self.deadline,
                    "team": fall.team,
                    "share_inputs_low": low,
                    "share_inputs_high": high,
                    **origin(self.asked, self.plan.name),
                }
            )
