"""A department's fit to its own history as a part of its document (da: tilpasning).

Each class has the fields of the domain class it is named after; what they mean is said there.
"""

from pydantic import Field, StrictBool, StrictInt

from api.document import Document, TextDocument
from api.document_fields import Day, ExactNumber, Slug, Words
from capacity.fit import BackTest, Fit, FittedInput, TeamInputs
from capacity.practice import Policy


class BackTestDocument(Document):
    """A forecast of a past period from what was known before it (da: tilbageblik)."""

    team: Slug
    deadline: Words
    from_: Day = Field(alias="from")
    to: Day
    in_time: StrictInt
    due: StrictInt
    forecast: ExactNumber
    low: ExactNumber
    high: ExactNumber
    naive: ExactNumber | None = None

    def to_domain(self) -> BackTest:
        """Read as `BackTest`."""
        return self._as(BackTest)


class FittedInputDocument(Document):
    """One input, and what history says of it (da: tilpasset størrelse)."""

    about: Words
    label: TextDocument
    unit: TextDocument
    value: ExactNumber
    low: ExactNumber
    high: ExactNumber
    learned: StrictBool
    says: TextDocument

    def to_domain(self) -> FittedInput:
        """Read as `FittedInput`."""
        return self._as(FittedInput)


class TeamInputsDocument(Document):
    """One team's inputs in one of the possible sets (da: mulige værdier)."""

    team: Slug
    inflow: ExactNumber = Field(default=1, validate_default=True)
    effort: ExactNumber = Field(default=1, validate_default=True)
    delays: ExactNumber = Field(default=1, validate_default=True)
    policy: Policy | None = None

    def to_domain(self) -> TeamInputs:
        """Read as `TeamInputs`."""
        return self._as(TeamInputs)


class FitDocument(Document):
    """A department's fit to its own history (da: tilpasning)."""

    from_: Day = Field(alias="from")
    seen_on: Day
    cases: StrictInt
    inputs: tuple[FittedInputDocument, ...] = ()
    possible: tuple[tuple[TeamInputsDocument, ...], ...] = ()
    tests: tuple[BackTestDocument, ...] = ()
    confidence: ExactNumber
    unexplained: tuple[Slug, ...] = Field(default=(), exclude_if=lambda teams: not teams)

    def to_domain(self) -> Fit:
        """Read as `Fit`."""
        return self._as(Fit)
