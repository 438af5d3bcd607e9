"""The case list that an address asks about: the newest of a department (da: seneste sagsliste)."""

from typing import TYPE_CHECKING, Annotated

from fastapi import Path

from api.imports.fields import KIND_LABELS, Kind
from api.store.departments import Store
from api.store.histories import Histories
from capacity.errors import InvalidInput
from capacity.wording import Text

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.case_history import CaseHistory

Slug = Annotated[
    str,
    Path(
        description="a department; a version makes no difference to its past (da: afdeling)",
        examples=["ishoej-2020"],
    ),
]


def case_list(store: Store, histories: Histories, address: str) -> "CaseHistory":
    """Return the newest case list that was accepted, and let go of the store (da: sagsliste).

    `UnknownDepartment` where there is no such department; `InvalidInput` says how a list is
    imported where it has none.
    """
    from simulations.case_history import CaseHistory

    slug = store.version(address).slug
    found = histories.latest(slug, Kind.CASES)
    store.let_go()
    if isinstance(found, CaseHistory):
        return found
    label = KIND_LABELS[Kind.CASES]
    raise InvalidInput(
        Text(
            da=f"afdelingen har ingen {label.da} endnu; læs den ind med POST "
            f"/v1/departments/{slug}/imports eller caseload import cases",
            en=f"the department has no {label.en} yet; import one with POST "
            f"/v1/departments/{slug}/imports or caseload import cases",
        ),
        field="slug",
    )
