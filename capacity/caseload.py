"""Caseload: open cases per full-time caseworker, beside the guideline (da: sagstal)."""

from enum import StrEnum


class CaseUnit(StrEnum):
    """What one case counts (da: sagsenhed): never assumed, always shown."""

    CHILD = "child"
    FAMILY = "family"
