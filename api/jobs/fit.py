"""A department fitted to its own past, as a calculation: its inputs, its back-tests, its document.

The lists are in the question, packed: what is learned follows from them to the last bit. They go
with it when the job ends, and what is kept is numbers of the whole department.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from api.answers import Answer, Exact, Label, Table, Words
from api.documents import DepartmentDocument
from api.jobs.about import About, address
from api.jobs.calculation import ALONE, Calculation, Finding, Running
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.fit import Fit, verdict
from capacity.practice import Policy
from capacity.rulebook import rulebook
from capacity.units import Share
from capacity.wording import Text
from capacity.workdays import Unit, add

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.department_fit import Past

_LISTS_FORMAT = 1


class HeldOut(StrEnum):
    """Which last part of the past is held out and foretold (da: udeladt periode)."""

    YEAR = "year"
    HALF_YEAR = "half-year"
    QUARTER = "quarter"
    NOTHING = "nothing"


_MONTHS = {HeldOut.YEAR: 12, HeldOut.HALF_YEAR: 6, HeldOut.QUARTER: 3}


class FitRow(Answer):
    """One input and what history says of it, or one back-test (da: tilpasset størrelse).

    `low` to `high` holds the truth nine times in ten; where a value was not learned and stands as
    it was, it is widened as far as that value. Of a back-test, `value` is the share foretold
    with its 95 % range, and `observed` what came.
    """

    about: Annotated[str, Label("hvor i dokumentet", "where in the document")]
    what: Annotated[Words, Label("hvad", "what")]
    unit: Annotated[Words, Label("enhed", "unit")]
    value: Annotated[Exact, Label("værdi", "value")]
    low: Annotated[Exact, Label("nedre", "low")]
    high: Annotated[Exact, Label("øvre", "high")]
    learned: Annotated[bool | None, Label("lært af historikken", "learned from history")]
    observed: Annotated[Exact | None, Label("det blev", "observed", "andel 0-1", "share 0-1")]
    in_time: Annotated[int | None, Label("til tiden", "in time", "frister", "deadlines")]
    due: Annotated[int | None, Label("forfaldne", "due", "frister", "deadlines")]
    naive: Annotated[
        Exact | None, Label("perioden før gentaget", "the period before", "andel 0-1", "share 0-1")
    ]
    explains: Annotated[str | None, Label("dom", "verdict")]
    says: Annotated[Words, Label("i ord", "in words")]


class FitTable(Table[FitRow]):
    """The rows, and the fitted department's document, which is kept when it is accepted."""

    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedLists:
    """The lists of a department's past as bytes (da: pakkede lister); None where there is none."""

    cases: bytes
    staff: bytes | None = None
    time_study: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedEffort:
    """What a named person believes of effort: between two factors, nine times in ten (da: skøn)."""

    low: Share
    high: Share
    said_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FitCalculation(Calculation):
    """A fit, with a back-test where a part of the past is held out (da: tilpasning)."""

    kind: ClassVar[str] = "fit"
    answers_with: ClassVar[type[Answer]] = FitTable
    always_a_job: ClassVar[bool] = True

    asked: Department
    address: str
    lists: PackedLists
    policies: Mapping[str, tuple[Policy, ...]]
    stated: StatedEffort | None = None
    held_out: HeldOut = HeldOut.YEAR
    seed: int = 1

    @property
    def question(self) -> Mapping[str, Any]:
        """All that is asked, with the whole department and the lists (da: spørgsmål)."""
        return {
            "department": DepartmentDocument.from_domain(self.asked).as_json(),
            "address": self.address,
            "cases": _written(self.lists.cases),
            "staff": _written(self.lists.staff),
            "time_study": _written(self.lists.time_study),
            "policies": {
                team: [each.value for each in orders] for team, orders in self.policies.items()
            },
            "stated": None
            if self.stated is None
            else [str(self.stated.low), str(self.stated.high), self.stated.said_by],
            "held_out": self.held_out.value,
            "seed": self.seed,
        }

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "FitCalculation":
        """Read what `question` wrote."""
        cases, stated = _read(question["cases"]), question["stated"]
        assert cases is not None
        return cls(
            asked=DepartmentDocument.model_validate(question["department"]).to_domain(),
            address=question["address"],
            lists=PackedLists(
                cases=cases,
                staff=_read(question["staff"]),
                time_study=_read(question["time_study"]),
            ),
            policies={
                team: tuple(Policy(each) for each in orders)
                for team, orders in question["policies"].items()
            },
            stated=None
            if stated is None
            else StatedEffort(low=Fraction(stated[0]), high=Fraction(stated[1]), said_by=stated[2]),
            held_out=HeldOut(question["held_out"]),
            seed=question["seed"],
        )

    @property
    def department(self) -> str:
        """Whose data are in it."""
        return self.asked.slug

    @property
    def about(self) -> About:
        """Which department."""
        return About(
            title=Text(
                da=f"{self.address} tilpasset sin egen historie",
                en=f"{self.address} fitted to its own history",
            ),
            department=self.address,
            path=address(
                f"/v1/departments/{self.address}/fit",
                held_out=self.held_out.value,
                policies=";".join(
                    f"{team}:{','.join(orders)}" for team, orders in self.policies.items()
                )
                or None,
                effort=None
                if self.stated is None
                else f"{float(self.stated.low):g}..{float(self.stated.high):g}",
                said_by=None if self.stated is None else self.stated.said_by,
                seed=self.seed,
            ),
        )

    @property
    def total(self) -> int:
        """Thousandths of each of its parts: the fit, and the back-test."""
        return 1000 if self.held_out is HeldOut.NOTHING else 2000

    def steps(self) -> tuple[int, int]:
        """Say the work: that of the fit, and again as much of a back-test (da: omfang)."""
        from simulations.department_fit import fit_steps
        from simulations.experiments import refuse_steps

        wanted = fit_steps(self.asked, self._past(), rulebook()) * self.total // 1000
        refuse_steps(wanted)
        return wanted, wanted

    def found(self, running: Running = ALONE) -> Finding:
        """Fit, and say how well such a fit would have foretold what was held out."""
        from simulations.back_test import back_test, untested_sentence
        from simulations.department_fit import department_fit

        past, book, total = self._past(), rulebook(), self.total
        fitted = department_fit(
            self.asked,
            past,
            book,
            seed=self.seed,
            executor=running.executor,
            on_progress=lambda done, _: running.on_progress(done, total),
        )
        assert fitted.fit is not None
        if self.held_out is not HeldOut.NOTHING:
            to = past.cases.seen_on + timedelta(days=1)
            tests = back_test(
                self.asked,
                past,
                add(to, -_MONTHS[self.held_out], Unit.CALENDAR_MONTHS),
                to,
                book,
                seed=self.seed,
                executor=running.executor,
                # The last of it is told when all is done.
                on_progress=lambda done, _: running.on_progress(1000 + min(done, 999), total),
            )
            fitted = replace(fitted, fit=replace(fitted.fit, tests=tests))
            running.on_progress(total, total)
        assert fitted.fit is not None
        document = DepartmentDocument.from_domain(fitted).model_dump_json(
            exclude_none=True, by_alias=True
        )
        said = verdict(fitted.fit, fitted.headline_team, fitted.headline_deadline)
        if (more := untested_sentence(fitted, book)) is not None:
            said = Text(da=f"{said.da} {more.da}", en=f"{said.en} {more.en}")
        return Finding(
            FitTable(rows=(*_input_rows(fitted.fit), *_test_rows(fitted.fit)), document=document),
            said,
        )

    def _past(self) -> "Past":
        from api.imports.packing import unpacked
        from capacity.staff_history import StaffHistory
        from simulations.case_history import CaseHistory
        from simulations.department_fit import UNKNOWN_EFFORT, Past
        from simulations.factor_priors import stated_between
        from simulations.time_study import TimeStudy, studied_efforts

        lists = self.lists
        cases = unpacked(lists.cases, _LISTS_FORMAT)
        staff = None if lists.staff is None else unpacked(lists.staff, _LISTS_FORMAT)
        study = None if lists.time_study is None else unpacked(lists.time_study, _LISTS_FORMAT)
        assert isinstance(cases, CaseHistory)
        assert staff is None or isinstance(staff, StaffHistory)
        assert study is None or isinstance(study, TimeStudy)
        stated = self.stated
        usual = UNKNOWN_EFFORT
        if stated is not None:
            said = Text(da=f"skøn af {stated.said_by}", en=f"an estimate by {stated.said_by}")
            usual = stated_between(float(stated.low), float(stated.high), said)
        return Past(
            cases=cases,
            staff=staff,
            effort=() if study is None else studied_efforts(study, self.asked),
            usual_effort=usual,
            policies=self.policies,
        )


def fitted_department(answer: FitTable) -> Department:
    """Read the fitted department of an answer (da: den tilpassede afdeling)."""
    return DepartmentDocument.model_validate_json(answer.document).to_domain()


def unexplained_teams(fitted: Department) -> tuple[Text, ...]:
    """Name the teams whose past the model does not explain (da: teams uden forklaring)."""
    unexplained = fitted.fit.unexplained if fitted.fit else ()
    return tuple(fitted.team(slug).label for slug in unexplained)


def department_to_keep(answer: FitTable, *, accept_unexplained: bool) -> Department:
    """Return the fitted department, as something to plan with (da: gem tilpasning).

    `InvalidInput` where the model does not explain the past of a team, unless whoever keeps it
    says that it is to be kept all the same.
    """
    fitted = fitted_department(answer)
    teams = unexplained_teams(fitted)
    if teams and not accept_unexplained:
        raise InvalidInput(
            Text(
                da="modellen forklarer ikke fortiden i "
                f"{', '.join(each.da for each in teams)}: selv med de bedste værdier giver "
                "den sjældent det, der er set, eller kun med værdier ud over det, der blev anset "
                "for muligt. Se efter, om listerne er hele, og om arbejdets "
                "rækkefølge er den rigtige. Skal tilpasningen gemmes alligevel, så sig det med "
                "accept_unexplained (kommandoen: --accept-unexplained)",
                en="the model does not explain the past of "
                f"{', '.join(each.en for each in teams)}: even its best values seldom give "
                "what was seen, or only values beyond what was thought possible. Check whether "
                "the lists are whole, and whether the order of work is the right one. To keep "
                "the fit all the same, say so with accept_unexplained (the command: "
                "--accept-unexplained)",
            ),
            field="accept_unexplained",
        )
    return fitted


def _written(list_: bytes | None) -> str | None:
    return None if list_ is None else b64encode(list_).decode()


def _read(written: str | None) -> bytes | None:
    return None if written is None else b64decode(written)


def _input_rows(fit: Fit) -> tuple[FitRow, ...]:
    return tuple(
        FitRow(
            about=each.about,
            what=each.label,
            unit=each.unit,
            value=each.value,
            low=each.low,
            high=each.high,
            learned=each.learned,
            observed=None,
            in_time=None,
            due=None,
            naive=None,
            explains=None,
            says=Text(da=each.says.da, en=each.says.en),
        )
        for each in fit.inputs
    )


def _test_rows(fit: Fit) -> tuple[FitRow, ...]:
    rows = []
    for each in fit.tests:
        label = rulebook()[each.deadline].label
        said = verdict(fit, each.team, each.deadline)
        rows.append(
            FitRow(
                about=f"fit.tests.{each.team}.{each.deadline}",
                what=Text(da=f"tilbageblik: {label.da}", en=f"back-test: {label.en}"),
                unit=Text(da="andel 0-1", en="share 0-1"),
                value=each.forecast,
                low=each.low,
                high=each.high,
                learned=None,
                observed=each.observed,
                in_time=each.in_time,
                due=each.due,
                naive=each.naive,
                explains=each.explains.value,
                says=Text(da=said.da, en=said.en),
            )
        )
    return tuple(rows)
