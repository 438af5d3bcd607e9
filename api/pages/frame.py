"""What every page has around its own parts: the choice of department and page, both languages.

(da: rammen.) A page fetches nothing from elsewhere, and runs only the scripts that lie beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fastapi import Request, Response

from api.caller import Scope, caller
from api.door import csrf_token
from api.errors import status_of
from api.pages.asked import Asked, asked_of
from api.pages.printing import rendered
from api.store.departments import Store
from api.today import today
from capacity.department import Department
from capacity.doubts import law_changes, owed_rules, unchecked_rules
from capacity.errors import InvalidInput, PlannerError, UnknownDepartment
from capacity.fit import NOT_FITTED, verdict
from capacity.rulebook import rulebook
from capacity.wording import Text
from capacity.workdays import Unit, add

_A_YEAR, _MOST_MONTHS = 12, 120
STATIC = Path(__file__).parent.parent / "static"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data: blob:; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The department that a page shows, and what is refused of what was asked (da: ramme).

    `host` is where the reader found the service, for addresses that leave the house; `needs_key`
    whether they need a key there, and `may_plan` whether the reader may change anything.
    """

    asked: Asked
    departments: tuple[Department, ...]
    department: Department | None
    refusals: dict[str, PlannerError] = field(default_factory=dict)
    csrf: str | None = None
    host: str = ""
    needs_key: bool = False
    may_plan: bool = True

    @property
    def status(self) -> int:
        """The HTTP status: that of the first refusal, else 200."""
        return next((status_of(error) for error in self.refusals.values()), 200)

    @property
    def rules_version(self) -> str:
        """The rules that the page goes by (da: regelsæt)."""
        return rulebook().fingerprint

    @property
    def verdict(self) -> Text:
        """How well the model explains the team and deadline of the page (da: dom over modellen).

        Those that are watched; where none are, those that the department shows first.
        """
        department = self.department
        if department is None or department.fit is None:
            return NOT_FITTED
        team, deadline = self._watched(department)
        said, label = verdict(department.fit, team, deadline), department.team(team).label
        return Text(da=f"{label.da}: {said.da}", en=f"{label.en}: {said.en}")

    def _watched(self, department: Department) -> tuple[str, str]:
        """The team and deadline that the page is asked about; what cannot be is told further on."""
        team, _, deadline = (self.asked.terms.get("watch") or "").partition(":")
        if team == department.headline_team and not deadline:
            deadline = department.headline_deadline
        if team in {each.slug for each in department.teams}:
            known = department.deadlines_of(team)
            if deadline in known:
                return team, deadline
            if known and not deadline:
                return team, known[0]
        return department.headline_team, department.headline_deadline

    @property
    def warnings(self) -> tuple[Text, ...]:
        """What is to be known before any number is read (da: forbehold).

        The period is that of the page, a year where it has no months of its own.
        """
        department, book = self.department, rulebook()
        if department is None:
            return ()
        rules = owed_rules(department, book)
        unchecked = unchecked_rules(rules, today())
        changes = law_changes(rules, department.on, self._period_end(department))
        return (*([unchecked] if unchecked else []), *changes)

    def _period_end(self, department: Department) -> date:
        written = self.asked.terms.get("months") or ""
        months = int(written) if written.isascii() and written.isdigit() else _A_YEAR
        try:
            return add(department.on, min(months, _MOST_MONTHS), Unit.CALENDAR_MONTHS)
        except InvalidInput:  # a department at the end of the calendar has no rules beyond it
            return department.on

    def refusal(self, part: str) -> PlannerError | None:
        """Return why a part is not there, None where nothing was refused (da: afvisning)."""
        return self.refusals.get(part)


def frame_of(request: Request, path: str, usual: Mapping[str, str | None], store: Store) -> Frame:
    """Read what a page is asked, and find its department; let the store go (da: ramme).

    Without a choice a real department stands before a made-up one.
    """
    asked, refusals = asked_of(request, path, usual)
    departments = store.departments()
    department = None
    if asked.department is None:
        department = min(departments, key=lambda each: (each.fictional, each.slug), default=None)
    else:
        try:
            department = store.department(asked.department)
        except UnknownDepartment as error:
            refusals["page"] = error
    store.let_go()
    session = request.scope.get("session")
    return Frame(
        asked=asked,
        departments=departments,
        department=department,
        refusals=refusals,
        csrf=csrf_token(session) if session else None,
        host=f"{request.url.scheme}://{request.url.netloc}",
        needs_key=request.app.state.settings.needs_keys,
        may_plan=caller(request).scope.opens(Scope.PLAN),
    )


def shown(template: str, frame: Frame, **parts: object) -> Response:
    """Answer with a page (da: vis siden)."""
    return Response(
        rendered(template, frame.asked.language, frame=frame, asked=frame.asked, **parts),
        status_code=frame.status,
        media_type="text/html",
        headers={**HEADERS, "Content-Language": frame.asked.language},
    )


def shown_part(template: str, frame: Frame, page: object) -> Response:
    """Answer with a part of a page alone, for its script (da: vis en del)."""
    return Response(
        rendered(template, frame.asked.language, frame=frame, asked=frame.asked, page=page),
        media_type="text/html",
        headers={**HEADERS, "Content-Language": frame.asked.language},
    )


def is_warm(request: Request) -> bool:
    """Whether the compiled model has been loaded (da: klar)."""
    return bool(request.app.state.warm.is_set())
