"""A staffing curve as a calculation: its rows, its question as JSON, its work.

A curve with a precision is settled in stages: the first 64 replications say how many are needed,
and so whether it is answered at once. The same replications say the same every time.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from api.answers import Answer, Exact, Label, Table
from api.documents import DepartmentDocument
from api.errors import refusals_naming
from api.fields import CaseFte, RulesVersion, Verdict
from api.jobs.about import About, address, written_out
from api.jobs.calculation import ALONE, Calculation, Finding, Running
from capacity.fit import verdict
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.questions import StaffingQuestion

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.input_band import InputBand
    from simulations.staffing import StaffingCurve

_FTE = ("fuldtidsstillinger", "FTE")
_SHARE = ("andel 0-1", "share 0-1")


class CurveRow(Answer):
    """One level of staff, and what it keeps of the deadline (da: bemandingsniveau).

    `_low` and `_high` are simulation error; `_year_low` and `_year_high` are the range of single
    years; `_inputs_low` and `_inputs_high` are what a fit leaves open of the inputs, null where
    that has not been quantified. None of the three is in another.
    """

    extra_fte: Annotated[Exact, Label("ekstra fuldtidsstillinger", "extra FTE", *_FTE)]
    case_fte: CaseFte
    share_in_time: Annotated[float, Label("andel til tiden", "share in time", *_SHARE)]
    share_in_time_low: Annotated[
        float, Label("andel til tiden, simulationsfejl ned", "share in time, low", *_SHARE)
    ]
    share_in_time_high: Annotated[
        float, Label("andel til tiden, simulationsfejl op", "share in time, high", *_SHARE)
    ]
    share_in_time_year_low: Annotated[
        float, Label("andel til tiden, ringe år", "share in time, poor year", *_SHARE)
    ]
    share_in_time_year_high: Annotated[
        float, Label("andel til tiden, godt år", "share in time, good year", *_SHARE)
    ]
    difference: Annotated[float, Label("forskel fra 0 ekstra", "difference from 0 extra", *_SHARE)]
    difference_low: Annotated[float, Label("forskel, nedre", "difference, low", *_SHARE)]
    difference_high: Annotated[float, Label("forskel, øvre", "difference, high", *_SHARE)]
    mean_days_late: Annotated[
        float, Label("gennemsnitlig forsinkelse", "mean days late", "dage", "days")
    ]
    in_time: Annotated[int, Label("til tiden", "in time", "frister", "deadlines")]
    due: Annotated[int, Label("forfaldne", "due", "frister", "deadlines")]
    replications: Annotated[int, Label("gentagelser", "replications")]
    seed: Annotated[int, Label("frø", "seed")]
    model_version: Annotated[str, Label("modellens version", "version of the model")]
    rules_version: RulesVersion
    department: Annotated[str, Label("afdeling", "department")]
    team: Annotated[str, Label("team", "team")]
    deadline: Annotated[str, Label("frist", "deadline")]
    from_: Annotated[date, Label("fra", "from")] = Field(alias="from")
    to: Annotated[date, Label("til (ikke med)", "to (not included)")]
    days_late_90: Annotated[
        int,
        Label("forsinkelse, 90 % af de forsinkede", "days late, 90th percentile", "dage", "days"),
    ]
    stock_in_time: Annotated[
        float,
        Label("åbne ved udløb, ikke overskredet", "open at the end, not overdue", *_SHARE),
    ]
    not_yet_due: Annotated[
        int, Label("endnu ikke forfaldne", "not yet due", "frister", "deadlines")
    ]
    not_required: Annotated[int, Label("bortfaldne", "not required", "frister", "deadlines")]
    precision: Annotated[
        Exact | None, Label("ønsket præcision", "precision asked", "procentpoint", "points")
    ]
    precise: Annotated[bool | None, Label("præcisionen nået", "precision reached")]
    extra_from: Annotated[date, Label("ekstra fra", "extra from")]
    fuller_work: Annotated[
        Exact, Label("andel til grundigere arbejde", "share to fuller work", *_SHARE)
    ]
    inflow: Annotated[Exact, Label("tilgang", "inflow", "faktor", "factor")]
    share_in_time_inputs_low: Annotated[
        float | None, Label("andel til tiden, ukendte inddata ned", "inputs, low", *_SHARE)
    ]
    share_in_time_inputs_high: Annotated[
        float | None, Label("andel til tiden, ukendte inddata op", "inputs, high", *_SHARE)
    ]
    difference_inputs_low: Annotated[
        float | None, Label("forskel, ukendte inddata ned", "difference, inputs low", *_SHARE)
    ]
    difference_inputs_high: Annotated[
        float | None, Label("forskel, ukendte inddata op", "difference, inputs high", *_SHARE)
    ]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class CurveCalculation(Calculation):
    """A staffing curve; `address` is what its rows call the department (da: bemandingskurve)."""

    kind: ClassVar[str] = "staffing-curve"
    answers_with: ClassVar[type[Answer]] = Table[CurveRow]

    asked: StaffingQuestion
    address: str

    @property
    def question(self) -> Mapping[str, Any]:
        """All that is asked, with the whole department (da: spørgsmål)."""
        asked = self.asked
        return {
            "department": DepartmentDocument.from_domain(asked.department).as_json(),
            "address": self.address,
            "team": asked.team,
            "deadline": asked.deadline,
            "from": asked.from_.isoformat(),
            "to": asked.to.isoformat(),
            "extra_fte": [str(level) for level in asked.extra_fte],
            "seed": asked.seed,
            "replications": asked.replications if asked.precision is None else None,
            "precision": None if asked.precision is None else str(asked.precision),
            "extra_from": None if asked.extra_from is None else asked.extra_from.isoformat(),
            "fuller_work": str(asked.fuller_work),
            "inflow": str(asked.inflow),
        }

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "CurveCalculation":
        """Read what `question` wrote."""
        given = dict(question)
        precision, extra_from = given["precision"], given["extra_from"]
        return cls(
            StaffingQuestion(
                department=DepartmentDocument.model_validate(given["department"]).to_domain(),
                team=given["team"],
                deadline=given["deadline"],
                from_=date.fromisoformat(given["from"]),
                to=date.fromisoformat(given["to"]),
                extra_fte=tuple(Fraction(level) for level in given["extra_fte"]),
                seed=given["seed"],
                precision=None if precision is None else Fraction(precision),
                extra_from=None if extra_from is None else date.fromisoformat(extra_from),
                fuller_work=Fraction(given["fuller_work"]),
                inflow=Fraction(given["inflow"]),
                **({} if precision is not None else {"replications": given["replications"]}),
            ),
            given["address"],
        )

    @property
    def department(self) -> str:
        """Whose data are in it."""
        return self.asked.department.slug

    @property
    def about(self) -> About:
        """Which team and deadline of which department."""
        asked = self.asked
        team, label = asked.department.team(asked.team).label, rulebook()[asked.deadline].label
        is_precise = asked.precision is not None
        return About(
            title=Text(
                da=f"bemandingskurve for {team.da}: {label.da}",
                en=f"staffing curve of {team.en}: {label.en}",
            ),
            department=self.address,
            team=asked.team,
            path=address(
                "/v1/staffing-curve",
                department=self.address,
                team=asked.team,
                deadline=asked.deadline,
                extra_fte=";".join(map(written_out, asked.extra_fte)),
                from_=asked.from_,
                to=asked.to,
                seed=asked.seed,
                replications=None if is_precise else asked.replications,
                precision=None if asked.precision is None else asked.precision * 100,
                extra_from=asked.extra_from,
                fuller_work=asked.fuller_work,
                inflow=asked.inflow,
            ),
        )

    @property
    def total(self) -> int | None:
        """How many replications it takes; a precision settles that under way."""
        from simulations.input_band import band_replications

        if self.asked.precision is not None:
            return None
        return self.asked.replications + band_replications(self.asked)

    def steps(self) -> tuple[int, int]:
        """Say the work at least and at most (da: beregningens omfang)."""
        from simulations.experiments import refuse_steps
        from simulations.input_band import band_steps
        from simulations.staffing import curve_steps

        with _refusals():
            least, most = curve_steps(self.asked, rulebook())
            band = band_steps(self.asked, rulebook())
        refuse_steps(least + band)
        return least + band, most + band

    def settled_steps(self) -> int:
        """Say the work exactly, by the first stage where there is a precision."""
        from simulations.input_band import band_steps
        from simulations.staffing import precise_steps

        if self.asked.precision is None:
            return self.steps()[1]
        with _refusals():
            return precise_steps(self.asked, rulebook()) + band_steps(self.asked, rulebook())

    def found(self, running: Running = ALONE) -> Finding:
        """Simulate the curve (da: bemandingskurve)."""
        *_, last = self.findings(running)
        return last

    def findings(self, running: Running) -> Iterator[Finding]:
        """Give the curve after 64, 128 … replications, and last the whole of it.

        What a fit leaves open of the inputs comes with the whole alone.
        """
        from simulations.input_band import band_replications, input_band
        from simulations.staffing import partial_curves

        more, wanted, last = band_replications(self.asked), self.total, None

        def told(done: int, of: int | None) -> None:
            nonlocal wanted
            wanted = None if of is None else of + more
            running.on_progress(done, wanted)

        with _refusals():
            curves = partial_curves(
                self.asked, rulebook(), executor=running.executor, on_progress=told
            )
            for curve in curves:
                last = curve
                if wanted != curve.replications + more:
                    yield self._finding(curve, None)
            assert last is not None
            done = last.replications
            band = input_band(
                last,
                rulebook(),
                executor=running.executor,
                on_progress=lambda more_done: running.on_progress(done + more_done, done + more),
            )
            yield self._finding(last, band)

    def _finding(self, curve: "StaffingCurve", band: "InputBand | None") -> Finding:
        from simulations.input_band import band_sentence
        from simulations.sentences import curve_sentence

        sentence = curve_sentence(curve, rulebook(), band_sentence(band, curve))
        return Finding(Table[CurveRow](rows=_rows(curve, band, self.address)), sentence)


def _refusals() -> AbstractContextManager[None]:
    return refusals_naming(rule="deadline", day="from")


def _rows(curve: "StaffingCurve", band: "InputBand | None", address: str) -> tuple[CurveRow, ...]:
    question = curve.question
    asked = None if question.precision is None else question.precision * 100
    unknown = (None, None)
    shares = band.shares if band else (unknown,) * len(curve.points)
    differences = band.differences if band else (unknown,) * len(curve.points)
    tested = verdict(question.department.fit, question.team, question.deadline)
    return tuple(
        CurveRow.model_validate(
            {
                "extra_fte": point.extra_fte,
                "case_fte": point.case_fte,
                "share_in_time": point.share_in_time.value,
                "share_in_time_low": point.share_in_time.low,
                "share_in_time_high": point.share_in_time.high,
                "share_in_time_year_low": point.year_low,
                "share_in_time_year_high": point.year_high,
                "difference": point.difference.value,
                "difference_low": point.difference.low,
                "difference_high": point.difference.high,
                "mean_days_late": point.mean_days_late,
                "in_time": point.in_time,
                "due": point.due,
                "replications": curve.replications,
                "seed": question.seed,
                "model_version": curve.model_version,
                "rules_version": curve.rules_version,
                "department": address,
                "team": question.team,
                "deadline": question.deadline,
                "from": question.from_,
                "to": question.to,
                "days_late_90": point.days_late_90,
                "stock_in_time": point.stock_in_time,
                "not_yet_due": point.not_yet_due,
                "not_required": point.not_required,
                "precision": asked,
                "precise": None if asked is None else curve.precise,
                "extra_from": question.extra_from or question.department.on,
                "fuller_work": question.fuller_work,
                "inflow": question.inflow,
                "share_in_time_inputs_low": share[0],
                "share_in_time_inputs_high": share[1],
                "difference_inputs_low": difference[0],
                "difference_inputs_high": difference[1],
                "verdict": tested,
            }
        )
        for point, share, difference in zip(curve.points, shares, differences, strict=True)
    )
