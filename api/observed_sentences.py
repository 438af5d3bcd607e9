"""What became of a department's own deadlines, in words (da: målt rettidighed i ord)."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from capacity.rulebook import rulebook
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, date_in_words, percent, shown

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.observed_clocks import DeadlineReading
    from simulations.observed_compliance import ComplianceRow, ObservedCompliance, Split
    from simulations.shared_counts import LeftOut

_PERIOD = Text(
    da="Frister, der begyndte og forfaldt fra {first} til og med {last}.",
    en="Deadlines that started and fell due from {first} to {last}, both included.",
)
_NONE_DUE = Text(da="Ingen frister er forfaldet.", en="No deadlines have fallen due.")
_COUNTED = Text(
    da="{label}{law}: {in_time} af {due} til tiden ({share}; {low} til {high}), {late} for sent og "
    "{open} stadig åbne efter fristen",
    en="{label}{law}: {in_time} of {due} in time ({share}; {low} to {high}), {late} late and "
    "{open} still open and overdue",
)
_BETWEEN = Text(
    da="{label}{law}: mellem {low} og {high} til tiden; om {unknown} kan datoerne ikke afgøre det",
    en="{label}{law}: between {low} and {high} in time; {unknown} the dates cannot settle",
)
INCOMPLETE = Text(
    da="Ingen har oplyst, fra hvilken dag listen er fuldstændig: rummer den mest åbne sager, ser "
    "afdelingen dårligere ud, end den er, og rummer den mest afsluttede, ser den bedre ud.",
    en="Nobody has said from which day the list is complete: where it holds mostly open cases the "
    "department looks worse than it is, and where mostly closed ones, better.",
)
_NO_START = Text(
    da="{label}: i {count} er det gjort, uden at listen siger, hvornår fristen begyndte; det "
    "tæller ikke med.",
    en="{label}: in {count} it was done and the list does not say when the deadline began; that "
    "is not counted.",
)
_SHARED = Text(
    da="Rækker med et tal fra 1 til 4 er udeladt, og så mange andre, at de ikke kan regnes ud af "
    "denne tabel. Det beskytter ikke mod den, der kender en af de udeladte rækker eller har en "
    "anden opdeling af de samme sager: del kun én tabel.",
    en="Rows with a count from 1 to 4 are left out, and as many others as it takes for them not to "
    "be worked out from this table. That does not protect against whoever knows one of the rows "
    "left out, or has another division of the same cases: share one table only.",
)
_TIMELINESS = Text(
    da="Det er rettidighed, ikke lovmedholdelighed.", en="It is timeliness, not lawfulness."
)
LEFT_OUT = Text(
    da="Udeladt: rækken har et tal fra 1 til 4 eller ville røbe et.",
    en="Left out: the row has a count from 1 to 4, or would give one away.",
)
_SOME = Text(
    da="{label}: {left_out} af {rows} er udeladt; de viste er ikke et tilfældigt udsnit",
    en="{label}: {left_out} of {rows} are left out; those shown are no random sample",
)
_ALL = Text(
    da="{label}: {left_out} af {rows} er udeladt; ingen række kan vises",
    en="{label}: {left_out} of {rows} are left out; no row can be shown",
)
_AGAINST_TOTAL = Text(
    da=" (af dem er {seen} til tiden, af alle {total})",
    en=" (of those {seen} are in time, of all {total})",
)
_BY_TOTAL = Text(da=": døm efter totalen.", en=": judge by the total.")
_NO_TOTAL = Text(
    da=", og totalen er også udeladt: døm ikke efter tabellen.",
    en=", and the total is left out too: do not judge by the table.",
)
_LONGER = Text(
    da="Opdel i stedet efter {stretches}, så udelades der som regel færre rækker.",
    en="Divide by {stretches} instead, and as a rule fewer rows are left out.",
)
_FEWER = Text(
    da="Opdel efter færre ting ad gangen, så udelades der som regel færre rækker.",
    en="Divide by fewer things at a time, and as a rule fewer rows are left out.",
)
_STRETCHES = {
    "quarter": Text(da="kvartal (quarter)", en="quarter"),
    "year": Text(da="år (year)", en="year"),
}
_ROWS = (Text(da="rækker", en="rows"), Text(da="række", en="row"))


def compliance_sentence(
    counted: "ObservedCompliance",
    deadline: str | None,
    *,
    shared: bool,
    divided: "Collection[Split]" = (),
) -> Text:
    """Say what became of the deadlines, and what the list could not show (da: i ord).

    Of a shared table, `divided` as it is, also how many rows are left out and what that does.
    """
    return Spoken(
        lambda language: " ".join(
            _said(counted, deadline, language, divided=divided if shared else None)
        )
    )


def _said(
    counted: "ObservedCompliance",
    deadline: str | None,
    language: Language,
    *,
    divided: "Collection[Split] | None",
) -> Iterator[str]:
    """The parts; `divided` is None where the table is not for sharing."""
    last = counted.to - timedelta(days=1)
    yield _PERIOD.in_language(language).format(
        first=date_in_words(counted.from_, language), last=date_in_words(last, language)
    )
    if divided is None:
        rows = [row for row in counted.rows() if deadline in (None, row.deadline)]
        told = [_of_row(row, rows, language) for row in rows if row.due + row.unknown]
        yield "; ".join(told) + "." if told else _NONE_DUE.in_language(language)
    else:
        yield from _left_out(counted, deadline, divided, language)
    if not counted.complete:
        yield INCOMPLETE.in_language(language)
    for reading in counted.readings:
        if deadline in (None, reading.deadline):
            yield from not_shown(reading, language, shared=divided is not None)
    if divided is not None:
        yield _SHARED.in_language(language)
    yield _TIMELINESS.in_language(language)


def _left_out(
    counted: "ObservedCompliance",
    deadline: str | None,
    divided: "Collection[Split]",
    language: Language,
) -> Iterator[str]:
    """Say of each deadline how many rows are missing, and which division misses fewer.

    How many another division would leave out is not said: the two together could tell more than
    either of them.
    """
    from simulations.observed_compliance import STRETCHES
    from simulations.shared_counts import left_out_of, shared_rows

    if not divided:
        return
    rows = [row for row in counted.rows(divided) if deadline in (None, row.deadline)]
    missing = left_out_of(shared_rows(rows))
    several = {each.deadline for each in rows if _has_several_laws(each, rows)}
    for each in missing:
        yield left_out_sentence(each, with_law=each.deadline in several).in_language(language)
    if not missing:
        return
    shortest = min((STRETCHES[each] for each in divided if each in STRETCHES), default=None)
    if shortest is None:
        longer = []
    else:
        longer = [each for each, months in STRETCHES.items() if months > shortest]
    if longer:
        words = {"da": " eller ", "en": " or "}[language].join(
            _STRETCHES[each.value].in_language(language) for each in longer
        )
        yield _LONGER.in_language(language).format(stretches=words)
    elif len(divided) > 1:
        yield _FEWER.in_language(language)


def left_out_sentence(found: "LeftOut", *, with_law: bool = False) -> Text:
    """Say how many rows of a deadline are left out, and by what to judge it (da: udeladte rækker).

    What is seen and the total stand beside one another: they show which way the rows mislead.
    """

    def said(language: Language) -> str:
        label = rulebook()[found.deadline].label.in_language(language)
        if with_law:
            label += _since(found.law_from, language)
        seen, total = found.seen, found.total
        words = _ALL if found.left_out == found.rows else _SOME
        begins = words.in_language(language).format(
            label=label,
            left_out=shown(found.left_out, 0, language),
            rows=_rows(found.rows, language),
        )
        if total is None:
            return begins + _NO_TOTAL.in_language(language)
        shares = ""
        if seen.share is not None and total.share is not None:
            shares = _AGAINST_TOTAL.in_language(language).format(
                seen=percent(seen.share, language), total=percent(total.share, language)
            )
        return begins + shares + _BY_TOTAL.in_language(language)

    return Spoken(said)


def not_shown(reading: "DeadlineReading", language: Language, *, shared: bool) -> Iterator[str]:
    """Say what the list could not show of a deadline; small counts are not for sharing."""
    from simulations.shared_counts import SMALL

    count = reading.start_unknown
    if count and not (shared and count in SMALL):
        yield of_rows(_NO_START, reading, count, language)


def of_rows(words: Text, reading: "DeadlineReading", count: int, language: Language) -> str:
    """Say something of so many rows of a deadline (da: om rækker)."""
    return words.in_language(language).format(
        count=_rows(count, language), label=reading.label.in_language(language)
    )


def _rows(count: int, language: Language) -> str:
    return f"{shown(count, 0, language)} {_ROWS[count == 1].in_language(language)}"


def _of_row(row: "ComplianceRow", rows: "list[ComplianceRow]", language: Language) -> str:
    named = {
        "label": rulebook()[row.deadline].label.in_language(language),
        "law": _since(row.law_from, language) if _has_several_laws(row, rows) else "",
    }
    if row.share is None or row.interval is None:
        low, high = row.share_range or (exact(0), exact(1))
        return _BETWEEN.in_language(language).format(
            **named,
            low=percent(low, language),
            high=percent(high, language),
            unknown=shown(row.unknown, 0, language),
        )
    return _COUNTED.in_language(language).format(
        **named,
        in_time=shown(row.in_time, 0, language),
        due=shown(row.due, 0, language),
        share=percent(row.share, language),
        low=percent(exact(row.interval.low), language),
        high=percent(exact(row.interval.high), language),
        late=shown(row.late, 0, language),
        open=shown(row.open_and_overdue, 0, language),
    )


def _has_several_laws(row: "ComplianceRow", rows: "list[ComplianceRow]") -> bool:
    return len({each.law_from for each in rows if each.deadline == row.deadline}) > 1


def _since(law_from: date, language: Language) -> str:
    since = {"da": " (regler fra {})", "en": " (rules from {})"}[language]
    return since.format(date_in_words(law_from, language))
