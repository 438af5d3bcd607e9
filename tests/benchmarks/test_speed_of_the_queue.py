"""How fast the pooled queue is, as ratios measured in one run. `task speed` prints them."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from statistics import median
from time import perf_counter

import numpy as np
import pytest
import simpy

from api.documents import load_example
from capacity.department import Distribution, Family
from capacity.rulebook import rulebook
from simulations.kernels import WorkClocks, load_compiled_code, pooled_queue
from simulations.luck import uniforms, values
from simulations.questions import headline_question
from simulations.staffing import staffing_curve

pytestmark = pytest.mark.benchmark
ROUNDS = 5


def seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def ratios(peer: Callable[[], object], ours: Callable[[], object]) -> str:
    """The peer's time over ours, in interleaved rounds: median and range."""
    measured = [seconds(peer) / seconds(ours) for _ in range(ROUNDS)]
    return f"{median(measured):.2f}x [{min(measured):.2f}..{max(measured):.2f}]"


SERVERS, CUSTOMERS = 24, 10_000
LOGNORMAL = Distribution(family=Family.LOGNORMAL, mean=Fraction(1), cv=Fraction(1))


def draws(replication: int) -> tuple[np.ndarray, np.ndarray]:
    arrivals = np.cumsum(-np.log1p(-uniforms(1, replication, "arrival", "speed", CUSTOMERS)))
    return arrivals / (0.95 * SERVERS), values(
        LOGNORMAL, uniforms(1, replication, "effort", "speed", CUSTOMERS)
    )


def kernel_waits(arrivals: np.ndarray, service: np.ndarray) -> np.ndarray:
    taken_at, done_at = np.empty((2, CUSTOMERS))
    end, none = np.full(SERVERS, 1e9), np.zeros(SERVERS)
    clocks = WorkClocks(np.arange(SERVERS + 1), none, end, none, end)
    pooled_queue(arrivals, service, clocks, taken_at, done_at)
    return taken_at - arrivals


def simpy_waits(arrivals: np.ndarray, service: np.ndarray) -> np.ndarray:
    environment = simpy.Environment()
    servers = simpy.Resource(environment, SERVERS)
    waits = np.empty(CUSTOMERS)

    def customer(number: int):
        yield environment.timeout(arrivals[number])
        with servers.request() as turn:
            yield turn
            waits[number] = environment.now - arrivals[number]
            yield environment.timeout(service[number])

    for number in range(CUSTOMERS):
        environment.process(customer(number))
    environment.run()
    return waits


def test_mgc_with_draws_against_simpy():
    load_compiled_code()
    given = draws(0)
    assert kernel_waits(*given) == pytest.approx(simpy_waits(*given), abs=1e-6)
    result = ratios(lambda: simpy_waits(*draws(0)), lambda: kernel_waits(*draws(0)))
    print(f"\nM/G/24, load 0.95, 10 000 customers, draws included: {result} of SimPy")


def test_a_curve_on_two_threads_against_one():
    asked = replace(
        headline_question(load_example("fjordkoebing-2026")),
        team="boern",
        deadline="statute.care_plan",
    )
    one, two = (
        lambda threads=threads: staffing_curve(asked, rulebook(), threads=threads)
        for threads in (1, 2)
    )
    assert one() == two()
    print(
        f"\nstaffing curve of the city, 512 replications: {ratios(one, two)} as fast on two threads"
    )


def test_the_first_curve_of_a_fresh_process_against_its_imports():
    imports = [sys.executable, "-c", "import numpy, numba"]
    curve = [sys.executable, "-m", "api", "curve", "ishoej-2020"]

    def run(command: list[str]) -> Callable[[], object]:
        return lambda: subprocess.run(command, check=True, capture_output=True)

    run(curve)()
    print(f"\n`import numpy, numba` against the first curve: {ratios(run(imports), run(curve))}")
