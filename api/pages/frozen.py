"""`/figures`: numbers frozen from a page, and how they are found again (da: frosne tal)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse

from api.caller import MACHINE, CallerDependency, Scope, needs
from api.field_errors import field_errors
from api.freezing import asked_again, frozen
from api.pages.figures import Address
from api.pages.frame import Frame, frame_of, shown
from api.store.departments import StoreDependency
from api.store.figures import Figure, FiguresDependency
from capacity.errors import InvalidInput, PlannerError
from capacity.units import exact
from capacity.wording import Language, Text, in_full, percent

router = APIRouter(include_in_schema=False)

_SEE_OTHER = 303
_MOST_LISTED = 200
_LONGEST_WAY_BACK = 2000
_SHARE_UNIT = "andel 0-1"
_HERE = ZoneInfo("Europe/Copenhagen")
_THIS_MACHINE = Text(da="på denne maskine", en="on this machine")
_TERMS = {"back": None, "check": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPart:
    """A frozen number as the page shows it (da: frosset tal).

    `ranges` are what is uncertain about it, each with its name; empty where nothing is by chance.
    """

    id: str
    value: Text
    label: Text
    unit: Text
    ranges: tuple[tuple[Text, Text], ...]
    origin: tuple[tuple[Text, str], ...]
    path: str
    frozen_on: date
    frozen_by: Text
    answer: tuple[tuple[str, str], ...]
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPage:
    """The numbers, or one of them (da: frosne tal).

    `again` is the form that could not be carried out, so that nothing needs to be written anew.
    """

    listed: tuple[FrozenPart, ...] = ()
    one: FrozenPart | None = None
    verdict: Text | None = None
    again: tuple[tuple[str, str], ...] = ()
    back: str | None = None


@router.post("/figures", dependencies=[needs(Scope.PLAN)])
async def froze(
    kept: FiguresDependency, store: StoreDependency, caller: CallerDependency, request: Request
) -> Response:
    """Freeze a number from a page, and show it with its name (da: frys til notat)."""
    form = {name: given[0] for name, given in parse_qs((await request.body()).decode()).items()}
    language: Language = "en" if form.get("lang") == "en" else "da"
    try:
        made = await frozen(
            request, form.get("path", ""), form.get("field", ""), None, by=caller.name
        )
        figure, _ = kept.add(made)
    except (PlannerError, RequestValidationError) as error:
        frame = _frame(request, "/figures", store)
        frame = replace(frame, asked=replace(frame.asked, language=language))
        frame.refusals["page"] = _refusal(error)
        fields = ("path", "field", "lang", "back")
        again = tuple((name, form[name]) for name in fields if name in form)
        return shown("frozen.html", frame, page=FrozenPage(again=again, back=_way_back(form)))
    query = {"lang": language} | ({"back": back} if (back := _way_back(form)) else {})
    return RedirectResponse(f"/figures/{figure.id}?{urlencode(query)}", _SEE_OTHER)


@router.get("/figures")
async def figures(kept: FiguresDependency, store: StoreDependency, request: Request) -> Response:
    """Show the numbers that are frozen, newest first (da: frosne tal)."""
    found = sorted(kept.listed("", _MOST_LISTED), key=lambda each: each.frozen_at, reverse=True)
    listed = tuple(_part(each) for each in found)
    return shown("frozen.html", _frame(request, "/figures", store), page=FrozenPage(listed=listed))


@router.get("/figures/{id}")
async def figure(
    id: str, kept: FiguresDependency, store: StoreDependency, request: Request
) -> Response:
    """Show a frozen number, where it came from and, if asked, whether it holds (da: frosset tal).

    It is asked again only on request, since that may take a while.
    """
    frame = _frame(request, f"/figures/{id}", store)
    try:
        found = kept.figure(id)
    except PlannerError as error:
        frame.refusals["page"] = error
        return shown("frozen.html", frame, page=FrozenPage())
    verdict = None
    if frame.asked.terms["check"]:
        try:
            verdict = _verdict(found, await asked_again(request, found))
        except (PlannerError, RequestValidationError) as error:
            frame.refusals["page"] = _refusal(error)
    page = FrozenPage(one=_part(found), verdict=verdict, back=frame.asked.terms["back"])
    return shown("frozen.html", frame, page=page)


def _frame(request: Request, path: str, store: StoreDependency) -> Frame:
    """A page of no department's: a number belongs to what it was made of."""
    frame = frame_of(request, path, _TERMS, store)
    back = _way_back(dict(request.query_params))
    asked = replace(frame.asked, department=None, terms={**frame.asked.terms, "back": back})
    return replace(frame, asked=asked, department=None, departments=())


def _refusal(error: PlannerError | RequestValidationError) -> PlannerError:
    """What the address that was to be frozen says is wrong with it."""
    if isinstance(error, PlannerError):
        return error
    faults = field_errors(error.errors(), None)
    return InvalidInput(
        Text(
            da="; ".join(f"{field}: {said.da}" for field, said in faults),
            en="; ".join(f"{field}: {said.en}" for field, said in faults),
        )
    )


def _way_back(given: dict[str, str]) -> str | None:
    """The page that somebody came from: an address of ours, or none."""
    back = given.get("back", "")
    is_ours = back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if is_ours and len(back) <= _LONGEST_WAY_BACK else None


def _part(figure: Figure) -> FrozenPart:
    record, origin, field = figure.record, figure.origin, figure.field
    share = origin["unit_da"] == _SHARE_UNIT
    ranges = (
        (Text(da="Simuleringens usikkerhed", en="Simulation error"), "low", "high"),
        (Text(da="Et enkelt år (95 %)", en="A single year (95%)"), "year_low", "year_high"),
        (Text(da="Ukendte inddata", en="Unknown inputs"), "inputs_low", "inputs_high"),
    )
    known = tuple(
        (name, _range(record.get(f"{field}_{low}"), record.get(f"{field}_{high}"), share))
        for name, low, high in ranges
    )
    is_simulated = f"{field}_low" in record
    return FrozenPart(
        id=figure.id,
        value=_value(figure.value, share),
        label=Text(da=origin["label_da"], en=origin["label_en"]),
        unit=Text(da="", en="") if share else Text(da=origin["unit_da"], en=origin["unit_en"]),
        ranges=known if is_simulated else (),
        origin=tuple(
            (name, str(value))
            for name, value in (
                (Text(da="Afdeling", en="Department"), record.get("department")),
                (Text(da="Frø", en="Seed"), record.get("seed")),
                (Text(da="Gentagelser", en="Replications"), record.get("replications")),
                (Text(da="Modellens version", en="Model version"), record.get("model_version")),
                (Text(da="Regelsæt", en="Rules"), record.get("rules_version")),
                (Text(da="Programmets version", en="Program"), origin["program_version"]),
            )
            if value is not None
        ),
        path=figure.path,
        frozen_on=figure.frozen_at.astimezone(_HERE).date(),
        frozen_by=_THIS_MACHINE
        if figure.frozen_by == MACHINE.name
        else Text(da=figure.frozen_by, en=figure.frozen_by),
        answer=tuple((name, "–" if each is None else str(each)) for name, each in record.items()),
        address=Address(path=f"/v1/figures/{figure.id}", terms=(), field="value"),
    )


def _value(value: Any, share: bool) -> Text:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Text(da=str(value), en=str(value))
    number = exact(value)

    def in_words(language: Language) -> str:
        if share:
            return percent(number, language, 1)
        return in_full(number, language).replace("-", "\N{MINUS SIGN}")

    return Text(da=in_words("da"), en=in_words("en"))


def _range(low: Any, high: Any, share: bool) -> Text:
    if low is None or high is None:
        return Text(da="ikke opgjort", en="not quantified")
    ends = _value(low, share), _value(high, share)
    return Text(da=f"{ends[0].da} til {ends[1].da}", en=f"{ends[0].en} to {ends[1].en}")


def _verdict(figure: Figure, now: dict[str, Any]) -> Text:
    """Whether the number comes out the same, and if not, what it is now."""
    if now.get(figure.field) == figure.value:
        return Text(da="Tallet kommer ens ud i dag.", en="The number comes out the same today.")
    share = figure.origin["unit_da"] == _SHARE_UNIT
    value = _value(now.get(figure.field), share)
    return Text(
        da=f"I dag kommer tallet ud som {value.da}. Det frosne står fast.",
        en=f"Today the number comes out as {value.en}. The frozen one stays.",
    )
