"""Why a job has no answer, kept and told again as the refusal that it was (da: problem)."""

from collections.abc import Mapping
from typing import Any

from capacity import errors
from capacity.errors import PlannerError
from capacity.wording import Text


class JobBroken(PlannerError):
    """A job that cannot be done, by a fault of the planner's (da: beregningen gik i stykker)."""


class JobCancelled(PlannerError):
    """Somebody has cancelled the job that was waited for (da: beregningen er annulleret)."""


class StillWorking(PlannerError):
    """The job is not done yet (da: beregningen er ikke færdig)."""

    retry_after = 15
    """Seconds until it is worth asking again."""


BROKEN = Text(
    da="beregningen er gået i stykker flere gange og er opgivet; fejlen er planlæggerens og står "
    "i dens log, slet beregningen for at prøve igen",
    en="the calculation has broken several times and is given up; the fault is the planner's and "
    "is in its log, delete the job to try again",
)
LEFT_BEHIND = Text(
    da="beregningen er fra en anden udgave af planlæggeren; spørg igen",
    en="the job is of another version of the planner; ask again",
)
CANCELLED = Text(
    da="beregningen er annulleret; spørg igen, hvis den skal laves",
    en="the job has been cancelled; ask again to have it done",
)
_KINDS: Mapping[str, type[PlannerError]] = {
    **{
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, PlannerError)
    },
    "JobBroken": JobBroken,
}


def still_working(address: str) -> StillWorking:
    """Say that a job goes on, and where it is followed (da: ikke færdig).

    >>> print(still_working("/v1/jobs/mfrggzdfmztwq2lk"))
    the calculation is not done yet; ask again shortly, or follow it at /v1/jobs/mfrggzdfmztwq2lk
    """
    return StillWorking(
        Text(
            da=f"beregningen er ikke færdig; spørg igen om lidt, eller følg den på {address}",
            en=f"the calculation is not done yet; ask again shortly, or follow it at {address}",
        )
    )


def problem_of(error: PlannerError) -> dict[str, Any]:
    """Write a refusal so that `refusal_of` gives it back (da: problem)."""
    return {
        "kind": type(error).__name__,
        "da": error.message.da,
        "en": error.message.en,
        "field": error.field,
    }


def refusal_of(problem: Mapping[str, Any]) -> PlannerError:
    """Read what `problem_of` wrote.

    >>> str(refusal_of(problem_of(errors.TooMuchWork(Text(da="for meget", en="too much")))))
    'too much'
    """
    kind = _KINDS.get(problem["kind"], JobBroken)
    return kind(Text(da=problem["da"], en=problem["en"]), field=problem["field"])
