"""Cases that come back: work, wait for others, work again, until they close, in closed form.

A case comes for a first piece of work, and after each it closes or, with the return probability,
goes away for a while (a school's answer, a doctor, a follow-up in three months) and comes back for
another. Those who wait for work or are worked on are *needy*, those who are away are *content*.
The model is Erlang-R (Yom-Tov & Mandelbaum 2014).

In the long run the two stations are as good as independent (Jackson 1957). The needy are Erlang's
queue with λ / (1 − p) arrivals; the content are Poisson in number, whatever the shape of the delay.
Over the calendar that is no longer so: a burst of cases comes back as an echo, and for that one
must simulate.
"""

from dataclasses import dataclass
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.wording import Text, shown
from simulations.erlang import mean_wait, probability_of_waiting
from simulations.pooled_queue import PooledQueue
from simulations.quantities import non_negative, positive, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class ReentrantCases:
    """Cases that come back for work (da: sager, der vender tilbage).

    `arrivals` of new cases per unit of time, `work` the mean time one visit takes one caseworker,
    `mean_delay` the mean time away between two visits, and `return_share` the probability that a
    finished visit is not the last.

    >>> cases = ReentrantCases(
    ...     arrivals=Fraction(3),
    ...     work=Fraction(1),
    ...     mean_delay=Fraction(10),
    ...     return_share=Fraction(4, 5),
    ...     servers=18,
    ... )
    >>> cases.visits_per_case, cases.load
    (Fraction(5, 1), Fraction(15, 1))
    """

    arrivals: Fraction
    work: Fraction
    mean_delay: Fraction
    return_share: Fraction
    servers: int

    def __post_init__(self) -> None:
        non_negative(self.arrivals, "arrivals")
        positive(self.work, "work")
        non_negative(self.mean_delay, "mean_delay")
        whole(self.servers, "servers")
        if not 0 <= self.return_share < 1:
            share = self.return_share
            raise InvalidInput(
                Text(
                    da=f"sandsynligheden for at vende tilbage er {shown(share, 2, 'da')}; "
                    "skriv et tal fra 0 til under 1, ellers lukker ingen sag",
                    en=f"the probability of coming back is {shown(share, 2, 'en')}; "
                    "write a number from 0 to below 1, or no case ever closes",
                ),
                field="return_share",
            )

    @property
    def visits_per_case(self) -> Fraction:
        """Mean pieces of work before a case closes, 1 / (1 − p) (da: arbejdsgange pr. sag)."""
        return 1 / (1 - self.return_share)

    @property
    def needy(self) -> PooledQueue:
        """The queue of the visits, first and later ones alike (da: sager, der mangler arbejde)."""
        return PooledQueue(
            arrivals=self.arrivals * self.visits_per_case, service=self.work, servers=self.servers
        )

    @property
    def load(self) -> Fraction:
        """Caseworkers kept busy, λ / ((1 − p) μ) (da: belastning); in erlang."""
        return self.needy.load


@dataclass(frozen=True, slots=True, kw_only=True)
class ReentrantAnswer:
    """Cases that come back, in the long run (da: ligevægt).

    `mean_wait` and `probability_of_waiting` are of one visit. `needy` and `content` are mean
    numbers of cases, `open_cases` their sum. `mean_sojourn` runs from a case's arrival until it
    closes (da: sagsbehandlingstid), in the unit of time of the arrivals.
    """

    utilisation: float
    probability_of_waiting: float
    mean_wait: float
    needy: float
    content: float
    open_cases: float
    mean_sojourn: float


def reentrant_answer(cases: ReentrantCases) -> ReentrantAnswer:
    """All that Erlang-R says of the long run (da: sager, der vender tilbage).

    Exact for exponential work and any delay. A case makes 1 / (1 − p) visits and p / (1 − p) stays
    away, so T = (wait + work) / (1 − p) + delay p / (1 − p), and Little's law gives the numbers.
    Without a steady state: `InvalidInput` on `servers`.

    >>> answer = reentrant_answer(
    ...     ReentrantCases(
    ...         arrivals=Fraction(3),
    ...         work=Fraction(1),
    ...         mean_delay=Fraction(10),
    ...         return_share=Fraction(4, 5),
    ...         servers=18,
    ...     )
    ... )
    >>> round(answer.mean_wait, 6), round(answer.needy, 6), answer.content
    (0.120445, 16.806672, 120.0)
    """
    queue, away = cases.needy, cases.return_share * cases.visits_per_case * cases.mean_delay
    wait = mean_wait(queue)
    needy, content = float(queue.arrivals) * wait + float(queue.load), cases.arrivals * away
    visits = float(cases.visits_per_case)
    return ReentrantAnswer(
        utilisation=float(queue.utilisation) if queue.arrivals else 0.0,
        probability_of_waiting=probability_of_waiting(queue),
        mean_wait=wait,
        needy=needy,
        content=float(content),
        open_cases=needy + float(content),
        mean_sojourn=visits * (wait + float(cases.work)) + float(away),
    )
