"""Plans as calculations, and plans compared row by row.

A question holds the departments and the changes whole, so that any process comes to the same bytes
whatever has been stored since (da: sammenligning).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, TypeAdapter

from api.answers import Answer, Label, Table, Words
from api.documents import DepartmentDocument
from api.errors import refusals_naming
from api.fields import RulesVersion, Verdict
from api.jobs.about import About, address
from api.jobs.calculation import ALONE, Calculation, Finding, Running
from api.scenario_documents import AnyChange, PricesDocument, change_document
from capacity.changes import with_inputs
from capacity.department import Department
from capacity.fit import Fit, TeamInputs, verdict
from capacity.rulebook import Rulebook, rulebook
from capacity.scenario import (
    Prices,
    Scenario,
    changed_department,
    expenses,
    staff_kroner,
    unpriced,
)
from capacity.scenario_changes import Change
from capacity.staff_costs import PricePerUnit, kroner_between, price_per_unit
from capacity.units import Kroner
from capacity.wording import Text

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.comparison import ComparedDeadline, Comparison

BASELINE = "baseline"
"""What a scenario is compared with if nobody says another: the department as it is."""
_CHANGES: TypeAdapter[tuple[Any, ...]] = TypeAdapter(tuple[AnyChange, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Changes with their prices, and what the answer calls them (da: plan)."""

    name: str
    changes: tuple[Change, ...] = ()
    prices: Prices | None = None

    @classmethod
    def of(cls, scenario: Scenario) -> "Plan":
        """Return a scenario as a plan, named with its version (da: planen)."""
        return cls(
            name=f"{scenario.slug}@{scenario.version}",
            changes=scenario.changes,
            prices=scenario.prices,
        )

    def as_json(self) -> dict[str, Any]:
        """Write it whole (da: som JSON)."""
        prices = self.prices
        return {
            "name": self.name,
            "changes": [change_document(each).as_json() for each in self.changes],
            "prices": None if prices is None else PricesDocument.from_domain(prices).as_json(),
        }

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "Plan":
        """Read what `as_json` wrote."""
        prices = written["prices"]
        return cls(
            name=written["name"],
            changes=read_changes(written["changes"]),
            prices=None if prices is None else PricesDocument.model_validate(prices).to_domain(),
        )


def read_changes(written: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Read a list of changes as documents (da: ændringer)."""
    return tuple(each.to_domain() for each in _CHANGES.validate_python(written))


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A department, a period, and the luck (da: simulering)."""

    department: Department
    address: str
    team: str | None
    from_: date
    to: date
    seed: int
    replications: int

    def as_json(self) -> dict[str, Any]:
        """Write it whole (da: som JSON)."""
        return {
            "department": DepartmentDocument.from_domain(self.department).as_json(),
            "address": self.address,
            "team": self.team,
            "from": self.from_.isoformat(),
            "to": self.to.isoformat(),
            "seed": self.seed,
            "replications": self.replications,
        }

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "Simulation":
        """Read what `as_json` wrote."""
        return cls(
            department=DepartmentDocument.model_validate(written["department"]).to_domain(),
            address=written["address"],
            team=written["team"],
            from_=date.fromisoformat(written["from"]),
            to=date.fromisoformat(written["to"]),
            seed=written["seed"],
            replications=written["replications"],
        )

    def about(self, title: Text, scenario: str, of: str, **terms: Any) -> About:
        """Say what a calculation on this is about; `of` is its address below the scenario's."""
        return About(
            title=title,
            department=self.address,
            scenario=scenario,
            team=self.team,
            path=address(
                f"/v1/scenarios/{scenario}/{of}",
                **terms,
                team=self.team,
                from_=self.from_,
                to=self.to,
                seed=self.seed,
                replications=self.replications,
            ),
        )


_SHARE = ("andel 0-1", "share 0-1")


class PlanAnswer(Answer):
    """What every row says of where it comes from (da: oprindelse).

    A row takes this class first and its own columns second: pydantic lists the last one's first.
    """

    scenario: Annotated[str, Label("scenarie", "scenario")]
    department: Annotated[str, Label("afdeling", "department")]
    from_: Annotated[date, Label("fra", "from")] = Field(alias="from")
    to: Annotated[date, Label("til (ikke med)", "to (not included)")]
    seed: Annotated[int, Label("frø", "seed")]
    replications: Annotated[int, Label("gentagelser", "replications")]
    model_version: Annotated[str, Label("modellens version", "version of the model")]
    rules_version: RulesVersion
    verdict: Verdict


class ComparisonColumns(Answer):
    """One quantity before and after a plan, on the same luck (da: sammenligningsrække).

    `_low` and `_high` are simulation error, `year_low` and `year_high` the range of single years,
    each compared with itself; `inputs_low` and `inputs_high` what a fit leaves open of the inputs,
    null where that has not been quantified. None of the three is in another. A deadline has its
    counts; a cost has neither luck nor interval, but what it is divided by may have both.
    """

    key: Annotated[str, Label("nøgle", "key")]
    what: Annotated[Words, Label("hvad", "what")]
    team: Annotated[str | None, Label("team (tomt: alle)", "team (empty: all)")]
    unit: Annotated[Words, Label("enhed", "unit")]
    before: Annotated[float | None, Label("før", "before")]
    after: Annotated[float | None, Label("efter", "after")]
    difference: Annotated[float | None, Label("forskel", "difference")]
    difference_low: Annotated[float | None, Label("forskel, nedre", "difference, low")]
    difference_high: Annotated[float | None, Label("forskel, øvre", "difference, high")]
    year_low: Annotated[float | None, Label("forskel, ringe år", "difference, poor year")]
    year_high: Annotated[float | None, Label("forskel, godt år", "difference, good year")]
    before_low: Annotated[float | None, Label("før, nedre", "before, low")]
    before_high: Annotated[float | None, Label("før, øvre", "before, high")]
    after_low: Annotated[float | None, Label("efter, nedre", "after, low")]
    after_high: Annotated[float | None, Label("efter, øvre", "after, high")]
    in_time_before: Annotated[int | None, Label("til tiden, før", "in time, before")]
    due_before: Annotated[int | None, Label("forfaldne, før", "due, before")]
    in_time_after: Annotated[int | None, Label("til tiden, efter", "in time, after")]
    due_after: Annotated[int | None, Label("forfaldne, efter", "due, after")]
    inputs_low: Annotated[float | None, Label("forskel, ukendte inddata ned", "inputs, low")]
    inputs_high: Annotated[float | None, Label("forskel, ukendte inddata op", "inputs, high")]
    on: Annotated[date | None, Label("pr. dato", "on the day")]
    against: Annotated[str, Label("sammenlignet med", "compared with")]


class ComparisonRow(PlanAnswer, ComparisonColumns):
    """One quantity before and after, and where it comes from (da: sammenligningsrække)."""


@dataclass(frozen=True, slots=True)
class ComparisonCalculation(Calculation):
    """A plan beside the department as it is, or beside another plan (da: sammenligning)."""

    kind: ClassVar[str] = "comparison"
    answers_with: ClassVar[type[Answer]] = Table[ComparisonRow]

    asked: Simulation
    before: Plan
    after: Plan

    @property
    def question(self) -> Mapping[str, Any]:
        """All that is asked (da: spørgsmål)."""
        return {
            **self.asked.as_json(),
            "before": self.before.as_json(),
            "after": self.after.as_json(),
        }

    @classmethod
    def read(cls, question: Mapping[str, Any]) -> "ComparisonCalculation":
        """Read what `question` wrote."""
        return cls(
            Simulation.read(question), Plan.read(question["before"]), Plan.read(question["after"])
        )

    @property
    def department(self) -> str:
        """Whose data are in it."""
        return self.asked.department.slug

    @property
    def about(self) -> About:
        """Which plan, and beside what."""
        before, after = self.before.name, self.after.name
        return self.asked.about(
            Text(da=f"{after} sammenlignet med {before}", en=f"{after} compared with {before}"),
            after,
            "comparison",
            against=before,
        )

    @property
    def total(self) -> int:
        """Every replication of every group of teams, before and after."""
        from simulations.comparison import replications_in_all

        return sum(
            # A plan that changes nothing is simulated once.
            replications_in_all(list(dict.fromkeys(pair)), self.asked.team, replications)
            for pair, replications in self._to_simulate()
        )

    def steps(self) -> tuple[int, int]:
        """Say the work (da: beregningens omfang)."""
        from simulations.comparison import courses_steps
        from simulations.experiments import refuse_steps

        asked = self.asked
        wanted = sum(
            courses_steps(pair, asked.team, asked.from_, asked.to, rulebook(), replications)
            for pair, replications in self._to_simulate()
        )
        refuse_steps(wanted)
        return wanted, wanted

    def found(self, running: Running = ALONE) -> Finding:
        """Simulate both, on the same luck."""
        from simulations.comparison import compare, replications_in_all

        asked, total, done = self.asked, self.total, 0
        compared = []
        for pair, replications in self._to_simulate():
            compared.append(
                compare(
                    *pair,
                    asked.from_,
                    asked.to,
                    rulebook(),
                    team=asked.team,
                    seed=asked.seed,
                    replications=replications,
                    executor=running.executor,
                    on_progress=_further(running, done, total),
                )
            )
            done += replications_in_all(list(dict.fromkeys(pair)), asked.team, replications)
        answer, *doubts = compared
        left_open = self._left_open(doubts)
        rows = (
            *self._deadlines(answer, left_open),
            *self._months(answer, left_open),
            *self._costs(answer, left_open),
        )
        return Finding(Table[ComparisonRow](rows=rows))

    def _to_simulate(self) -> list[tuple[tuple[Department, Department], int]]:
        """The department without and with the plan, and each with its number of replications.

        First as it is; then, where a fit leaves sets of inputs possible, with fewer replications
        as it is and with each set.
        """
        from simulations.input_band import REPLICATIONS

        fit = self.asked.department.fit
        pairs = [(self._departments(), self.asked.replications)]
        if fit is not None and fit.possible:
            pairs += [(self._departments(each), REPLICATIONS) for each in ((), *fit.possible)]
        return pairs

    def _departments(self, inputs: Sequence[TeamInputs] = ()) -> tuple[Department, Department]:
        book, department = rulebook(), with_inputs(self.asked.department, inputs)
        with refusals_naming(rule="deadline", day="from"):
            return (
                changed_department(department, self.before.changes, book),
                changed_department(department, self.after.changes, book),
            )

    def _told_of(self, compared: "Comparison") -> "tuple[ComparedDeadline, ...]":
        """The rows of all teams together and of each.

        Of a team asked about, all together only where no team has the row, as where a plan merges
        them: what is connected with a team would look like the whole department.
        """
        if self.asked.team is None:
            return (*compared.together, *compared.deadlines)
        own = {row.deadline for row in compared.deadlines}
        together = (row for row in compared.together if row.deadline not in own)
        return (*together, *compared.deadlines)

    def _deadlines(self, compared: "Comparison", left_open: "_LeftOpen") -> Iterator[ComparisonRow]:
        for row in self._told_of(compared):
            label = rulebook()[row.deadline].label
            low, high = left_open.share(row.difference.value, row.team, row.deadline)
            yield self._row(
                row.deadline,
                Text(da=f"til tiden: {label.da}", en=f"in time: {label.en}"),
                Text(da="andel 0-1", en="share 0-1"),
                team=row.team,
                before=row.before.share_in_time,
                after=row.after.share_in_time,
                difference=row.difference,
                year_low=row.year_low,
                year_high=row.year_high,
                inputs_low=low,
                inputs_high=high,
                in_time_before=row.before.in_time,
                due_before=row.before.due,
                in_time_after=row.after.in_time,
                due_after=row.after.due,
            )

    def _left_open(self, doubts: "Sequence[Comparison]") -> "_LeftOpen":
        """What the comparisons of the possible sets say of every row, the own inputs' first."""
        told: list[dict[_Row, float]] = []
        for each in doubts:
            rows = {("share", r.team, r.deadline): r.difference.value for r in self._told_of(each)}
            rows |= {("avoided", r.team, r.deadline): r.avoided.value for r in self._told_of(each)}
            rows |= {
                (last.on.isoformat(), series.team, series.measure.value): last.mean.value
                for series in each.differences
                for last in series.moments[-1:]
            }
            told.append(rows)
        return _LeftOpen(self.asked.department.fit, told)

    def _months(self, compared: "Comparison", left_open: "_LeftOpen") -> Iterator[ComparisonRow]:
        """What is followed month by month, as it is at the end of the period."""
        before = {(each.team, each.measure): each for each in compared.before.series}
        after = {(each.team, each.measure): each for each in compared.after.series}
        for series in compared.differences:
            key = (series.team, series.measure)
            if series.team is None and self.asked.team is not None:
                continue
            if not (series.moments and before[key].moments and after[key].moments):
                continue
            last = series.moments[-1]
            what, unit = _MEASURES[series.measure.value]
            row = (last.on.isoformat(), series.team, series.measure.value)
            low, high = left_open.of(last.mean.value, row)
            yield self._row(
                series.measure.value,
                what,
                unit,
                team=series.team,
                before=before[key].moments[-1].mean,
                after=after[key].moments[-1].mean,
                difference=last.mean,
                year_low=last.year_low,
                year_high=last.year_high,
                inputs_low=low,
                inputs_high=high,
                on=last.on,
            )

    def _costs(self, compared: "Comparison", left_open: "_LeftOpen") -> Iterator[ComparisonRow]:
        """What the plans cost in the period, and by case, deadline and avoided late case."""
        book = rulebook()
        first, last = (self._kroner(each, book) for each in (self.before, self.after))
        if first is None or last is None:
            return
        what = Text(da="planens udgift i perioden", en="the plan's cost in the period")
        yield self._cost("kroner", what, first, last)
        for row in self._told_of(compared):
            avoided = row.avoided
            numbers = [Fraction(each) for each in (avoided.value, avoided.low, avoided.high)]
            price = price_per_unit(last - first, *numbers)
            fewest, most = left_open.of(avoided.value, ("avoided", row.team, row.deadline))
            # The most of them is the lowest price.
            ends = _price(last - first, most), _price(last - first, fewest)
            yield self._per_avoided(row, price, ends)
        yield from self._unit_costs(compared)

    def _unit_costs(self, compared: "Comparison") -> Iterator[ComparisonRow]:
        """What the staff cost by post, open case, and deadline that was decided, in the period."""
        asked, book, plans = self.asked, rulebook(), (self.before, self.after)
        prices = self.after.prices or self.before.prices
        if prices is None or prices.post is None:
            return

        def staff(plan: Plan, team: str | None) -> Kroner:
            own = plan.prices or prices
            assert own is not None
            return staff_kroner(
                asked.department, plan.changes, own, asked.from_, asked.to, book, team=team
            )

        if asked.department.open_cases:
            yield self._cost(
                "kroner_per_case",
                Text(
                    da="hele afdelingens personaleudgift pr. åben sag",
                    en="the whole department's staff cost per open case",
                ),
                *(staff(plan, None) / asked.department.open_cases for plan in plans),
            )
        teams = {each.slug for each in asked.department.teams}
        for row in compared.deadlines:
            decided = [
                Fraction(each.in_time + each.late, asked.replications)
                for each in (row.before, row.after)
            ]
            if row.team in teams and all(decided):
                label = rulebook()[row.deadline].label
                yield self._cost(
                    f"kroner_per_decided.{row.deadline}",
                    Text(
                        da=f"teamets udgift pr. afgjort: {label.da}",
                        en=f"the team's cost per decided: {label.en}",
                    ),
                    *(staff(p, row.team) / n for p, n in zip(plans, decided, strict=True)),
                    team=row.team,
                )

    def _kroner(self, plan: Plan, book: Rulebook) -> Kroner | None:
        """What a plan costs in the period; None where a change of it has no price."""
        if plan.prices is None:
            return None if plan.changes else Fraction(0)
        if unpriced(plan.changes, plan.prices):
            return None
        costs = expenses(self.asked.department, plan.changes, plan.prices, book)
        return kroner_between(costs, self.asked.from_, self.asked.to, plan.prices.growth)

    def _per_avoided(
        self,
        row: "ComparedDeadline",
        price: PricePerUnit,
        left_open: tuple[Kroner | None, Kroner | None],
    ) -> ComparisonRow:
        label = rulebook()[row.deadline].label
        ends = {
            "difference": price.value,
            "difference_low": price.low,
            "difference_high": price.high,
            "inputs_low": left_open[0],
            "inputs_high": left_open[1],
        }
        return self._row(
            f"kroner_per_avoided.{row.deadline}",
            Text(
                da=f"udgift pr. undgået overskridelse: {label.da}",
                en=f"cost per avoided late case: {label.en}",
            ),
            _KRONER,
            team=row.team,
            **{name: None if each is None else float(each) for name, each in ends.items()},
        )

    def _cost(
        self, key: str, what: Text, before: Kroner, after: Kroner, *, team: str | None = None
    ) -> ComparisonRow:
        values = {"before": before, "after": after, "difference": after - before}
        return self._row(
            key, what, _KRONER, team=team, **{name: float(each) for name, each in values.items()}
        )

    def _row(
        self, key: str, what: Text, unit: Text, *, team: str | None, **columns: Any
    ) -> ComparisonRow:
        """Fill a row; an estimate fills its two ends too, and what is not given stays empty."""
        filled: dict[str, Any] = dict.fromkeys(ComparisonRow.model_fields)
        del filled["from_"]
        for name, value in columns.items():
            filled[name] = getattr(value, "value", value)
            if hasattr(value, "low"):
                filled[f"{name}_low"], filled[f"{name}_high"] = value.low, value.high
        filled |= {"key": key, "what": what, "unit": unit, "team": team}
        filled |= {"against": self.before.name, **origin(self.asked, self.after.name)}
        return ComparisonRow.model_validate(filled)


_Row = tuple[str, str | None, str]
"""What is told of, the team, and of which deadline or measure."""


@dataclass(frozen=True, slots=True)
class _LeftOpen:
    """What a fit leaves open of a comparison's rows: nothing where no fit does."""

    fit: Fit | None
    told: Sequence[Mapping[_Row, float]]

    def share(
        self, value: float, team: str | None, deadline: str
    ) -> tuple[float | None, float | None]:
        """Give the band of a difference of shares."""
        return self.of(value, ("share", team, deadline), most=1.0)

    def of(
        self, value: float, row: _Row, *, most: float = float("inf")
    ) -> tuple[float | None, float | None]:
        """Give the band of a difference; none where a set has no such row to compare with."""
        from simulations.input_band import band_around

        if self.fit is None or not self.told or any(row not in each for each in self.told):
            return None, None
        own, *sets = (each[row] for each in self.told)
        return band_around(value, own, sets, self.fit.confidence, least=-most, most=most)


def _price(kroner: Kroner, avoided: float | None) -> Kroner | None:
    return kroner / Fraction(avoided) if avoided is not None and avoided > 0 else None


_KRONER = Text(da="kr.", en="DKK")
_CASES = Text(da="sager", en="cases")
_MEASURES = {
    "open_cases": (Text(da="åbne sager ved udløb", en="open cases at the end"), _CASES),
    "waiting_for_owner": (
        Text(da="sager uden sagsbehandler ved udløb", en="cases without an owner at the end"),
        _CASES,
    ),
    "utilisation": (
        Text(da="belastningsgrad i den sidste måned", en="utilisation in the last month"),
        Text(da="andel 0-1", en="share 0-1"),
    ),
    "caseload": (
        Text(da="sagstal ved udløb", en="caseload at the end"),
        Text(da="sager/fuldtidsstilling", en="cases/FTE"),
    ),
}


def _further(running: Running, done: int, total: int) -> Callable[[int], None]:
    """Tell the progress of one part of a calculation as that of the whole."""
    return lambda more: running.on_progress(done + more, total)


def origin(asked: Simulation, scenario: str) -> dict[str, Any]:
    """Say where an answer comes from (da: oprindelse)."""
    from simulations import MODEL_VERSION

    return {
        "scenario": scenario,
        "department": asked.address,
        "from": asked.from_,
        "to": asked.to,
        "seed": asked.seed,
        "replications": asked.replications,
        "model_version": MODEL_VERSION,
        "rules_version": rulebook().fingerprint,
        "verdict": verdict(
            asked.department.fit,
            asked.team or asked.department.headline_team,
            asked.department.headline_deadline,
        ),
    }
