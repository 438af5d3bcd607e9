"""Pydantic's errors as a reader meets them: which input, and in Danish what to change.

Pydantic speaks English; `_DANISH` has its kinds of error as a Danish reader would put them. What
stands in braces is pydantic's own context.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from capacity.scenario_changes import KINDS
from capacity.wording import Text

_DANISH: Mapping[str, str] = {
    "missing": "mangler; skriv en værdi",
    "extra_forbidden": "kendes ikke på denne adresse; /docs viser navnene",
    "literal_error": "skriv en af disse: {expected}",
    "enum": "skriv en af disse: {expected}",
    "greater_than": "skriv noget større end {gt}",
    "greater_than_equal": "skriv mindst {ge}",
    "less_than": "skriv noget mindre end {lt}",
    "less_than_equal": "skriv højst {le}",
    "string_too_long": "højst {max_length} tegn",
    "string_too_short": "mindst {min_length} tegn",
    "string_type": "skriv en tekst",
    "int_type": "skriv et helt tal",
    "int_parsing": "skriv et helt tal",
    "int_from_float": "skriv et helt tal",
    "float_parsing": "skriv et tal, fx 0.5",
    "float_type": "skriv et tal, fx 0.5",
    "list_type": "skriv en liste",
    "tuple_type": "skriv en liste",
    "too_long": "listen er for lang; der må højst være {max_length}",
    "too_short": "listen er for kort; der skal være mindst {min_length}",
    "model_type": "skriv et objekt med navngivne felter",
    "model_attributes_type": "skriv et objekt med navngivne felter",
    "dict_type": "skriv et objekt med navngivne felter",
    "date_type": "skriv en dato, fx 2020-03-26",
    "date_parsing": "skriv en dato, fx 2020-03-26",
    "date_from_datetime_parsing": "skriv en dato, fx 2020-03-26",
    "bool_parsing": "skriv true eller false",
    "bool_type": "skriv true eller false",
    "union_tag_invalid": "skriv en af disse: {expected_tags}",
    "union_tag_not_found": "mangler; skriv {discriminator}",
    "string_pattern_mismatch": "skriv små bogstaver og tal, adskilt af bindestreger",
}
_ENGLISH: Mapping[str, str] = {
    "missing": "missing; write a value",
    "extra_forbidden": "not known at this address; /docs shows the names",
    "int_parsing": "write a whole number",
    "float_parsing": "write a number, as 0.5",
    "bool_parsing": "write true or false",
}
_NOT_SENT_AS_JSON = Text(
    da="send dokumentet som application/json (headeren Content-Type)",
    en="send the document as application/json (the header Content-Type)",
)


def field_errors(
    errors: Sequence[Mapping[str, Any]], document: str | None = None
) -> list[tuple[str, Text]]:
    """Name each input at fault and say what to change (da: fejl i felter).

    `document` is what the address takes, in short, for whoever sent none.
    """
    return [(_field(error["loc"]), _said(error, document)) for error in _first_causes(errors)]


def _first_causes(errors: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Leave out that a list is too short where the reason is that its own items were refused."""
    places = [tuple(error["loc"]) for error in errors]
    for error in errors:
        place = tuple(error["loc"])
        has_refused_items = any(one != place and one[: len(place)] == place for one in places)
        if not (error["type"] == "too_short" and has_refused_items):
            yield error


def _field(place: Sequence[int | str]) -> str:
    """Name the input at fault as its user wrote it: `teams[2].slug`."""
    if len(place) == 2 and place[0] == "body" and isinstance(place[1], int):
        return "body"  # where JSON breaks off there are no names, only a place in the text
    # Where a list holds changes of several kinds, pydantic names the kind behind the number.
    named = [
        part
        for part, before in zip(place[1:], place, strict=False)
        if not (part in KINDS and isinstance(before, int))
    ]
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in named]
    return "".join(parts).removeprefix(".") or str(place[0])


def _said(error: Mapping[str, Any], document: str | None) -> Text:
    """Put one of pydantic's errors in both languages."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing" and tuple(error["loc"]) == ("body",) and document:
        return Text(
            da=f"mangler; send et JSON-dokument: {document}",
            en=f"missing; send a JSON document: {document}",
        )
    if kind == "refused":
        return Text(da=context["da"], en=context["en"])
    if kind == "json_invalid":
        sign = error["loc"][-1] + 1
        return Text(
            da=f"er ikke gyldig JSON; fejlen er ved tegn nummer {sign}",
            en=f"is not valid JSON; the fault is at character {sign}",
        )
    if isinstance(error.get("input"), bytes):
        return _NOT_SENT_AS_JSON
    danish = _DANISH.get(kind, "værdien kan ikke bruges").format(**context)
    return Text(da=danish.replace(" or ", " eller "), en=_ENGLISH.get(kind, error["msg"]))
