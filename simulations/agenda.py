"""What happens next: who is first among many, and what is awaited at which moment (da: kalender).

Three well-known structures on plain arrays. A *tournament* holds the winner among a fixed number of
contestants, by key, then by number; when a standing changes only the matches on the way to the
final are played again (Knuth, TAOCP 3, section 5.4.1). A *heap* of moments gives the first of them;
a hole in it sinks to the bottom before the last moment rises into it. An *agenda* is for all that
is awaited up to a horizon: that time is cut into slots, and only what falls into the slot now open
is kept in order (the calendar queue of Brown, Communications of the ACM 31, 1988), so that noting
and striking out take the same time however much is awaited.
"""

from typing import NamedTuple

import numpy as np

from simulations.compilation import part
from simulations.luck import Integers
from simulations.work_clocks import Records

STANDING = np.dtype([("key", np.float64), ("number", np.int64)])
"""A contestant's standing, or a match's winner: match 1 is the final, and the contestants stand
after all matches."""
MOMENT = np.dtype([("at", np.float64), ("number", np.int64)])
AWAITED = np.dtype([("at", np.float64), ("beside", np.int64)])
"""When a number is awaited (infinity: it is not), and who else is in the same slot."""
AGENDA_TALLY = np.dtype(
    [
        ("opened", np.int64),  # the last slot whose numbers are in order
        ("slots", np.int64),
        ("at_hand", np.int64),  # moments of opened slots
        ("slots_per_day", np.float64),
        ("horizon", np.float64),
    ]
)

NEVER = np.inf
NOBODY = np.iinfo(np.int64).max


class Agenda(NamedTuple):
    """What is awaited up to a horizon (da: kalender)."""

    awaited: Records
    """By number."""
    slots: Integers
    """The first number in each slot that has not been opened; the rest of them are beside it."""
    at_hand: Records
    """A heap of the moments in opened slots."""
    tally: Records


# --- A tournament ----------------------------------------------------------------------------


@part
def places(contestants):
    """How many standings a tournament has: twice a power of two, at least four."""
    room = 4
    while room < 2 * contestants:
        room *= 2
    return room


@part
def play_all(standings, contestants, first_number):
    """Begin a tournament in which nobody's turn will ever come."""
    half = standings.size // 2
    for place in range(standings.size):
        standings[place].key, standings[place].number = NEVER, NOBODY
    for place in range(contestants):
        standings[half + place].number = first_number + place
    for match in range(half - 1, 0, -1):
        standings[match].number = min(standings[2 * match].number, standings[2 * match + 1].number)


@part
def play_again(standings, place, key):
    """Give a contestant another standing, and play the matches on the way to the final again."""
    here = standings.size // 2 + place
    number = standings[here].number
    standings[here].key = key
    while here > 1:
        other = standings[here ^ 1]
        other_first = (other.key < key) | ((other.key == key) & (other.number < number))
        key = other.key if other_first else key
        number = other.number if other_first else number
        here //= 2
        standings[here].key, standings[here].number = key, number


# --- A heap of moments -----------------------------------------------------------------------


@part
def put_in(heap, count, at, number):
    """Put a moment into a heap of `count`."""
    here = count
    while here > 0:
        above = (here - 1) // 2
        noted = heap[above]
        if noted.at < at or (noted.at == at and noted.number < number):
            break
        heap[here].at, heap[here].number = noted.at, noted.number
        here = above
    heap[here].at, heap[here].number = at, number


@part
def take_out(heap, count, place):
    """Take the moment at a place out of a heap of `count`; the first is at 0."""
    last = count - 1
    here = place
    while 2 * here + 2 < last:
        left, right = heap[2 * here + 1], heap[2 * here + 2]
        right_first = (right.at < left.at) | ((right.at == left.at) & (right.number < left.number))
        heap[here].at = right.at if right_first else left.at
        heap[here].number = right.number if right_first else left.number
        here = 2 * here + 1 + right_first
    if 2 * here + 1 < last:
        heap[here].at, heap[here].number = heap[2 * here + 1].at, heap[2 * here + 1].number
        here = 2 * here + 1
    if here < last:
        put_in(heap, here, heap[last].at, heap[last].number)


@part
def put_in_order(moments, count, numbers):
    """Write the numbers of moments in the order of the moments, then of the numbers."""
    for place in range(count):
        at, number = moments[place].at, moments[place].number
        put_in(moments, place, at, number)
    for place in range(count):
        numbers[place] = moments[0].number
        take_out(moments, count - place, 0)


# --- An agenda -------------------------------------------------------------------------------


def agenda_room(numbers: int, slots: int) -> Agenda:
    """Make room for so many numbers and slots."""
    return Agenda(
        np.empty(numbers, dtype=AWAITED),
        np.empty(slots, dtype=np.int64),
        np.empty(numbers, dtype=MOMENT),
        np.empty(1, dtype=AGENDA_TALLY),
    )


@part
def clear(agenda, numbers, slots, horizon):
    """Begin an agenda up to a horizon, in so many slots, in which nobody is awaited yet."""
    tally = agenda.tally[0]
    tally.opened, tally.at_hand, tally.slots = -1, 0, slots
    tally.slots_per_day, tally.horizon = slots / horizon if horizon > 0 else 0.0, horizon
    for number in range(numbers):
        agenda.awaited[number].at = NEVER
    for slot in range(slots):
        agenda.slots[slot] = NOBODY


@part
def slot_of(at, agenda):
    """The slot into which a moment falls."""
    tally = agenda.tally[0]
    slot = at * tally.slots_per_day
    # Of an endless horizon, or next to none, all falls into one slot, the last where none is known.
    return int(slot) if slot < tally.slots - 1 else tally.slots - 1


@part
def expect(number, at, agenda):
    """Note when a number is awaited; after the horizon nobody is."""
    tally = agenda.tally[0]
    if at >= tally.horizon:
        return
    agenda.awaited[number].at = at
    slot = slot_of(at, agenda)
    if slot <= tally.opened:
        put_in(agenda.at_hand, tally.at_hand, at, number)
        tally.at_hand += 1
    else:
        agenda.awaited[number].beside = agenda.slots[slot]
        agenda.slots[slot] = number


@part
def expect_no_more(number, agenda):
    """Strike a number out, if it is awaited."""
    tally = agenda.tally[0]
    at = agenda.awaited[number].at
    if at == NEVER:
        return
    agenda.awaited[number].at = NEVER
    slot = slot_of(at, agenda)
    if slot <= tally.opened:
        place = 0
        while agenda.at_hand[place].number != number:
            place += 1
        take_out(agenda.at_hand, tally.at_hand, place)
        tally.at_hand -= 1
    elif agenda.slots[slot] == number:
        agenda.slots[slot] = agenda.awaited[number].beside
    else:
        before = agenda.slots[slot]
        while agenda.awaited[before].beside != number:
            before = agenda.awaited[before].beside
        agenda.awaited[before].beside = agenda.awaited[number].beside


@part
def first_awaited(agenda, until):
    """Who is awaited first, and when; later than a moment need not be looked.

    Slots are opened up to the first, and no further: whoever is noted in an opened slot has to be
    put in order at once.
    """
    tally = agenda.tally[0]
    last = slot_of(min(until, tally.horizon), agenda)
    while tally.at_hand == 0 and tally.opened < last:
        tally.opened += 1
        number = agenda.slots[tally.opened]
        while number != NOBODY:
            put_in(agenda.at_hand, tally.at_hand, agenda.awaited[number].at, number)
            tally.at_hand += 1
            number = agenda.awaited[number].beside
    if tally.at_hand == 0:
        return NEVER, NOBODY
    return agenda.at_hand[0].at, agenda.at_hand[0].number


@part
def strike_first(agenda):
    """Strike out who is awaited first."""
    tally = agenda.tally[0]
    agenda.awaited[agenda.at_hand[0].number].at = NEVER
    take_out(agenda.at_hand, tally.at_hand, 0)
    tally.at_hand -= 1
