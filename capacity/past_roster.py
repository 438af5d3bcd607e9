"""From a payroll list to a roster: who was there, for how many hours (da: lønlistens bemanding).

A roster for a past period has everything that happened in it, day by day where the list tells of
holidays; one for a forecast has only what was known on the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from capacity.caseworker import Absence, AbsenceReason, Caseworker, RampUp
from capacity.errors import InvalidInput
from capacity.roster import Roster
from capacity.staff_history import AwayReason, Employment, Spell, StaffHistory
from capacity.units import Days
from capacity.wording import Text
from capacity.workdays import is_workday

SHORT_DAYS = 30
"""Assumption: sickness of at most so many calendar days is short."""
_ABSENCE = {
    AwayReason.HOLIDAY: AbsenceReason.HOLIDAY,
    AwayReason.SICKNESS: AbsenceReason.LONG_SICKNESS,
    AwayReason.PARENTAL_LEAVE: AbsenceReason.PARENTAL_LEAVE,
    AwayReason.UNPAID_LEAVE: AbsenceReason.UNPAID_LEAVE,
}
_STILL_AWAY = 14
"""Assumption: whoever is away longer than usual is away for at least so many days more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualAbsence:
    """How long absence of a kind lasts, in calendar days, where its end is not known yet.

    (da: sædvanlig varighed.) A kind that is left out is taken to last 90 days (an assumption).
    """

    days: Mapping[AwayReason, int]

    def last_day(self, spell: Spell, known_on: date) -> date:
        """Return when a spell that goes on is taken to end (da: ventet sidste dag)."""
        usual = spell.first_day + timedelta(days=self.days.get(spell.reason, 90))
        return max(usual, known_on + timedelta(days=_STILL_AWAY))


def past_roster(
    staff: StaffHistory, from_: date, to: date, *, ramp_up: Mapping[str, RampUp] | None = None
) -> Roster:
    """Return the roster as it was in a period [from_, to) (da: bemandingen, som den var).

    `ramp_up` is how newcomers of a team grow into the work. A person employed twice, or in two
    teams, is two posts. Where the list tells of no holidays, they and short sickness are spread
    over the year, as for anybody; where it tells of no absence at all, short sickness is the
    rule's. `InvalidInput` for a period of which the list does not tell.
    """
    _refuse_unseen(staff, from_, to)
    last_day = to - timedelta(days=1)
    return _roster(
        staff, [each for each in staff.employments if _overlaps(each, from_, last_day)], ramp_up
    )


def known_roster(
    staff: StaffHistory,
    usual: UsualAbsence,
    *,
    ramp_up: Mapping[str, RampUp] | None = None,
) -> Roster:
    """Return the roster as the list's last day knew it, for a forecast (da: bemandingen i dag).

    Those employed on or after that day, with the leave that goes on or is planned. Sickness that
    goes on stands until it is usually over. Short sickness is nobody's own: the rule's number, or
    the team's risks, speak of what is to come.
    """
    known_on = staff.seen_on
    people = [each for each in staff.employments if each.ends_on is None or each.ends_on > known_on]
    return _roster(staff, people, ramp_up, usual=usual)


def _roster(
    staff: StaffHistory,
    people: list[Employment],
    ramp_up: Mapping[str, RampUp] | None,
    usual: UsualAbsence | None = None,
) -> Roster:
    is_past = usual is None
    tells_all = is_past and any(
        spell.reason is AwayReason.HOLIDAY for each in people for spell in each.spells
    )
    # A list without a single absence is one that nobody wrote absence into.
    tells_any = is_past and any(each.spells for each in staff.employments)
    names: dict[str, int] = {}
    caseworkers = []
    for each in people:
        names[each.caseworker] = names.get(each.caseworker, 0) + 1
        number = names[each.caseworker]
        name = each.caseworker if number == 1 else f"{each.caseworker}-{number}"
        growth = (ramp_up or {}).get(each.team)
        caseworkers.append(
            Caseworker(
                id=name,
                team=each.team,
                hours_per_week=each.hours_per_week,
                non_case_hours_per_week=each.non_case_hours_per_week,
                starts_on=each.starts_on,
                ends_on=each.ends_on,
                absences=_absences(each, staff.seen_on, usual, all_of_it=tells_all),
                ramp_up=growth if each.starts_on is not None else None,
                sick_days=_short_sick_days(each, staff) if tells_any else None,
                absences_listed=tells_all,
            )
        )
    return Roster(caseworkers=tuple(caseworkers))


def _absences(
    employment: Employment, seen_on: date, usual: UsualAbsence | None, *, all_of_it: bool
) -> tuple[Absence, ...]:
    found = []
    for spell in employment.spells:
        is_short = _is_short(spell, seen_on)
        if not all_of_it and (is_short or spell.reason is AwayReason.HOLIDAY):
            continue
        last_day = spell.last_day
        if last_day is None:
            last_day = seen_on if usual is None else usual.last_day(spell, seen_on)
        if usual is not None and last_day <= seen_on:
            continue
        reason = AbsenceReason.SHORT_SICKNESS if is_short else _ABSENCE[spell.reason]
        found.append(Absence(first_day=spell.first_day, last_day=last_day, reason=reason))
    return tuple(found)


def _is_short(spell: Spell, seen_on: date) -> bool:
    last_day = spell.last_day or seen_on
    days = (last_day - spell.first_day).days + 1
    return spell.reason is AwayReason.SICKNESS and days <= SHORT_DAYS


def _short_sick_days(employment: Employment, staff: StaffHistory) -> Days:
    """Working days of short sickness, as a number a year of the time that the list shows."""
    first = max(employment.starts_on or staff.from_, staff.from_)
    last = min(employment.ends_on or staff.seen_on, staff.seen_on)
    shown = (last - first).days + 1
    if shown < 1:
        return Fraction(0)
    away = sum(
        is_workday(day)
        for spell in employment.spells
        if _is_short(spell, staff.seen_on)
        for day in _days(max(spell.first_day, first), min(spell.last_day or last, last))
    )
    return Fraction(365 * away, shown)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=day) for day in range((last - first).days + 1)]


def _overlaps(employment: Employment, first: date, last: date) -> bool:
    started = employment.starts_on is None or employment.starts_on <= last
    return started and (employment.ends_on is None or employment.ends_on >= first)


def _refuse_unseen(staff: StaffHistory, from_: date, to: date) -> None:
    if not staff.from_ <= from_ < to <= staff.seen_on + timedelta(days=1):
        raise InvalidInput(
            Text(
                da=f"lønlisten dækker {staff.from_} til {staff.seen_on}, men der spørges om "
                f"{from_} til {to} (ikke med); vælg en periode inden for listen, eller læs en "
                "længere ind",
                en=f"the payroll list covers {staff.from_} to {staff.seen_on}, but {from_} to {to} "
                "(not included) is asked for; choose a period within the list, or import a longer "
                "one",
            ),
            field="from",
        )
