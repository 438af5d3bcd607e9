"""Law, agreements, guidelines and assumptions, all together (da: regelsæt).

The rules are data: one YAML file per rule under `capacity/rules/`, explained in its README. This
module finds a rule by its id and tells one state of the rules from another.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType

from capacity.errors import UnknownRule
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
from capacity.rule_files import rules_in
from capacity.wording import Text

__all__ = [
    "Certainty",
    "Event",
    "Interval",
    "Kind",
    "Quantity",
    "Requirement",
    "Rule",
    "RuleValue",
    "Rulebook",
    "Source",
    "fingerprint",
    "load_rulebook",
    "rulebook",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Rules by id (da: regelsæt); the fingerprint goes with every answer as `rules_version`."""

    rules: Mapping[str, Rule]
    fingerprint: str

    def __getitem__(self, rule_id: str) -> Rule:
        """Return the rule of that id; `UnknownRule` names the nearest ones."""
        if rule_id in self.rules:
            return self.rules[rule_id]
        near = ", ".join(get_close_matches(rule_id, self.rules))
        raise UnknownRule(
            Text(
                da=f"Ingen regel hedder ”{rule_id}”" + (f"; mente du {near}?" if near else ""),
                en=f"No rule is called “{rule_id}”" + (f"; did you mean {near}?" if near else ""),
            )
        )

    def __hash__(self) -> int:
        """Two of one fingerprint have the same rules."""
        return hash(self.fingerprint)

    def in_force(self, day: date) -> tuple[Rule, ...]:
        """Return the rules that have a value on a day, in order of id (da: gældende regler)."""
        return tuple(rule for _, rule in sorted(self.rules.items()) if rule.is_in_force(day))


@cache
def rulebook() -> Rulebook:
    """Return the rules that come with the planner, read once (da: regelsættet).

    >>> str(rulebook()["agreement.full_time_hours"].on(date(2020, 3, 26)).number)
    '37'
    """
    return load_rulebook(Path(__file__).parent / "rules")


def load_rulebook(folder: Path) -> Rulebook:
    """Read every rule file below a folder (da: indlæst regelsæt).

    `InvalidInput` names the file at fault and what to change in it.
    """
    rules = {rule.id: rule for rule in rules_in(folder)}
    return Rulebook(rules=MappingProxyType(rules), fingerprint=fingerprint(rules.values()))


def fingerprint(rules: Iterable[Rule]) -> str:
    """Return 12 hexadecimal digits that change with any word of the rules (da: fingeraftryk).

    The same for the same content, whatever the order of files or keys and on any machine.
    """
    content = json.dumps(
        [asdict(rule) for rule in sorted(rules, key=lambda rule: rule.id)],
        default=str,  # dates and fractions, which write themselves the same everywhere
        sort_keys=True,
    )
    return hashlib.sha256(content.encode()).hexdigest()[:12]
