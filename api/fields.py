"""Fields that several answers share, with their labels and units."""

from datetime import date
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from api.answers import Exact, Label, Words
from api.quantities import Day
from api.today import today

AskedDay: TypeAlias = Annotated[
    Day,
    Field(
        default_factory=today,
        description="the day whose rules apply; today in Copenhagen if left out (da: dato)",
        examples=["2020-03-26"],
    ),
]
On: TypeAlias = Annotated[date, Label("pr. dato", "on the day")]
RulesVersion: TypeAlias = Annotated[str, Label("regelsættets version", "version of the rules")]
Verdict: TypeAlias = Annotated[
    Words, Label("modellen mod afdelingens egen historie", "the model against its own history")
]
"""How well the model explains the department's own past, or that nobody knows (da: dommen)."""
CaseFte: TypeAlias = Annotated[
    Exact,
    Label("sagsbærende fuldtidsstillinger", "case-carrying FTE", "fuldtidsstillinger", "FTE"),
]
Sentence: TypeAlias = Annotated[Words, Label("sætning", "sentence")]
Kind: TypeAlias = Annotated[str, Label("regelart", "kind of rule")]
SourceTitle: TypeAlias = Annotated[str, Label("kilde", "source")]


def inputs_ends(name: str, band: tuple[Any, Any] | None) -> dict[str, Any]:
    """The two columns of what history leaves open of the inputs (da: ukendte inddata).

    >>> inputs_ends("share", (0.6, 0.8)), inputs_ends("share", None)["share_inputs_low"]
    ({'share_inputs_low': 0.6, 'share_inputs_high': 0.8}, None)
    """
    low, high = band or (None, None)
    return {f"{name}_inputs_low": low, f"{name}_inputs_high": high}
