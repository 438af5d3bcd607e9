"""Work clocks by hand: an effort ends where the caseworker's own clock has advanced by it."""

import numpy as np
from offices import Case, Caseworker, Episode, Office, Opening, Step, Team, run

from simulations.office import ON_TEAM_DESK, WHOLE_TEAM
from simulations.work_clocks import intervals


def takes(*people: tuple[tuple[float, float, float], ...], efforts: tuple[float, ...]):
    """All cases are there at 0, on one pile."""
    office = Office(
        teams=(
            Team(
                caseworkers=tuple(
                    Caseworker(openings=tuple(Opening(*each) for each in opened))
                    for opened in people
                ),
                assignment=WHOLE_TEAM,
            ),
        ),
        steps=(Step(desk=ON_TEAM_DESK),),
        cases=tuple(Case(arrived_at=0.0, route=(Episode(effort),)) for effort in efforts),
    )
    found = run(office, horizon=100.0).takes
    return found["taken_at"].tolist(), found["done_at"].tolist()


def test_two_part_timers():
    """One open 0-1 and 2-3, one 0-2; an opening is 8 hours for the first, 4 for the second.

    The first case (10 h) goes to number one: 8 h by day 1, the last 2 h by day 2.25. The second
    (3 h) goes to number two, done at 1.5. The third (1 h) waits for number two, done at 2.0.
    """
    found = takes(((0, 1, 8), (2, 3, 8)), ((0, 2, 4),), efforts=(10, 3, 1))
    assert found == ([0, 0, 1.5], [2.25, 1.5, 2.0])


def test_an_effort_that_ends_with_the_opening_ends_that_day():
    found = takes(((0, 1, 8), (2, 3, 8)), efforts=(8, 8))
    assert found == ([0, 2], [1, 3])


def test_what_the_clock_never_reaches_is_never_done():
    found = takes(((0, 1, 8),), efforts=(9, 1))
    assert found == ([0, np.inf], [np.inf, np.inf])


def test_a_clock_stands_still_between_openings():
    laid_out = intervals(np.array([0.0, 2.0]), np.array([1.0, 3.0]), np.array([8.0, 6.0]))
    assert laid_out["hours_at_open"].tolist() == [0, 8]
    assert laid_out["hours_at_close"].tolist() == [8, 14]
