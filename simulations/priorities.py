"""Cases of several classes on one desk, the urgent ones first, in closed form.

The classes are ranked, the most urgent first; within a class it is first come, first served. Two
ways of being urgent:

- *Non-preemptive* (da: foran i køen): an urgent case is taken next, and the work in hand is
  finished first.
- *Preemptive-resume* (da: afbryder arbejdet): an urgent case pushes the least urgent work aside; it
  is taken up again later where it was left. The classes below are then as good as not there.

Each is exact for one caseworker and work of any shape (M/G/1), and for several caseworkers where
the work of all classes varies exponentially about the same mean (M/M/c).

A desk that is overloaded as a whole still settles for its upper classes: work that never ends below
them only keeps everybody busy. So an answer holds the classes that settle, and says in words which
do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import floor

from capacity.errors import InvalidInput, NoCapacity
from capacity.wording import Text, shown
from simulations.erlang import erlang_c
from simulations.quantities import non_negative, positive, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityClass:
    """Cases of one rank: how often they come and what they take (da: prioritetsklasse).

    `arrivals` per unit of time, `service` the mean time one case takes one caseworker, and
    `service_cv` its coefficient of variation: 0 for equal work, 1 for exponential.
    """

    arrivals: Fraction
    service: Fraction
    service_cv: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        non_negative(self.arrivals, "arrivals")
        positive(self.service, "service")
        non_negative(self.service_cv, "service_cv")

    @property
    def load(self) -> Fraction:
        """Caseworkers kept busy by this class (da: belastning); in erlang."""
        return self.arrivals * self.service

    @property
    def residual(self) -> Fraction:
        """Mean work left in a piece in hand, as chance finds it: E[S²] / 2 E[S] (da: restarbejde).

        >>> equal = PriorityClass(arrivals=Fraction(1), service=Fraction(4), service_cv=Fraction(0))
        >>> equal.residual
        Fraction(2, 1)
        """
        return self.service * (1 + self.service_cv**2) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledClass:
    """One class in the long run (da: prioritetsklasse i ligevægt).

    `mean_sojourn` runs from arrival until the work is done; `mean_wait` is what of it is not work,
    interruptions included; `mean_open` is the mean number of its cases that wait or are worked on.
    In the unit of time of the arrivals. A class in which nothing arrives is answered all the same:
    with what a single case of that rank would meet.
    """

    mean_wait: float
    mean_sojourn: float
    mean_open: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityAnswer:
    """The classes that settle, the most urgent first, and what of the others (da: svar).

    `unsettled` is None where all settle; otherwise it names the classes whose queue grows without
    end, and the staff that would settle them.
    """

    settled: tuple[SettledClass, ...]
    unsettled: Text | None

    def of(self, rank: int) -> SettledClass:
        """Return the class of that rank, 0 the most urgent; `InvalidInput` if it never settles."""
        if self.unsettled is not None and rank >= len(self.settled):
            raise InvalidInput(self.unsettled, field="servers")
        return self.settled[rank]


def nonpreemptive_mm_c(
    arrivals: Sequence[Fraction], *, service: Fraction, servers: int
) -> PriorityAnswer:
    """Urgent cases next, several caseworkers, equally long exponential work (da: foran i køen).

    W_k = C · service · c / ((c − σ_k−1) (c − σ_k)), with σ_k the load of the k most urgent classes
    and C the probability of waiting of all classes together (Cobham 1954; Gross & Harris 1998,
    section 3.4). Where the lowest classes never settle everybody is always busy, so C is 1.

    >>> answer = nonpreemptive_mm_c([Fraction(1, 2), Fraction(1)], service=Fraction(1), servers=2)
    >>> [round(each.mean_wait, 6) for each in answer.settled]
    [0.428571, 1.714286]
    """
    loads = _loads_of(arrivals, service, servers)
    waiting = erlang_c(loads[-1], servers)
    waits = [
        waiting * float(service * servers / ((servers - above) * (servers - upto)))
        for above, upto in _spans(loads, servers)
    ]
    return _answer(waits, arrivals, [service] * len(waits), loads, servers)


def nonpreemptive_mg_1(classes: Sequence[PriorityClass]) -> PriorityAnswer:
    """Urgent cases next, one caseworker, work of any shape (da: foran i køen).

    W_k = R / ((1 − σ_k−1) (1 − σ_k)), with R the mean work left in the piece in hand, which is the
    sum of λ E[S²] / 2 over all classes, the lower ones too (Cobham 1954; Kleinrock 1976, section
    3.6). Where the lowest classes never settle, the first of them fills all the time that those
    above leave, and those below it are never reached.

    >>> quick = PriorityClass(arrivals=Fraction(2, 5), service=Fraction(1), service_cv=Fraction(0))
    >>> slow = PriorityClass(arrivals=Fraction(1, 10), service=Fraction(4))
    >>> [round(each.mean_wait, 6) for each in nonpreemptive_mg_1([quick, slow]).settled]
    [3.0, 15.0]
    """
    loads = _loads(classes)
    spans = _spans(loads, 1)
    in_hand = sum((each.load * each.residual for each in classes[: len(spans)]), Fraction(0))
    if len(spans) < len(classes):
        above = loads[len(spans) - 1] if spans else Fraction(0)
        in_hand += (1 - above) * classes[len(spans)].residual
    waits = [float(in_hand / ((1 - above) * (1 - upto))) for above, upto in spans]
    return _answer_mg_1(waits, classes, loads)


def preemptive_mg_1(classes: Sequence[PriorityClass]) -> PriorityAnswer:
    """Urgent cases interrupt, one caseworker, work of any shape (da: afbryder arbejdet).

    T_k = service_k / (1 − σ_k−1) + R_k / ((1 − σ_k−1) (1 − σ_k)), with R_k the work left in hand of
    this class and those above alone (Miller 1960; Kleinrock 1976, section 3.6). Taking up work
    again costs nothing here.

    >>> quick = PriorityClass(arrivals=Fraction(2, 5), service=Fraction(1), service_cv=Fraction(0))
    >>> slow = PriorityClass(arrivals=Fraction(1, 10), service=Fraction(4))
    >>> [round(each.mean_sojourn, 6) for each in preemptive_mg_1([quick, slow]).settled]
    [1.333333, 21.666667]
    """
    loads = _loads(classes)
    in_hand = accumulate(each.load * each.residual for each in classes)
    waits = [
        float(
            each.service * above / (1 - above)  # the interruptions once it has begun
            + left / ((1 - above) * (1 - upto))
        )
        for each, left, (above, upto) in zip(classes, in_hand, _spans(loads, 1), strict=False)
    ]
    return _answer_mg_1(waits, classes, loads)


def preemptive_mm_c(
    arrivals: Sequence[Fraction], *, service: Fraction, servers: int
) -> PriorityAnswer:
    """Urgent cases interrupt, several caseworkers, equal exponential work (da: afbryder arbejdet).

    The k most urgent classes together are Erlang's queue with the load σ_k, since exponential work
    has no memory of who began it. What is open in class k is the difference between two such
    queues: T_k = service · (L(σ_k) − L(σ_k−1)) / (σ_k − σ_k−1), with L the mean number open. The
    quotient is formed without taking a difference, so a rare class keeps all its digits.

    >>> answer = preemptive_mm_c([Fraction(1, 2), Fraction(1)], service=Fraction(1), servers=2)
    >>> [round(each.mean_sojourn, 6) for each in answer.settled]
    [1.066667, 2.895238]
    """
    loads = _loads_of(arrivals, service, servers)
    waits = [
        float(service) * _queue_slope(above, upto, servers)
        for above, upto in _spans(loads, servers)
    ]
    return _answer(waits, arrivals, [service] * len(waits), loads, servers)


def _queue_slope(low: Fraction, high: Fraction, servers: int) -> float:
    """Rise of the mean queue of M/M/c from one load to another, per unit of load.

    The mean queue is Q = c a B / ((c − a) (c − a + a B)), and Erlang's B follows from that of one
    server fewer, B ← a B / (c + a B). Divided differences of both obey the product and the
    quotient rule; written so, every term is positive, and nothing cancels or overflows.
    """
    a, b, c = float(low), float(high), float(servers)
    blocked_a = blocked_b = 1.0
    slope = 0.0  # of B, from a to b
    for server in range(1, servers + 1):
        at_a, at_b = a * blocked_a, b * blocked_b
        slope = server * (b * slope + blocked_a) / ((server + at_a) * (server + at_b))
        blocked_a, blocked_b = at_a / (server + at_a), at_b / (server + at_b)
    idle_a, idle_b = float(servers - low), float(servers - high)
    rise = (
        a * idle_b**2 * slope
        + float(servers**2 - low * high) * blocked_b
        + a * b * blocked_a * blocked_b
    )
    return c * rise / (idle_a * (idle_a + a * blocked_a) * idle_b * (idle_b + b * blocked_b))


def _loads_of(arrivals: Sequence[Fraction], service: Fraction, servers: int) -> list[Fraction]:
    """Load of the most urgent class, of the two most urgent, … after a look at the input."""
    positive(service, "service")
    whole(servers, "servers")
    for rank, rate in enumerate(arrivals):
        non_negative(rate, f"arrivals[{rank}]")
    _refuse_no_class(len(arrivals), "arrivals")
    if servers == 0:
        raise NoCapacity(
            Text(
                da="der er ingen sagsbehandlere; skriv mindst 1",
                en="there are no caseworkers; write at least 1",
            ),
            field="servers",
        )
    return [total * service for total in accumulate(arrivals)]


def _loads(classes: Sequence[PriorityClass]) -> list[Fraction]:
    _refuse_no_class(len(classes), "classes")
    return list(accumulate(each.load for each in classes))


def _refuse_no_class(count: int, field: str) -> None:
    if count == 0:
        raise InvalidInput(
            Text(
                da="der er ingen klasser af sager; skriv mindst én",
                en="there are no classes of cases; write at least one",
            ),
            field=field,
        )


def _spans(loads: Sequence[Fraction], servers: int) -> list[tuple[Fraction, Fraction]]:
    """Load above each class that settles, and up to and with it."""
    above = [Fraction(0), *loads[:-1]]
    return [span for span in zip(above, loads, strict=True) if span[1] < servers]


def _answer_mg_1(
    waits: Sequence[float], classes: Sequence[PriorityClass], loads: Sequence[Fraction]
) -> PriorityAnswer:
    rates, services = [each.arrivals for each in classes], [each.service for each in classes]
    return _answer(waits, rates, services, loads, 1)


def _answer(
    waits: Sequence[float],
    arrivals: Sequence[Fraction],
    services: Sequence[Fraction],
    loads: Sequence[Fraction],
    servers: int,
) -> PriorityAnswer:
    """Lay out the classes that settle, and say of the others what would settle them."""
    settled = tuple(
        SettledClass(
            mean_wait=wait,
            mean_sojourn=wait + float(service),
            mean_open=float(rate) * (wait + float(service)),
        )
        for wait, rate, service in zip(waits, arrivals, services, strict=False)
    )
    if len(settled) == len(loads):
        return PriorityAnswer(settled=settled, unsettled=None)
    rank, enough = len(settled) + 1, floor(loads[-1]) + 1
    return PriorityAnswer(
        settled=settled,
        unsettled=Text(
            da=f"køen vokser uden ende fra klasse {rank} og ned: arbejdet til og med den kan holde "
            f"{shown(loads[rank - 1], 2, 'da')} sagsbehandlere i gang, og der er {servers}. Der "
            f"skal mindst være {enough}, før alle klasser finder et leje",
            en=f"the queue grows without end from class {rank} down: the work up to and with it "
            f"would keep {shown(loads[rank - 1], 2, 'en')} caseworkers busy, and there are "
            f"{servers}. At least {enough} are needed before all classes settle",
        ),
    )
