"""Plans side by side, row by row: what each keeps of a deadline, and what it costs (da: planer)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from api.answers import Table
from api.jobs.plans import ComparisonRow
from api.jobs.waterfall import WaterfallRow
from api.pages.calculations import CalculationPart
from api.pages.figures import Address
from api.routes.plans import ALL_TEAMS
from api.waterfall_chart import Fall, with_rounding
from capacity.department import Department
from capacity.rulebook import rulebook
from capacity.scenario import Scenario
from capacity.units import exact
from capacity.wording import Language, Text, rounded

_STANDING = ("before", "after")
_ROUNDING = Text(da="afrunding", en="rounding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A plan that can be chosen (da: plan på listen)."""

    address: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A plan that was chosen, and how far its comparison is (da: søjle)."""

    letter: str
    address: str
    scenario: Scenario
    changes: tuple[Text, ...]
    part: CalculationPart
    table: Address
    lacks_price: bool

    @property
    def rows(self) -> tuple[ComparisonRow, ...]:
        """The rows of the comparison, none until it is done (da: rækker)."""
        found = self.part.finding
        if found is None:
            return ()
        assert isinstance(found.answer, Table)
        rows: tuple[ComparisonRow, ...] = found.answer.rows
        return rows

    def row(self, key: str, team: str | None) -> ComparisonRow | None:
        """One of the rows (da: række)."""
        wanted = (each for each in self.rows if (each.key, each.team) == (key, team))
        return next(wanted, None)

    def cell(self, row: ComparisonRow, field: str) -> Address:
        """Where a number of a row is fetched (da: celle)."""
        of = (("key", row.key), ("row_team", row.team or ALL_TEAMS))
        return replace(self.table, terms=(*self.table.terms, *of), field=field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One quantity in all the plans (da: sammenlignet størrelse); None where a plan has it not."""

    label: Text
    where: Text | None
    today: ComparisonRow
    cells: tuple[ComparisonRow | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FallPart:
    """One plan taken apart (da: vandfald)."""

    letter: str
    name: str
    part: CalculationPart
    table: Address
    deadline: Text
    where: Text

    @property
    def rows(self) -> tuple[WaterfallRow, ...]:
        """The steps, none until they are done (da: trin)."""
        found = self.part.finding
        if found is None:
            return ()
        assert isinstance(found.answer, Table)
        rows: tuple[WaterfallRow, ...] = found.answer.rows
        return rows

    def falls(self, language: Language) -> tuple[Fall, ...]:
        """The steps as they are printed, with what rounding leaves (da: trin med afrunding)."""
        rows = self.rows
        return with_rounding(
            [
                Fall(
                    label=each.what.in_language(language),
                    points=rounded(exact(each.share) * 100, 1),
                    low=None if each.step in _STANDING else each.share_low,
                    high=None if each.step in _STANDING else each.share_high,
                    stands=each.step in _STANDING,
                )
                for each in rows
            ],
            _ROUNDING.in_language(language),
        )

    def cell(self, row: WaterfallRow) -> Address:
        """Where a step is fetched (da: celle)."""
        number = ("number", str(row.number))
        return replace(self.table, terms=(*self.table.terms, number), field="share")


def deadline_rows(
    columns: Sequence[Column], department: Department, *, by_team: bool
) -> Iterator[Compared]:
    """Every deadline once: in the one team that owes it, or in all of them together.

    With `by_team` instead in each of the teams, where there are several.
    """
    rows = [each for column in columns for each in column.rows if each.due_before is not None]
    for key in dict.fromkeys(each.key for each in rows):
        own = sorted({each.team for each in rows if each.key == key and each.team is not None})
        several: list[str | None] = [*own] if len(own) > 1 else []
        once: list[str | None] = [None] if len(own) != 1 else [*own]
        for team in several if by_team else once:
            label = rulebook()[key].label
            yield from _compared(columns, key, team, label, place_of(team, department))


def price_rows(columns: Sequence[Column], deadlines: Sequence[Compared]) -> Iterator[Compared]:
    """What an avoided late case costs, for those deadlines of which a plan avoids any.

    None where the plan keeps a smaller share: fewer are late then because fewer fall due.
    """
    for each in deadlines:
        key, team = f"kroner_per_avoided.{each.today.key}", each.today.team
        cells = tuple(
            price
            if (price := column.row(key, team)) is not None
            and price.difference is not None
            and kept is not None
            and (kept.difference or 0) > 0
            else None
            for column, kept in zip(columns, each.cells, strict=True)
        )
        there = next((cell for cell in cells if cell is not None), None)
        if there is not None:
            yield Compared(label=each.label, where=each.where, today=there, cells=cells)


MEASURES = ("open_cases", "waiting_for_owner", "caseload", "utilisation")


def rows_of_all(columns: Sequence[Column], keys: Sequence[str]) -> Iterator[Compared]:
    """What is told of the whole department."""
    for key in keys:
        yield from _compared(columns, key, None, None, None)


def _compared(
    columns: Sequence[Column],
    key: str,
    team: str | None,
    label: Text | None,
    where: Text | None,
) -> Iterator[Compared]:
    cells = tuple(column.row(key, team) for column in columns)
    there = [each for each in cells if each is not None]
    if there:
        first = there[0]
        yield Compared(label=label or first.what, where=where, today=first, cells=cells)


def place_of(team: str | None, department: Department) -> Text:
    """Name a team, a rota, or all teams together (da: hvor)."""
    if team is None:
        return Text(da="alle teams tilsammen", en="all teams together")
    labels = {each.slug: each.label for each in department.teams}
    labels |= {each.slug: each.label for each in department.duty_rotas}
    return labels.get(team, Text(da=team, en=team))
