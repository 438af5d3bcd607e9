"""The errors of a list by what they have in common (da: fejlene efter årsag).

A column that was taken for another gives one error for every row, and the one that is unlike them
drowns. So what is shown is one line for each cause, with how many rows have it and the first of
them: first what is wrong with the list as a whole, a wrong column above all, then the rarest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from api.imports.columns import Columns
from api.imports.fields import Kind, Reads, field
from api.imports.unread_columns import UnreadColumns, listed
from api.uploads import CauseKey, Cell, CellError, Faults, letter
from capacity.wording import Text

_NEARLY_ALL = 0.8
"""Assumption: a column with so many of its cells at fault was chosen wrongly."""
_LEAST_ROWS = 5
"""With fewer rows at fault nobody can say that it is all of them (assumption)."""
_SAMPLE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongColumn:
    """A column with errors in nearly every row (da: forkert kolonne).

    It was taken for `field`; `others` are unread columns that look like what that holds.
    """

    heading: str
    field: str
    label: Text
    others: tuple[str, ...]

    @property
    def asked(self) -> Text:
        """Ask whether it is the right one, and name the parameter that says which (da: spørg)."""
        instead = self.others[0] if self.others else None
        looks_da = looks_en = ""
        if self.others:
            verb = "looks" if len(self.others) == 1 else "look"
            looks_da = f"; {listed(self.others, 'da')} ligner det, der skal stå her"
            looks_en = f"; {listed(self.others, 'en')} {verb} like what belongs here"
        return Text(
            da=f"er ”{self.heading}” den rigtige kolonne for {self.label.da}? Næsten alle rækker "
            f"har fejl i den{looks_da}. Skriv ellers hvilken, fx map="
            f"{instead or 'Overskrift'}={self.field}",
            en=f"is “{self.heading}” the right column for {self.label.en}? Nearly every row has "
            f"an error in it{looks_en}. Else write which, such as "
            f"map={instead or 'Heading'}={self.field}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Errors of one cause (da: årsag): in how many `rows`, and the first cells that have it.

    Where there is one cell alone, `problem` is what is wrong with that.
    """

    problem: Text
    what_to_do: Text
    rows: int
    errors: int
    cells: tuple[CellError, ...]
    wrong_column: WrongColumn | None = None

    @property
    def column(self) -> str | None:
        """The letter of its column (da: kolonne); None where it is of the whole list."""
        return self.cells[0].column

    @property
    def heading(self) -> str | None:
        """The heading of its column (da: overskrift)."""
        return self.cells[0].heading

    def without_values(self) -> "Cause":
        """Return it as it may be shared (da: uden værdier)."""
        cells = tuple(replace(each, value=None) for each in self.cells)
        return replace(self, cells=cells, problem=self.cells[0].cause or self.cells[0].problem)


def causes(
    kind: Kind,
    faults: Faults,
    rows: int,
    found: Columns,
    sample: Sequence[Sequence[Cell]],
    unread: UnreadColumns,
) -> tuple[Cause, ...]:
    """Return the errors by cause: of the whole list first, then the rarest (da: årsager).

    `sample` are the first cells of each column, of a list with so many `rows`.
    """
    wrong = dict(_wrong_columns(kind, faults, rows, found, sample, unread))
    together = [
        Cause(
            problem=_problem(tally.cells, tally.errors),
            what_to_do=tally.cells[0].what_to_do,
            rows=tally.rows,
            errors=tally.errors,
            cells=tuple(tally.cells),
            wrong_column=wrong.get(key),
        )
        for key, tally in faults.causes.items()
        if tally.cells
    ]
    return tuple(sorted(together, key=_place))


def _problem(cells: Sequence[CellError], errors: int) -> Text:
    first = cells[0]
    return first.problem if errors == 1 or first.cause is None else first.cause


def _place(cause: Cause) -> tuple[bool, bool, int, int]:
    first = cause.cells[0].row
    return cause.wrong_column is None, first is not None, cause.rows, first or 0


def _wrong_columns(
    kind: Kind,
    faults: Faults,
    rows: int,
    found: Columns,
    sample: Sequence[Sequence[Cell]],
    unread: UnreadColumns,
) -> Iterator[tuple[CauseKey, WrongColumn]]:
    """Find the columns whose cells are nearly all at fault, by the commonest of their causes."""
    for use in found.uses:
        known = None if use.field is None else field(kind, use.field)
        own = {key: tally for key, tally in faults.causes.items() if key[1] == letter(use.column)}
        if known is None or not own:
            continue
        most = max(own, key=lambda key: own[key].rows)
        is_empty = all(not each.value for each in own[most].cells)
        of = rows if is_empty else rows * _share_filled(sample[use.column])
        at_fault = sum(tally.rows for tally in own.values())
        # A few words that come again are a column of words, though nobody knows them here.
        are_words = known.reads is Reads.WORD and own[most].errors < max(_LEAST_ROWS, at_fault / 2)
        if not are_words and at_fault >= max(_LEAST_ROWS, _NEARLY_ALL * of):
            yield (
                most,
                WrongColumn(
                    heading=own[most].cells[0].heading or letter(use.column),
                    field=known.id,
                    label=known.label,
                    others=unread.like(known),
                ),
            )


def _share_filled(cells: Sequence[Cell]) -> float:
    looked_at = cells[:_SAMPLE]
    filled = sum(cell is not None and cell != "" for cell in looked_at)
    return filled / len(looked_at) if looked_at else 0.0
