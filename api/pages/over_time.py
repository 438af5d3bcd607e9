"""The page Over time: backlog, caseload and timeliness month by month (da: over tid).

The plan is that of the page What if; here newcomers grow into their posts, which a year's share
hides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from fastapi import Request

from api.answers import Table
from api.columns_chart import Column, Edge
from api.jobs.over_time import OverTimeAsked, OverTimeCalculation
from api.jobs.over_time_rows import OverTimeRow, Side
from api.months_chart import Moment, Months, Point, share_point
from api.over_time_terms import USUAL_MONTHS, over_time_asked, usual_ramp_up
from api.pages import dials
from api.pages.calculations import CalculationPart, calculated
from api.pages.curve import Choice, choices
from api.pages.dials import DIALS, Dial, plan_of, watched
from api.pages.figures import Address, CitedRule, Figure, cited, figure_text
from api.pages.frame import Frame
from capacity.department import Department
from capacity.errors import PlannerError
from capacity.open_ages import OpenAges, open_ages, open_ages_sentence
from capacity.practice import POLICIES, Policy
from capacity.rulebook import rulebook
from capacity.scenario_changes import AddedPosts, MergedTeams
from capacity.units import exact
from capacity.wording import Language, Text, month_in_words, percent
from capacity.workdays import Unit, add

TERMS: Mapping[str, str | None] = {
    **dials.TERMS,
    "ramp_up": None,
    "months": str(USUAL_MONTHS),
    "again": None,
}
_NOT_CHANGES = {"watch", "target", "months", "ramp_up", "again", "extra_fte", "extra_from"}
_FTE = Text(da="fuldtidsstillinger", en="FTE")
_CASES = Text(da="sager", en="cases")
_NO_UNIT = Text(da="", en="")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgesPart:
    """How old the open cases are (da: åbne sagers alder)."""

    found: OpenAges
    sentence: Text
    table: Address

    def columns(self) -> tuple[Column, ...]:
        """The ages as columns, what is past the deadline filled (da: søjler)."""
        return tuple(
            Column(
                below=str(each.from_days),
                above=str(each.cases) if each.cases else "",
                height=float(each.cases),
                stands_out=each.overdue > 0,
            )
            for each in self.found.bands()
        )

    def edge(self, language: Language) -> Edge:
        """Where the deadline is (da: fristen)."""
        before = sum(each.from_days < self.found.overdue_from_days for each in self.found.bands())
        named = {"da": "fristen", "en": "the deadline"}[language]
        return Edge(before=before, name=named)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePart:
    """Both courses as the page shows them (da: forløb).

    `uncounted` is open work without weight, such as follow-ups, which is no case of its own.
    """

    asked: OverTimeAsked
    open_at_start: int
    uncounted: int
    target: Fraction
    titles: tuple[Text, ...]
    calculation: CalculationPart

    @property
    def rows(self) -> tuple[OverTimeRow, ...]:
        """All rows (da: rækker); none until they are there."""
        finding = self.calculation.finding
        if finding is None:
            return ()
        assert isinstance(finding.answer, Table)
        rows: tuple[OverTimeRow, ...] = finding.answer.rows
        return rows

    @property
    def sentence(self) -> Text:
        """The whole in words (da: i ord)."""
        finding = self.calculation.finding
        assert finding is not None
        assert finding.sentence is not None
        return finding.sentence

    @property
    def before(self) -> tuple[OverTimeRow, ...]:
        """As it is (da: som i dag)."""
        return tuple(each for each in self.rows if each.side is Side.BEFORE)

    @property
    def after(self) -> tuple[OverTimeRow, ...]:
        """As it would be (da: med ændringen)."""
        return tuple(each for each in self.rows if each.side is Side.AFTER)

    @property
    def is_changed(self) -> bool:
        """Whether anything is changed at all (da: ændret)."""
        return bool(self.asked.changes)

    @property
    def months(self) -> tuple[tuple[OverTimeRow, OverTimeRow], ...]:
        """Month by month, before and after (da: måned for måned)."""
        return tuple(zip(self.before, self.after, strict=True))

    @property
    def has_band(self) -> bool:
        """Whether what history leaves open of the inputs is quantified (da: ukendte inddata)."""
        return self.before[0].open_cases_inputs_low is not None

    @property
    def hires(self) -> AddedPosts | None:
        """The posts that are added (da: ansættelser)."""
        return next((each for each in self.asked.changes if isinstance(each, AddedPosts)), None)

    @property
    def merges(self) -> bool:
        """Whether teams are merged, so that both sides are of all of them (da: lagt sammen)."""
        return any(isinstance(each, MergedTeams) for each in self.asked.changes)

    @property
    def table(self) -> Address:
        """Where all of it is fetched (da: hele tabellen)."""
        path = f"/v1/departments/{self.asked.address}/over-time"
        return Address(path=path, terms=self.asked.written)

    def cell(self, row: OverTimeRow, field: str, digits: int | None = None) -> Address:
        """Where a month's number is fetched (da: celle)."""
        of = (("month", row.month.isoformat()), ("side", row.side.value))
        return replace(self.table, terms=(*self.asked.written, *of), field=field, digits=digits)

    def shares(self, language: Language) -> Months:
        """The chart of timeliness (da: rettidighed, måned for måned)."""

        def points(rows: tuple[OverTimeRow, ...]) -> list[Point]:
            return [
                share_point(
                    each.due,
                    each.share_in_time,
                    each.share_in_time_month_low,
                    each.share_in_time_month_high,
                )
                for each in rows
            ]

        return self._chart(points(self.before), points(self.after), language, of_a_whole=True)

    def open_cases(self, language: Language) -> Months:
        """The chart of the open cases (da: åbne sager, måned for måned)."""

        def points(rows: tuple[OverTimeRow, ...]) -> list[Point]:
            return [
                Point(
                    value=each.open_cases,
                    low=each.open_cases_month_low,
                    high=each.open_cases_month_high,
                )
                for each in rows
            ]

        start = [Point(value=float(self.open_at_start))]
        return self._chart(
            start + points(self.before), start + points(self.after), language, at_the_end=True
        )

    def caseload(self, language: Language) -> Months:
        """The chart of the caseload (da: sagstal, måned for måned)."""

        def points(rows: tuple[OverTimeRow, ...]) -> list[Point]:
            return [
                Point(
                    value=each.caseload,
                    low=each.caseload_month_low,
                    high=each.caseload_month_high,
                )
                for each in rows
            ]

        return self._chart(points(self.before), points(self.after), language, at_the_end=True)

    def posts(self, language: Language) -> Months:
        """The chart of the posts, hires and first months and all (da: stillinger)."""

        def points(rows: tuple[OverTimeRow, ...]) -> list[Point]:
            return [Point(value=float(each.case_fte)) for each in rows]

        return self._chart(points(self.before), points(self.after), language, at_the_end=True)

    def _chart(
        self,
        before: list[Point],
        after: list[Point],
        language: Language,
        *,
        of_a_whole: bool = False,
        at_the_end: bool = False,
    ) -> Months:
        """What is counted at the end of a month stands there; before them the start, if it has."""
        days = [each.until if at_the_end else each.month for each in self.before]
        if len(before) > len(days):
            days = [self.before[0].month, *days]
        return Months(
            days=days,
            before=before,
            after=after if self.is_changed else (),
            moments=tuple(self._moments(language)),
            target=self.target if of_a_whole else None,
            of_a_whole=of_a_whole,
        )

    def _moments(self, language: Language) -> list[Moment]:
        if self.hires is None:
            return []
        named = {"da": ("ansat", "fuldt inde"), "en": ("hired", "fully in")}[language]
        found = [Moment(on=self.hires.from_, name=named[0])]
        if (full := self.full_from) is not None:
            found.append(Moment(on=full, name=named[1]))
        return found

    @property
    def full_from(self) -> date | None:
        """From when the newcomers carry a full caseload; None where they do at once."""
        hires = self.hires
        if hires is None or hires.ramp_up is None:
            return None
        return add(hires.from_, hires.ramp_up.months, Unit.CALENDAR_MONTHS)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The numbers that a leader takes along (da: tallene)."""
        return tuple(_figures(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTimePage:
    """The form and its answers (da: over tid); None where they were refused."""

    choices: tuple[Choice, ...] = ()
    watched: tuple[str, str] | None = None
    usual_ramp_up: int = 0
    ramp_up: CitedRule | None = None
    first_share: CitedRule | None = None
    dials: tuple[Dial, ...] = DIALS
    policies: Mapping[Policy, Text] | None = None
    turns_others: bool = False
    course: CoursePart | None = None
    ages: AgesPart | None = None
    is_waiting: bool = False

    @property
    def is_going(self) -> bool:
        """Whether anything is still calculated (da: i gang)."""
        return self.is_waiting or bool(self.course and self.course.calculation.is_going)

    def plan_terms(self, terms: Mapping[str, str | None]) -> dict[str, str | None]:
        """What of the form the page What if knows too (da: fælles felter)."""
        return {name: terms[name] for name in dials.TERMS}


async def over_time_page(frame: Frame, request: Request, *, is_warm: bool) -> OverTimePage:
    """Build the page; a part that refuses leaves its reason and the other standing (da: siden)."""
    department, terms, book = frame.department, frame.asked.terms, rulebook()
    if department is None:
        return OverTimePage()
    page = OverTimePage(
        choices=choices(department, book),
        usual_ramp_up=usual_ramp_up(department),
        ramp_up=cited("assumption.ramp_up_months", department.on, book),
        first_share=cited("assumption.ramp_up_first_share", department.on, book),
        policies=POLICIES,
        turns_others=any(terms[name] for name in TERMS if name not in _NOT_CHANGES),
    )
    try:
        page = replace(page, watched=watched(terms["watch"], department))
        asked = over_time_asked(frame.asked, department)
        plan = plan_of(frame.asked, department)
    except PlannerError as error:
        frame.refusals["answer"] = error
        return page
    page = replace(page, ages=_ages(frame, department, asked))
    if not is_warm:
        return replace(page, is_waiting=True)
    (found,) = await calculated(
        [OverTimeCalculation(asked)], request, again=terms["again"] is not None
    )
    if found.refusal is not None:
        frame.refusals["answer"] = found.refusal
        return page
    merging = next((each for each in asked.changes if isinstance(each, MergedTeams)), None)
    followed = merging.teams if merging else (asked.team,)
    course = CoursePart(
        asked=asked,
        open_at_start=department.open_cases_of(followed),
        uncounted=department.uncounted_rows_of(followed),
        target=plan.target,
        titles=plan.titles,
        calculation=found,
    )
    return replace(page, course=course)


def _ages(frame: Frame, department: Department, asked: OverTimeAsked) -> AgesPart | None:
    try:
        found = open_ages(department, asked.team, asked.deadline, rulebook())
    except PlannerError as error:
        frame.refusals["ages"] = error
        return None
    return AgesPart(
        found=found,
        sentence=open_ages_sentence(found),
        table=Address(
            path=f"/v1/departments/{department.address}/open-ages",
            terms=(("team", asked.team), ("deadline", asked.deadline)),
        ),
    )


def _figures(part: CoursePart) -> list[Figure]:
    last = part.months[-1][1 if part.is_changed else 0]
    month = Text(da=month_in_words(last.month, "da"), en=month_in_words(last.month, "en"))
    found = [
        Figure(
            label=Text(
                da=f"Åbne sager ved udgangen af {month.da}",
                en=f"Open cases at the end of {month.en}",
            ),
            value=figure_text(exact(last.open_cases), 0),
            unit=_CASES,
            made_of=(
                Text(
                    da="Et enkelt forløb: "
                    f"{figure_text(exact(last.open_cases_month_low), 0).da}–"
                    f"{figure_text(exact(last.open_cases_month_high), 0).da}.",
                    en="A single course: "
                    f"{figure_text(exact(last.open_cases_month_low), 0).en}–"
                    f"{figure_text(exact(last.open_cases_month_high), 0).en}.",
                ),
            ),
            address=part.cell(last, "open_cases", 0),
        ),
        Figure(
            label=Text(da="Stillinger til sager", en="Posts for cases"),
            value=figure_text(last.case_fte, 2),
            unit=_FTE,
            made_of=(
                Text(
                    da="Efter planen; tilfældig sygdom er ikke trukket fra.",
                    en="By the plan; sickness by chance is not taken off.",
                ),
            ),
            address=part.cell(last, "case_fte", 2),
        ),
    ]
    if last.caseload is not None:
        found.insert(
            1,
            Figure(
                label=Text(da="Sagstal i teamet", en="Caseload of the team"),
                value=figure_text(exact(last.caseload), 1),
                unit=Text(da="sager pr. stilling", en="cases per FTE"),
                made_of=(
                    Text(
                        da="Teamets åbne sager over teamets stillinger til sager.",
                        en="The team’s open cases over the team’s posts for cases.",
                    ),
                ),
                address=part.cell(last, "caseload", 1),
            ),
        )
    if last.share_in_time is not None:
        found.insert(
            0,
            Figure(
                label=Text(da=f"Til tiden i {month.da}", en=f"In time in {month.en}"),
                value=Text(
                    da=percent(exact(last.share_in_time), "da"),
                    en=percent(exact(last.share_in_time), "en"),
                ),
                unit=_NO_UNIT,
                made_of=(),
                address=part.cell(last, "share_in_time", 3),
            ),
        )
    return found
