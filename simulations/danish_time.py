"""Danish local time and real time, many moments at once (da: dansk tid).

Hours of a limit are real ones, also when the clocks are changed. Moments are whole seconds since
the epoch, in local time or in UTC. In the hour that occurs twice in October a moment is the first,
as in `capacity.deadlines`. The hour that is left out in March nobody can have written down rightly:
it is read as if the clock had not been put forward yet.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from capacity.deadlines import COPENHAGEN
from simulations.luck import Integers

SECONDS_PER_DAY = 86400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def real_seconds(local: Integers) -> Integers:
    """Seconds of UTC for seconds of Danish local time (da: virkelig tid).

    >>> day_before_change = datetime(2020, 3, 28, 14, 30, tzinfo=UTC)
    >>> local = np.array([int(day_before_change.timestamp())]) + np.array([0, SECONDS_PER_DAY])
    >>> int(np.diff(real_seconds(local))[0]) // 3600
    23
    """
    return local - _by_day(local, _offset_of_local)


def local_seconds(real: Integers) -> Integers:
    """Seconds of Danish local time for seconds of UTC (da: lokal tid)."""
    return real + _by_day(real, _offset_of_real)


def _by_day(moments: Integers, offset: Callable[[int], int]) -> Integers:
    """The offset of every moment: one of its day, unless the clocks are changed on it."""
    days, day = np.unique(moments // SECONDS_PER_DAY, return_inverse=True)
    first = np.array([offset(int(each) * SECONDS_PER_DAY) for each in days], dtype=np.int64)
    last = np.array(
        [offset(int(each) * SECONDS_PER_DAY + SECONDS_PER_DAY - 1) for each in days],
        dtype=np.int64,
    )
    offsets = first[day]
    for place in np.flatnonzero((first != last)[day]):
        offsets[place] = offset(int(moments[place]))
    return np.asarray(offsets)


def _offset_of_local(seconds: int) -> int:
    local = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=COPENHAGEN)
    return _seconds(local)


def _offset_of_real(seconds: int) -> int:
    return _seconds((_EPOCH + timedelta(seconds=seconds)).astimezone(COPENHAGEN))


def _seconds(moment: datetime) -> int:
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
