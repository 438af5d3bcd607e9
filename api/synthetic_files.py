"""Lists of a simulated past as municipalities export them (da: syntetiske lister).

Two forms: what a Danish case or payroll system writes, and a plain table. Nothing in them looks
like a CPR number: cases, children and people have running numbers of their own.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from io import StringIO

import numpy as np
import yaml

from api.documents import DepartmentDocument
from api.synthetic_forms import Form
from capacity.case_events import CaseEvent
from capacity.department import Department
from capacity.rulebook import Rulebook
from capacity.staff_history import AwayReason, Employment, StaffHistory
from capacity.units import exact
from capacity.wording import rounded
from simulations.case_history import EPOCH, NOBODY, CaseHistory
from simulations.luck import Floats, Integers
from simulations.synthetic_department import SyntheticPast, as_listed, synthetic_past
from simulations.synthetic_time_study import LoggedWork, logged_work
from simulations.synthetic_truths import PAST_BEGINS, Size, synthetic_truth

COMPLETE_FROM, SEEN_ON = date(PAST_BEGINS.year + 1, 1, 1), date(PAST_BEGINS.year + 2, 12, 31)
"""The ready-made pasts: a year of run-in, two years told (da: fra og til)."""
_STUDY_DAYS = 14
_STUDY_BEFORE_END = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFile:
    """One file of a past (da: fil)."""

    name: str
    content: bytes


def synthetic_files(
    size: Size, book: Rulebook, *, seed: int = 1, form: Form = Form.DANSK
) -> tuple[ListFile, ...]:
    """Write the past of a ready-made department: lists, the truth, and what they are (da: filer).

    The same size, seed and form give the same bytes.
    """
    past = synthetic_past(synthetic_truth(size), COMPLETE_FROM, SEEN_ON, book, seed=seed)
    study_from = SEEN_ON - timedelta(days=_STUDY_BEFORE_END)
    study_from -= timedelta(days=study_from.weekday())
    logged = logged_work(past.played, study_from, _STUDY_DAYS)
    return (
        ListFile(name="cases.csv", content=case_list_csv(past.cases, form, past.staff.employments)),
        ListFile(name="staff.csv", content=staff_list_csv(past.staff, form)),
        ListFile(name="absence.csv", content=absence_list_csv(past.staff, form)),
        ListFile(name="time-study.csv", content=time_study_csv(logged, form)),
        ListFile(name="truth.yaml", content=truth_yaml(past.truth)),
        ListFile(name="README.txt", content=_readme(past, study_from, seed)),
    )


# --- The lists -------------------------------------------------------------------------------

_CASE_HEADINGS: dict[str, tuple[str, str]] = {
    "case_id": ("Sagsnr.", "case_id"),
    "child": ("Barn", "child"),
    "siblings": ("Søskendegruppe", "sibling_group"),
    "team": ("Team", "team"),
    "case_class": ("Sagstype", "case_type"),
    "caseworker": ("Sagsbehandler", "caseworker"),
}
_EVENT_HEADINGS: dict[CaseEvent, str] = {
    CaseEvent.NEED_BECAME_KNOWN: "Opmærksom dato",
    CaseEvent.NOTIFICATION_RECEIVED: "Underretning modtaget",
    CaseEvent.NOTIFICATION_ASSESSED: "Underretning vurderet",
    CaseEvent.WORK_BEGAN: "Påbegyndt dato",
    CaseEvent.ASSESSMENT_FINISHED: "Undersøgelse afsluttet",
    CaseEvent.DECISION_MADE: "Afgørelsesdato",
    CaseEvent.PLAN_MADE: "Barnets plan udarbejdet",
    CaseEvent.MEASURE_STARTED: "Indsats startet",
    CaseEvent.FOLLOWED_UP_FIRST: "Første opfølgning",
    CaseEvent.PREVIOUS_FOLLOW_UP: "Forrige opfølgning",
    CaseEvent.FOLLOWED_UP: "Opfølgning",
    CaseEvent.CLOSED: "Lukket",
    CaseEvent.WITHDRAWN: "Bortfaldet",
}
_WAITED = ("Ventedage", "external_days")


def case_list_csv(
    history: CaseHistory, form: Form, people: Sequence[Employment] | None = None
) -> bytes:
    """Write a case list, a row a case in order of arrival (da: sagsliste).

    Moments are cut off as a list has them. Columns that would be empty are left out. `people` are
    those whom the numbers of the caseworkers mean; without them nobody is named.
    """
    written = as_listed(history)
    arrived = written.arrived_at()
    order = np.lexsort((np.arange(written.cases), arrived))
    events = [event for event in CaseEvent if np.isfinite(written.at(event)).any()]
    columns: list[tuple[str, Iterable[str]]] = [
        (_heading("case_id", form), _case_ids(arrived[order])),
        (_heading("child", form), _numbers("B", written.child, order)),
        (_heading("siblings", form), _numbers("G", written.siblings, order)),
        (_heading("team", form), _words(written.teams, written.team[order])),
        (_heading("case_class", form), _words(written.case_classes, written.case_class[order])),
    ]
    if people is not None and written.caseworker is not None:
        names = [each.caseworker for each in people]
        columns.append((_heading("caseworker", form), _words(names, written.caseworker[order])))
    for event in events:
        heading = _EVENT_HEADINGS[event] if form.is_danish else event.value
        moments = written.at(event)[order]
        columns.append((heading, _moments(moments, form, timed=event in written.timed)))
    if written.external_days is not None:
        days = (_number(each, form) for each in written.external_days[order])
        columns.append((_WAITED[0 if form.is_danish else 1], days))
    rows = zip(*(cells for _, cells in columns), strict=True)
    return _csv([heading for heading, _ in columns], rows, form)


def staff_list_csv(staff: StaffHistory, form: Form) -> bytes:
    """Write the employments as a payroll list has them (da: personaleliste)."""
    danish = (
        "Medarbejdernr.",
        "Enhed",
        "Timer pr. uge",
        "Timer til andet end sager pr. uge",
        "Ansat fra",
        "Fratrådt",
    )
    plain = ("caseworker", "team", "hours_per_week", "non_case_hours_per_week")
    rows = (
        (
            each.caseworker,
            each.team,
            _number(each.hours_per_week, form),
            _number(each.non_case_hours_per_week, form),
            _day(each.starts_on, form),
            _day(each.ends_on, form),
        )
        for each in staff.employments
    )
    return _csv(danish if form.is_danish else (*plain, "starts_on", "ends_on"), rows, form)


_REASONS = {
    AwayReason.SICKNESS: "Sygdom",
    AwayReason.PARENTAL_LEAVE: "Barsel",
    AwayReason.UNPAID_LEAVE: "Orlov uden løn",
    AwayReason.HOLIDAY: "Ferie",
}


def absence_list_csv(staff: StaffHistory, form: Form) -> bytes:
    """Write the spells away, a row a spell; one that goes on has no end (da: fraværsliste)."""
    danish = ("Medarbejdernr.", "Fraværsart", "Fra", "Til")
    plain = ("caseworker", "absence_reason", "first_day", "last_day")
    rows = (
        (
            each.caseworker,
            _REASONS[spell.reason] if form.is_danish else spell.reason.value,
            _day(spell.first_day, form),
            _day(spell.last_day, form),
        )
        for each in staff.employments
        for spell in each.spells
    )
    return _csv(danish if form.is_danish else plain, rows, form)


def time_study_csv(logged: Sequence[LoggedWork], form: Form) -> bytes:
    """Write logged work, a row an episode and day (da: tidsregistrering)."""
    danish = ("Medarbejdernr.", "Dato", "Sagstype", "Arbejdsgang", "Minutter", "Færdig")
    plain = ("caseworker", "day", "case_type", "activity", "minutes", "finished")
    yes, no = ("ja", "nej") if form.is_danish else ("yes", "no")
    rows = (
        (
            each.caseworker,
            _day(each.day, form),
            each.case_class,
            each.episode,
            str(each.minutes),
            yes if each.finished else no,
        )
        for each in logged
    )
    return _csv(danish if form.is_danish else plain, rows, form)


def truth_yaml(department: Department) -> bytes:
    """Write the department that a past was played with, as a document (da: sandheden)."""
    document = DepartmentDocument.from_domain(department).as_json()
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False).encode()


def _readme(past: SyntheticPast, study_from: date, seed: int) -> bytes:
    truth, last = past.truth, study_from + timedelta(days=_STUDY_DAYS - 1)
    return f"""\
{truth.name.da}: en simuleret fortid til at prøve med. Ingen af sagerne og ingen af personerne
findes. Frø {seed}; samme frø giver de samme filer.

cases.csv       alle sager, der kom fra {COMPLETE_FROM} til {SEEN_ON}, og de ældre, der endnu var
                åbne; en sag er et barn. Underretninger og opfølgninger på en åben sag har deres
                egne rækker, med sagstypen ”sagstype/spor”.
staff.csv       ansættelser, set {SEEN_ON}; en tom ”fratrådt” er stadig ansat
absence.csv     fravær i samme periode; et tomt ”til” er ikke slut endnu
time-study.csv  to ugers tidsregistrering, {study_from} til {last}
truth.yaml      afdelingen, som den virkelig er, på den simulerede fortids første dag {truth.on}

{truth.name.en}: a simulated past to try with. None of the cases and none of the people exist.
Seed {seed}; the same seed gives the same files.

cases.csv       all cases that came from {COMPLETE_FROM} to {SEEN_ON}, and older ones that were
                still open; a case is a child. Notifications and follow-ups on an open case have
                rows of their own, of the type “class/strand”.
staff.csv       employments, seen on {SEEN_ON}; whoever has no end is still employed
absence.csv     absence in the same period; without an end it has not ended yet
time-study.csv  two weeks of logged work, {study_from} to {last}
truth.yaml      the department as it really is, on the first day of the simulated past, {truth.on}
""".encode()


# --- Cells -----------------------------------------------------------------------------------


def _heading(column: str, form: Form) -> str:
    return _CASE_HEADINGS[column][0 if form.is_danish else 1]


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]], form: Form) -> bytes:
    written = StringIO()
    writer = csv.writer(written, delimiter=";" if form.is_danish else ",", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return written.getvalue().encode(form.encoding)


def _case_ids(arrived: Floats) -> Iterator[str]:
    """Running numbers within the year: S24-00123 (never ten digits in a row)."""
    years = [(EPOCH + timedelta(days=int(moment // 1))).year for moment in arrived]
    place, before = 0, None
    for year in years:
        place = place + 1 if year == before else 1
        before = year
        yield f"S{year % 100:02}-{place:05}"


def _numbers(letter: str, column: Integers | None, order: Integers) -> Iterator[str]:
    numbers = np.full(order.size, NOBODY) if column is None else column[order]
    return (f"{letter}{number + 1}" if number != NOBODY else "" for number in numbers)


def _words(words: Sequence[str], numbers: Iterable[int]) -> Iterator[str]:
    return (words[number] if number != NOBODY else "" for number in numbers)


def _moments(moments: Iterable[float], form: Form, *, timed: bool) -> Iterator[str]:
    pattern = "%d-%m-%Y" if form.is_danish else "%Y-%m-%d"
    if timed:
        pattern += " %H:%M"
    midnight = datetime(EPOCH.year, 1, 1)  # noqa: DTZ001  (local time, of which a list has no zone)
    for moment in moments:
        if moment == moment:
            days = int(moment // 1)
            seconds = round((moment - days) * 86400)
            yield (midnight + timedelta(days=days, seconds=seconds)).strftime(pattern)
        else:
            yield ""


def _day(day: date | None, form: Form) -> str:
    if day is None:
        return ""
    return f"{day:%d-%m-%Y}" if form.is_danish else day.isoformat()


def _number(value: Fraction | float, form: Form) -> str:
    """A number with a decimal where it has one; nothing for what is not known."""
    if value != value:
        return ""
    text = f"{rounded(exact(value), 1):f}".removesuffix(".0")
    return text.replace(".", ",") if form.is_danish else text
