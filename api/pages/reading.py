"""What is written in a form's fields, read one by one (da: felter)."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from capacity.errors import InvalidInput

Read = TypeVar("Read")


def read(
    terms: Mapping[str, str | None], name: str, reader: Callable[[str], Read], usual: Read
) -> Read:
    """Read a field, `usual` where nothing is written; `InvalidInput` names it (da: felt).

    >>> read({"cases": "6"}, "cases", int, 1), read({"cases": None}, "cases", int, 1)
    (6, 1)
    """
    written = terms[name]
    if written is None:
        return usual
    try:
        return reader(written)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=name) from error
