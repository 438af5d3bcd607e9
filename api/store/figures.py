"""Frozen figures: numbers that stay what they were, with all they came from (da: frosne tal)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from api.database import SessionDependency
from api.tables import StoredFigure
from capacity.errors import PlannerError
from capacity.wording import Text


class UnknownFigure(PlannerError):
    """No figure has that id (da: ukendt tal)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A frozen number (da: frosset tal).

    `path` is the address it came from, with everything pinned that could move; `record` the whole
    answer, or row of it, of which the number is the `field`; `row` says which row.
    """

    id: str
    path: str
    field: str
    row: dict[str, Any] | None
    record: dict[str, Any]
    origin: dict[str, Any]
    frozen_at: datetime
    frozen_by: str

    @property
    def value(self) -> Any:
        """The number itself, or a text or a day (da: tallet)."""
        return self.record[self.field]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures, seen through one transaction (da: tallene)."""

    session: Session

    def figure(self, id: str) -> Figure:
        """Find a figure; `UnknownFigure` where there is none of that id (da: tal)."""
        row = self.session.get(StoredFigure, id)
        if row is None:
            raise UnknownFigure(
                Text(
                    da=f"der er intet frosset tal ”{id}”; se efter i /v1/figures",
                    en=f"there is no frozen figure “{id}”; look in /v1/figures",
                ),
                field="id",
            )
        return _figure(row)

    def listed(self, after: str, limit: int) -> tuple[Figure, ...]:
        """Return so many figures behind an id, in order of ids (da: liste)."""
        wanted = select(StoredFigure).where(col(StoredFigure.id) > after)
        return tuple(
            _figure(row) for row in self.session.exec(wanted.order_by(StoredFigure.id).limit(limit))
        )

    def add(self, figure: Figure) -> tuple[Figure, bool]:
        """Keep a figure, and say whether it is new: the same number is frozen once."""
        row = StoredFigure(
            id=figure.id,
            path=figure.path,
            field=figure.field,
            row=figure.row,
            record=figure.record,
            origin=figure.origin,
            frozen_at=figure.frozen_at or datetime.now(UTC),
            frozen_by=figure.frozen_by,
        )
        try:
            with self.session.begin_nested():
                self.session.add(row)
        except IntegrityError:
            return self.figure(figure.id), False
        return figure, True


async def figures(session: SessionDependency) -> Figures:
    """Hand a request the figures through its transaction."""
    return Figures(session)


FiguresDependency = Annotated[Figures, Depends(figures)]


def _figure(row: StoredFigure) -> Figure:
    return Figure(
        id=row.id,
        path=row.path,
        field=row.field,
        row=row.row,
        record=row.record,
        origin=row.origin,
        frozen_at=row.frozen_at,
        frozen_by=row.frozen_by,
    )
