"""How long posts stood empty, where a payroll list shows it (da: ubesatte stillinger).

No payroll list says who followed whom. Whoever left is paired with the first who came to the same
team afterwards for about as many hours. Swapping successors changes no sum of days, so the mean
bears a wrong pair; what it does not bear is an empty post that the list does not tell of. Those who
came first may have filled posts that stood empty when the list began: as many as the team was ever
more than it was then. Where counting them and not counting them tell different means, or many posts
have no successor (given up, or filled by a move), the length is not learned.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from capacity.staff_history import Employment, StaffHistory
from capacity.wording import Text
from simulations.followed_cases import FINISHED, STILL_OPEN, Followed, followed
from simulations.staff_past import Stay, length_in_days, stays_of

_LIKE_HOURS = 0.25
"""Assumption: a successor has at most a quarter more or fewer hours."""
_OVERLAP = 30
"""Assumption: who comes up to so many days before somebody leaves takes over from them."""
_MOST_UNFILLED = 0.5
_SAME = 0.25
"""The two means may differ by a quarter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancies:
    """Posts that somebody left, with the days until somebody came (da: ubesatte stillinger).

    `followed` is None where nobody left. `reason` says why the length is not learned, if so.
    """

    left: int
    filled: int
    followed: Followed | None
    reason: Text | None


def vacancies(history: StaffHistory, teams: tuple[str, ...] | None = None) -> Vacancies:
    """Pair those who left with those who came, team by team (da: ubesatte stillinger)."""
    of_team: dict[str, dict[str, list[Employment]]] = defaultdict(lambda: defaultdict(list))
    for each in history.employments:
        if teams is None or each.team in teams:
            of_team[each.team][each.caseworker].append(each)
    today = length_in_days(history) - 1
    all_gaps: list[tuple[int, bool]] = []
    gaps_if_full: list[tuple[int, bool]] = []
    for people in of_team.values():
        stays = [stay for rows in people.values() for stay in stays_of(rows, history)]
        all_gaps += _gaps(stays, today, _empty_at_first(stays, today))
        gaps_if_full += _gaps(stays, today, 0)
    filled = sum(is_filled for _, is_filled in all_gaps)
    if not all_gaps:
        return Vacancies(left=0, filled=0, followed=None, reason=None)
    return Vacancies(
        left=len(all_gaps),
        filled=filled,
        followed=followed(
            [days for days, _ in all_gaps],
            [FINISHED if is_filled else STILL_OPEN for _, is_filled in all_gaps],
            whole_days=True,
        ),
        reason=_doubt(all_gaps, gaps_if_full),
    )


def _empty_at_first(stays: list[Stay], today: int) -> int:
    """How many more the team was at most than on the first day."""
    there = np.zeros(today + 2, dtype=np.int64)
    for stay in stays:
        there[max(stay.first or 0, 0)] += 1
        there[today + 1 if stay.last is None else max(stay.last + 1, 0)] -= 1
    staff = np.cumsum(there[:-1])
    return int(staff.max() - staff[0])


def _gaps(stays: list[Stay], today: int, empty_at_first: int) -> list[tuple[int, bool]]:
    """Days empty of each post that was left, and whether it was filled."""
    came = sorted((s for s in stays if s.first is not None and s.first > 0), key=_first)
    left = sorted((s for s in stays if s.last is not None and 0 <= s.last < today), key=_last)
    came = came[empty_at_first:]
    found = []
    for gone in left:
        successor = next((each for each in came if _follows(each, gone)), None)
        if successor is None:
            found.append((today - _last(gone), False))
        else:
            came.remove(successor)
            found.append((max(_first(successor) - _last(gone) - 1, 0), True))
    return found


def _follows(new: Stay, gone: Stay) -> bool:
    like = abs(new.hours_per_week - gone.hours_per_week) <= _LIKE_HOURS * gone.hours_per_week
    in_time = _first(new) >= _last(gone) - _OVERLAP
    return like and in_time and new.caseworker != gone.caseworker


def _first(stay: Stay) -> int:
    return stay.first or 0


def _last(stay: Stay) -> int:
    return stay.last or 0


def _doubt(gaps: list[tuple[int, bool]], if_full: list[tuple[int, bool]]) -> Text | None:
    unfilled = sum(not is_filled for _, is_filled in gaps)
    if unfilled > _MOST_UNFILLED * len(gaps):
        return Text(
            da=f"{unfilled} af {len(gaps)} har ingen efterfølger i listen",
            en=f"{unfilled} of {len(gaps)} have no successor in the list",
        )
    means = [
        float(np.mean([days for days, is_filled in each if is_filled] or [0]))
        for each in (gaps, if_full)
    ]
    if abs(means[0] - means[1]) > _SAME * max(means):
        return Text(
            da="listen viser ikke, hvem der fulgte efter hvem: stillinger stod tomme, da den "
            "begynder, eller nye kom til",
            en="the list does not show who followed whom: posts stood empty when it begins, or "
            "new ones came",
        )
    return None
