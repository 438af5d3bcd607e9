"""Cases weighted by how heavy they are, by a local and versioned table (da: sagstyngde).

No national weights exist. A weight is what a workplace has agreed on, so a table says which version
it is and who said it, and a type of case without a weight is an error: never 0, and never 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero
from capacity.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWeights:
    """What a case of each type weighs, in points (da: sagstyngdetabel).

    `InvalidInput` for a weight below 0, or a table that does not say who said it.
    """

    version: str
    said_by: str
    weights: Mapping[str, Fraction]

    def __post_init__(self) -> None:
        if not self.version.strip() or not self.said_by.strip():
            raise InvalidInput(
                Text(
                    da="en tabel over sagstyngde kræver en version og et navn på, hvem der står "
                    "bag; skriv version og said_by",
                    en="a table of case weights needs a version and who stands behind it; write "
                    "version and said_by",
                ),
                field="said_by" if self.version.strip() else "version",
            )
        for case_type, weight in self.weights.items():
            refuse_below_zero(weight, f"weights.{case_type}")


def weighted_cases(counts: Mapping[str, int], weights: CaseWeights) -> Fraction:
    """Sum cases by weight (da: vægtet sagsmængde).

    `InvalidInput` for a type without a weight or a count below 0.

    >>> local = CaseWeights(
    ...     version="2020-1",
    ...     said_by="team meeting",
    ...     weights={"advice": Fraction("0.5"), "placement": Fraction("1.5")},
    ... )
    >>> float(weighted_cases({"advice": 10, "placement": 8}, local))
    17.0
    """
    for case_type, count in counts.items():
        if case_type not in weights.weights:
            known = ", ".join(weights.weights)
            raise InvalidInput(
                Text(
                    da=f"{case_type} har ingen vægt i version {weights.version}; giv den en vægt. "
                    f"Kendte typer: {known}",
                    en=f"{case_type} has no weight in version {weights.version}; give it one. "
                    f"Known types: {known}",
                ),
                field=f"counts.{case_type}",
            )
        refuse_below_zero(count, f"counts.{case_type}")
    weighed = (weights.weights[case_type] * count for case_type, count in counts.items())
    return sum(weighed, Fraction(0))
