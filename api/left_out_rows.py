"""What of a department's lists was left out when they were read, in words (da: udeladte rækker)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.imports.fields import KIND_LABELS
from capacity.wording import Language, Spoken, Text, shown

if TYPE_CHECKING:
    from api.store.histories import AcceptedList


def left_out_sentence(lists: "Sequence[AcceptedList]") -> Text | None:
    """Say how many rows of some lists were left out (da: udeladte); None where none was.

    They were at fault, or their user said to leave them out: either way no number has them in it.
    """
    short = [each for each in lists if each.rows_left_out]
    if not short:
        return None
    return Spoken(lambda language: " ".join(_said(each, language) for each in short))


def with_left_out(said: Text, lists: "Sequence[AcceptedList]") -> Text:
    """Return words about some lists with what was left out of those (da: med udeladte)."""
    more = left_out_sentence(lists)
    return said if more is None else Text(da=f"{said.da} {more.da}", en=f"{said.en} {more.en}")


def _said(of: "AcceptedList", language: Language) -> str:
    count, kind = (
        shown(of.rows_left_out, 0, language),
        KIND_LABELS[of.kind].in_language(language),
    )
    if language == "da":
        rows = "række" if of.rows_left_out == 1 else "rækker"
        return f"{count} {rows} blev udeladt ved indlæsningen af den seneste {kind}."
    were = "row was" if of.rows_left_out == 1 else "rows were"
    return f"{count} {were} left out when the newest {kind} was read."
