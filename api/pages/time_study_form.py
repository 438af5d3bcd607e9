"""`/v1/time-study-form`: sheets to write two weeks of work on (da: tidsregistreringsskema).

One A4 sheet for each caseworker of a team, with the episodes that the team works. What is written
on it is read in as a time study (`simulations.time_study`).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.pages.printing import template
from api.presentation import Call, language
from api.store.departments import StoreDependency
from capacity.case_classes import Episode, Strand
from capacity.department import Department, Team
from capacity.distributions import NOTHING
from capacity.errors import InvalidInput
from capacity.wording import Language, Text

router = APIRouter(include_in_schema=False)

_WEEKS = 2
_WEEKDAYS = (
    Text(da="Man", en="Mon"),
    Text(da="Tir", en="Tue"),
    Text(da="Ons", en="Wed"),
    Text(da="Tor", en="Thu"),
    Text(da="Fre", en="Fri"),
)
_SPARE_ROWS = 2
_MOST_TALL_LINES = 11
"""What an A4 sheet has room for at a height that is easy to write in."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}


class TimeStudyForm(Call):
    """Whose sheets, and for which two weeks."""

    department: str = Field(description="its slug, with `@version` for one that stays put")
    team: str | None = Field(None, description="one team; all of them if left out")
    from_: date | None = Field(
        None, alias="from", description="the first Monday; days without dates if left out"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPart:
    """A kind of case, and the episodes of it that the team works (da: sagstype)."""

    case_class: Text
    episodes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDay:
    """A column of the sheet (da: dag); without a date, a place to write it."""

    weekday: Text
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSheet:
    """One caseworker's sheet (da: skema)."""

    team: Text
    caseworker: str
    parts: tuple[FormPart, ...]
    days: tuple[FormDay, ...]

    @property
    def weeks(self) -> str:
        """The weeks by their numbers; nothing where no dates are known (da: ugenumre)."""
        numbers = {each.day.isocalendar().week: None for each in self.days if each.day}
        return " + ".join(str(number) for number in numbers)

    @property
    def is_crowded(self) -> bool:
        """Whether the lines must be low for all of them to find room (da: tætte linjer)."""
        return sum(1 + len(each.episodes) for each in self.parts) > _MOST_TALL_LINES


def form_sheets(
    department: Department, team: str | None, from_: date | None
) -> tuple[FormSheet, ...]:
    """Lay out a sheet for each caseworker of a team, or of all (da: skemaer).

    A team of whom nobody is known gets one without a number.

    `InvalidInput` for a first day that is no Monday, `UnknownDepartment` for a team not there.
    """
    if from_ is not None and from_.weekday() != 0:
        raise InvalidInput(
            Text(
                da=f"{from_} er ikke en mandag; skriv den første mandag i registreringen",
                en=f"{from_} is not a Monday; write the first Monday of the study",
            ),
            field="from",
        )
    teams = department.teams if team is None else (department.team(team),)
    days = tuple(
        FormDay(
            weekday=weekday,
            day=None if from_ is None else from_ + timedelta(weeks=week, days=number),
        )
        for week in range(_WEEKS)
        for number, weekday in enumerate(_WEEKDAYS)
    )
    return tuple(
        FormSheet(team=each.label, caseworker=person, parts=_parts(department, each), days=days)
        for each in teams
        for person in _people(department, each)
    )


def _people(department: Department, team: Team) -> tuple[str, ...]:
    """The people of a team; where nobody is known yet, one without a number, to be copied.

    Nobody knows who a pseudonym is: such a sheet has a place to write the number in.
    """
    from api.imports.pseudonyms import is_pseudonym  # it loads what the start should not wait for

    people = (each.id for each in department.roster.caseworkers if each.team == team.slug)
    return tuple("" if is_pseudonym(each) else each for each in people) or ("",)


def _parts(department: Department, team: Team) -> tuple[FormPart, ...]:
    """The episodes that a team works, and those of the duty rotas that it staffs."""
    here = {team.slug, *(r.slug for r in department.duty_rotas if r.staffed_by == team.slug)}
    parts = (
        FormPart(
            case_class=case_class.label,
            episodes=tuple(
                _name_of(episode, strand)
                for _, episode, strand in case_class.placed_episodes()
                if (episode.team or case_class.team) in here and episode.effort_hours != NOTHING
            ),
        )
        for case_class in department.case_classes
    )
    return tuple(part for part in parts if part.episodes)


def _name_of(episode: Episode, strand: Strand | None) -> Text:
    """An episode's own name; without one, that of the strand it is the whole of."""
    if episode.label is not None:
        return episode.label
    if strand is not None and len(strand.episodes) == 1:
        return strand.label
    return Text(da=episode.slug, en=episode.slug)


@router.get("/v1/time-study-form")
def time_study_form(
    request: Request, asked: Annotated[TimeStudyForm, Query()], store: StoreDependency
) -> Response:
    """Print the sheets (da: skemaer til tidsregistrering)."""
    department = store.department(asked.department)
    store.let_go()
    spoken = language(request)
    return Response(
        printed_form(department, form_sheets(department, asked.team, asked.from_), spoken),
        media_type="text/html",
        headers={**HEADERS, "Content-Language": spoken},
    )


def printed_form(department: Department, sheets: tuple[FormSheet, ...], spoken: Language) -> str:
    """Print sheets in a language, with the other beside it (da: trykte skemaer)."""
    other: Language = "en" if spoken == "da" else "da"
    return template("time_study_form.html").render(
        department=department,
        sheets=sheets,
        spare_rows=_SPARE_ROWS,
        language=spoken,
        other=other,
        say=lambda da, en: da if spoken == "da" else en,
        beside=lambda da, en: en if spoken == "da" else da,
    )
