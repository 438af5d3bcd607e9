"""Who asks, and what their key lets them do (da: kalderen og nøglens rækkevidde)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request


class Scope(StrEnum):
    """What a key opens (da: rækkevidde); each opens what the one before does, and more."""

    READ = "read"
    """Ask, and read what is kept (da: læse)."""
    PLAN = "plan"
    """Write departments and scenarios, and freeze figures (da: planlægge)."""
    ADMIN = "admin"
    """Delete for good, and see who did what (da: administrere)."""

    def opens(self, needed: "Scope") -> bool:
        """Whether this scope is enough (da: rækker til).

        >>> Scope.PLAN.opens(Scope.READ), Scope.READ.opens(Scope.PLAN)
        (True, False)
        """
        ranks = list(Scope)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a key, by its label; without keys the machine's own user (da: kalder)."""

    name: str
    scope: Scope


MACHINE = Caller(name="local", scope=Scope.ADMIN)
"""Whoever reaches a service that only its own machine can reach."""


def caller(request: Request) -> Caller:
    """Return who asks, as the door has found out (da: kalderen)."""
    found: Caller = request.scope.get("caller", MACHINE)
    return found


CallerDependency = Annotated[Caller, Depends(caller)]
