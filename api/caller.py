"""Who asks, and what their key lets them do (da: kalderen og nøglens rækkevidde)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.routing import BaseRoute

from capacity.errors import PlannerError
from capacity.wording import Text


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


class ScopeTooSmall(PlannerError):
    """The key does not open this address (da: nøglen rækker ikke)."""


def caller(request: Request) -> Caller:
    """Return who asks, as the door has found out (da: kalderen)."""
    found: Caller = request.scope.get("caller", MACHINE)
    return found


async def _caller(request: Request) -> Caller:
    # FastAPI hands what is not async to a thread, which costs more than all the rest of it.
    return caller(request)


CallerDependency = Annotated[Caller, Depends(_caller)]


@dataclass(frozen=True, slots=True)
class Needs:
    """What an address needs of its caller (da: adressens krav); `ScopeTooSmall` without it."""

    scope: Scope

    async def __call__(self, request: Request) -> None:
        """Let a caller in whose key is enough."""
        held = caller(request).scope
        if not held.opens(self.scope):
            raise ScopeTooSmall(
                Text(
                    da=f"nøglen må ”{held}”, og adressen kræver ”{self.scope}”",
                    en=f"the key may “{held}”, and the address needs “{self.scope}”",
                )
            )


def needs(scope: Scope) -> Any:
    """Declare what an address needs; one that declares nothing needs `read` (da: krav).

    Write `@router.post("/v1/scenarios", dependencies=[needs(Scope.PLAN)])`: it is asked before
    the session is opened, and costs an address that declares nothing nothing.
    """
    return Depends(Needs(scope))


def needed(route: BaseRoute | None) -> Scope:
    """Return what a route declares (da: adressens krav)."""
    declared = (each.dependency for each in getattr(route, "dependencies", ()))
    scopes = [each.scope for each in declared if isinstance(each, Needs)]
    return max(scopes, key=list(Scope).index, default=Scope.READ)
