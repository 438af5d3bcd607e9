"""What a reader asks of a page: kept as written, so that a form can show it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

from api.presentation import check_address
from api.privacy import REFUSED, looks_like_cpr
from capacity.errors import InvalidInput, PlannerError
from capacity.wording import Language, Text

_OF_EVERY_PAGE = ("department", "lang")
_IGNORED = ("_", "api_key")
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the reader chose, as written; the form shows it again (da: valg).

    `terms` are the page's own, each None where nothing is written.
    """

    path: str
    language: Language
    department: str | None
    terms: Mapping[str, str | None]

    def address(self, path: str | None = None, **changed: str | None) -> str:
        """Return the page's address with some choices changed, None for dropped (da: adresse).

        Another page's address takes along only what every page knows, and what is `changed`.
        """
        own = self.terms if path in (None, self.path) else {}
        chosen = {"department": self.department, **own, "lang": self.language} | changed
        given = {name: value for name, value in chosen.items() if value is not None}
        return f"{path or self.path}?{urlencode(given, safe=';,@')}"


def asked_of(
    request: Request, path: str, usual: Mapping[str, str | None]
) -> tuple[Asked, dict[str, PlannerError]]:
    """Read a reader's choices, and what is refused of them, as `page` (da: valg).

    `usual` are the page's own terms, each with what holds where nothing is written. What the parts
    refuse is theirs to say. What looks like a CPR number is not kept at all.
    """
    refusals: dict[str, PlannerError] = {}
    written = request.query_params.multi_items()
    given = {name: value for name, value in written if not looks_like_cpr(f"{name}={value}")}
    try:
        if len(given) < len(request.query_params):
            raise InvalidInput(REFUSED)
        check_address(request)
        _refuse_unknown(given, (*_OF_EVERY_PAGE, *usual))
    except InvalidInput as error:
        refusals["page"] = error
    chosen = {name: value.replace("\0", "")[:_LONGEST] or None for name, value in given.items()}
    return Asked(
        path=path,
        language="en" if chosen.get("lang") == "en" else "da",
        department=chosen.get("department"),
        terms={name: chosen.get(name) or value for name, value in usual.items()},
    ), refusals


def _refuse_unknown(given: Mapping[str, str], choices: tuple[str, ...]) -> None:
    known = ", ".join(choices)
    for name in given:
        if name not in choices + _IGNORED:
            raise InvalidInput(
                Text(
                    da=f"siden kender ikke ”{name[:40]}”; den kender {known}",
                    en=f"the page does not know “{name[:40]}”; it knows {known}",
                ),
                field=name,
            )
    if given.get("lang", "da") not in ("da", "en"):
        raise InvalidInput(Text(da="skriv lang=da eller en", en="write lang=da or en"))
