"""Part 3 of the page: what the department counted, with intervals (da: optællinger)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from api.pages.figures import Address
from capacity.compliance import (
    Compliance,
    chance_of_at_least_in_time,
    compliance_difference,
    compliance_difference_sentence,
    compliance_sentence,
    observed_compliance,
)
from capacity.department import Department, Observation
from capacity.errors import InvalidInput
from capacity.wording import Text, rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One count of the department with its interval (da: optælling).

    `sentence` speaks of timeliness, so only a count of a deadline has one.
    """

    observed: Observation
    compliance: Compliance
    sentence: Text | None
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two counts held against one another (da: sammenligning).

    `chance` is that of a review as small as the one finding all kept, at the other's share; None
    where it would print as 0 %.
    """

    one: int
    other: int
    sentence: Text
    chance: Fraction | None
    one_compliance: Compliance
    other_compliance: Compliance
    address: Address


def count_parts(department: Department) -> tuple[Count, ...]:
    """Put an interval on every count of the department (da: optællinger)."""
    return tuple(_count(each) for each in department.observations)


def _count(observed: Observation) -> Count:
    found = observed_compliance(observed.kept, observed.due, not_yet_due=observed.not_yet_due)
    return Count(
        observed=observed,
        compliance=found,
        sentence=compliance_sentence(found) if observed.deadline else None,
        address=Address(
            path="/v1/compliance",
            terms=(*_counted(observed), ("not_yet_due", str(observed.not_yet_due))),
            field="share",
            digits=2,
        ),
    )


def same_deadline(counts: Sequence[Count]) -> tuple[int, int] | None:
    """Return the first two counts of one deadline, by number from 1 (da: samme frist)."""
    deadlines = [each.observed.deadline for each in counts]
    pairs = combinations(range(len(counts)), 2)
    alike = ((i + 1, j + 1) for i, j in pairs if deadlines[i] and deadlines[i] == deadlines[j])
    return next(alike, None)


def comparison_part(counts: Sequence[Count], one: int, other: int) -> Comparison:
    """Hold two counts against one another, by their numbers from 1 (da: sammenligning).

    `InvalidInput` where there is no count of that number, or the two are one.
    """
    for field, number in (("one", one), ("other", other)):
        if not 1 <= number <= len(counts) or one == other:
            raise InvalidInput(
                Text(
                    da=f"vælg to forskellige optællinger fra 1 til {len(counts)}",
                    en=f"choose two different counts from 1 to {len(counts)}",
                ),
                field=field,
            )
    first, second = counts[one - 1], counts[other - 1]
    found = compliance_difference(first.compliance, second.compliance)
    due = first.compliance.due
    chance = Fraction(chance_of_at_least_in_time(due, due, second.compliance.share))
    return Comparison(
        one=one,
        other=other,
        sentence=compliance_difference_sentence(found),
        chance=chance if rounded(chance, 2) else None,
        one_compliance=first.compliance,
        other_compliance=second.compliance,
        address=Address(
            path="/v1/compliance",
            terms=_counted(first.observed)
            + tuple((f"other_{name}", number) for name, number in _counted(second.observed)),
            field="difference",
            digits=2,
        ),
    )


def _counted(observed: Observation) -> tuple[tuple[str, str], ...]:
    return (("in_time", str(observed.kept)), ("due", str(observed.due)))
