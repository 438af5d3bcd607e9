"""What the command line writes: numbers in columns, a curve in words, a refusal in one line."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from fractions import Fraction
from textwrap import fill
from threading import Timer
from typing import TYPE_CHECKING, TypeVar

import typer

from api import quantities
from api.option_names import as_options, option_names
from api.plot import plotted
from api.privacy import masked
from capacity.errors import InvalidInput, PlannerError
from capacity.rulebook import rulebook
from capacity.units import exact
from capacity.wording import Language, Text, date_in_words, in_full, percent, shown

if TYPE_CHECKING:
    from simulations.ensemble import Spread
    from simulations.input_band import InputBand
    from simulations.staffing import CurvePoint, StaffingCurve

_LINE = 88
"""Characters in a line of prose."""
LOADING = Text(da="henter beregningskernen", en="loading the calculation")
"""What is told while numpy and the compiled kernels are loaded, and compiled the first time."""
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_A_MOMENT = 1.0
"""So many seconds nobody wonders what is going on (assumption)."""

Value = TypeVar("Value")
Written = TypeVar("Written")


@contextmanager
def refusals_in(language: Language, options: Mapping[str, str] | None = None) -> Iterator[None]:
    """Say a refusal in one line on the error stream and end with code 2 (da: afvisning).

    The parameters that it names are told as the options of the command that runs; `options` says
    what some of them are called otherwise. Whatever looks like a CPR number is hidden: a refusal
    may quote what was written.
    """
    try:
        yield
    except PlannerError as error:
        named = option_names(options or {})
        said = as_options(error.message.in_language(language), named)
        if error.field:
            option = named.get(error.field, error.field).removeprefix("--")
            said = f"{option.replace('_', '-')}: {said}"
        typer.echo(masked(said), err=True)
        raise typer.Exit(2) from error


def day(written: str) -> date:
    """Read a day as people write it: `26-03-2020`, `26/3 2020`, `26. marts 2020`, `2020-03-26`.

    (da: dag.) `InvalidInput` otherwise; in an address of the service it is the last of them alone.

    >>> day("26.03.2020") == day("26/3 2020") == day("26. marts 2020") == day("2020-03-26")
    True
    """
    if _ISO_DAY.fullmatch(written):  # of any year, as the service has it
        return quantities.day(written)
    from api.uploads.values import danish_date  # here: only who writes it so waits for it

    found = danish_date(written, serials=None)
    if isinstance(found, date) and not isinstance(found, datetime):
        return found
    if isinstance(found, datetime):
        raise InvalidInput(
            Text(
                da=f"”{masked(written)}” er en dag med et klokkeslæt; skriv dagen alene",
                en=f"“{masked(written)}” is a day with a time; write the day alone",
            )
        )
    raise InvalidInput(
        Text(
            da=f"{found.problem.da}; {found.what_to_do.da}",
            en=f"{found.problem.en}; {found.what_to_do.en}",
        )
    )


@contextmanager
def told_if_slow(what: Text, language: Language) -> Iterator[None]:
    """Say on the error stream what is being done, where it takes more than a moment.

    (da: vent.) Once and in one line; whoever reads the answer of the other stream sees none of it.
    """
    said = f"{what.in_language(language)} …\n"
    timer = Timer(_A_MOMENT, lambda: (sys.stderr.write(said), sys.stderr.flush()))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def read(reader: Callable[[Written], Value], field: str, written: Written) -> Value:
    """Read one option; a refusal names it."""
    try:
        return reader(written)
    except PlannerError as error:
        error.field = field
        raise


def read_if_written(
    reader: Callable[[Written], Value], field: str, written: Written | None
) -> Value | None:
    """Read one option that may be left out."""
    return None if written is None else read(reader, field, written)


def numbers_written(rows: tuple[tuple[Text, Fraction | int, int], ...], language: Language) -> str:
    """Write labels and numbers, each with its digits, in two columns.

    >>> people = Text(da="ansatte", en="people")
    >>> numbers_written(((people, 32, 0), (people, Fraction("23.92"), 1)), "da").split()
    ['ansatte', '32', 'ansatte', '23,9']
    """
    labels = [label.in_language(language) for label, _, _ in rows]
    values = [shown(value, digits, language) for _, value, digits in rows]
    width, digits_wide = max(map(len, labels)), max(map(len, values))
    return "\n".join(
        f"{label:<{width}}  {value:>{digits_wide}}"
        for label, value in zip(labels, values, strict=True)
    )


def curve_written(
    curve: "StaffingCurve",
    language: Language,
    band: "InputBand | None" = None,
    spread: "Spread | None" = None,
) -> str:
    """Write a staffing curve: in words, drawn, as a table, and what it may not be taken for.

    With a `band` it says what a fit leaves open of the inputs, in a column too; with a `spread`
    what other sets of assumptions give.
    """
    from simulations.input_band import band_sentence  # the simulation loads slowly
    from simulations.sentences import curve_sentence

    assumptions = band_sentence(band, curve)
    if band is None and spread is not None:
        from simulations.ensemble import spread_sentence

        assumptions = spread_sentence(spread)

    question, book = curve.question, rulebook()
    title = _TITLE.in_language(language).format(
        department=question.department.name.in_language(language),
        team=question.department.team(question.team).label.in_language(language),
        deadline=book[question.deadline].label.in_language(language),
        rule=question.deadline,
        first=date_in_words(question.from_, language),
        last=date_in_words(question.to, language),
    )
    words = curve_sentence(curve, book, assumptions).in_language(language)
    sentence = fill(words, _LINE, break_on_hyphens=False)
    rows = [[heading.in_language(language) for heading in _HEADINGS]]
    rows += [_curve_row(point, language) for point in curve.points]
    if band is not None:
        left_open = [_percent_range(low, high, language) for low, high in band.shares]
        cells = [_UNKNOWN.in_language(language), *left_open]
        rows = [[*row, cell] for row, cell in zip(rows, cells, strict=True)]
    table = _aligned(rows)
    footer = _FOOTER.in_language(language).format(
        unknown="" if band is None else _unknown_means(band, language),
        replications=shown(curve.replications, 0, language),
        seed=question.seed,
        model=curve.model_version,
        rules=curve.rules_version,
    )
    parts = [title, sentence, plotted(curve.points, language), table]
    if spread is not None and len(spread.curves) > 1:
        parts.append(_sets_written(spread, language))
    return "\n\n".join([*parts, footer])


def _unknown_means(band: "InputBand", language: Language) -> str:
    confidence = percent(band.confidence, language)
    return _UNKNOWN_MEANS.in_language(language).format(confidence=confidence)


def _sets_written(spread: "Spread", language: Language) -> str:
    """Write what each set of assumptions gives at each level."""
    own, first = _OWN.in_language(language), spread.curves[0][1].points
    heading = [_SETS.in_language(language), *(in_full(each.extra_fte, language) for each in first)]
    rows = [
        [
            alternative.label.in_language(language) if alternative else own,
            *(percent(exact(point.share_in_time.value), language) for point in curve.points),
        ]
        for alternative, curve in spread.curves
    ]
    wide = max(len(row[0]) for row in [heading, *rows])
    return "\n".join(
        f"{row[0]:<{wide}}" + "".join(f"{cell:>8}" for cell in row[1:]) for row in [heading, *rows]
    )


_OWN = Text(da="afdelingens egne", en="the department’s own")
_SETS = Text(da="antagelsessæt, ekstra:", en="set of assumptions, extra:")


def provisional(curve: "StaffingCurve", language: Language) -> str:
    """Write the shares of the first and the most extra staff, before all is counted."""
    points = sorted(curve.points, key=lambda point: point.extra_fte)
    shares = [
        f"{percent(exact(point.share_in_time.value), language)} "
        f"({in_full(point.extra_fte, language)} {_EXTRA.in_language(language)})"
        for point in dict.fromkeys((points[0], points[-1]))
    ]
    return _PROVISIONAL.in_language(language).format(
        replications=shown(curve.replications, 0, language), shares=", ".join(shares)
    )


_PROVISIONAL = Text(
    da="Foreløbigt, efter {replications} gentagelser: {shares} til tiden",
    en="Provisional, after {replications} replications: {shares} in time",
)
_EXTRA = Text(da="ekstra", en="extra")
_TITLE = Text(
    da="{department} · {team}\n{deadline} ({rule})\n"
    "frister, der begynder og udløber fra {first} til {last}",
    en="{department} · {team}\n{deadline} ({rule})\n"
    "deadlines that start and fall due from {first} to {last}",
)
_HEADINGS = (
    Text(da="ekstra", en="extra"),
    Text(da="stillinger", en="FTE"),
    Text(da="til tiden", en="in time"),
    Text(da="simuleret", en="simulated"),
    Text(da="forskel", en="differs"),
    Text(da="ét år", en="one year"),
    Text(da="dage for sent", en="days late"),
    Text(da="åbne", en="open"),
)
_UNKNOWN = Text(da="ukendte inddata", en="unknown inputs")
_UNKNOWN_MEANS = Text(
    da="Ukendte inddata: andelens {confidence}-bånd for det, historikken lader stå åbent.\n",
    en="Unknown inputs: the share's {confidence} band for what history leaves open.\n",
)
_FOOTER = Text(
    da="Simuleret: simuleringens usikkerhed om andelen til tiden (95 %-interval). Forskel:\n"
    "procentpoint fra 0 ekstra. Ét år: rummer 95 % af de simulerede år, hvert for sig.\n"
    "Dage for sent: gennemsnit og, i parentes, hvad 90 % af de forsinkede holder sig inden for.\n"
    "Åbne: andelen af de løbende frister ved periodens slutning, som ikke er overskredet.\n"
    "{unknown}Rettidighed i denne model med disse inddata, ikke lovmedholdelighed.\n"
    "{replications} gentagelser, frø {seed}, model {model}, regler {rules}",
    en="Simulated: the simulation's uncertainty about the share in time (95% interval). Differs:\n"
    "percentage points from 0 extra. One year: holds 95% of the simulated years, one by one.\n"
    "Days late: the mean and, in brackets, what 90% of those that were late keep within.\n"
    "Open: the share of the deadlines running at the period's end that are not overdue.\n"
    "{unknown}Timeliness in this model with these inputs, not lawfulness.\n"
    "{replications} replications, seed {seed}, model {model}, rules {rules}",
)


def _curve_row(point: "CurvePoint", language: Language) -> list[str]:
    in_time = point.share_in_time
    return [
        shown(point.extra_fte, 2, language),
        shown(point.case_fte, 2, language),
        percent(exact(in_time.value), language),
        _percent_range(in_time.low, in_time.high, language, digits=1),
        shown(exact(point.difference.value) * 100, 0, language),
        _percent_range(point.year_low, point.year_high, language),
        f"{shown(exact(point.mean_days_late), 0, language)} ({point.days_late_90})",
        percent(exact(point.stock_in_time), language),
    ]


def _percent_range(low: float, high: float, language: Language, *, digits: int = 0) -> str:
    first = shown(exact(low) * 100, digits, language)
    return f"{first}–{percent(exact(high), language, digits)}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Set columns to the right, as numbers are read."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
