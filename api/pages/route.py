"""The page at `/`: reads what was asked, builds the parts, prints them (da: forsiden).

A part that cannot be made says why in its place, and the rest of the page stands. Nothing is
fetched from anywhere else, and nothing runs in the reader's browser.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.charts import guideline_chart, interval_bar, staffing_chart
from api.errors import masked, status_of
from api.pages.caseload import CaseloadPart, caseload_part
from api.pages.counts import Comparison, Count, comparison_part, count_parts, same_rule
from api.pages.curve import Choice, CurvePart, choices, curve_part, levels_written, question_of
from api.pages.second_opinion import WorkloadPart, workload_part
from api.pages.staff import StaffPart, staff_part
from api.presentation import Format, refuse_repeated_parameters
from api.quantities import count
from api.store import Store, StoreDependency
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.rulebook import Rulebook, rulebook
from capacity.units import exact
from capacity.wording import Language, Text, date_in_words, percent, shown

router = APIRouter(include_in_schema=False)

_STATIC = Path(__file__).parent.parent / "static"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_NAMES = ("department", "team", "deadline", "extra_fte", "one", "other", "lang", "_", "api_key")
_LONGEST = 200

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the reader chose, as written; the form shows it again (da: valg)."""

    language: Language
    department: str | None
    team: str | None
    deadline: str | None
    extra_fte: str
    one: str | None
    other: str | None

    def address(self, **changed: str | None) -> str:
        """Return the page's address with some choices changed, None for dropped (da: adresse)."""
        chosen = {
            "department": self.department,
            "team": self.team,
            "deadline": self.deadline,
            "extra_fte": self.extra_fte,
            "one": self.one,
            "other": self.other,
            "lang": self.language,
        }
        given = {name: value for name, value in (chosen | changed).items() if value is not None}
        return f"/?{urlencode(given, safe=';,@')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that the templates print (da: siden); a part is None where it was refused."""

    asked: Asked
    departments: tuple[Department, ...]
    department: Department | None
    refusals: Mapping[str, PlannerError]
    staff: StaffPart | None = None
    caseload: CaseloadPart | None = None
    counts: tuple[Count, ...] = ()
    comparison: Comparison | None = None
    workload: WorkloadPart | None = None
    choices: tuple[Choice, ...] = ()
    curve: CurvePart | None = None
    rules_version: str

    @property
    def status(self) -> int:
        """The HTTP status: that of the first refusal, else 200."""
        return next((status_of(error) for error in self.refusals.values()), 200)

    def refusal(self, part: str) -> PlannerError | None:
        """Return why a part is not there, None where nothing was refused (da: afvisning)."""
        return self.refusals.get(part)


def install_page(app: FastAPI) -> None:
    """Serve the page and its style sheet."""
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=_STATIC))


@router.get("/")
async def first_page(request: Request, store: StoreDependency) -> Response:
    """Show the chain for the chosen department, Danish first (da: forsiden)."""
    asked, refusals = _asked(request)
    departments = store.departments()
    department = _chosen(asked, departments, store, refusals)
    page = await run_in_threadpool(_page, asked, departments, department, refusals)
    return Response(
        printed(page),
        status_code=page.status,
        media_type="text/html",
        headers={**_HEADERS, "Content-Language": asked.language},
    )


def _asked(request: Request) -> tuple[Asked, dict[str, PlannerError]]:
    """Read the reader's choices, and refuse what nobody can read."""
    refusals: dict[str, PlannerError] = {}
    given = dict(request.query_params)
    try:
        refuse_repeated_parameters(request)
        _refuse_unknown(given)
    except InvalidInput as error:
        refusals["page"] = error
    chosen = {name: value[:_LONGEST] or None for name, value in given.items()}
    return Asked(
        language="en" if chosen.get("lang") == "en" else "da",
        department=chosen.get("department"),
        team=chosen.get("team"),
        deadline=chosen.get("deadline"),
        extra_fte=chosen.get("extra_fte") or levels_written(),
        one=chosen.get("one"),
        other=chosen.get("other"),
    ), refusals


def _refuse_unknown(given: Mapping[str, str]) -> None:
    for name in given:
        if name not in _NAMES:
            raise InvalidInput(
                Text(
                    da=f"siden kender ikke “{name[:40]}”; den kender {', '.join(_NAMES[:7])}",
                    en=f"the page does not know “{name[:40]}”; it knows {', '.join(_NAMES[:7])}",
                ),
                field=name,
            )
    if given.get("lang", "da") not in ("da", "en"):
        raise InvalidInput(Text(da="skriv lang=da eller en", en="write lang=da or en"))


def _chosen(
    asked: Asked,
    departments: tuple[Department, ...],
    store: Store,
    refusals: dict[str, PlannerError],
) -> Department | None:
    """Return the department asked for, or else a real one before a made-up one."""
    if asked.department is not None:
        try:
            return store.department(asked.department)
        except PlannerError as error:
            refusals["page"] = error
            return None
    return min(departments, key=lambda each: (each.fictional, each.slug), default=None)


def _page(
    asked: Asked,
    departments: tuple[Department, ...],
    department: Department | None,
    refusals: dict[str, PlannerError],
) -> Page:
    book = rulebook()
    parts = {} if department is None else _parts(asked, department, book, refusals)
    return Page(
        asked=asked,
        departments=departments,
        department=department,
        refusals=refusals,
        rules_version=book.fingerprint,
        **parts,
    )


def _parts(
    asked: Asked, department: Department, book: Rulebook, refusals: dict[str, PlannerError]
) -> dict[str, Any]:
    """Build each part by itself, so that one refused leaves the others standing."""

    def built(name: str, build: Callable[[], Part]) -> Part | None:
        try:
            return build()
        except PlannerError as error:
            refusals[name] = error
            return None

    counts = built("counts", lambda: count_parts(department)) or ()
    return {
        "staff": built("staff", lambda: staff_part(department, book)),
        "caseload": built("caseload", lambda: caseload_part(department, book)),
        "counts": counts,
        "comparison": built("comparison", lambda: _comparison(asked, counts)),
        "workload": built("workload", lambda: workload_part(department, book)),
        "choices": choices(department, book),
        "curve": built(
            "curve",
            lambda: curve_part(
                question_of(department, asked.team, asked.deadline, asked.extra_fte)
            ),
        ),
    }


def _comparison(asked: Asked, counts: tuple[Count, ...]) -> Comparison | None:
    if asked.one or asked.other:
        return comparison_part(counts, count(asked.one or "1"), count(asked.other or "2"))
    usual = same_rule(counts)
    return comparison_part(counts, *usual) if usual else None


def printed(page: Page) -> str:
    """Print the page in the reader's language (da: den trykte side)."""
    language = page.asked.language
    return (
        _templates()
        .get_template("page.html")
        .render(
            page=page,
            asked=page.asked,
            language=language,
            say=lambda da, en: da if language == "da" else en,
            words=lambda text: _unbroken(text.in_language(language)),
            number=partial(_number, language=language),
            percentage=partial(_percentage, language=language),
            percentages=partial(_percentages, language=language),
            day=partial(date_in_words, language=language),
        )
    )


def _unbroken(written: str) -> str:
    """Keep a percentage and its sign on one line."""
    return written.replace(" %", "\N{NO-BREAK SPACE}%")


def _percentage(share: Any, *, language: Language) -> str:
    return _unbroken(percent(exact(share), language))


def _percentages(low: Any, high: Any, *, language: Language) -> str:
    """Write a range of shares, the sign once (da: procentinterval)."""
    return (
        f"{_number(exact(low) * 100, 0, language=language)}–{_percentage(high, language=language)}"
    )


def _number(value: Any, digits: int, *, language: Language) -> str:
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
