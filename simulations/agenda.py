"""What happens next: who is first among many, and what is awaited at which moment (da: kalender).

Two well-known structures on plain arrays. A *tournament* holds the winner among a fixed number of
contestants, by key, then by a second key, then by number; when a standing changes only the matches
on the way to the final are played again (Knuth, TAOCP 3, section 5.4.1). An *agenda* is a binary
heap of moments, in which a hole sinks to the bottom before the last moment rises into it.
"""

import numpy as np

from simulations.compilation import part

STANDING = np.dtype([("key", np.float64), ("tie", np.float64), ("number", np.int64)])
"""A contestant's standing, or a match's winner: match 1 is the final, and the contestants stand
after all matches."""
MOMENT = np.dtype([("at", np.float64), ("number", np.int64)])

NOBODY = np.iinfo(np.int64).max


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
        standings[place].key, standings[place].tie = np.inf, np.inf
        standings[place].number = NOBODY
    for place in range(contestants):
        standings[half + place].number = first_number + place
    for match in range(half - 1, 0, -1):
        standings[match].number = min(standings[2 * match].number, standings[2 * match + 1].number)


@part
def play_again(standings, place, key, tie):
    """Give a contestant another standing, and play the matches on the way to the final again."""
    here = standings.size // 2 + place
    number = standings[here].number
    standings[here].key, standings[here].tie = key, tie
    while here > 1:
        other = standings[here ^ 1]
        other_first = (other.key < key) | (
            (other.key == key)
            & ((other.tie < tie) | ((other.tie == tie) & (other.number < number)))
        )
        key = other.key if other_first else key
        tie = other.tie if other_first else tie
        number = other.number if other_first else number
        here //= 2
        standings[here].key, standings[here].tie, standings[here].number = key, tie, number


@part
def note(agenda, count, at, number):
    """Note in an agenda that something is awaited; `count` moments are noted already."""
    here = count
    while here > 0:
        above = (here - 1) // 2
        noted = agenda[above]
        if noted.at < at or (noted.at == at and noted.number < number):
            break
        agenda[here].at, agenda[here].number = noted.at, noted.number
        here = above
    agenda[here].at, agenda[here].number = at, number


@part
def strike_first(agenda, count):
    """Strike the first of `count` moments from an agenda."""
    last = count - 1
    here = 0
    while 2 * here + 2 < last:
        left, right = agenda[2 * here + 1], agenda[2 * here + 2]
        right_first = (right.at < left.at) | ((right.at == left.at) & (right.number < left.number))
        agenda[here].at = right.at if right_first else left.at
        agenda[here].number = right.number if right_first else left.number
        here = 2 * here + 1 + right_first
    if 2 * here + 1 < last:
        agenda[here].at, agenda[here].number = agenda[2 * here + 1].at, agenda[2 * here + 1].number
        here = 2 * here + 1
    note(agenda, here, agenda[last].at, agenda[last].number)


@part
def put_in_order(moments, count, numbers):
    """Write the numbers of moments in the order of the moments, then of the numbers."""
    for place in range(count):
        at, number = moments[place].at, moments[place].number
        note(moments, place, at, number)
    for place in range(count):
        numbers[place] = moments[0].number
        strike_first(moments, count - place)
