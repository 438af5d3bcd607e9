"""How much one caller may ask (da: loft over kald).

A workbook of 1 000 cells asks 1 000 times OPTIONS, 2 000 times HEAD and 2 000 times GET as it
opens. Those that spreadsheets only feel their way with are not counted, and a fixed window is the
cheapest count there is: what a caller may ask in ten seconds may all come at once.
"""

from math import ceil
from time import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from api.refused_entry import TooManyRequests
from capacity.errors import InvalidInput
from capacity.wording import Text


class Flood:
    """A ceiling for each caller (da: loft); None for no ceiling."""

    def __init__(self, ceiling: str, setting: str) -> None:
        self._ceiling = _ceiling(ceiling, setting)
        self._windows = FixedWindowRateLimiter(MemoryStorage())

    def count(self, caller: str) -> None:
        """Count one; `TooManyRequests` says when to come back (da: tæl)."""
        if self._ceiling is not None and not self._windows.hit(self._ceiling, caller):
            self._refuse(self._ceiling, caller)

    def check(self, caller: str) -> None:
        """Refuse as `count` does, without counting (da: kontrollér)."""
        if self._ceiling is not None and not self._windows.test(self._ceiling, caller):
            self._refuse(self._ceiling, caller)

    def _refuse(self, ceiling: RateLimitItem, caller: str) -> None:
        ends_at = self._windows.get_window_stats(ceiling, caller).reset_time
        seconds = max(1, ceil(ends_at - time()))
        refusal = TooManyRequests(
            Text(
                da=f"højst {ceiling.amount} kald på {ceiling.get_expiry()} sekunder; "
                f"prøv igen om {seconds}",
                en=f"at most {ceiling.amount} requests in {ceiling.get_expiry()} seconds; "
                f"try again in {seconds}",
            )
        )
        refusal.retry_after = seconds
        raise refusal


def _ceiling(written: str, setting: str) -> RateLimitItem | None:
    if written == "none":
        return None
    try:
        return parse(written)
    except ValueError as error:
        raise InvalidInput(
            Text(
                da=f'skriv fx CASELOAD_{setting.upper()}="10000/10 seconds"',
                en=f'write for example CASELOAD_{setting.upper()}="10000/10 seconds"',
            ),
            field=setting,
        ) from error
