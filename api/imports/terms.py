"""What the user says of a list that the list itself does not (da: oplysninger om listen).

Whether a case is a child or a family, the day the list was drawn, and the day from which it has
every case, are never guessed: all that is computed of a list hangs on them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from api.imports.fields import Kind
from api.quantities import day
from api.uploads import danish_date, shown_value
from capacity.caseload import CaseUnit
from capacity.errors import InvalidInput, PlannerError
from capacity.wording import Text

NOT_KNOWN = ("unknown", "ukendt")
"""What is written where nobody knows from when a list is complete (da: ukendt)."""
_EARLIEST = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the user says (da: oplysninger); `complete_from` None is said to be unknown.

    `mapping` is from headings to fields, `values` from fields to words and what they mean, `allow`
    the headings of numbers that look like CPR numbers and are not. With `leave_out_errors` the rows
    at fault are left out and counted, instead of stopping the whole list; with `keep_names` the
    people of a staff list are called by their names. `unit_from` says from where the unit is known,
    where the user has not said it now.
    """

    kind: Kind
    seen_on: date
    complete_from: date | None
    unit: CaseUnit | None = None
    source: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sheet: str | None = None
    allow: frozenset[str] = frozenset()
    leave_out_errors: bool = False
    keep_names: bool = False
    unit_from: Text | None = None

    def as_json(self) -> str:
        """Write all of it in one way, for the fingerprint (da: som tekst)."""
        said = {
            "kind": self.kind,
            "seen_on": str(self.seen_on),
            "complete_from": str(self.complete_from),
            "unit": self.unit,
            "source": self.source,
            "sheet": self.sheet,
            "allow": sorted(self.allow),
            "leave_out_errors": self.leave_out_errors,
        }
        if self.keep_names:
            said["keep_names"] = True
        return json.dumps(said, sort_keys=True, ensure_ascii=False)


def terms(
    kind: str,
    *,
    today: date,
    unit: str | None,
    seen_on: str | None,
    complete_from: str | None,
    keep_names: bool = False,
    **rest: object,
) -> Terms:
    """Read what the user says (da: oplysninger); `InvalidInput` names all that is missing.

    >>> terms("cases", today=date(2026, 1, 1), unit="child", seen_on="2025-12-31",
    ...     complete_from="unknown").complete_from is None
    True
    """
    chosen = _kind(kind)
    wanted = _missing(chosen, unit, seen_on, complete_from)
    if wanted:
        raise InvalidInput(
            Text(
                da="skriv også " + ", ".join(f"{name}=… ({said.da})" for name, said in wanted),
                en="write also " + ", ".join(f"{name}=… ({said.en})" for name, said in wanted),
            ),
            field=wanted[0][0],
        )
    seen = today if seen_on is None else _day(seen_on, "seen_on")
    _refuse_after(seen, today, "seen_on")
    since = None
    if complete_from is not None and complete_from.strip().lower() not in NOT_KNOWN:
        since = _day(complete_from, "complete_from")
        _refuse_after(since, seen, "complete_from")
    if keep_names and chosen is not Kind.STAFF:
        raise _no_names()
    return Terms(
        kind=chosen,
        seen_on=seen,
        complete_from=since,
        unit=None if unit is None else _unit(unit),
        keep_names=keep_names,
        **rest,  # type: ignore[arg-type]
    )


_STUDY_FIELDS = ("activity", "finished", "case_type")
"""Whose words are a time study's; those of the types are the case list's too."""


def study_terms(
    cases: Terms,
    *,
    today: date,
    from_: str | None,
    to: str | None,
    mapping: Mapping[str, str],
    sheet: str | None,
) -> tuple[Terms, Terms]:
    """Read what the user says of a time study beside a case list (da: studiet ved siden af).

    Returns what is said of the case list, without the words of the study, and of the study.
    `InvalidInput` where nobody says from which day to which it is.
    """
    wanted = [name for name, said in (("study_from", from_), ("study_to", to)) if said is None]
    if wanted:
        raise InvalidInput(
            Text(
                da=f"skriv også {', '.join(wanted)}: tidsregistreringens første og sidste dag",
                en=f"write also {', '.join(wanted)}: the first and last day of the time study",
            ),
            field=wanted[0],
        )
    try:
        study = terms(
            Kind.TIME_STUDY,
            today=today,
            unit=None,
            seen_on=to,
            complete_from=from_,
            source=cases.source,
            mapping=mapping,
            values={name: of for name, of in cases.values.items() if name in _STUDY_FIELDS},
            sheet=sheet,
            allow=cases.allow,
            leave_out_errors=cases.leave_out_errors,
        )
    except PlannerError as error:
        named = {"seen_on": "study_to", "complete_from": "study_from"}
        error.field = named.get(error.field or "", error.field)
        raise
    own = {name: of for name, of in cases.values.items() if name not in _STUDY_FIELDS[:2]}
    return replace(cases, values=own), study


def _missing(
    kind: Kind, unit: str | None, seen_on: str | None, complete_from: str | None
) -> list[tuple[str, Text]]:
    wanted: list[tuple[str, Text]] = []
    if kind is Kind.CASES and unit is None:
        wanted.append(("unit", _UNIT))
    is_study = kind is Kind.TIME_STUDY
    if kind is not Kind.DEPARTMENTS and seen_on is None:
        wanted.append(("seen_on", _LAST_DAY if is_study else _SEEN_ON))
    since = _FIRST_DAY if is_study else _COMPLETE_FROM
    if kind is not Kind.DEPARTMENTS and complete_from is None:
        wanted.append(("complete_from", since))
    needs_day = kind in (Kind.STAFF, Kind.TIME_STUDY) and complete_from is not None
    if needs_day and (complete_from or "").strip().lower() in NOT_KNOWN:
        wanted.append(("complete_from", since))
    return wanted


_UNIT = Text(da="er en sag et barn, child, eller en familie, family?", en="child or family")
_SEEN_ON = Text(
    da="udtræksdatoen: den sidste dag, listen ved noget om, fx 2026-03-31",
    en="the day the list was drawn: the last it knows of, for example 2026-03-31",
)
_FIRST_DAY = Text(
    da="tidsregistreringens første dag, fx 2026-03-02",
    en="the first day of the time study, for example 2026-03-02",
)
_LAST_DAY = Text(
    da="tidsregistreringens sidste dag, fx 2026-03-13",
    en="the last day of the time study, for example 2026-03-13",
)
_COMPLETE_FROM = Text(
    da="dagen, fra hvilken listen har alt, fx 2024-01-01; for en sagsliste evt. unknown",
    en="the day from which the list has everything, for example 2024-01-01; of a case list "
    "perhaps unknown",
)


def _kind(written: str) -> Kind:
    try:
        return Kind(written)
    except ValueError as error:
        known = ", ".join(Kind)
        raise InvalidInput(
            Text(
                da=f"”{shown_value(written)}” er ingen slags liste; skriv en af {known}",
                en=f"“{shown_value(written)}” is no kind of list; write one of {known}",
            ),
            field="kind",
        ) from error


def _no_names() -> InvalidInput:
    return InvalidInput(
        Text(
            da="navne kan kun gemmes fra en personaleliste, staff; børns og familiers navne gemmes "
            "aldrig",
            en="names can only be kept from a staff list, staff; those of children and families "
            "never are",
        ),
        field="keep_names",
    )


def _unit(written: str) -> CaseUnit:
    try:
        return CaseUnit(written)
    except ValueError as error:
        raise InvalidInput(
            Text(
                da=f"”{shown_value(written)}” er ikke en enhed; skriv en af {', '.join(CaseUnit)}",
                en=f"“{shown_value(written)}” is no unit; write one of {', '.join(CaseUnit)}",
            ),
            field="unit",
        ) from error


def _day(written: str, name: str) -> date:
    """Read a day as a service or as people write it, `2025-12-31` or `31-12-2025` (da: dag)."""
    try:
        found = danish_date(written, serials=None)
        if not isinstance(found, date) or isinstance(found, datetime):
            found = day(written)  # no day, or one with a time of day: refused as anywhere else
    except PlannerError as error:
        error.field = name
        raise
    if found < _EARLIEST:
        raise InvalidInput(
            Text(da=f"skriv {_EARLIEST} eller senere", en=f"write {_EARLIEST} or later"), field=name
        )
    return found


def _refuse_after(found: date, last: date, name: str) -> None:
    if found > last:
        raise InvalidInput(
            Text(
                da=f"{found} er efter {last}; skriv {last} eller tidligere",
                en=f"{found} is after {last}; write {last} or earlier",
            ),
            field=name,
        )


def stated_mapping(written: str | None, name: str = "map") -> dict[str, str]:
    """Read what a user says of columns: `Sagsnr.=case_id;Type=-`, or JSON (da: kolonnekort).

    >>> stated_mapping("Sagsnr.=case_id; Type = -")
    {'Sagsnr.': 'case_id', 'Type': '-'}
    """
    if not written or not written.strip():
        return {}
    if written.lstrip().startswith("{"):
        return _from_json(written, name)
    found: dict[str, str] = {}
    for part in written.split(";"):
        heading, equals, meaning = part.rpartition("=")
        if not part.strip():
            continue
        if not equals or not heading.strip() or not meaning.strip():
            raise InvalidInput(
                Text(
                    da=f"”{shown_value(part)}” siger ikke, hvad der er hvad; skriv "
                    "Overskrift=felt, og semikolon imellem flere",
                    en=f"“{shown_value(part)}” does not say what is what; write "
                    "Heading=field, and a semicolon between several",
                ),
                field=name,
            )
        say_once(found, heading.strip(), meaning.strip(), name)
    return found


def say_once(said: dict[str, str], of: str, means: str, name: str) -> None:
    """Note what a user says of something; `InvalidInput` where that was said otherwise before."""
    if said.setdefault(of, means) != means:
        raise InvalidInput(
            Text(
                da=f"”{shown_value(of)}” er sagt at være både ”{shown_value(said[of])}” og "
                f"”{shown_value(means)}”; skriv én af dem",
                en=f"“{shown_value(of)}” is said to be both “{shown_value(said[of])}” and "
                f"“{shown_value(means)}”; write one of them",
            ),
            field=name,
        )


def _from_json(written: str, name: str) -> dict[str, str]:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        said: dict[str, str] = {}
        for of, means in pairs:
            if isinstance(means, str):
                say_once(said, of, means, name)
        return dict(pairs)

    try:
        found = json.loads(written, object_pairs_hook=once)
    except (ValueError, RecursionError):
        found = None
    is_read = isinstance(found, dict) and all(isinstance(each, str) for each in found.values())
    if not is_read:
        raise InvalidInput(
            Text(
                da='kan ikke læses; skriv fx {"Sagsnr.": "case_id"}',
                en='cannot be read; write for example {"Sagsnr.": "case_id"}',
            ),
            field=name,
        )
    return dict(found)


def stated_values(written: str | None) -> dict[str, dict[str, str]]:
    """Read what a user says of words: `team:Nord=undersoegelse-nord` (da: værdier).

    >>> stated_values("team:Nord=undersoegelse-nord;team:Ældre=-")
    {'team': {'Nord': 'undersoegelse-nord', 'Ældre': '-'}}
    """
    found: dict[str, dict[str, str]] = {}
    for name, means in stated_mapping(written, "values").items():
        of, colon, word = name.partition(":")
        if not colon or not word.strip():
            raise InvalidInput(
                Text(
                    da=f"”{shown_value(name)}” siger ikke, hvilket felt; skriv fx "
                    "team:Nord=undersoegelse-nord",
                    en=f"“{shown_value(name)}” does not say of which field; write for example "
                    "team:Nord=undersoegelse-nord",
                ),
                field="values",
            )
        found.setdefault(of.strip(), {})[word.strip()] = means
    return found
