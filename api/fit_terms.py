"""What a caller says of a fit, as one calculation: the service and the terminal ask alike."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from api.imports.fields import KIND_LABELS, Kind
from api.jobs.fit import FitCalculation, HeldOut, PackedLists, StatedEffort
from api.quantities import number
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.practice import Policy
from capacity.wording import Text

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from api.imports.understanding import Content

LISTS = (Kind.CASES, Kind.STAFF, Kind.TIME_STUDY)
"""The lists that a fit reads, the staff with its absence."""


def fit_calculation(
    department: Department,
    lists: "Mapping[Kind, Content | None]",
    *,
    held_out: HeldOut = HeldOut.YEAR,
    policies: str | None = None,
    effort: str | None = None,
    said_by: str | None = None,
    seed: int = 1,
) -> FitCalculation:
    """Put together what a fit is asked (da: tilpasning).

    `policies` are `team:order,order`, teams separated by semicolons; `effort` is `0.8..1.25`, and
    `said_by` who says so. `InvalidInput` where there is no case list, and for what cannot be read.
    """
    return FitCalculation(
        asked=department,
        address=department.address,
        lists=_packed_lists(lists, department.slug),
        policies=_policies(policies, department),
        stated=_stated(effort, said_by),
        held_out=held_out,
        seed=seed,
    )


def _packed_lists(lists: "Mapping[Kind, Content | None]", slug: str) -> PackedLists:
    from api.imports.packing import packed

    def bytes_of(kind: Kind) -> bytes | None:
        content = lists.get(kind)
        return None if content is None else packed(content)

    cases = bytes_of(Kind.CASES)
    if cases is None:
        label = KIND_LABELS[Kind.CASES]
        raise InvalidInput(
            Text(
                da=f"afdelingen har ingen {label.da} endnu; læs den ind med POST "
                f"/v1/departments/{slug}/imports eller caseload import cases",
                en=f"the department has no {label.en} yet; import one with POST "
                f"/v1/departments/{slug}/imports or caseload import cases",
            ),
            field="department",
        )
    return PackedLists(
        cases=cases, staff=bytes_of(Kind.STAFF), time_study=bytes_of(Kind.TIME_STUDY)
    )


def _policies(written: str | None, department: Department) -> dict[str, tuple[Policy, ...]]:
    found: dict[str, tuple[Policy, ...]] = {}
    for part in filter(None, (written or "").split(";")):
        team, _, orders = part.partition(":")
        department.team(team, field="policies")
        try:
            found[team] = tuple(dict.fromkeys(Policy(each) for each in orders.split(",")))
        except ValueError as error:
            known = ", ".join(Policy)
            raise InvalidInput(
                Text(
                    da=f"”{orders}” er ikke rækkefølger; skriv nogle af {known}, adskilt af komma",
                    en=f"“{orders}” are no orders of work; write some of {known}, separated by "
                    "commas",
                ),
                field="policies",
            ) from error
    return found


def _stated(effort: str | None, said_by: str | None) -> StatedEffort | None:
    if effort is None and said_by is None:
        return None
    low, dots, high = (effort or "").partition("..")
    if not dots or not said_by:
        raise InvalidInput(
            Text(
                da="skriv skønnet over tidsforbrug som effort=0,8..1,25, og i said_by, hvis det er",
                en="write the estimate as effort=0.8..1.25, and in said_by whose it is",
            ),
            field="effort" if said_by else "said_by",
        )
    return StatedEffort(low=number(low), high=number(high), said_by=said_by)
