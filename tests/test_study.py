"""Many departments in one run. The full size, 98 × 12 × 500, is `task soak`."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from itertools import islice, pairwise
from time import perf_counter

import pytest
from municipalities import GREATEST, MUNICIPALITIES, SMALLEST, inhabitants, municipalities

from capacity.case_classes import Backlog
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from simulations.staffing import staffing_curve
from simulations.study import national_study, study_question

LEVELS = (Fraction(0), Fraction(1, 2), Fraction(2))
REPLICATIONS = 40
"""No whole number of pieces."""


@pytest.fixture(scope="module")
def some():
    """Small and large: every nineteenth."""
    return municipalities()[::19]


@pytest.fixture(scope="module")
def curves(some):
    return list(national_study(some, LEVELS, REPLICATIONS, rulebook()))


def test_the_municipalities_are_as_different_as_the_real_ones() -> None:
    sizes = inhabitants()
    assert len(sizes) == MUNICIPALITIES
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (SMALLEST, GREATEST)
    assert 5_000_000 < sum(sizes) < 7_000_000
    departments = municipalities()
    assert len({each.slug for each in departments}) == MUNICIPALITIES
    assert departments == municipalities()
    assert departments != municipalities(seed=2)


def test_each_curve_is_that_of_the_departments_own_question(some, curves) -> None:
    assert [curve.question.department for curve in curves] == some
    for curve in curves:
        assert [point.extra_fte for point in curve.points] == list(LEVELS)
        assert curve == staffing_curve(curve.question, rulebook())


def test_departments_that_name_their_cases_alike_have_luck_of_their_own(some) -> None:
    twin = replace(some[1], slug="a-twin")
    one, other = national_study([some[1], twin], LEVELS, REPLICATIONS, rulebook())
    assert one.question.seed != other.question.seed
    assert one.points[0].in_time != other.points[0].in_time
    assert study_question(twin, LEVELS, 32, 1) != study_question(twin, LEVELS, 32, 2)


def test_it_tells_how_far_it_has_come_and_hands_over_what_it_knows(some) -> None:
    told, handed_over = [], 0
    wanted = len(some) * REPLICATIONS

    def tell(done: int, of: int) -> None:
        assert of == wanted
        assert done <= (handed_over + 1) * REPLICATIONS
        told.append(done)

    for curve in national_study(some, LEVELS, REPLICATIONS, rulebook(), on_progress=tell):
        assert curve.replications == REPLICATIONS
        handed_over += 1
        assert told[-1] == handed_over * REPLICATIONS
    assert handed_over == len(some)
    assert told == sorted(set(told))
    assert told[-1] == wanted


class Watched(ThreadPoolExecutor):
    """Threads that keep what they were given."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.given: list[Future] = []

    def submit(self, *work: object, **more: object) -> Future:
        self.given.append(super().submit(*work, **more))
        return self.given[-1]


def test_no_more_is_queued_than_was_said(some) -> None:
    pieces = -(-REPLICATIONS // 16)
    with Watched(1) as threads:
        study = national_study(some, LEVELS, REPLICATIONS, rulebook(), executor=threads, ahead=2)
        for number, _ in enumerate(study, start=1):
            assert len(threads.given) == min(number + 2, len(some)) * pieces


class Enough(Exception):
    pass


def test_what_is_raised_on_the_way_leaves_nothing_queued(some) -> None:
    def stop(done: int, of: int) -> None:
        raise Enough

    with Watched(1) as threads:
        study = national_study(some, LEVELS, 320, rulebook(), executor=threads, on_progress=stop)
        with pytest.raises(Enough):
            next(study)
        begun = [future for future in threads.given if not future.cancelled()]
        # Those that ran while the others were laid out.
        assert 1 <= len(begun) < len(threads.given) / 2


def test_who_stops_asking_leaves_nothing_queued(some) -> None:
    with Watched(1) as threads:
        study = national_study(some, LEVELS, 320, rulebook(), executor=threads)
        assert len(list(islice(study, 1))) == 1
        study.close()
        begun = [future for future in threads.given if not future.cancelled()]
        # The first department's twenty pieces, and those begun before anybody said stop.
        assert 20 <= len(begun) < len(threads.given)


def test_a_department_that_cannot_be_asked_is_refused_in_its_turn(some) -> None:
    idle = replace(
        some[0].case_classes[0], arrivals_per_year=Fraction(0), backlog=Backlog(unknown=0)
    )
    nobody = replace(some[0], slug="nobody", case_classes=(idle,))
    study = national_study([some[1], nobody], LEVELS, REPLICATIONS, rulebook())
    assert next(study).question.department == some[1]
    with pytest.raises(InvalidInput):
        next(study)


@pytest.mark.soak
def test_the_nation_at_twelve_levels() -> None:
    levels = tuple(Fraction(n, 2) for n in range(12))
    begun, last = perf_counter(), 0.0

    def tell(done: int, of: int) -> None:
        nonlocal last
        if perf_counter() > last + 10:
            last = perf_counter()
            print(f"{done / of:.0%} after {last - begun:.0f} s")  # noqa: T201

    departments = municipalities()
    curves = list(national_study(departments, levels, 500, rulebook(), on_progress=tell))
    took = perf_counter() - begun
    print(f"98 departments × 12 levels × 500 replications: {took:.0f} s")  # noqa: T201
    assert len(curves) == MUNICIPALITIES
    shares = [
        sum(curve.points[level].in_time for curve in curves)
        / sum(curve.points[level].due for curve in curves)
        for level in range(12)
    ]
    print(*(f"+{float(extra):g}: {share:.2%}" for extra, share in zip(levels, shares, strict=True)))  # noqa: T201
    # More staff keep more, until nearly all that can be kept is. There half a post more, with its
    # short days and its own absences, may take a case that a whole post would have done sooner.
    for before, after in pairwise(shares):
        assert after > before or before > shares[-1] - 0.01
    assert shares[-1] > shares[0] + 0.01
