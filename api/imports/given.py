"""What is known before a file is read (da: forudsat)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import TYPE_CHECKING

from api.privacy import REFUSED, looks_like_cpr
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.wording import Text

if TYPE_CHECKING:  # which loads numpy
    from simulations.case_history import CaseHistory

SECRET_BYTES = 32
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_LONGEST_SLUG = 60


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was accepted of a source before (da: husket): headings to fields, words to meanings."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDepartment:
    """A department that is to be drafted from a case list (da: ny afdeling).

    `InvalidInput` for a `slug` that cannot stand in an address.
    """

    slug: str
    name: Text

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug) or len(self.slug) > _LONGEST_SLUG:
            raise InvalidInput(
                Text(
                    da="afdelingens korte navn skal være små bogstaver (a-z), cifre og "
                    f"bindestreger, højst {_LONGEST_SLUG}, fx boern-og-unge-nord",
                    en="the department's short name is to be small letters (a-z), digits and "
                    f"hyphens, at most {_LONGEST_SLUG}, for example boern-og-unge-nord",
                ),
                field="slug",
            )
        for written, name in ((self.slug, "slug"), (self.name.da, "name")):
            if looks_like_cpr(written):
                raise InvalidInput(REFUSED, field=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known of a department (da: forudsat); without one for a table of many.

    `secret` is the department's own, or any where it has none yet; `people` are those of the staff
    list that was accepted, from pseudonyms to what they are called there. `new` is a department to
    be drafted, whose words the list brings itself. `kept_for` says the purpose that is stated.
    `cases` is the case list of a draft that a time study is to give its hours.
    """

    department: Department | None
    secret: bytes
    remembered: Remembered = field(default_factory=Remembered)
    people: Mapping[str, str] = field(default_factory=dict)
    new: NewDepartment | None = None
    kept_for: Text | None = None
    cases: "CaseHistory | None" = None


def new_secret() -> bytes:
    """Return a secret that nobody has had before (da: hemmelighed)."""
    return token_bytes(SECRET_BYTES)
