"""A stress test put together from several things at once, and what it is called (da: samtidig)."""

from collections.abc import Sequence
from fractions import Fraction

from capacity.caseworker import AbsenceReason
from capacity.errors import InvalidInput
from capacity.wording import Language, Text, in_full, listed
from simulations.sentences import number_in_words
from simulations.stress import Away, Leaving, Shock, StressTest

_AWAY = {
    AbsenceReason.PARENTAL_LEAVE: Text(da="på barsel", en="on parental leave"),
    AbsenceReason.LONG_SICKNESS: Text(da="langtidssyg", en="long-term sick"),
}
_OTHERWISE = Text(da="fraværende", en="away")


def at_once(shocks: Sequence[Shock]) -> StressTest:
    """Put things that happen at once together, and call them by what they are (da: på en gang).

    `InvalidInput` for nothing at all.

    >>> from datetime import date
    >>> away = dict(from_=date(2026, 3, 1), days=90)
    >>> sick = Away(people=2, reason=AbsenceReason.LONG_SICKNESS, **away)
    >>> leave = Away(people=1, reason=AbsenceReason.PARENTAL_LEAVE, **away)
    >>> print(at_once([sick, leave]).label.da)
    To langtidssyge og én på barsel
    """
    if not shocks:
        raise InvalidInput(
            Text(
                da="skriv mindst én, der er væk eller siger op, eller flere sager",
                en="write at least one who is away or resigns, or more cases",
            ),
            field="sick",
        )
    return StressTest(
        label=Text(da=_label(shocks, "da"), en=_label(shocks, "en")), shocks=tuple(shocks)
    )


def _label(shocks: Sequence[Shock], language: Language) -> str:
    label = listed([_name(each, language) for each in shocks], language)
    return label[0].upper() + label[1:]


def _name(shock: Shock, language: Language) -> str:
    if isinstance(shock, Away):
        what = _AWAY.get(shock.reason, _OTHERWISE).in_language(language)
        if language == "da" and what == "langtidssyg" and shock.people > 1:
            what += "e"
        return f"{number_in_words(shock.people, language)} {what}"
    if isinstance(shock, Leaving):
        one = shock.people == 1
        ends = {"da": "der siger op", "en": "who resigns" if one else "who resign"}[language]
        return f"{number_in_words(shock.people, language)} {ends}"
    more = in_full((shock.factor - 1) * Fraction(100), language)
    return {"da": f"{more} % flere sager", "en": f"{more}% more cases"}[language]
