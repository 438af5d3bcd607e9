"""The page in words and marks: templates, and numbers as a reader of the language expects them."""

from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from api.charts import guideline_chart, interval_bar, staffing_chart
from api.pages.page import Page
from api.presentation import Format
from api.privacy import masked
from capacity.units import Exactable, exact
from capacity.wording import Language, date_in_words, percent, shown


def printed(page: Page, *, csrf: str | None = None) -> str:
    """Print the page in the reader's language (da: den trykte side).

    Whoever has a session can end it: the form for that carries its token, `csrf`.
    """
    language = page.asked.language
    return template("page.html").render(
        page=page,
        csrf=csrf,
        asked=page.asked,
        language=language,
        say=lambda da, en: da if language == "da" else en,
        words=lambda text: _unbroken(text.in_language(language)),
        number=partial(_number, language=language),
        percentage=partial(_percentage, language=language),
        percentages=partial(_percentages, language=language),
        day=partial(date_in_words, language=language),
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
        guideline_chart=guideline_chart,
        interval_bar=interval_bar,
        staffing_chart=staffing_chart,
    )
    environment.filters["masked"] = masked
    return environment
