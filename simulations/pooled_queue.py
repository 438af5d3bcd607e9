"""Caseworkers who share one pile of cases: what arrives, what it takes, and how many there are.

Time has no unit of its own: arrivals per week go with a service time in weeks. The numbers are
exact fractions, so that a load of 0.29 times 100 and 29 caseworkers are seen to be in balance.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from capacity.errors import InvalidInput, NoCapacity
from capacity.wording import Text, shown
from simulations.quantities import non_negative, positive, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledQueue:
    """Caseworkers who share one pile of cases (da: fælles kø).

    `arrivals` per unit of time, `service` the mean time one case takes one caseworker, `servers`
    the number of caseworkers. `InvalidInput` for what cannot be, `TooMuchWork` beyond a million.

    >>> queue = PooledQueue(arrivals=Fraction(18), service=Fraction(1), servers=20)
    >>> queue.load, queue.utilisation, queue.stable
    (Fraction(18, 1), Fraction(9, 10), True)
    """

    arrivals: Fraction
    service: Fraction
    servers: int

    def __post_init__(self) -> None:
        non_negative(self.arrivals, "arrivals")
        positive(self.service, "service")
        whole(self.servers, "servers")

    @property
    def load(self) -> Fraction:
        """Caseworkers kept busy by the work that arrives (da: belastning); in erlang."""
        return self.arrivals * self.service

    @property
    def utilisation(self) -> Fraction:
        """Load per caseworker, not capped at 1 (da: belastningsgrad); `NoCapacity` without any."""
        if self.servers == 0:
            raise queue_without_end(self)
        return self.load / self.servers

    @property
    def stable(self) -> bool:
        """Whether the queue settles in the long run (da: om køen finder et leje).

        It does when the load is less than the servers. At equality it does not: chance alone
        then makes the queue grow without bound. Where nothing arrives there is no queue.
        """
        return self.load < self.servers or self.arrivals == 0


def queue_without_end(queue: PooledQueue, enough_for_target: int | None = None) -> InvalidInput:
    """Say that the queue never settles, what would settle it, and what would reach the target."""
    load, enough = queue.load, math.floor(queue.load) + 1
    target_da = f", og {enough_for_target} for at nå målet" if enough_for_target else ""
    target_en = f", and {enough_for_target} to reach the target" if enough_for_target else ""
    refusal = InvalidInput if queue.servers else NoCapacity
    return refusal(
        Text(
            da=f"køen vokser uden ende: arbejdet kan holde {shown(load, 2, 'da')} sagsbehandlere "
            f"i gang, og der er {queue.servers}. Der skal mindst være {enough}{target_da}",
            en=f"the queue grows without end: the work would keep {shown(load, 2, 'en')} "
            f"caseworkers busy, and there are {queue.servers}. At least {enough} are needed"
            f"{target_en}",
        ),
        field="servers",
    )
