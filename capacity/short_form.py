"""A staff in one line, short enough for a cell or an address (da: kortform).

`20x37;8x30;4x25,5` is 20 people at 37 hours a week, 8 at 30 and 4 at 25.5.
"""

import re
from fractions import Fraction

from capacity.caseworker import Caseworker
from capacity.errors import InvalidInput
from capacity.wording import Text

_ENTRY = re.compile(r"(?P<people>[0-9]{1,9})\s*[xX×]\s*(?P<hours>[0-9]{1,9}([.,][0-9]{1,9})?)")
# Assumption: more people than any department has; it bounds the memory one line can ask for.
_MOST_PEOPLE = 10_000


def caseworkers_from_short_form(text: str, *, team: str) -> tuple[Caseworker, ...]:
    """Read people and weekly hours, entries apart by semicolons (da: bemanding i kortform).

    Both decimal marks are read; thousands marks are not. The people get the ids `worker-1`,
    `worker-2`, … in the order written. `InvalidInput` names the entry and what to write instead;
    missing hours are never taken for full time.

    >>> people = caseworkers_from_short_form("20x37; 8 x 30; 4×25,5", team="base")
    >>> len(people), people[-1].id, str(people[-1].hours_per_week)
    (32, 'worker-32', '51/2')
    """
    people: list[Caseworker] = []
    for position, entry in enumerate(text.split(";"), start=1):
        match = _ENTRY.fullmatch(entry.strip())
        if match is None:
            raise _refusal(position, entry, _reason(entry.strip()))
        hours = Fraction(match["hours"].replace(",", "."))
        count = int(match["people"])
        if count == 0:
            raise _refusal(
                position,
                entry,
                Text(da="0 personer; skriv mindst 1", en="0 people; write at least 1"),
            )
        if len(people) + count > _MOST_PEOPLE:
            raise _refusal(
                position,
                entry,
                Text(
                    da=f"i alt højst {_MOST_PEOPLE} personer",
                    en=f"at most {_MOST_PEOPLE} people in all",
                ),
            )
        first = len(people) + 1
        try:
            people += [
                Caseworker(id=f"worker-{number}", team=team, hours_per_week=hours)
                for number in range(first, first + count)
            ]
        except InvalidInput as error:
            raise _refusal(position, entry, error.message) from error
    return tuple(people)


def _reason(entry: str) -> Text:
    if not entry:
        return Text(
            da="der står ingenting; skriv antal x timer, fx 8x30, uden semikolon til sidst",
            en="nothing is there; write people x hours, as in 8x30, with no semicolon at the end",
        )
    if re.fullmatch(r"[0-9]+\s*[xX×]?", entry):
        return Text(
            da="timerne mangler; skriv antal x timer om ugen, fx 8x30",
            en="the hours are missing; write people x hours a week, as in 8x30",
        )
    return Text(
        da="skriv helt antal personer x timer om ugen, fx 8x30 eller 4x25,5",
        en="write a whole number of people x hours a week, as in 8x30 or 4x25.5",
    )


def _refusal(position: int, entry: str, reason: Text) -> InvalidInput:
    # The entry is echoed only as far as a slip of the pen needs.
    written = entry.strip()[:20]
    return InvalidInput(
        Text(
            da=f"bemanding, post {position} ”{written}”: {reason.da}",
            en=f"staff, entry {position} “{written}”: {reason.en}",
        ),
        field="staff",
    )
