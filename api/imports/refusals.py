"""What is refused of imports beside what is wrong in a file (da: afvisninger)."""

from capacity.errors import PlannerError


class UnknownImport(PlannerError):
    """No list has that number, or no source that name (da: ukendt liste)."""


class ImportsBusy(PlannerError):
    """So many files are being read that this one has to wait (da: optaget)."""

    retry_after = 5
