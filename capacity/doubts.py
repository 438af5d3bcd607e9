"""What a reader is to be warned of before any number of a department (da: forbehold).

A rule that nobody has looked at for a year, and a period in which the law changes: neither is wrong
in itself, and neither can be seen in a number.
"""

from collections.abc import Iterator
from datetime import date

from capacity.department import Department
from capacity.rule import Rule
from capacity.rulebook import Rulebook
from capacity.wording import Language, Spoken, Text, date_in_words, listed

_UNCHECKED = Text(
    da="Ingen har i mere end et år kontrolleret, om {names} stadig gælder; det blev sidst gjort "
    "{day}. Se efter, før tallene bruges.",
    en="For more than a year nobody has checked whether {names} still holds; that was last done on "
    "{day}. Look before the numbers are used.",
)
_CHANGE = Text(
    da="Perioden går hen over en lovændring: fra {day} gælder der andre regler for {names}. Sager, "
    "der begynder før, regnes efter de gamle; sammenlign ikke før og efter, som var det ét.",
    en="The period goes across a change of law: from {day} other rules hold for {names}. Cases "
    "that begin before go by the old ones; do not compare before and after as if they were one.",
)


def owed_rules(department: Department, book: Rulebook) -> tuple[Rule, ...]:
    """The rules of all the department's deadlines, each once (da: afdelingens frister)."""
    places = [*(team.slug for team in department.teams), *(r.slug for r in department.duty_rotas)]
    owed = dict.fromkeys(rule for place in places for rule in department.deadlines_of(place))
    return tuple(book.rules[rule] for rule in owed if rule in book.rules)


def unchecked_rules(rules: tuple[Rule, ...], on: date) -> Text | None:
    """Say which rules nobody has checked in the year up to a day; None where all are.

    (da: ukontrollerede regler.)
    """
    stale = [rule for rule in rules if not rule.checked_within_a_year(on)]
    if not stale:
        return None
    oldest = min(rule.last_checked for rule in stale)
    return _said(_UNCHECKED, stale, oldest)


def law_changes(rules: tuple[Rule, ...], from_: date, to: date) -> Iterator[Text]:
    """Say of each day in (from_, to) on which rules change, which do (da: lovændringer)."""
    changed: dict[date, list[Rule]] = {}
    for rule in rules:
        for value in rule.values[1:]:
            if from_ < value.valid_from < to:
                changed.setdefault(value.valid_from, []).append(rule)
    for day in sorted(changed):
        yield _said(_CHANGE, changed[day], day)


def _said(template: Text, rules: list[Rule], day: date) -> Text:
    def said(language: Language) -> str:
        marks = {"da": "”{}”", "en": "“{}”"}[language]
        names = [marks.format(rule.label.in_language(language)) for rule in rules]
        return template.in_language(language).format(
            names=listed(names, language), day=date_in_words(day, language)
        )

    return Spoken(said)
