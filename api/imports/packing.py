"""A list as bytes, in columns and compressed, and back as it was (da: pakket liste).

A zip of arrays as numpy writes them, never of pickled objects, with a heading in JSON. Dates are
whole numbers of days, and of seconds where the list has times of day: what is read back is equal to
the last bit, or the numbers are kept as they are.
"""

import json
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from api.imports.absences import Away
from api.imports.department_rows import DepartmentRow
from api.imports.fields import Kind
from api.imports.understanding import Content
from capacity.case_events import CaseEvent
from capacity.caseload import CaseUnit
from capacity.department_comparison import FteDefinition
from capacity.staff_history import AwayReason, Employment, Spell, StaffHistory
from simulations.case_history import CaseHistory
from simulations.luck import Floats, Integers
from simulations.time_study import TimeEntry, TimeStudy

FORMAT = 1
_HEADING = "heading.json"
_LEVEL = 1
_SECONDS = 86400
_NEVER = np.iinfo(np.int32).min
_COLUMNS = ("team", "case_class", "caseworker", "siblings", "child")


def packed(content: Content) -> bytes:
    """Return the bytes of a list (da: pakket)."""
    heading, arrays = _parts(content)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        archive.writestr(_member(_HEADING), json.dumps(heading, ensure_ascii=False))
        for name, array in arrays.items():
            with archive.open(_member(f"{name}.npy"), "w") as opened:
                np.lib.format.write_array(opened, np.ascontiguousarray(array), allow_pickle=False)
    return out.getvalue()


def _member(name: str) -> ZipInfo:
    """A part of the zip without a time: the same list has the same bytes, whenever it is packed."""
    member = ZipInfo(name)
    member.compress_type = ZIP_DEFLATED
    return member


def unpacked(content: bytes, format_: int) -> Content:
    """Return a list from its bytes (da: udpakket); `ValueError` where they are not whole."""
    if format_ != FORMAT:
        raise ValueError(f"format {format_}")
    try:
        with ZipFile(BytesIO(content)) as archive:
            heading = json.loads(archive.read(_HEADING))
            arrays: dict[str, NDArray[Any]] = {}
            for name in archive.namelist():
                if name != _HEADING:
                    with archive.open(name) as opened:
                        array = np.lib.format.read_array(opened, allow_pickle=False)
                    arrays[name.removesuffix(".npy")] = array
    except (BadZipFile, KeyError, EOFError) as error:
        raise ValueError("not whole") from error
    return _content(heading, arrays)


def _parts(content: Content) -> tuple[Mapping[str, Any], dict[str, NDArray[Any]]]:
    if isinstance(content, CaseHistory):
        return _case_heading(content), _case_arrays(content)
    if isinstance(content, StaffHistory):
        return {
            "kind": Kind.STAFF,
            "from": str(content.from_),
            "seen_on": str(content.seen_on),
            "employments": [_employment(each) for each in content.employments],
        }, {}
    if isinstance(content, TimeStudy):
        return {
            "kind": Kind.TIME_STUDY,
            "from": str(content.from_),
            "to": str(content.to),
            "entries": [_entry(each) for each in content.entries],
        }, {}
    if any(isinstance(each, DepartmentRow) for each in content):
        rows = [_department(each) for each in content if isinstance(each, DepartmentRow)]
        return {"kind": Kind.DEPARTMENTS, "rows": rows}, {}
    away = [each for each in content if isinstance(each, Away)]
    return {
        "kind": Kind.ABSENCE,
        "away": [{"caseworker": each.caseworker, **_spell(each.spell)} for each in away],
    }, {}


def _content(heading: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Content:
    match heading["kind"]:
        case Kind.CASES:
            return _cases(heading, arrays)
        case Kind.STAFF:
            return StaffHistory(
                from_=date.fromisoformat(heading["from"]),
                seen_on=date.fromisoformat(heading["seen_on"]),
                employments=tuple(_read_employment(each) for each in heading["employments"]),
            )
        case Kind.TIME_STUDY:
            return TimeStudy(
                entries=tuple(_read_entry(each) for each in heading["entries"]),
                from_=date.fromisoformat(heading["from"]),
                to=date.fromisoformat(heading["to"]),
            )
        case Kind.ABSENCE:
            return tuple(Away(each["caseworker"], _read_spell(each)) for each in heading["away"])
        case Kind.DEPARTMENTS:
            return tuple(_read_department(each) for each in heading["rows"])
    raise ValueError(heading["kind"])


def _case_heading(history: CaseHistory) -> Mapping[str, Any]:
    return {
        "kind": Kind.CASES,
        "unit": history.unit,
        "seen_on": str(history.seen_on),
        "complete_from": _written(history.complete_from),
        "teams": list(history.teams),
        "case_classes": list(history.case_classes),
        "timed": sorted(history.timed),
    }


def _case_arrays(history: CaseHistory) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    for name in _COLUMNS:
        column: Integers | None = getattr(history, name)
        if column is not None:
            arrays[name] = _narrow(column)
    for event, moments in history.events.items():
        arrays |= _moments(event.value, moments)
    if history.external_days is not None:
        arrays["external_days"] = history.external_days
    return arrays


def _cases(heading: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> CaseHistory:
    columns = {name: arrays[name].astype(np.int64) for name in _COLUMNS if name in arrays}
    return CaseHistory(
        unit=CaseUnit(heading["unit"]),
        seen_on=date.fromisoformat(heading["seen_on"]),
        complete_from=_read(heading["complete_from"]),
        teams=tuple(heading["teams"]),
        case_classes=tuple(heading["case_classes"]),
        team=columns["team"],
        case_class=columns["case_class"],
        events={
            event: _read_moments(event.value, arrays)
            for event in CaseEvent
            if f"{event.value}.days" in arrays or f"{event.value}.moments" in arrays
        },
        timed=frozenset(CaseEvent(each) for each in heading["timed"]),
        caseworker=columns.get("caseworker"),
        siblings=columns.get("siblings"),
        child=columns.get("child"),
        external_days=arrays.get("external_days"),
    )


def _narrow(column: Integers) -> NDArray[Any]:
    """Return a column in as few bytes as hold all of it."""
    low, high = column.min(initial=0), column.max(initial=0)
    sizes = (np.int8, np.int16, np.int32, np.int64)
    fits = (each for each in sizes if np.iinfo(each).min <= low and high <= np.iinfo(each).max)
    return column.astype(next(fits))


def _moments(name: str, moments: Floats) -> dict[str, NDArray[Any]]:
    """Return moments as days and seconds, if that gives them back to the last bit."""
    known = np.isfinite(moments)
    whole = np.where(known, np.floor(moments), 0)
    seconds = np.rint(np.where(known, moments - whole, 0) * _SECONDS)
    if np.abs(whole).max(initial=0) < -_NEVER - 1:
        days = np.where(known, whole, _NEVER).astype(np.int32)
        parts: dict[str, NDArray[Any]] = {f"{name}.days": days}
        if seconds.any():
            parts[f"{name}.seconds"] = seconds.astype(np.int32)
        if np.array_equal(_read_moments(name, parts), moments, equal_nan=True):
            return parts
    return {f"{name}.moments": moments}


def _read_moments(name: str, arrays: Mapping[str, NDArray[Any]]) -> Floats:
    if f"{name}.moments" in arrays:
        return arrays[f"{name}.moments"]
    days = arrays[f"{name}.days"]
    moments = np.where(days == _NEVER, np.nan, days.astype(np.float64))
    if f"{name}.seconds" in arrays:
        moments = moments + arrays[f"{name}.seconds"] / _SECONDS
    return moments


def _employment(each: Employment) -> dict[str, Any]:
    return {
        "caseworker": each.caseworker,
        "team": each.team,
        "hours_per_week": str(each.hours_per_week),
        "non_case_hours_per_week": str(each.non_case_hours_per_week),
        "starts_on": _written(each.starts_on),
        "ends_on": _written(each.ends_on),
        "spells": [_spell(spell) for spell in each.spells],
    } | ({} if each.pseudonym is None else {"pseudonym": each.pseudonym})


def _read_employment(each: Mapping[str, Any]) -> Employment:
    return Employment(
        caseworker=each["caseworker"],
        team=each["team"],
        hours_per_week=Fraction(each["hours_per_week"]),
        non_case_hours_per_week=Fraction(each["non_case_hours_per_week"]),
        starts_on=_read(each["starts_on"]),
        ends_on=_read(each["ends_on"]),
        spells=tuple(_read_spell(spell) for spell in each["spells"]),
        pseudonym=each.get("pseudonym"),
    )


def _spell(each: Spell) -> dict[str, Any]:
    return {
        "first_day": str(each.first_day),
        "last_day": _written(each.last_day),
        "reason": each.reason,
    }


def _read_spell(each: Mapping[str, Any]) -> Spell:
    return Spell(
        first_day=date.fromisoformat(each["first_day"]),
        last_day=_read(each["last_day"]),
        reason=AwayReason(each["reason"]),
    )


def _entry(each: TimeEntry) -> dict[str, Any]:
    return {
        "day": str(each.day),
        "caseworker": each.caseworker,
        "case_class": each.case_class,
        "episode": each.episode,
        "hours": str(each.hours),
        "finished": each.finished,
    }


def _read_entry(each: Mapping[str, Any]) -> TimeEntry:
    return TimeEntry(
        day=date.fromisoformat(each["day"]),
        caseworker=each["caseworker"],
        case_class=each["case_class"],
        episode=each["episode"],
        hours=Fraction(each["hours"]),
        finished=each["finished"],
    )


def _department(each: DepartmentRow) -> dict[str, Any]:
    return {
        "row": each.row,
        "name": each.name,
        "unit": each.unit,
        "open_cases": each.open_cases,
        "fte": str(each.fte),
        "fte_definition": each.fte_definition,
        "from": str(each.from_),
        "to": str(each.to),
        "inflow": each.inflow,
        "due": each.due,
        "in_time": each.in_time,
        "deadline": each.deadline,
    }


def _read_department(each: Mapping[str, Any]) -> DepartmentRow:
    return DepartmentRow(
        row=each["row"],
        name=each["name"],
        unit=CaseUnit(each["unit"]),
        open_cases=each["open_cases"],
        fte=Fraction(each["fte"]),
        fte_definition=FteDefinition(each["fte_definition"]),
        from_=date.fromisoformat(each["from"]),
        to=date.fromisoformat(each["to"]),
        inflow=each["inflow"],
        due=each["due"],
        in_time=each["in_time"],
        deadline=each["deadline"],
    )


def _written(day: date | None) -> str | None:
    return None if day is None else str(day)


def _read(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)
