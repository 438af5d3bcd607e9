"""Columns that are cut out of their rows when somebody asks for them (da: kolonner efter behov).

A case list has columns that nobody uses, remarks above all; most of the time that a list takes is
theirs where every cell is looked at.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import overload

from api.uploads.cells import Cell


class _Columns(Sequence[Sequence[Cell]]):
    """Columns by their place (da: kolonner)."""

    def __init__(self, width: int) -> None:
        self._width = width

    def __len__(self) -> int:
        return self._width

    @overload
    def __getitem__(self, place: int) -> Sequence[Cell]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Sequence[Cell]]: ...
    def __getitem__(self, place: int | slice) -> Sequence[Cell] | Sequence[Sequence[Cell]]:
        places = range(self._width)[place]
        return self._column(places) if isinstance(places, int) else list(map(self._column, places))

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        return map(self._column, range(self._width))

    @abstractmethod
    def _column(self, place: int) -> Sequence[Cell]: ...


class CellsInRows(_Columns):
    """Columns of texts that lie row after row; an empty one is nothing (da: celler i rækker).

    >>> columns = CellsInRows(["a", "1", "b", ""], 2)
    >>> list(columns), columns[-1]
    ([['a', 'b'], ['1', None]], ['1', None])
    """

    def __init__(self, cells: list[str], width: int) -> None:
        super().__init__(width)
        self._cells = cells

    def _column(self, place: int) -> Sequence[Cell]:
        column = self._cells[place :: self._width]
        return [cell or None for cell in column] if "" in column else column


class Joined(_Columns):
    """Columns below one another (da: sammensat).

    >>> list(Joined([CellsInRows(["a", "1"], 2), [["b"], ["2"]]]))
    [['a', 'b'], ['1', '2']]
    """

    def __init__(self, parts: Sequence[Sequence[Sequence[Cell]]]) -> None:
        super().__init__(len(parts[0]))
        self._parts = parts

    def _column(self, place: int) -> Sequence[Cell]:
        return list(chain.from_iterable(part[place] for part in self._parts))
