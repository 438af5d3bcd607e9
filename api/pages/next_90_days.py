"""The page The next 90 days: what falls due against hours at hand, and what a review may show.

(da: de næste 90 dage.) It prints as one sheet for the monthly supervision (da: ledelsestilsyn).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from fastapi import Request

from api.answers import Table
from api.columns_chart import Column
from api.jobs.about import written_out
from api.jobs.falling_due import DueTerms, FallingDueCalculation, FallingDueRow
from api.pages.calculations import CalculationPart, calculated
from api.pages.curve import Choice, choices
from api.pages.dials import watched
from api.pages.figures import Address, Figure, figure_text
from api.pages.frame import Frame
from api.pages.reading import read
from api.quantities import count, number
from api.routes.forecast import REPLICATIONS
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.next_review import NextReview, next_review, review_sentence
from capacity.rulebook import rulebook
from capacity.units import Share, exact
from capacity.wording import Language, Text, percent, rounded

WINDOWS = (30, 60, 90)
CASES = 6
TERMS: Mapping[str, str | None] = {
    "watch": None,
    "share": None,
    "cases": str(CASES),
    "again": None,
}
_SEED = 1
_MOST_DRAWN = 24
_CASES = Text(da="sager", en="cases")
_NO_UNIT = Text(da="", en="")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineDue:
    """A deadline of a team, by window (da: frist)."""

    name: Text
    windows: tuple[FallingDueRow, ...]

    @property
    def today(self) -> FallingDueRow:
        """What is overdue is the same in every window (da: i dag)."""
        return self.windows[0]

    @property
    def longest(self) -> FallingDueRow:
        """The last window."""
        return self.windows[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDue:
    """A team, its hours by window, and its deadlines (da: team)."""

    name: Text
    hours: tuple[float, ...]
    deadlines: tuple[DeadlineDue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPart:
    """What a review of a few cases will show (da: næste gennemgang).

    `simulated_of` is the team and deadline whose simulated share it is; None where the reader
    wrote the share.
    """

    found: NextReview
    sentence: Text
    simulated_of: Text | None
    table: Address

    def columns(self, language: Language) -> tuple[Column, ...]:
        """The chances as columns, what lies in 19 of 20 reviews filled (da: søjler)."""
        found = self.found
        return tuple(
            Column(
                below=str(each.in_time),
                above=_chance(each.chance, language) if found.cases <= _MOST_DRAWN else "",
                height=each.chance * 100,
                stands_out=found.low <= each.in_time <= found.high,
            )
            for each in found.counts
        )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The numbers that a leader takes along (da: tallene)."""
        found = self.found
        return (
            Figure(
                label=Text(
                    da=f"Ventet til tiden af {found.cases}",
                    en=f"Expected in time of {found.cases}",
                ),
                value=figure_text(found.expected, 1),
                unit=_CASES,
                made_of=(),
                address=self._cell(0, "expected", 1),
            ),
            Figure(
                label=Text(
                    da=f"Chance for, at alle {found.cases} er til tiden",
                    en=f"Chance that all {found.cases} are in time",
                ),
                value=Text(
                    da=_chance(found.chance_of_all, "da"), en=_chance(found.chance_of_all, "en")
                ),
                unit=_NO_UNIT,
                made_of=(
                    Text(
                        da="Binomialfordelingen: sagerne regnes som uafhængige af hinanden.",
                        en="The binomial distribution: the cases are taken to be independent.",
                    ),
                ),
                address=self._cell(found.cases, "chance", 3),
            ),
        )

    def _cell(self, in_time: int, field: str, digits: int) -> Address:
        terms = (*self.table.terms, ("in_time", str(in_time)))
        return replace(self.table, terms=terms, field=field, digits=digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class NinetyDaysPage:
    """The sheet and the review (da: de næste 90 dage); None where they were refused."""

    choices: tuple[Choice, ...] = ()
    watched: tuple[str, str] | None = None
    sheet: CalculationPart | None = None
    address: str = ""
    review: ReviewPart | None = None
    is_waiting: bool = False
    windows: tuple[int, ...] = WINDOWS

    @property
    def is_going(self) -> bool:
        """Whether anything is still calculated (da: i gang)."""
        return self.is_waiting or bool(self.sheet and self.sheet.is_going)

    @property
    def rows(self) -> tuple[FallingDueRow, ...]:
        """All rows (da: rækker); none until they are there."""
        if self.sheet is None or self.sheet.finding is None:
            return ()
        assert isinstance(self.sheet.finding.answer, Table)
        rows: tuple[FallingDueRow, ...] = self.sheet.finding.answer.rows
        return rows

    @property
    def teams(self) -> tuple[TeamDue, ...]:
        """The rows by team and deadline (da: team for team)."""
        return tuple(_teams(self.rows))

    @property
    def short(self) -> tuple[FallingDueRow, ...]:
        """The deadlines for which the hours do not suffice even alone, in the longest window."""
        return tuple(
            each for each in self.rows if each.within_days == WINDOWS[-1] and not each.enough
        )

    @property
    def table(self) -> Address:
        """Where the sheet is fetched (da: hele tabellen)."""
        terms = (
            ("days", ";".join(map(str, WINDOWS))),
            ("seed", str(_SEED)),
            ("replications", str(REPLICATIONS)),
        )
        return Address(path=f"/v1/departments/{self.address}/falling-due", terms=terms)

    def cell(self, row: FallingDueRow, field: str, digits: int | None = None) -> Address:
        """Where a number of a row is fetched (da: celle)."""
        of = (("team", row.team), ("deadline", row.deadline), ("within", str(row.within_days)))
        return replace(self.table, terms=(*self.table.terms, *of), field=field, digits=digits)


async def ninety_days_page(frame: Frame, request: Request, *, is_warm: bool) -> NinetyDaysPage:
    """Build the page; a part that refuses leaves its reason and the other standing (da: siden)."""
    department, terms = frame.department, frame.asked.terms
    if department is None:
        return NinetyDaysPage()
    page = NinetyDaysPage(choices=choices(department, rulebook()), address=department.address)
    try:
        page = replace(page, watched=_watched(terms["watch"], department))
        cases = read(terms, "cases", count, CASES)
        share = read(terms, "share", number, None)
    except PlannerError as error:
        frame.refusals["review"] = error
        cases, share = None, None
    if not is_warm:
        return replace(page, is_waiting=True)
    asked = DueTerms(days=WINDOWS, seed=_SEED, replications=REPLICATIONS)
    (sheet,) = await calculated(
        [FallingDueCalculation(department, department.address, asked)],
        request,
        again=terms["again"] is not None,
    )
    page = replace(page, sheet=sheet)
    if sheet.refusal is not None:
        frame.refusals["sheet"] = sheet.refusal
    if cases is not None:
        try:
            page = replace(page, review=_review(page, department, share, cases))
        except PlannerError as error:
            frame.refusals["review"] = error
    return page


def _watched(written: str | None, department: Department) -> tuple[str, str]:
    team, deadline = watched(written, department)
    return department.team(team, field="watch").slug, deadline


def _review(
    page: NinetyDaysPage, department: Department, written: Fraction | None, cases: int
) -> ReviewPart | None:
    """What the review shows with the share that was written, or with the simulated one."""
    assert page.watched is not None
    team, deadline = page.watched
    simulated_of = None
    if written is not None:
        share: Share = written / 100
    else:
        row = next(
            (
                each
                for each in page.rows
                if (each.team, each.deadline, each.within_days) == (team, deadline, WINDOWS[-1])
            ),
            None,
        )
        if row is None and page.rows:
            raise InvalidInput(
                Text(
                    da="teamet har ingen sådan frist, der løber frem mod en dag; vælg en anden, "
                    "eller skriv en andel",
                    en="the team has no such deadline that runs towards a day; choose another, or "
                    "write a share",
                ),
                field="watch",
            )
        if row is None or row.share_in_time is None:
            return None
        # As it is shown: whoever reads it off and writes it gets the same answer.
        share = Fraction(rounded(exact(row.share_in_time) * 100, 0)) / 100
        one, other = department.team(team).label, row.deadline_name
        simulated_of = Text(da=f"{one.da}, {other.da}", en=f"{one.en}, {other.en}")
    if not 0 <= share <= 1:
        raise InvalidInput(
            Text(da="skriv en andel i procent, 0–100", en="write a share in per cent, 0–100"),
            field="share",
        )
    found = next_review(share, cases)
    terms = (("share", written_out(share)), ("cases", str(cases)))
    return ReviewPart(
        found=found,
        sentence=review_sentence(found),
        simulated_of=simulated_of,
        table=Address(path="/v1/next-review", terms=terms),
    )


def _teams(rows: tuple[FallingDueRow, ...]) -> Iterator[TeamDue]:
    slugs = dict.fromkeys(each.team for each in rows)
    for slug in slugs:
        own = [each for each in rows if each.team == slug]
        deadlines = tuple(
            DeadlineDue(
                name=next(each.deadline_name for each in own if each.deadline == rule),
                windows=tuple(each for each in own if each.deadline == rule),
            )
            for rule in dict.fromkeys(each.deadline for each in own)
        )
        yield TeamDue(
            name=own[0].team_name,
            hours=tuple(each.hours_available for each in deadlines[0].windows),
            deadlines=deadlines,
        )


def _chance(chance: float, language: Language) -> str:
    if 0 < chance < 0.005:
        return {"da": "<1 %", "en": "<1%"}[language]
    return percent(exact(chance), language)
