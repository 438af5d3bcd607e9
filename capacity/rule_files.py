"""Rule files, read strictly (da: regelfiler). The only place that knows YAML.

Every key is named here and any other is refused: a misspelt `valid_form` must not become a rule
without a date. The keys are explained in `rules/README.md`.
"""

from collections.abc import Iterator, Mapping, Set
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from capacity.errors import InvalidInput
from capacity.rule import (
    Certainty,
    Event,
    Interval,
    Kind,
    Quantity,
    Requirement,
    Rule,
    RuleValue,
    Source,
)
from capacity.units import exact
from capacity.wording import Text
from capacity.workdays import Unit

_EVENTS = "events.yaml"
# The same safe reader in C, ten times faster, wherever PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RULE_KEYS = {"id", "label", "kind", "quantity", "unit", "last_checked", "values"}
_VALUE_KEYS = {"valid_from", "value", "source", "certainty"}
_AT_SECOND_HAND = {Certainty.SEEN, Certainty.SECONDARY}
_CERTAIN_ENOUGH = {
    Kind.STATUTE: {Certainty.SEEN},
    Kind.AGREEMENT: _AT_SECOND_HAND,
    Kind.GUIDELINE: _AT_SECOND_HAND,
    Kind.LOCAL: set(Certainty),
    Kind.ASSUMPTION: set(Certainty),
}


def parsed(text: str) -> Any:
    """Read a YAML document into plain values; nothing in it can run (da: læst dokument)."""
    return yaml.load(text, _LOADER)  # a safe loader, one of the two above


def rules_in(folder: Path) -> Iterator[Rule]:
    """Read the rules below a folder, in order of path (da: regler i mappen).

    `InvalidInput` names the file at fault and what to change in it.
    """
    labels = parsed((folder / _EVENTS).read_text(encoding="utf-8"))
    events = {name: Event(id=name, label=_text(label)) for name, label in labels.items()}
    for path in sorted(folder.rglob("*.yaml")):
        if path != folder / _EVENTS:
            yield _rule_in(path, folder, events)


def _rule_in(path: Path, folder: Path, events: Mapping[str, Event]) -> Rule:
    name = path.relative_to(folder).as_posix()
    try:
        rule = _rule(parsed(path.read_text(encoding="utf-8")), events)
        _require(
            rule.id == name.removesuffix(".yaml").replace("/", "."),
            Text(da=f"id {rule.id} følger ikke filens sti", en=f"id {rule.id} is not the path"),
        )
    except (InvalidInput, TypeError, ValueError, yaml.YAMLError) as error:
        reason = (
            error.message if isinstance(error, InvalidInput) else Text(da=f"{error}", en=f"{error}")
        )
        raise InvalidInput(
            Text(da=f"Regelfilen {name}: {reason.da}", en=f"Rule file {name}: {reason.en}"),
            field=name,
        ) from error
    return rule


def _rule(node: object, events: Mapping[str, Event]) -> Rule:
    keys = _mapping(node, _RULE_KEYS)
    kind, quantity = Kind(keys["kind"]), Quantity(keys["quantity"])
    _require(
        str(keys["id"]).startswith(f"{kind}."),
        Text(da=f"id skal begynde med {kind}.", en=f"id must begin with {kind}."),
    )
    if quantity is Quantity.DEADLINE:
        Unit(keys["unit"])  # a deadline is added to a date, so its unit must be one of these
    values = tuple(_value(value, quantity, events) for value in keys["values"])
    days = [value.valid_from for value in values]
    _require(
        bool(days) and days == sorted(set(days)),
        Text(
            da="values skal have mindst én værdi og stå i rækkefølge efter valid_from",
            en="values must hold at least one value and be in order of valid_from",
        ),
    )
    for value in values:
        _refuse_the_uncertain(value, kind, ended=value is not values[-1])
    return Rule(
        id=keys["id"],
        label=_text(keys["label"]),
        kind=kind,
        quantity=quantity,
        unit=_words(keys["unit"]),
        last_checked=_date(keys["last_checked"]),
        values=values,
    )


def _refuse_the_uncertain(value: RuleValue, kind: Kind, *, ended: bool) -> None:
    # Repealed law is no longer published as it stood: another's account of it has to do.
    enough = _CERTAIN_ENOUGH[kind] | (_AT_SECOND_HAND if ended else set())
    _require(
        value.value is None or value.certainty in enough,
        Text(
            da=f"en værdi med sikkerheden {value.certainty} kan ikke være {kind}; gør den til "
            "assumption",
            en=f"a value of certainty {value.certainty} cannot be {kind}; make it an assumption",
        ),
    )


def _value(node: object, quantity: Quantity, events: Mapping[str, Event]) -> RuleValue:
    keys = _mapping(node, _VALUE_KEYS, {"starts_on", "note"})
    clock = quantity is Quantity.DEADLINE and keys["value"] is not None
    _require(
        ("starts_on" in keys) == clock,
        Text(
            da="starts_on hører til hver frist og kun til frister",
            en="starts_on belongs to every deadline and to deadlines only",
        ),
    )
    _require(
        not clock or keys["starts_on"] in events,
        Text(da=f"starts_on findes ikke i {_EVENTS}", en=f"starts_on is not in {_EVENTS}"),
    )
    return RuleValue(
        valid_from=_date(keys["valid_from"]),
        value=_quantity(keys["value"], quantity),
        starts_on=events[keys["starts_on"]] if clock else None,
        source=_source(keys["source"]),
        certainty=Certainty(keys["certainty"]),
        note=_text(keys["note"]) if "note" in keys else None,
    )


def _quantity(node: Any, quantity: Quantity) -> Fraction | Interval | Requirement | None:
    if node is None:
        return None
    match quantity:
        case Quantity.INTERVAL:
            ends = _mapping(node, {"low", "high"})
            return Interval(low=exact(ends["low"]), high=exact(ends["high"]))
        case Quantity.ORDER | Quantity.CONTENT:
            return Requirement(node)
        case Quantity.DEADLINE:
            _require(
                type(node) is int,
                Text(da=f"{node} er ikke et helt antal", en=f"{node} is not a whole number"),
            )
    _require(
        type(node) in (int, float),
        Text(da=f"{node} er ikke et tal", en=f"{node} is not a number"),
    )
    return exact(node)


def _text(node: object) -> Text:
    words = _mapping(node, {"da", "en"})
    return Text(da=_words(words["da"]), en=_words(words["en"]))


def _source(node: object) -> Source:
    keys = _mapping(node, {"title"}, {"url"})
    return Source(title=_words(keys["title"]), url=_words(keys["url"]) if "url" in keys else None)


def _words(node: object) -> str:
    if isinstance(node, str) and node.strip():
        return node
    raise InvalidInput(Text(da=f"{node!r} er ikke en tekst", en=f"{node!r} is not a text"))


def _date(node: object) -> date:
    if type(node) is not date:  # a moment is a date too, and refused
        raise InvalidInput(Text(da=f"{node} er ikke en dato", en=f"{node} is not a date"))
    return node


def _mapping(node: object, required: Set[str], optional: Set[str] = frozenset()) -> dict[str, Any]:
    keys = dict(node) if isinstance(node, dict) else {}
    missing, unknown = required - keys.keys(), keys.keys() - required - optional
    _require(
        not missing and not unknown,
        Text(
            da=f"mangler {sorted(missing)}, kender ikke {sorted(unknown)}",
            en=f"misses {sorted(missing)}, does not know {sorted(unknown)}",
        ),
    )
    return keys


def _require(holds: bool, otherwise: Text) -> None:
    if not holds:
        raise InvalidInput(otherwise)
