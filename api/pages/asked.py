"""What a reader asks of the page: kept as written, so that a form can show it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

from api.pages.curve import levels_written
from api.presentation import check_address
from api.privacy import REFUSED, looks_like_cpr
from capacity.errors import InvalidInput, PlannerError
from capacity.wording import Language, Text

_CHOICES = ("department", "team", "deadline", "extra_fte", "one", "other", "lang")
_IGNORED = ("_", "api_key")
_LONGEST = 200


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


def asked_of(request: Request) -> tuple[Asked, dict[str, PlannerError]]:
    """Read a reader's choices, and what is refused of them, as `page` (da: valg).

    What the parts refuse is theirs to say. What looks like a CPR number is not kept at all.
    """
    refusals: dict[str, PlannerError] = {}
    written = request.query_params.multi_items()
    given = {name: value for name, value in written if not looks_like_cpr(f"{name}={value}")}
    try:
        if len(given) < len(request.query_params):
            raise InvalidInput(REFUSED)
        check_address(request)
        _refuse_unknown(given)
    except InvalidInput as error:
        refusals["page"] = error
    chosen = {name: value.replace("\0", "")[:_LONGEST] or None for name, value in given.items()}
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
    known = ", ".join(_CHOICES)
    for name in given:
        if name not in _CHOICES + _IGNORED:
            raise InvalidInput(
                Text(
                    da=f"siden kender ikke ”{name[:40]}”; den kender {known}",
                    en=f"the page does not know “{name[:40]}”; it knows {known}",
                ),
                field=name,
            )
    if given.get("lang", "da") not in ("da", "en"):
        raise InvalidInput(Text(da="skriv lang=da eller en", en="write lang=da or en"))
