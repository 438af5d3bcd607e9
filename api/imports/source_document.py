"""What is remembered of a source, as a document (da: kildens kolonnekort)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from api.document import Document
from api.document_fields import Words
from api.imports.columns import UNUSED
from api.imports.fields import Kind, field
from api.imports.given import Remembered
from api.privacy import REFUSED, looks_like_cpr
from api.quantities import refusal
from capacity.errors import InvalidInput
from capacity.wording import Text

MOST_ENTRIES = 1000


def refuse_cpr(words: str | None) -> str | None:
    """Refuse what looks like a CPR number, without repeating it (da: CPR)."""
    if words is not None and looks_like_cpr(words):
        raise refusal(InvalidInput(REFUSED))
    return words


def _few(entries: dict[str, str]) -> dict[str, str]:
    if len(entries) > MOST_ENTRIES:
        raise refusal(
            InvalidInput(
                Text(
                    da=f"for mange; skriv højst {MOST_ENTRIES}",
                    en=f"too many; write at most {MOST_ENTRIES}",
                )
            )
        )
    return entries


_Entries = Annotated[dict[Words, Words], AfterValidator(_few)]


class KindPart(Document):
    """What the columns of one kind of list are, and what its words are (da: kolonnekort)."""

    mapping: _Entries = Field(default_factory=dict)
    values: dict[Words, _Entries] = Field(default_factory=dict, max_length=20)

    def to_domain(self) -> Remembered:
        """Read as `Remembered`."""
        return Remembered(self.mapping, self.values)


class SourceDocument(Document):
    """What is remembered of a source, by kind of list (da: husket om kilden)."""

    lists: dict[Kind, KindPart] = Field(
        min_length=1,
        examples=[
            {
                "cases": {
                    "mapping": {"Sagsnr.": "case_id", "Type": UNUSED},
                    "values": {"team": {"Nord": "undersoegelse-nord"}},
                }
            }
        ],
    )

    def to_domain(self) -> Mapping[Kind, Remembered]:
        """Read as what is remembered by kind; `InvalidInput` for a field that there is not."""
        for kind, part in self.lists.items():
            for heading, meaning in part.mapping.items():
                if meaning != UNUSED and field(kind, meaning) is None:
                    raise InvalidInput(
                        Text(
                            da=f"”{meaning}” er ikke et felt; GET /v1/import-fields viser dem",
                            en=f"“{meaning}” is no field; GET /v1/import-fields shows them",
                        ),
                        field=f"lists.{kind}.mapping.{heading}",
                    )
        return {kind: part.to_domain() for kind, part in self.lists.items()}

    @classmethod
    def of(cls, remembered: Mapping[Kind, Remembered]) -> "SourceDocument":
        """Write what is remembered."""
        return cls(
            lists={
                kind: KindPart(
                    mapping=dict(each.mapping),
                    values={name: dict(words) for name, words in each.values.items()},
                )
                for kind, each in remembered.items()
            }
        )
