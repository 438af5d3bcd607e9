"""Many departments in one run: what each would keep of its deadline at each level of extra staff.

A run that takes minutes or hours, on all cores or on a cluster, and hands each department's curve
over as soon as it is known. While one department's replications run the next ones are laid out and
queued, so nobody waits at the borders; no more are held in memory than are under way.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import cpu_count

from capacity.department import Department
from capacity.rulebook import Rulebook
from capacity.units import FTE
from simulations.experiments import REPLICATIONS_A_PIECE, joined
from simulations.luck import stream
from simulations.questions import StaffingQuestion, headline_question
from simulations.replications import Counted, replicate
from simulations.staffing import StaffingCurve, curve_of, curve_trial

AHEAD = 4
"""Departments whose replications are queued at one time, unless the caller says otherwise."""
SEEDS = 2**32


def study_question(
    department: Department, levels: Sequence[FTE], replications: int, seed: int
) -> StaffingQuestion:
    """What a study asks of a department: its headline, a year from its date (da: spørgsmål).

    Luck hangs on names, and departments may name their cases alike. They would all have the same
    good year and the same bad one; so each has a seed of its own, made of the study's and its slug.
    """
    return replace(
        headline_question(department),
        extra_fte=tuple(levels),
        replications=replications,
        seed=int(stream(seed, "department", department.slug)) % SEEDS,
    )


def national_study(  # noqa: PLR0913  (each is asked about on its own)
    departments: Sequence[Department],
    levels: Sequence[FTE],
    replications: int,
    book: Rulebook,
    *,
    seed: int = 1,
    executor: Executor | None = None,
    ahead: int = AHEAD,
    on_progress: Callable[[int, int], None] = lambda _, __: None,
) -> Iterator[StaffingCurve]:
    """Ask many departments for their headline at each level of extra staff (da: landsundersøgelse).

    The curves come in the order of the departments, each as soon as it is known, and each is to the
    last bit the `staffing_curve` of its own question, on any `executor`: without one they run on a
    thread a core. A cluster wants more departments `ahead`. `on_progress` is told how many
    replications of how many have been done, over all departments. What it raises stops the study,
    and so does whoever stops asking.

    What one question may cost is no limit here. A department that is too large for one replication
    is refused when it is laid out (`TooMuchWork`), and one in whose period nothing falls due when
    its turn comes (`InvalidInput`).
    """
    if executor is not None:
        yield from _study(
            departments, levels, replications, book, seed, executor, ahead, on_progress
        )
        return
    with ThreadPoolExecutor(cpu_count()) as threads:
        yield from _study(
            departments, levels, replications, book, seed, threads, ahead, on_progress
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnderWay:
    question: StaffingQuestion
    levels: tuple[FTE, ...]
    pieces: tuple[Future[Counted], ...]


def _study(  # noqa: PLR0913  (what `national_study` was asked)
    departments: Sequence[Department],
    levels: Sequence[FTE],
    replications: int,
    book: Rulebook,
    seed: int,
    executor: Executor,
    ahead: int,
    on_progress: Callable[[int, int], None],
) -> Iterator[StaffingCurve]:
    waiting = iter(departments)
    under_way: deque[_UnderWay] = deque()
    done, wanted = 0, len(departments) * replications

    def begin_next() -> None:
        department = next(waiting, None)
        if department is not None:
            question = study_question(department, levels, replications, seed)
            under_way.append(_begun(question, book, executor))

    try:
        for _ in range(max(ahead, 1)):
            begin_next()
        while under_way:
            first = under_way[0]
            counted = []
            for piece in first.pieces:
                counted.append(Counted(*piece.result()))
                done += counted[-1].counts.shape[0]
                on_progress(done, wanted)
            under_way.popleft()
            begin_next()
            yield curve_of(first.question, first.levels, joined(counted), replications, book)
    finally:
        for each in under_way:
            for piece in each.pieces:
                piece.cancel()


def _begun(question: StaffingQuestion, book: Rulebook, executor: Executor) -> _UnderWay:
    """Lay a question out and queue its replications."""
    laid_out, levels = curve_trial(question, book)
    firsts = range(0, question.replications, REPLICATIONS_A_PIECE)
    return _UnderWay(
        question=question,
        levels=levels,
        pieces=tuple(
            executor.submit(
                replicate,
                laid_out.experiment,
                first,
                min(first + REPLICATIONS_A_PIECE, question.replications),
            )
            for first in firsts
        ),
    )
