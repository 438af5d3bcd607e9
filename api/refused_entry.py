"""Why the door stays shut (da: afvist ved døren)."""

from capacity.errors import PlannerError


class NoKey(PlannerError):
    """No key, or one that opens nothing (da: nøgle mangler)."""


class ForeignRequest(PlannerError):
    """Another site asks through somebody's browser (da: fremmed kald)."""


class TooManyRequests(PlannerError):
    """More than one caller may ask (da: for mange kald)."""

    retry_after: int | None = None
    """Seconds until it is worth trying again."""
