"""What is known before a file is read (da: forudsat)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_bytes

from capacity.department import Department

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was accepted of a source before (da: husket): headings to fields, words to meanings."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known of a department (da: forudsat); without one for a table of many.

    `secret` is the department's own, or any where it has none yet; `people` are the pseudonyms of
    the staff list that was accepted.
    """

    department: Department | None
    secret: bytes
    remembered: Remembered = field(default_factory=Remembered)
    people: frozenset[str] = frozenset()


def new_secret() -> bytes:
    """Return a secret that nobody has had before (da: hemmelighed)."""
    return token_bytes(SECRET_BYTES)
