"""How fast the full model is, as ratios measured in one run against SimPy playing the same office.

Ratios come from interleaved rounds: median [least..most]. One core against one core is told in
processor time, which other programs on the machine do not stretch; threads and processes, and what
a person waits for, are told in time on the wall. SimPy's time is without dealing and counting, ours
is with both.
"""

import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from statistics import median
from time import perf_counter, process_time

import numpy as np
import pytest
from benchmarks.simpy_office import SimpyOffice, records
from test_independent_office import dealt_at, trial_of

from api.documents import load_example
from capacity.rulebook import rulebook
from simulations import experiments
from simulations.cohorts import IN_TIME, LATE, OPEN_AND_OVERDUE
from simulations.experiments import Trial, run
from simulations.questions import headline_question
from simulations.replications import load_compiled_code, replicate
from simulations.staffing import staffing_curve, trial_at

pytestmark = pytest.mark.benchmark
ROUNDS = 7
TWELVE = tuple(Fraction(n, 2) for n in range(12))
Clock = Callable[[], float]


@pytest.fixture(autouse=True)
def compiled() -> None:
    load_compiled_code()


def seconds(work: Callable[[], object], clock: Clock) -> float:
    begun = clock()
    work()
    return clock() - begun


def of(measured: list[float], form: str = ".2f") -> str:
    return f"{median(measured):{form}} [{min(measured):{form}}..{max(measured):{form}}]"


def rounds(
    one: Callable[[], object], other: Callable[[], object], clock: Clock
) -> list[tuple[float, float]]:
    return [(seconds(one, clock), seconds(other, clock)) for _ in range(ROUNDS)]


@pytest.fixture
def whole_office() -> Iterator[Trial]:
    """All of Ishøj's teams in one office."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            experiments,
            "connected_teams",
            lambda department, _: tuple(team.slug for team in department.teams),
        )
        yield trial_of("ishoej-2020", "paragraf-50", levels=TWELVE)


def against_simpy(trial: Trial, replications: int) -> tuple[str, str]:
    """SimPy's time for a replication at a level over ours in a sweep, and ours in microseconds."""
    levels = trial.experiment.first_member.size - 1
    told = [records(*dealt_at(trial, n, n * levels // 4)) for n in range(4)]
    horizon = trial.experiment.period.followed_until

    def theirs() -> None:
        for each in told:
            SimpyOffice(each).run(horizon)

    def ours() -> None:
        replicate(trial.experiment, 0, replications)

    measured = rounds(theirs, ours, process_time)
    each = [(theirs / len(told), ours / replications / levels) for theirs, ours in measured]
    ratios = of([theirs / ours for theirs, ours in each], ".0f")
    return ratios, of([ours * 1e6 for _, ours in each], ".0f")


@pytest.mark.parametrize(
    ("slug", "team"),
    [
        ("ishoej-2020", "paragraf-50"),
        ("ishoej-2020", "basisteam-1"),
        ("ishoej-2020", "straxen"),
        ("fjordkoebing-2026", "undersoegelse-nord"),
    ],
)
def test_a_replication_of_a_level_against_simpy(slug: str, team: str) -> None:
    ratios, ours = against_simpy(trial_of(slug, team, levels=TWELVE), 16)
    print(f"\n{slug} {team}, 12 levels, one core, dealing included: {ratios}x of SimPy; {ours} us")


def test_a_replication_of_a_level_of_all_teams_against_simpy(whole_office: Trial) -> None:
    ratios, ours = against_simpy(whole_office, 4)
    print(f"\nishoej-2020, all teams, 12 levels, one core: {ratios}x of SimPy; {ours} us")


def test_two_threads_against_one() -> None:
    trial = trial_at(TWELVE, headline_question(load_example("ishoej-2020")), rulebook())

    def on(threads: int) -> Callable[[], object]:
        def work() -> object:
            with ThreadPoolExecutor(threads) as pool:
                return run(trial, 0, 512, executor=pool)

        return work

    measured = rounds(on(1), on(2), perf_counter)
    speed_up = of([one / two for one, two in measured])
    # What the two threads took of the processors, over what they had: the rest others had.
    begun, cpu = perf_counter(), process_time()
    on(2)()
    had = (process_time() - cpu) / (perf_counter() - begun)
    print(f"\n12 levels, two threads against one: {speed_up}x; they had {had:.2f} cores")


@pytest.mark.parametrize(("slug", "floor"), [("ishoej-2020", "1"), ("fjordkoebing-2026", "1/4")])
def test_a_precise_sweep_against_one_replication_of_simpy(slug: str, floor: str) -> None:
    """Twelve levels, each within ±1 percentage point, against SimPy's one run of one level."""
    asked = headline_question(load_example(slug))
    asked = replace(asked, extra_fte=TWELVE, precision=Fraction(1, 100))
    trial = trial_of(slug, asked.team)
    told = records(*dealt_at(trial, 0, 0))
    horizon = trial.experiment.period.followed_until
    curve = staffing_curve(asked, rulebook())
    assert curve.precise

    def sweep() -> None:
        with ThreadPoolExecutor(2) as pool:
            staffing_curve(asked, rulebook(), executor=pool)

    def theirs() -> None:
        SimpyOffice(told).run(horizon)

    on_the_wall = rounds(sweep, theirs, perf_counter)
    in_work = rounds(sweep, theirs, process_time)
    print(
        f"\n{slug}: 12 levels within ±1 point, {curve.replications} replications, two threads, "
        f"over one of SimPy: {of([ours / them for ours, them in on_the_wall])}x on the wall, "
        f"{of([ours / them / 2 for ours, them in in_work])}x by processor time over two "
        f"(floor {floor})"
    )


def test_the_first_curve_of_a_fresh_process_against_its_imports() -> None:
    imports = [sys.executable, "-c", "import numpy, numba"]
    curve = [sys.executable, "-m", "api", "curve", "ishoej-2020"]

    def fresh(command: list[str]) -> Callable[[], object]:
        return lambda: subprocess.run(command, check=True, capture_output=True)

    fresh(curve)()
    measured = rounds(fresh(curve), fresh(imports), perf_counter)
    print(
        "\nfirst curve of a fresh process over `import numpy, numba`: "
        f"{of([ours / theirs for ours, theirs in measured])}x"
    )


def test_what_pairing_gains() -> None:
    """The variance of a difference of two levels: each with luck of its own, over the same luck."""
    asked = headline_question(load_example("ishoej-2020"))
    extra = (Fraction(0), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4))
    trials = [trial_at(extra, replace(asked, seed=seed), rulebook()) for seed in (1, 2)]
    shares = []
    for each in trials:
        counts = run(each, 0, 512).counts[:, :, 0].sum(axis=2)
        due = counts[..., IN_TIME] + counts[..., LATE] + counts[..., OPEN_AND_OVERDUE]
        shares.append(counts[..., IN_TIME] / due)
    same, other = shares
    gains = [
        float(np.var(other[:, level] - same[:, 0]) / np.var(same[:, level] - same[:, 0]))
        for level in range(1, len(extra))
    ]
    told = ", ".join(
        f"+{float(level):g}: {gain:.1f}x" for level, gain in zip(extra[1:], gains, strict=True)
    )
    print(f"\nvariance of the difference to no extra staff, independent over paired: {told}")


def test_memory_does_not_grow_with_replications() -> None:
    asked = headline_question(load_example("ishoej-2020"))
    trial = trial_at(TWELVE, asked, rulebook())
    run(trial, 0, 64)
    peaks = {}
    for replications in (64, 4096):
        tracemalloc.start()
        counted = run(trial, 0, replications)
        kept = sum(each.nbytes for each in counted)
        peaks[replications] = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        print(
            f"\n12 levels × {replications} replications: peak {peaks[replications]:.1f} MB, "
            f"of which {kept / 2**20:.1f} MB are the counts handed back"
        )
