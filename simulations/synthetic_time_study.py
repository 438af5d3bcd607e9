"""Two weeks of logged work, as a time study would have it (da: syntetisk tidsregistrering).

It is what the kernel's people did: each day's time on each episode, with setting up and reading up,
read off their own clocks between taking an episode and being done with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from capacity.errors import InvalidInput
from capacity.practice import Policy
from capacity.wording import Text
from simulations.luck import Floats
from simulations.played_department import Played
from simulations.synthetic_staff import holder_on
from simulations.work_clocks import Records

_MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedWork:
    """What somebody did on one episode on one day (da: tidsregistrering).

    `case_class` and `episode` are slugs; an episode of a strand goes under its case's class.
    `finished` says that the episode was done that day. `case` is the number of the case in the
    past, the `child` of its rows. On a duty rota the caseworker is the rota.
    """

    day: date
    caseworker: str
    case_class: str
    episode: str
    case: int
    minutes: int
    finished: bool


def logged_work(was_played: Played, first_day: date, days: int = 14) -> tuple[LoggedWork, ...]:
    """Return what everybody did in some days, by day and caseworker (da: tidsregistrering).

    An episode that changed hands midway is logged by the last to take it. `InvalidInput` for days
    outside what was played, and for a team that shares its attention: there nobody could say
    which case a minute went to.
    """
    on = was_played.department.on
    begins = (first_day - on).days
    if begins < 0 or days < 1 or begins + days > was_played.days:
        raise InvalidInput(
            Text(
                da=f"{days} dage fra {first_day} ligger ikke i den simulerede fortid; vælg dage "
                f"fra {on} til {on + timedelta(days=was_played.days - 1)}",
                en=f"{days} days from {first_day} are not in the simulated past; choose days "
                f"from {on} to {on + timedelta(days=was_played.days - 1)}",
            ),
            field="first_day",
        )
    _refuse_shared_attention(was_played)
    logged = sorted(
        _logged(was_played, float(begins), float(begins + days)),
        key=lambda each: (each.day, each.caseworker, each.case, each.episode),
    )
    return tuple(logged)


def _logged(was_played: Played, begins: float, ends: float) -> Iterator[LoggedWork]:
    deal, takes, staff = was_played.deal, was_played.outcome.takes, was_played.staff
    on, episodes = was_played.department.on, was_played.episodes
    place = was_played.episode_of_step()[deal.episodes["step"]]
    strand_of = was_played.strand_of_episode()
    let_go_at = _until(takes)
    in_window = (takes["caseworker"] >= 0) & (takes["taken_at"] < ends) & (let_go_at > begins)
    for number in np.flatnonzero(in_window):
        worker = staff.caseworkers[takes["caseworker"][number]]
        openings = staff.intervals[worker["first_interval"] : worker["last_interval"]]
        taken_at, done_at = takes["taken_at"][number], takes["done_at"][number]
        since, until = max(taken_at, begins), min(let_go_at[number], ends)
        first = np.searchsorted(openings["closes_at"], since, side="right")
        last = np.searchsorted(openings["opens_at"], until)
        case_class, _, episode = episodes[place[number]]
        for opening in openings[first:last]:
            day = int(opening["opens_at"])
            length = opening["closes_at"] - opening["opens_at"]
            here = min(until, opening["closes_at"]) - max(since, opening["opens_at"])
            hours = here / length * (opening["hours_at_close"] - opening["hours_at_open"])
            finished = bool(done_at <= min(until, opening["closes_at"]))
            minutes = round(hours * _MINUTES)
            if minutes or finished:
                yield LoggedWork(
                    day=on + timedelta(days=day),
                    caseworker=_name(was_played, int(takes["caseworker"][number]), day),
                    case_class=case_class.slug,
                    episode=episode.slug,
                    case=int(deal.strands["case"][strand_of[number]]),
                    minutes=max(minutes, 1),
                    finished=finished,
                )


def _until(takes: Records) -> Floats:
    """When each episode was out of hand: done, or dropped for the next that its taker took."""
    until = takes["done_at"].copy()
    taken = np.flatnonzero(takes["caseworker"] >= 0)
    order = taken[np.lexsort((takes["taken_at"][taken], takes["caseworker"][taken]))]
    same = takes["caseworker"][order[1:]] == takes["caseworker"][order[:-1]]
    before, after = order[:-1][same], order[1:][same]
    until[before] = np.minimum(until[before], takes["taken_at"][after])
    return np.asarray(until)


def _name(was_played: Played, worker: int, day: int) -> str:
    post = was_played.posts[worker]
    if post is not None:
        return holder_on(post, day).caseworker
    team = int(was_played.staff.caseworkers["team"][worker])
    return was_played.layout.teams[team]


def _refuse_shared_attention(was_played: Played) -> None:
    for team in was_played.department.teams:
        if team.practice.policy is Policy.SHARED_ATTENTION:
            raise InvalidInput(
                Text(
                    da=f"{team.label.da} deler opmærksomheden mellem alle sager, så ingen kan "
                    "registrere tid pr. sag; vælg en anden policy",
                    en=f"{team.label.en} shares its attention among all cases, so nobody can log "
                    "time by case; choose another policy",
                ),
                field="policy",
            )
