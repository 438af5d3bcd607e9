"""Every refusal of the model, as nouns of the domain.

PlannerError
├── InvalidInput        a value that cannot be: the message says what to change
│   └── NoCapacity      cases, and nobody to carry them
├── UnknownRule         no rule has that name
├── RuleNotInForce      the rule says nothing on that day
├── UnknownDepartment   no department (or version) of that name, or no such team in it
└── TooMuchWork         more than one answer may cost: the message says the limit

A message is a `Text`: the reader gets it in Danish or English. `field` names the input at fault
as its user wrote it (`staff`, `teams[2].slug`), so that a form can point at the cell.
"""

from capacity.wording import Text


class PlannerError(Exception):
    """Anything the planner refuses, with the reason in both languages (da: afvisning)."""

    def __init__(self, message: Text, *, field: str | None = None) -> None:
        super().__init__(message, field)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {self.message.en}" if self.field else self.message.en


class InvalidInput(PlannerError):
    """A value that cannot be (da: ugyldigt input)."""


class NoCapacity(InvalidInput):
    """Cases, and nobody to carry them (da: ingen kapacitet)."""


class UnknownRule(PlannerError):
    """No rule has that name (da: ukendt regel)."""


class RuleNotInForce(PlannerError):
    """The rule says nothing on that day (da: reglen gælder ikke den dag)."""


class UnknownDepartment(PlannerError):
    """No department, version or team of that name (da: ukendt afdeling)."""


class TooMuchWork(PlannerError):
    """More than one answer may cost (da: for stor beregning)."""
