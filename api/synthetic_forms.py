"""How a synthetic list is written (da: listens form)."""

from enum import StrEnum


class Form(StrEnum):
    """How a list is written (da: listens form)."""

    DANSK = "dansk"
    """Semicolon, decimal comma, dd-mm-yyyy, windows-1252."""
    DANSK_UTF8 = "dansk-utf8"
    """The same in UTF-8 with a mark in front (BOM), as newer systems have it."""
    PLAIN = "plain"
    """Comma, decimal point, ISO dates, UTF-8, headings in English."""

    @property
    def is_danish(self) -> bool:
        """Whether words, dates and numbers are Danish (da: dansk)."""
        return self is not Form.PLAIN

    @property
    def encoding(self) -> str:
        """How its letters are written, as Python calls it (da: tegnsæt)."""
        return _ENCODINGS[self]


_ENCODINGS = {Form.DANSK: "windows-1252", Form.DANSK_UTF8: "utf-8-sig", Form.PLAIN: "utf-8"}
