"""The agenda against the plainest one there is: a list that is looked through."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simulations.agenda import (
    NEVER,
    NOBODY,
    Agenda,
    agenda_room,
    clear,
    expect,
    expect_no_more,
    first_awaited,
    strike_first,
)
from simulations.compilation import compiled

NUMBERS = 8
NEXT_TO_NONE = 2.5e-313
EXPECT, FORGET, STRIKE, ASK = range(4)

moments = st.sampled_from([0.0, 0.25, 1.0, 3.5, 6.5, 7.75, 7.999, 8.0, 1e18, NEVER])
until = st.sampled_from([0.0, 0.0, 0.0, 1.0, NEVER])
some_acts = st.sampled_from([EXPECT, EXPECT, EXPECT, FORGET, STRIKE])
acts = st.lists(
    st.tuples(some_acts, st.integers(0, NUMBERS - 1), moments, until), min_size=20, max_size=60
)


@compiled
def told_by_agenda(agenda, slots, horizon, acts, answers):
    """Let everything be done; write down who was first each time, and when."""
    clear(agenda, NUMBERS, slots, horizon)
    for place in range(acts.shape[0]):
        act, number, at, until = acts[place]
        if act == EXPECT:
            expect(int(number), at, agenda)
        elif act == FORGET:
            expect_no_more(int(number), agenda)
        elif act == STRIKE:
            strike_first(agenda)
        answers[place, 0], answers[place, 1] = first_awaited(agenda, until)


def told_by_list(acts, horizon) -> list[tuple[float, int]]:
    awaited: dict[int, float] = {}
    answers = []
    for act, number, at, _ in acts:
        if act == EXPECT and at < horizon:
            awaited[number] = at
        elif act == FORGET:
            awaited.pop(number, None)
        elif act == STRIKE:
            del awaited[min(awaited, key=lambda each: (awaited[each], each))]
        first = min(((at, number) for number, at in awaited.items()), default=(NEVER, NOBODY))
        answers.append(first)
    return answers


def possible(acts, horizon):
    """What an agenda may be asked: nobody is noted twice, and only who is first is struck out."""
    awaited: dict[int, float] = {}
    kept = []
    # In the end all are struck out, so that nobody can have got lost.
    for act, number, at, until in [*acts, *[(STRIKE, 0, 0.0, NEVER)] * NUMBERS]:
        if act == EXPECT and number in awaited:
            continue
        if act == STRIKE:
            if not awaited:
                continue
            first = min(awaited, key=lambda each: (awaited[each], each))
            # Whoever is struck out has been asked for before.
            kept.append((ASK, first, awaited.pop(first), NEVER))
        elif act == EXPECT and at < horizon:
            awaited[number] = at
        elif act == FORGET:
            awaited.pop(number, None)
        kept.append((act, number, at, until))
    return kept


@settings(max_examples=1_000)
@given(
    acts=acts,
    slots=st.sampled_from([2, 3, 64]),
    horizon=st.sampled_from([8.0, 8.0, 8.0, 0.0, NEXT_TO_NONE, 1e300, NEVER]),
)
def test_who_comes_first_is_who_is_found_by_looking_through_a_list(acts, slots, horizon):
    acts = possible(acts, horizon)
    agenda: Agenda = agenda_room(NUMBERS, slots)
    answers = np.zeros((len(acts), 2))
    rows = np.array(acts, dtype=np.float64).reshape(-1, 4)
    told_by_agenda(agenda, slots, horizon, rows, answers)
    for (_, _, _, until), found, expected in zip(
        acts, answers, told_by_list(acts, horizon), strict=True
    ):
        if found[0] < NEVER or expected[0] <= min(until, horizon):
            assert tuple(found) == expected
