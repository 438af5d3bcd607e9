"""Names that stand in addresses, made from what somebody calls a thing (da: korte navne)."""

import re

from api.imports.column_looks import normal

LONGEST = 60
_OTHER_SIGNS = re.compile(r"[^a-z0-9]+")


def short_name(words: str, longest: int = LONGEST) -> str:
    """Write words as a name that may stand in an address; empty where none of them can.

    (da: kort navn.) It has small letters, digits and hyphens, and is not cut in the middle of a
    word where it need not be.

    >>> short_name("Ishøj: to ekstra på §50!"), short_name("Børn & Unge Nord", 9), short_name("Ω")
    ('ishoej-to-ekstra-paa-p-50', 'boern', '')
    """
    name = _OTHER_SIGNS.sub("-", normal(words)).strip("-")
    if len(name) <= longest:
        return name
    whole_words = name[: longest + 1].rpartition("-")[0]
    return (whole_words or name[:longest]).strip("-")
