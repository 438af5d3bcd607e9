"""What every document is: fields, and a domain value that says the same (da: dokument)."""

import re
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict

from api.document_fields import Words
from capacity.errors import PlannerError
from capacity.wording import Text

Made = TypeVar("Made")


class Document(BaseModel):
    """A document or a part of one (da: dokument): unknown fields are refused."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        from_attributes=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    @classmethod
    def from_domain(cls, value: object) -> Self:
        """Write a domain value as a document."""
        if "format" not in cls.model_fields:
            return cls.model_validate(value)
        fields = {name: getattr(value, name) for name in cls.model_fields if name != "format"}
        return cls.model_validate(fields | {"format": 1})

    @abstractmethod
    def to_domain(self) -> object:
        """Read the document as a domain value; a refusal names its field, `caseworkers[3].id`."""

    def as_json(self) -> dict[str, Any]:
        """Return the document as JSON values; what nobody has said is left out."""
        return self.model_dump(mode="json", exclude_none=True, by_alias=True)

    def as_yaml(self) -> str:
        """Write the document as YAML that every reader reads alike (da: som YAML)."""
        return yaml.dump(self.as_json(), Dumper=_Yaml, allow_unicode=True, sort_keys=False)

    def _as(self, make: Callable[..., Made]) -> Made:
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        for tag in ("format", "kind"):  # what sort of document it is, which the value itself knows
            fields.pop(tag, None)
        return make(**{name: _read(value, name) for name, value in fields.items()})


def _read(value: Any, field: str) -> Any:
    """Read the parts of a document inside out."""
    if isinstance(value, tuple):
        return tuple(_read(one, f"{field}[{index}]") for index, one in enumerate(value))
    if not isinstance(value, Document):
        return value
    try:
        return value.to_domain()
    except PlannerError as error:
        error.field = f"{field}.{error.field}" if error.field else field
        raise


class TextDocument(Document):
    """Danish and English words for the same thing (da: tekst)."""

    da: Words
    en: Words

    def to_domain(self) -> Text:
        """Read as `Text`."""
        return self._as(Text)


class _Yaml(yaml.SafeDumper):
    """Puts in quotes what a reader of YAML 1.2 would take for a number and PyYAML would not."""


_Yaml.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+"),
    list("-+.0123456789"),
)
