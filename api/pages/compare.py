"""The page Compare: up to four plans on the same version of a department (da: sammenlign).

Each is compared with the department as it is, on the same luck, and one of them is taken apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import Request

from api.comparison_chart import Mark
from api.curve_terms import year_after
from api.jobs.plans import BASELINE, ComparisonCalculation, Plan, Simulation
from api.jobs.waterfall import WaterfallCalculation
from api.pages.calculations import CalculationPart, calculated
from api.pages.compared_plans import (
    MEASURES,
    Column,
    Compared,
    FallPart,
    Listed,
    deadline_rows,
    place_of,
    price_rows,
    rows_of_all,
)
from api.pages.figures import Address, in_an_address
from api.pages.frame import Frame
from api.store.departments import Store
from api.store.scenarios import Scenarios
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.rulebook import Rulebook, rulebook
from capacity.scenario import Scenario, Status, changed_department, titles, unpriced
from capacity.scenario_changes import MergedTeams
from capacity.wording import Language, Text
from simulations.questions import USUAL_REPLICATIONS

PLACES = ("one", "two", "three", "four")
"""A page has room for so many plans; each has its term."""
TERMS: Mapping[str, str | None] = {
    **dict.fromkeys(PLACES),
    "apart": None,
    "watch": None,
    "again": None,
    "kept": None,
}
_LETTERS = "ABCD"
_MOST_LISTED = 60
"""Assumption: nobody chooses among more."""
_NOW = Text(da="i dag", en="today")
_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """The choices and what has come of them (da: sammenlign)."""

    listed: tuple[Listed, ...] = ()
    places: tuple[str, ...] = PLACES
    kept: Scenario | None = None
    """A plan that was kept just now (da: gemt)."""
    older: int = 0
    """Plans on another version of the department, which cannot stand beside these."""
    columns: tuple[Column, ...] = ()
    deadlines: tuple[Compared, ...] = ()
    by_team: tuple[Compared, ...] = ()
    measures: tuple[Compared, ...] = ()
    costs: tuple[Compared, ...] = ()
    prices: tuple[Compared, ...] = ()
    """What each deadline fewer that is late costs, plan by plan (da: pris pr. undgået)."""
    watches: tuple[tuple[str, Text], ...] = ()
    watched: str | None = None
    fall: FallPart | None = None
    is_waiting: bool = False
    """Whether the model is still being made ready."""

    @property
    def is_going(self) -> bool:
        """Whether anything is still calculated (da: i gang)."""
        parts = [each.part for each in self.columns]
        parts += [self.fall.part] if self.fall else []
        return self.is_waiting or any(each.is_going for each in parts)

    @property
    def has_band(self) -> bool:
        """Whether what is unknown of the inputs has been quantified (da: opgjort)."""
        return any(row.inputs_low is not None for each in self.columns for row in each.rows)

    def groups(self, language: Language) -> list[tuple[str, list[Mark]]]:
        """The deadlines with the marks of the plans, for the picture (da: mærker)."""
        return [
            (_heading(each, language), list(self._marks(each, language))) for each in self.deadlines
        ]

    def _marks(self, compared: Compared, language: Language) -> Iterator[Mark]:
        today = compared.today
        yield Mark(
            name=_NOW.in_language(language),
            share=_number(today.before),
            low=_number(today.before_low),
            high=_number(today.before_high),
            is_today=True,
        )
        for column, row in zip(self.columns, compared.cells, strict=True):
            if row is not None:
                yield Mark(
                    name=column.letter,
                    share=_number(row.after),
                    low=_number(row.after_low),
                    high=_number(row.after_high),
                )


def _number(value: float | None) -> float:
    assert value is not None  # a deadline's row has all its numbers
    return value


def _heading(compared: Compared, language: Language) -> str:
    label = compared.label.in_language(language)
    where = compared.where
    return label if where is None else f"{label} ({where.in_language(language)})"


async def compare_page(
    frame: Frame, kept: Scenarios, store: Store, request: Request, *, is_warm: bool
) -> ComparePage:
    """Build the page; what is refused leaves the choices standing (da: siden)."""
    department, asked = frame.department, frame.asked
    if department is None:
        return ComparePage()
    listed, older = _listed(kept, department)
    try:
        chosen = _chosen(asked.terms, listed, kept, department)
    except PlannerError as error:
        frame.refusals["answer"] = error
        return ComparePage(listed=listed, older=older)
    store.let_go()
    plans = [each for _, each in chosen]
    new = next((each for each in plans if _address(each) == asked.terms["kept"]), None)
    if not chosen or not is_warm:
        return ComparePage(listed=listed, kept=new, older=older, is_waiting=bool(chosen))
    book, again = rulebook(), asked.terms["again"] is not None
    calculations = [
        ComparisonCalculation(_asked(department), Plan(name=BASELINE), Plan.of(each))
        for each in plans
    ]
    parts = await calculated(calculations, request, again=again)
    columns = tuple(
        _column(letter, scenario, part, department, book)
        for letter, scenario, part in zip(_LETTERS, plans, parts, strict=False)
    )
    deadlines = tuple(deadline_rows(columns, department, by_team=False))
    page = ComparePage(
        listed=listed,
        older=older,
        kept=new,
        columns=columns,
        deadlines=deadlines,
        by_team=tuple(deadline_rows(columns, department, by_team=True)),
        measures=tuple(rows_of_all(columns, MEASURES)),
        costs=tuple(rows_of_all(columns, ("kroner",))),
        prices=tuple(price_rows(columns, deadlines)),
    )
    try:
        return await _with_fall(page, frame, request, again=again)
    except PlannerError as error:
        frame.refusals["fall"] = error
        return page


def address_of(frame: Frame, scenario: Scenario) -> str:
    """Return where a plan that was kept just now is shown (da: den gemte plan).

    It is taken apart for what it was tried on; one that merges teams for all of them together.
    """
    department, address = frame.department, _address(scenario)
    assert department is not None
    merges = any(isinstance(each, MergedTeams) for each in scenario.changes)
    watch = None if merges else frame.asked.terms["watch"]
    return frame.asked.address(
        "/compare", department=department.address, one=address, watch=watch, kept=address
    )


def _address(scenario: Scenario) -> str:
    return f"{scenario.slug}@{scenario.version}"


def _listed(kept: Scenarios, department: Department) -> tuple[tuple[Listed, ...], int]:
    """The plans on this version of the department, and how many there are on others."""
    rows = [
        each
        for each in kept.listed(department.slug, None, "", _MOST_LISTED)
        if each.status != Status.ARCHIVED
    ]
    here, older = [], 0
    for row in rows:
        scenario = kept.scenario(row.slug).scenario
        if scenario.department == department.address:
            here.append(Listed(address=f"{row.slug}@{row.version}", name=row.name))
        else:
            older += 1
    return tuple(here), older


def _chosen(
    terms: Mapping[str, str | None],
    listed: Sequence[Listed],
    kept: Scenarios,
    department: Department,
) -> list[tuple[str, Scenario]]:
    """The plans that were chosen, each once; without a choice the first of the list.

    `InvalidInput` for one of another version of the department: the two could not be compared.
    """
    written = [(place, terms[place]) for place in PLACES]
    if not any(address for _, address in written):
        written = [(p, each.address) for p, each in zip(PLACES, listed, strict=False)]
    found: dict[str, tuple[str, Scenario]] = {}
    for place, address in written:
        if address is None:
            continue
        try:
            scenario = kept.scenario(address).scenario
        except PlannerError as error:
            error.field = place
            raise
        if scenario.department != department.address:
            raise InvalidInput(
                Text(
                    da=f"”{scenario.name}” er en plan for {scenario.department}, og her vises "
                    f"{department.address}; vælg planer på samme udgave af afdelingen",
                    en=f"“{scenario.name}” is a plan for {scenario.department}, and this is "
                    f"{department.address}; choose plans on one version of the department",
                ),
                field=place,
            )
        found.setdefault(_address(scenario), (place, scenario))
    return list(found.values())


def _asked(department: Department) -> Simulation:
    """A year from the department's date, all teams."""
    return Simulation(
        department=department,
        address=department.address,
        team=None,
        from_=department.on,
        to=year_after(department.on),
        seed=_SEED,
        replications=USUAL_REPLICATIONS,
    )


def _terms(department: Department) -> tuple[tuple[str, str], ...]:
    asked = _asked(department)
    return (
        ("from", asked.from_.isoformat()),
        ("to", asked.to.isoformat()),
        ("seed", in_an_address(asked.seed)),
        ("replications", in_an_address(asked.replications)),
    )


def _column(
    letter: str,
    scenario: Scenario,
    part: CalculationPart,
    department: Department,
    book: Rulebook,
) -> Column:
    address = _address(scenario)
    prices = scenario.prices
    return Column(
        letter=letter,
        address=address,
        scenario=scenario,
        changes=titles(department, scenario.changes, book),
        part=part,
        table=Address(path=f"/v1/scenarios/{address}/comparison", terms=_terms(department)),
        lacks_price=prices is None or bool(unpriced(scenario.changes, prices)),
    )


async def _with_fall(
    page: ComparePage, frame: Frame, request: Request, *, again: bool
) -> ComparePage:
    """Take one of the plans apart for one deadline."""
    department, terms = frame.department, frame.asked.terms
    assert department is not None
    column = _taken_apart(page.columns, terms["apart"])
    changed = changed_department(department, column.scenario.changes, rulebook())
    watches = tuple(_watches(department, changed))
    watched = terms["watch"] or watches[0][0]
    page = replace(page, watches=watches, watched=watched)
    team, _, deadline = watched.partition(":")
    if watched not in dict(watches):
        raise InvalidInput(
            Text(
                da="planen kan ikke skilles ad for det team og den frist; vælg i listen",
                en="the plan cannot be taken apart for that team and deadline; choose in the list",
            ),
            field="watch",
        )
    if not column.scenario.changes:
        return page
    asked = replace(_asked(department), team=team or None)
    calculation = WaterfallCalculation(asked, Plan.of(column.scenario), deadline)
    (part,) = await calculated([calculation], request, again=again)
    of = (*((("team", team),) if team else ()), ("deadline", deadline))
    return replace(
        page,
        fall=FallPart(
            letter=column.letter,
            name=column.scenario.name,
            part=part,
            table=Address(
                path=f"/v1/scenarios/{column.address}/waterfall",
                terms=(*of, *_terms(department)),
            ),
            deadline=rulebook()[deadline].label,
            where=place_of(team or None, department),
        ),
    )


def _taken_apart(columns: Sequence[Column], written: str | None) -> Column:
    """The plan that is taken apart: the one chosen, else the one with most changes."""
    if written is None:
        return max(columns, key=lambda each: len(each.scenario.changes))
    found = [each for each in columns if written in (each.address, each.scenario.slug)]
    if not found:
        raise InvalidInput(
            Text(
                da="den plan er ikke blandt de valgte; vælg en af dem",
                en="that plan is not among those chosen; choose one of them",
            ),
            field="apart",
        )
    return found[0]


def _watches(department: Department, changed: Department) -> Iterator[tuple[str, Text]]:
    """What a plan can be taken apart for: what is shown first, then all else.

    A team that a plan merges is not there afterwards; all teams together always are.
    """
    left = {each.slug for each in changed.teams}
    shown_first = (department.headline_team, department.headline_deadline)
    owed = [
        (each.slug, deadline)
        for each in department.teams
        for deadline in department.deadlines_of(each.slug)
    ]
    pairs = sorted(owed, key=lambda pair: pair != shown_first)
    together = dict.fromkeys(deadline for _, deadline in pairs)
    found = [(team, deadline) for team, deadline in pairs if team in left]
    found += [("", deadline) for deadline in together]
    if shown_first not in found:
        found.sort(key=lambda pair: pair != ("", shown_first[1]))
    for team, deadline in found:
        label, where = rulebook()[deadline].label, place_of(team or None, department)
        yield (
            f"{team}:{deadline}",
            Text(da=f"{where.da}: {label.da}", en=f"{where.en}: {label.en}"),
        )
