"""The office as the kernel sees it: records of cases, strands, people, desks and teams.

What is *planned* (steps, duties, teams' ways of working) is the same in every replication; what is
*dealt* (cases, strands, episodes, clocks) is chance, settled before the office opens; the rest is
*state*, which `casework` moves. Everything is numbered from 0; -1 is nobody, nothing, nowhere.

A **case** has a route and may have other strands of work beside it. A **strand** is a row of
episodes worked one after the other. An **episode** is an effort in hours at one step, then an
external delay in days. A **step** says where the work lies and what its end means. A **duty** is a
deadline with what starts its clock; the step whose end meets it names it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulations.agenda import Agenda
from simulations.luck import Floats, Integers
from simulations.work_clocks import Records

ON_OWN_DESK, ON_TEAM_DESK, ON_NO_DESK = range(3)
"""Where an episode is worked: on the desk of the case's owner, on the team's, or by nobody (a
pause of the length of its delay)."""

FROM_ARRIVAL, FROM_STRAND, FROM_MILESTONE = range(3)
"""What starts a duty's clock: the case's arrival, the strand's (or its round's) beginning, or a
milestone."""

FIRST_COME, EARLIEST_DUE, PRIORITY, PREEMPTIVE_PRIORITY, OLDEST_CASE, SHARED_ATTENTION = range(6)
STILL_FIRST, AFTER_THE_SAVABLE, BY_AGE = range(3)
LEAST_LOADED, ROUND_ROBIN, WHOLE_TEAM = range(3)

MET, RUNNING, LAPSED = range(3)
"""What became of a duty's clock: met, still running at the end, or its case gone before it was."""

STEP = np.dtype(
    [
        ("desk", np.int32),
        ("team", np.int32),  # -1: wherever the case is
        ("priority", np.float64),
        ("by_another", np.bool_),
        ("begins_round", np.bool_),
        ("towards", np.int32),  # the duty whose clock this work is for
        ("meets", np.int32),  # the duty that its end meets
        ("milestone", np.int32),  # that its end is, by number within the case
        ("first_order", np.int32),  # milestones that ought to have come before: a stretch of
        ("last_order", np.int32),  # `orders`
    ],
    align=True,
)

DUTY = np.dtype(
    [
        ("starts", np.int32),
        ("milestone", np.int32),
        ("due_dates", np.int32),  # the row of due dates; -1 for a limit in hours
        ("hours", np.float64),
    ],
    align=True,
)

TEAM = np.dtype(
    [
        ("first_caseworker", np.int32),
        ("last_caseworker", np.int32),  # not included
        ("policy", np.int32),
        ("after_due", np.int32),
        ("assignment", np.int32),
        ("caseload_limit", np.float64),  # weighted cases per FTE; infinity for none
        ("switching_hours", np.float64),
        ("handover_hours", np.float64),
        # state
        ("queue", np.int32),  # the pile of cases that wait for an owner
        ("next_in_turn", np.int32),
        ("open_cases", np.int32),
        ("waiting_cases", np.int32),
        ("to_assign", np.bool_),
        ("to_interrupt", np.bool_),
        ("first_standing", np.int64),  # of the team's two tournaments
        ("standings", np.int64),  # of each
    ],
    align=True,
)

CASE = np.dtype(
    [
        ("arrived_at", np.float64),
        ("withdraws_at", np.float64),
        ("weight", np.float64),
        ("first_strand", np.int32),
        ("last_strand", np.int32),
        ("first_milestone", np.int32),
        # state
        ("team", np.int32),
        ("owner", np.int32),
        ("next_of_owner", np.int32),
        ("previous_of_owner", np.int32),
        ("waits_for_owner", np.bool_),
        ("ignores_limit", np.bool_),  # open before the start: it has an owner already
        ("is_open", np.bool_),
        ("closed_at", np.float64),
        ("handover_hours", np.float64),  # reading up that the next to work on it must do
        ("first_key", np.float64),
        ("second_key", np.float64),
        ("below", np.int32),
        ("beside", np.int32),
    ],
    align=True,
)

STRAND = np.dtype(
    [
        ("case", np.int32),
        ("is_route", np.bool_),  # whose end closes the case
        ("outlives_case", np.bool_),
        ("trigger", np.int32),  # the milestone that sets it off; -1: `starts_at`
        ("first_episode", np.int32),
        ("last_episode", np.int32),
        ("starts_at", np.float64),
        ("began_at", np.float64),
        # state
        ("episode", np.int32),
        ("due_at", np.float64),
        ("ready_at", np.float64),
        ("remaining_hours", np.float64),
        ("taken_by", np.int32),
        ("waits_for_owner", np.bool_),
        ("has_begun", np.bool_),
        ("is_ready", np.bool_),  # to be laid on a desk
        ("has_ended", np.bool_),
    ],
    align=True,
)

LAID = np.dtype(
    [
        ("first_key", np.float64),
        ("second_key", np.float64),
        ("below", np.int32),
        ("beside", np.int32),
        ("desk", np.int32),
    ],
    align=True,
)
"""Where a strand lies, and its place in the pile there: apart, for whoever looks through a pile
looks at this alone."""

EPISODE = np.dtype(
    [("effort_hours", np.float64), ("delay_days", np.float64), ("step", np.int32)], align=True
)

CASEWORKER = np.dtype(
    [
        ("team", np.int32),
        ("first_interval", np.int64),
        ("last_interval", np.int64),
        # state
        ("interval", np.int64),
        ("fte", np.float64),
        ("load", np.float64),  # weighted open cases owned
        ("first_case", np.int32),
        ("in_hand", np.int32),
        ("last_case", np.int32),
        ("took_at_hours", np.float64),  # what the clock showed when it was taken
        ("done_at_hours", np.float64),  # what the clock will show when it is done
        ("idle_since", np.float64),
        ("free_since", np.float64),  # infinity: busy, or the clock is known to be at rest
        ("crowding", np.float64),  # load per FTE; infinity: no room
        ("busy_hours", np.float64),
        ("sharing", np.int32),  # episodes among which the clock is shared
        ("served_hours", np.float64),  # what each of them would have had since the first began
    ],
    align=True,
)

CHANGE = np.dtype(
    [
        ("at", np.float64),
        ("caseworker", np.int32),
        ("fte", np.float64),  # from now on; 0 takes no new cases
        ("hands_over", np.bool_),
    ],
    align=True,
)
"""A person comes, goes, falls ill or grows into the post: what assignment must know of it."""

CLOCK = np.dtype(
    [
        ("duty", np.int32),  # from the number of duties on: an order, by its place in `orders`
        ("strand", np.int32),
        ("outcome", np.int32),
        ("started_at", np.float64),
        ("due_at", np.float64),
        ("ended_at", np.float64),  # met or lapsed; infinity while it runs
    ],
    align=True,
)

TAKE = np.dtype(
    [
        ("caseworker", np.int32),
        ("taken_at", np.float64),
        ("done_at", np.float64),
    ],
    align=True,
)
"""The last time that an episode was taken, for those who check the kernel."""

SAMPLE = np.dtype(
    [
        ("open_cases", np.int64),  # of classes with weight: without it, work is no case of its own
        ("waiting_cases", np.int64),  # of them, without an owner for want of room
        ("busy_hours", np.float64),  # since the start
        ("clock_hours", np.float64),
    ],
    align=True,
)


class Plan(NamedTuple):
    """What is the same in every replication (da: plan)."""

    steps: Records
    duties: Records
    orders: Integers
    due_dates: Floats
    """A row a rule: the moment until which a clock started on a day is met, from `first_day` on."""
    first_day: int
    teams: Records


class Deal(NamedTuple):
    """What chance has settled for one replication (da: udfald)."""

    cases: Records
    strands: Records
    episodes: Records
    starting: Integers
    """Strands with a moment of their own, in order of it."""
    withdrawing: Integers
    """Cases that will be withdrawn if they are open then, in order of the moment."""
    milestone_at: Floats
    """When each milestone was reached before the start; infinity otherwise."""
    clocks: int
    """How many duties could come to be watched, at most."""


class Staff(NamedTuple):
    """The people and their clocks at one level of staffing (da: bemanding)."""

    caseworkers: Records
    intervals: Records
    changes: Records
    """In order of the moment; those at or before 0 come before the first case."""


class Office(NamedTuple):
    """All that the kernel moves (da: kontoret)."""

    steps: Records
    duties: Records
    orders: Integers
    due_dates: Floats
    teams: Records
    cases: Records
    strands: Records
    laid: Records
    """Where each strand lies."""
    episodes: Records
    caseworkers: Records
    intervals: Records
    milestone_at: Floats
    handlers: NDArray[np.uint64]
    """A bit a caseworker, a row a case; no columns where nothing must be done by another."""
    desks: Integers
    """Tops of piles: a row a desk, the caseworkers' own first, then the teams'. The second column
    is what is already late, where the policy lays it apart."""
    standings: Records
    """Tournaments, team by team: who has been free longest, and who is least crowded."""
    agenda: Agenda
    """When caseworkers finish, or their clocks run again, by their number; and, numbered after all
    of them, when strands go on."""
    looking: Records
    """A heap: who looks for work at this very moment, and how long each has been idle."""
    clocks: Records
    takes: Records
    tally: Records


TALLY = np.dtype(
    [
        ("first_day", np.int64),  # of the due dates
        ("looking", np.int64),  # how many look for work
        ("clocks", np.int64),  # clocks written down
        ("teams_to_assign", np.int64),
        ("teams_to_interrupt", np.int64),
    ]
)


class Outcome(NamedTuple):
    """What one replication at one level came to (da: udfald)."""

    clocks: Records
    cases: Records
    samples: Records
    """A row a moment asked for, a column a team."""
    busy_hours: Floats
    takes: Records
