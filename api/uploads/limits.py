"""How much of a file is read, and with how much time and memory."""

from dataclasses import dataclass

_MEGABYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one upload (da: grænser for en fil).

    `most_bytes` bounds the file, `most_unpacked_bytes` and `most_ratio` what a packed one grows
    to. The process that reads it may have `memory_bytes` of address space, `processor_seconds` of
    a core, and may keep the reader of its rows waiting for `waiting_seconds` in all.
    """

    most_bytes: int = 50 * _MEGABYTE
    most_members: int = 200
    most_unpacked_bytes: int = 500 * _MEGABYTE
    most_ratio: int = 100
    most_rows: int = 1_048_576
    most_columns: int = 1000
    longest_cell: int = 32_767
    memory_bytes: int = 1024 * _MEGABYTE
    processor_seconds: int = 60
    waiting_seconds: float = 90
