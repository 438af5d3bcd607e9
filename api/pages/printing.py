"""The page in words and marks: templates, and numbers as a reader of the language expects them."""

from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from api.charts import guideline_chart, interval_bar, staffing_chart
from api.columns_chart import columns_chart
from api.comparison_chart import comparison_chart
from api.goal_chart import chance_chart, gain_chart
from api.months_chart import months_chart
from api.pages.sheets import SHEETS
from api.presentation import Format
from api.privacy import masked
from api.waterfall_chart import waterfall_chart
from capacity.units import Exactable, exact
from capacity.wording import Language, date_in_words, month_in_words, percent, shown


def rendered(name: str, language: Language, **parts: object) -> str:
    """Print a template in the reader's language (da: tryk).

    What it may call: `say` for words of the template's own, `words` for a `Text`, and the numbers,
    shares and days as a reader of the language expects them.
    """
    return template(name).render(
        language=language,
        sheets=SHEETS,
        say=lambda da, en: da if language == "da" else en,
        words=lambda text: _unbroken(text.in_language(language)),
        number=partial(_number, language=language),
        signed=partial(_signed, language=language),
        percentage=partial(_percentage, language=language),
        percentages=partial(_percentages, language=language),
        day=partial(date_in_words, language=language),
        month=partial(month_in_words, language=language),
        **parts,
    )


def template(name: str) -> Template:
    """Return a template of ours (da: skabelon)."""
    return _templates().get_template(name)


def _unbroken(written: str) -> str:
    """Keep a percentage and its sign on one line."""
    return written.replace(" %", "\N{NO-BREAK SPACE}%")


def _percentage(share: Exactable, *, language: Language) -> str:
    return _unbroken(percent(exact(share), language))


def _percentages(low: Exactable, high: Exactable, digits: int = 0, *, language: Language) -> str:
    """Write a range of shares, the sign once (da: procentinterval)."""
    first = _number(exact(low) * 100, digits, language=language)
    return f"{first}–{_unbroken(percent(exact(high), language, digits))}"


def _signed(value: Exactable, digits: int, *, language: Language) -> str:
    """Write a difference with its sign; what is rounded to nothing has none."""
    written = _number(value, digits, language=language)
    is_above = exact(value) > 0 and any(each in "123456789" for each in written)
    return f"+{written}" if is_above else written


def _number(value: Exactable, digits: int, *, language: Language) -> str:
    return shown(exact(value), digits, language).replace("-", "\N{MINUS SIGN}")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        Format=Format,
        chance_chart=chance_chart,
        columns_chart=columns_chart,
        comparison_chart=comparison_chart,
        gain_chart=gain_chart,
        guideline_chart=guideline_chart,
        interval_bar=interval_bar,
        months_chart=months_chart,
        staffing_chart=staffing_chart,
        waterfall_chart=waterfall_chart,
    )
    environment.filters["masked"] = masked
    return environment
