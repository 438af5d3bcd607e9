"""`/v1/scenarios`: plans on a department, kept with their history (da: scenarier)."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal

import yaml
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field, ValidationError, model_validator

from api.answers import Answer, Exact, Label, Table, Words, rendered
from api.caller import CallerDependency, Scope, needs
from api.document import Document
from api.document_fields import Slug
from api.document_fields import Words as Written
from api.documented import REFUSED, documented, planner_router
from api.etags import NOT_MODIFIED, ChangeCondition, KnownTags, not_modified
from api.fields import RulesVersion, Sentence
from api.idempotency import OnceDependency
from api.presentation import Call, Header, Question
from api.quantities import PAGE, Count, Number, refusal
from api.scenario_documents import FIRST_YEAR, LAST_YEAR, ScenarioDocument
from api.store.departments import Store, StoreDependency
from api.store.scenarios import Edit, Kept, Row, ScenariosDependency
from capacity.department import Department
from capacity.errors import InvalidInput, RuleNotInForce, UnknownDepartment, UnknownRule
from capacity.rule_files import parsed
from capacity.rulebook import rulebook
from capacity.scenario import Prices, Scenario, Status, expenses, scenario_budget, stages, titles
from capacity.staff_costs import ExpenseRow, break_even, staff_budget
from capacity.units import Kroner
from capacity.wording import Text, shown

router: APIRouter = planner_router("scenarios")

Address = Annotated[str, Path(examples=["ishoej-2020-to-ekstra"])]
_KEPT: dict[int | str, dict[str, Any]] = {
    201: {"model": ScenarioDocument, "description": "kept as version 1"},
    "4XX": REFUSED,
}
_CHANGED: dict[int | str, dict[str, Any]] = {
    200: {"model": ScenarioDocument, "description": "kept as the next version"},
    "4XX": REFUSED,
}


class ScenarioRow(Answer):
    """A scenario in the list (da: scenarie)."""

    slug: Annotated[str, Label("scenarie", "scenario")]
    name: Annotated[str, Label("navn", "name")]
    department: Annotated[str, Label("afdeling", "department")]
    status: Annotated[str, Label("status", "status")]
    version: Annotated[int, Label("version", "version")]
    changed_at: Annotated[datetime, Label("ændret", "changed")]
    changed_by: Annotated[str, Label("ændret af", "changed by")]


class HistoryAnswer(Answer):
    """What was done to a scenario, and why (da: historik)."""

    version: Annotated[int, Label("version", "version")]
    did: Annotated[str, Label("handling", "did")]
    reason: Annotated[str, Label("begrundelse", "reason")]
    made_at: Annotated[datetime, Label("tidspunkt", "made")]
    made_by: Annotated[str, Label("af", "by")]


_FTE = ("fuldtidsstillinger", "FTE")


class ChangeRow(Answer):
    """One change of a scenario in words, with what it does to posts and hours (da: ændring)."""

    number: Annotated[int, Label("nr.", "no.")]
    kind: Annotated[str, Label("art", "kind")]
    title: Annotated[Words, Label("ændring", "change")]
    reason: Annotated[str, Label("begrundelse", "reason")]
    said_by: Annotated[str | None, Label("oplyst af", "said by")]
    kroner_first_year: Annotated[
        Exact | None, Label("i det første år", "in the first year", "kr.", "DKK")
    ]
    kroner_full_year: Annotated[
        Exact | None, Label("helårsvirkning", "full-year effect", "kr.", "DKK")
    ]
    rules_version: RulesVersion


_KRONER = ("kr.", "DKK")


class BudgetRow(Answer):
    """An expense over the budget year and three estimate years (da: udgift over fire år)."""

    label: Annotated[Words, Label("udgift", "expense")]
    part_year: Annotated[
        Exact, Label("budgetåret, delårsvirkning", "budget year, part-year effect", *_KRONER)
    ]
    estimate_1: Annotated[Exact, Label("overslagsår 1", "estimate year 1", *_KRONER)]
    estimate_2: Annotated[Exact, Label("overslagsår 2", "estimate year 2", *_KRONER)]
    estimate_3: Annotated[Exact, Label("overslagsår 3", "estimate year 3", *_KRONER)]
    full_year: Annotated[Exact, Label("helårsvirkning", "full-year effect", *_KRONER)]
    budget_year: Annotated[int, Label("budgetår", "budget year")]
    is_total: Annotated[bool, Label("i alt", "total")]
    scenario: Annotated[str, Label("scenarie", "scenario")]
    department: Annotated[str, Label("afdeling", "department")]


class ListQuestion(Question):
    """Which scenarios, and from where in the list."""

    department: str | None = Field(None, description="a department's slug (da: afdeling)")
    status: Status | None = Field(None, description="draft, locked or archived (da: status)")
    after: str = Field(
        "", description="the last scenario of the page before (da: efter)", max_length=60
    )
    limit: Count = PAGE


class BudgetQuestion(Question):
    """The first of the four years."""

    budget_year: Count | None = Field(
        None,
        ge=FIRST_YEAR,
        le=LAST_YEAR,
        description="the year of the first change, if left out (da: budgetår)",
    )


class BudgetTableQuestion(BudgetQuestion):
    """And how the table is headed: it is read by people, in words unless they say otherwise."""

    header: Header = Field(
        Header.WORDS,
        description="headings of csv: `words` with units as in xlsx, or `keys`, the names in the "
        "JSON answer (da: overskrifter)",
    )


class ImportQuestion(Call):
    """Under which name."""

    slug: Slug | None = Field(
        None, description="instead of the name in the file (da: under et andet navn)"
    )


class ExportQuestion(Call):
    """Which sort of file."""

    format: Literal["yaml", "json"] = Field("yaml", description="yaml or json (da: filtype)")


class BreakEvenQuestion(BudgetQuestion):
    """What one avoided thing would have cost, by its user's own word."""

    kroner_saved_each: Number = Field(
        description="kroner saved by each that is avoided (da: sparet pr. stk.)",
        examples=["800000"],
    )
    source: Written = Field(
        description="whose number that is (da: kilde)",
        examples=["anbringelseskontoen 2019"],
    )


class BreakEvenAnswer(Answer):
    """How many must be avoided for a plan to pay for itself (da: balancepunkt)."""

    number: Annotated[Exact, Label("skal undgås om året", "to be avoided a year")]
    sentence: Sentence
    full_year: Annotated[Exact, Label("helårsvirkning", "full-year effect", *_KRONER)]
    kroner_saved_each: Annotated[Exact, Label("sparet pr. stk.", "saved by each", *_KRONER)]
    source: Annotated[str, Label("kilde", "source")]
    budget_year: Annotated[int, Label("prisniveau", "price level")]
    scenario: Annotated[str, Label("scenarie", "scenario")]
    department: Annotated[str, Label("afdeling", "department")]


class EditDocument(Document):
    """A scenario as it is to be, and why (da: ændring af scenariet)."""

    reason: Written
    scenario: ScenarioDocument

    @model_validator(mode="before")
    @classmethod
    def _with_its_reason(cls, sent: Any) -> Any:
        """Refuse a bare scenario, as it is exported, by what is missing around it."""
        if isinstance(sent, dict) and "scenario" not in sent and "department" in sent:
            raise refusal(
                InvalidInput(
                    Text(
                        da='send scenariet sammen med hvorfor: {"reason": "…", "scenario": {…}}',
                        en='send the scenario with why: {"reason": "…", "scenario": {…}}',
                    )
                )
            )
        return sent

    def to_domain(self) -> Scenario:
        """Read the scenario."""
        return _read(self.scenario)


class Action(StrEnum):
    """What else can be done to a scenario (da: handling)."""

    RENAME = "rename"
    LOCK = "lock"
    OPEN = "open"
    ARCHIVE = "archive"


_DONE = {
    Action.RENAME: "renamed",
    Action.LOCK: "locked",
    Action.OPEN: "opened",
    Action.ARCHIVE: "archived",
}
"""What the history says was done (da: historikkens ord)."""


class ActionDocument(Document):
    """Why it is done, and for a new name that name (da: begrundelse)."""

    reason: Written
    name: Written | None = None

    def to_domain(self) -> object:
        """Read as itself: it is words."""
        return self


class CloneDocument(Document):
    """What the copy is called (da: klon)."""

    reason: Written
    slug: Slug
    name: Written

    def to_domain(self) -> object:
        """Read as itself: it is words."""
        return self


@router.get("/v1/scenarios", **documented(Table[ScenarioRow], "the scenarios, by name"))
async def scenarios(
    question: Annotated[ListQuestion, Query()], kept: ScenariosDependency, request: Request
) -> Response:
    """Return a page of the scenarios (da: scenarier); `after` the last one's slug for the next."""
    rows = kept.listed(question.department, question.status, question.after, question.limit)
    table = Table[ScenarioRow](rows=tuple(_row(each) for each in rows))
    response = rendered(table, question, request)
    if len(rows) == question.limit:
        next_page = request.url.include_query_params(after=rows[-1].slug)
        response.headers["Link"] = f'<{next_page.path}?{next_page.query}>; rel="next"'
    return response


@router.post(
    "/v1/scenarios",
    dependencies=[needs(Scope.PLAN)],
    summary="keep a scenario",
    status_code=201,
    responses=_KEPT,
)
async def kept_scenario(
    document: ScenarioDocument,
    _: Annotated[Call, Query()],
    kept: ScenariosDependency,
    store: StoreDependency,
    caller: CallerDependency,
    once: OnceDependency,
) -> Response:
    """Keep a new scenario (da: gem et scenarie). Its changes must be possible in its department."""
    return once.answer(lambda: _kept(document, "created", kept, store, caller.name))


@router.post(
    "/v1/scenarios/import",
    dependencies=[needs(Scope.PLAN)],
    summary="keep a scenario from a file",
    status_code=201,
    responses=_KEPT,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/yaml": {"schema": {"type": "string"}},
                "application/json": {"schema": {"$ref": "#/components/schemas/ScenarioDocument"}},
            },
        }
    },
)
async def imported_scenario(
    request: Request,
    question: Annotated[ImportQuestion, Query()],
    kept: ScenariosDependency,
    store: StoreDependency,
    caller: CallerDependency,
    once: OnceDependency,
) -> Response:
    """Keep a scenario from an exported file, JSON or YAML (da: indlæs et scenarie).

    With `slug` it is kept under that name, as where the one in the file is taken.
    """
    document = _from_file(await request.body())
    if question.slug is not None:
        document = document.model_copy(update={"slug": question.slug})
    return once.answer(lambda: _kept(document, "imported", kept, store, caller.name))


@router.get(
    "/v1/scenarios/{address}",
    summary="a scenario's document",
    response_model=ScenarioDocument,
    responses={304: NOT_MODIFIED, "4XX": REFUSED},
)
async def scenario(
    address: Address, _: Annotated[Call, Query()], kept: ScenariosDependency, known: KnownTags
) -> Response:
    """Return a scenario, by `slug` or `slug@version` (da: scenariets dokument)."""
    found = kept.scenario(address)
    return not_modified(found.tag) if known.include(found.tag) else _sent(found, 200)


@router.put(
    "/v1/scenarios/{slug}",
    dependencies=[needs(Scope.PLAN)],
    summary="change a scenario",
    responses=_CHANGED,
)
async def changed_scenario(
    slug: Address,
    edit: EditDocument,
    _: Annotated[Call, Query()],
    kept: ScenariosDependency,
    store: StoreDependency,
    condition: ChangeCondition,
    caller: CallerDependency,
) -> Response:
    """Keep what a scenario has become (da: ret et scenarie). `If-Match` names what was read."""
    before = kept.scenario(slug)
    condition.check(before.tag)
    after = edit.to_domain()
    _refuse_impossible(after, store)
    draft = replace(after, status=before.scenario.status)
    return _sent(kept.change(before, draft, Edit("changed", edit.reason, caller.name)), 200)


@router.post(
    "/v1/scenarios/{slug}/clone",
    dependencies=[needs(Scope.PLAN)],
    summary="copy a scenario",
    responses=_KEPT,
)
async def cloned_scenario(
    slug: Address,
    clone: CloneDocument,
    _: Annotated[Call, Query()],
    kept: ScenariosDependency,
    caller: CallerDependency,
    once: OnceDependency,
) -> Response:
    """Keep a copy under another name, open whatever the first is (da: klon)."""
    source = kept.scenario(slug).scenario
    copy = replace(source, slug=clone.slug, name=clone.name, status=Status.DRAFT)
    edit = Edit(f"cloned from {source.slug}@{source.version}", clone.reason, caller.name)
    return once.answer(lambda: _sent(kept.add(copy, edit), 201))


@router.post(
    "/v1/scenarios/{slug}/{action}",
    dependencies=[needs(Scope.PLAN)],
    summary="rename, lock …",
    responses=_CHANGED,
)
async def acted_on_scenario(
    slug: Address,
    action: Action,
    why: ActionDocument,
    _: Annotated[Call, Query()],
    kept: ScenariosDependency,
    condition: ChangeCondition,
    caller: CallerDependency,
) -> Response:
    """Rename, lock, open or archive a scenario (da: omdøb, lås, åbn eller arkivér)."""
    before = kept.scenario(slug)
    condition.check(before.tag)
    after = _acted(before.scenario, action, why.name)
    return _sent(kept.change(before, after, Edit(_DONE[action], why.reason, caller.name)), 200)


@router.get(
    "/v1/scenarios/{address}/export",
    summary="a scenario as a file",
    responses={
        200: {
            "content": {
                written: {"schema": {"$ref": "#/components/schemas/ScenarioDocument"}}
                for written in ("application/yaml", "application/json")
            }
        },
        "4XX": REFUSED,
    },
)
async def exported_scenario(
    address: Address,
    question: Annotated[ExportQuestion, Query()],
    kept: ScenariosDependency,
) -> Response:
    """Return a scenario as one file, JSON or YAML, to be read in elsewhere (da: eksport)."""
    found = kept.scenario(address).scenario
    document = ScenarioDocument.from_domain(found)
    headers = {"Content-Disposition": f'attachment; filename="{found.slug}.{question.format}"'}
    if question.format == "json":
        return JSONResponse(document.as_json(), headers=headers)
    return Response(document.as_yaml(), media_type="application/yaml", headers=headers)


@router.get(
    "/v1/scenarios/{slug}/history",
    **documented(Table[HistoryAnswer], "what was done to a scenario, the newest first"),
)
async def history(
    slug: Address,
    question: Annotated[Question, Query()],
    kept: ScenariosDependency,
    request: Request,
) -> Response:
    """Return who did what to a scenario, when and why (da: historik)."""
    rows = tuple(
        HistoryAnswer(
            version=each.version,
            did=each.did,
            reason=each.reason,
            made_at=each.made_at,
            made_by=each.made_by,
        )
        for each in kept.history(slug)
    )
    return rendered(Table[HistoryAnswer](rows=rows), question, request)


@router.get(
    "/v1/scenarios/{address}/changes",
    **documented(Table[ChangeRow], "the changes of a scenario in words, with their cost"),
)
async def changes(
    address: Address,
    question: Annotated[BudgetQuestion, Query()],
    kept: ScenariosDependency,
    store: StoreDependency,
    request: Request,
) -> Response:
    """Return each change in words with its reason and what it costs (da: ændringer)."""
    found = kept.scenario(address).scenario
    department, book = store.department(found.department), rulebook()
    before = stages(department, found.changes, book)
    names = titles(department, found.changes, book)
    year = question.budget_year or _first_year(found, department)
    rows = []
    for number, (change, title) in enumerate(zip(found.changes, names, strict=True)):
        cost = _cost(found.prices, before[number], number, found, year)
        rows.append(
            ChangeRow(
                number=number + 1,
                kind=change.kind,
                title=title,
                reason=change.reason,
                said_by=change.said_by,
                kroner_first_year=cost and cost.part_year,
                kroner_full_year=cost and cost.full_year,
                rules_version=book.fingerprint,
            )
        )
    return rendered(Table[ChangeRow](rows=tuple(rows)), question, request)


@router.get(
    "/v1/scenarios/{address}/budget",
    **documented(Table[BudgetRow], "what a scenario costs over four years"),
)
async def budget(
    address: Address,
    question: Annotated[BudgetTableQuestion, Query()],
    kept: ScenariosDependency,
    store: StoreDependency,
    request: Request,
) -> Response:
    """Return the budget year and three estimate years, row by row (da: budget og overslagsår)."""
    found = kept.scenario(address).scenario
    department = store.department(found.department)
    year = question.budget_year or _first_year(found, department)
    counted = scenario_budget(department, found, year, rulebook())
    rows = [_budget_row(each, year, found, is_total=False) for each in counted.rows]
    rows.append(_budget_row(counted.total, year, found, is_total=True))
    return rendered(Table[BudgetRow](rows=tuple(rows)), question, request)


@router.get(
    "/v1/scenarios/{address}/break-even",
    **documented(BreakEvenAnswer, "how many must be avoided for a scenario to pay for itself"),
)
async def break_even_of_scenario(
    address: Address,
    question: Annotated[BreakEvenQuestion, Query()],
    kept: ScenariosDependency,
    store: StoreDependency,
    request: Request,
) -> Response:
    """Divide what a scenario costs in a full year by what its user says each saves.

    (da: balancepunkt.) The planner knows of no such effect, and says whose number it is.
    """
    found = kept.scenario(address).scenario
    department = store.department(found.department)
    year = question.budget_year or _first_year(found, department)
    cost = scenario_budget(department, found, year, rulebook()).total.full_year
    number = break_even(cost, question.kroner_saved_each, question.source)
    answer = BreakEvenAnswer(
        number=number,
        sentence=_break_even_sentence(cost, question, number),
        full_year=cost,
        kroner_saved_each=question.kroner_saved_each,
        source=question.source,
        budget_year=year,
        scenario=f"{found.slug}@{found.version}",
        department=found.department,
    )
    return rendered(answer, question, request)


def _break_even_sentence(cost: Kroner, question: BreakEvenQuestion, number: Fraction) -> Text:
    each, source = question.kroner_saved_each, question.source
    return Text(
        da=f"Planen koster {shown(cost, 0, 'da')} kr. i et helt år, engangsudgifter fraregnet. Den "
        f"betaler sig, hvis der om året undgås {shown(number, 1, 'da')} af det, der ellers koster "
        f"{shown(each, 0, 'da')} kr. hver ({source}). Om det sker, siger planlæggeren ikke.",
        en=f"The plan costs {shown(cost, 0, 'en')} kroner in a full year, what is paid once left "
        f"out. It pays for itself if {shown(number, 1, 'en')} a year are avoided of what else "
        f"costs {shown(each, 0, 'en')} kroner each ({source}). Whether that happens the planner "
        "does not say.",
    )


def _kept(
    document: ScenarioDocument, did: str, kept: ScenariosDependency, store: Store, by: str
) -> Response:
    scenario = replace(_read(document), status=Status.DRAFT)
    _refuse_impossible(scenario, store)
    reasons = "; ".join(dict.fromkeys(each.reason for each in scenario.changes))
    return _sent(kept.add(scenario, Edit(did, reasons[:2000] or scenario.name, by)), 201)


def _sent(found: Kept, status: int) -> Response:
    document = ScenarioDocument.from_domain(found.scenario).as_json()
    headers = {"ETag": found.tag}
    if status == 201:
        headers["Location"] = f"/v1/scenarios/{found.scenario.slug}"
    return JSONResponse(document, status_code=status, headers=headers)


def _read(document: ScenarioDocument) -> Scenario:
    """Read what was sent: names that do not fit together are its own fault, not a missing page."""
    try:
        return document.to_domain()
    except (UnknownDepartment, UnknownRule, RuleNotInForce) as error:
        raise InvalidInput(error.message, field=error.field) from error


def _refuse_impossible(scenario: Scenario, store: Store) -> None:
    """Refuse changes that the department does not allow, before any of them is kept."""
    try:
        department = store.department(scenario.department)
        book = rulebook()
        stages(department, scenario.changes, book)
        if scenario.prices is not None:
            expenses(department, scenario.changes, scenario.prices, book)
    except (UnknownDepartment, UnknownRule, RuleNotInForce) as error:
        raise InvalidInput(error.message, field=error.field) from error


def _from_file(written: bytes) -> ScenarioDocument:
    """Read JSON or YAML, which holds JSON too; what it lacks is named field by field."""
    try:
        text = written.decode()
        # A name that stands for a part of the file can stand for itself many times over.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise ValueError
        content = parsed(text)
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidInput(
            Text(
                da="filen er hverken JSON eller YAML i UTF-8; eksportér scenariet igen",
                en="the file is neither JSON nor YAML in UTF-8; export the scenario again",
            ),
            field="body",
        ) from error
    try:
        return ScenarioDocument.model_validate(content)
    except ValidationError as error:
        faults = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(faults) from error


def _acted(scenario: Scenario, action: Action, name: str | None) -> Scenario:
    match action:
        case Action.RENAME:
            if name is None:
                raise InvalidInput(
                    Text(da="skriv det nye navn", en="write the new name"), field="name"
                )
            return replace(scenario, name=name)
        case Action.LOCK:
            return replace(scenario, status=Status.LOCKED)
        case Action.ARCHIVE:
            return replace(scenario, status=Status.ARCHIVED)
        case Action.OPEN:
            return replace(scenario, status=Status.DRAFT)


def _row(row: Row) -> ScenarioRow:
    return ScenarioRow(
        slug=row.slug,
        name=row.name,
        department=row.department,
        status=row.status,
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


def _first_year(scenario: Scenario, department: Department) -> int:
    begins = [each.begins for each in scenario.changes if each.begins is not None]
    return min(begins, default=department.on).year


def _cost(
    prices: Prices | None, before: Department, number: int, scenario: Scenario, year: int
) -> ExpenseRow | None:
    """What one change costs on its own; None where nobody has said a price."""
    if prices is None:
        return None
    found = scenario.changes[number].expenses(before, prices.post)
    return staff_budget(found, year, prices.growth).total if found else None


def _budget_row(row: ExpenseRow, year: int, of: Scenario, *, is_total: bool) -> BudgetRow:
    return BudgetRow(
        label=row.label,
        part_year=row.by_year[0],
        estimate_1=row.by_year[1],
        estimate_2=row.by_year[2],
        estimate_3=row.by_year[3],
        full_year=row.full_year,
        budget_year=year,
        is_total=is_total,
        scenario=f"{of.slug}@{of.version}",
        department=of.department,
    )
