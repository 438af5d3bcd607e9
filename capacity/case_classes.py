"""Cases of one kind: how they come, what work they take, and what clocks run on them.

A case runs along a *route* of episodes, one after the other. Beside the route it may have *strands*
of work with starts of their own: follow-ups that come again, notifications on an open case. An
episode that has ended may have reached a *milestone*, and on the way to it a clock may have run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from capacity.consistency import DAYS_PER_YEAR
from capacity.distributions import NOTHING, Distribution
from capacity.errors import InvalidInput
from capacity.refusals import (
    refuse_below_zero,
    refuse_twice,
    refuse_unless_above_zero,
    refuse_unless_share,
    refuse_unless_weights,
)
from capacity.units import Hours, Share
from capacity.wording import Text, shown

ARRIVAL = "arrival"
"""The start event of a case: the municipality becomes aware of it (da: sagens ankomst)."""
STRAND = "strand"
"""The start event of the strand, or of the round of it, in which a clock stands (da: spor)."""
LOWEST_PRIORITY = 9

_MONTHS, _WEEKDAYS, _HOURS = 12, 7, 24


class Desk(StrEnum):
    """Where ready work lies (da: bord)."""

    OWN = "own"
    """The desk of the case's own caseworker (da: egne sager)."""
    TEAM = "team"
    """The desk that anybody in the team may take from (da: teamets fælles bunke)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A deadline that runs on a case (da: fristur).

    `deadline` is the id of the rule that watches. `starts` is what starts the clock: "arrival",
    "strand" (when this strand, or this round of a recurring one, began) or a milestone's name.
    """

    deadline: str
    starts: str = ARRIVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One piece of work on a case, and the wait that follows it (da: arbejdsgang).

    An effort in hours, then an external delay in calendar days that costs nobody hours (da:
    ventetid på andre). `team` is who works it, a team or a duty rota; None means the case's own
    team. With `by_another` it must be somebody who has not handled the case, so it lies on the
    team's desk.

    It is done `least_times` to `most_times`, every whole number equally likely, and after these
    again and again with the chance `again` each time, delay and all. When its last delay has ended
    its `milestone` is reached and its `clock` met. `after` names the milestones that ought to be
    reached by then: breaches of order are counted and never waited for.

    `InvalidInput` for times, chances and desks that cannot be.

    >>> from capacity.distributions import Family
    >>> plan = Distribution(family=Family.GAMMA, mean=Fraction(6), cv=Fraction(1))
    >>> Episode(slug="plan", effort_hours=plan, again=Fraction(1, 3)).mean_effort_hours
    Fraction(9, 1)
    """

    slug: str
    label: Text | None = None
    effort_hours: Distribution
    external_delay_days: Distribution = NOTHING
    team: str | None = None
    desk: Desk = Desk.OWN
    by_another: bool = False
    least_times: int = 1
    most_times: int = 1
    again: Share = Fraction(0)
    milestone: str | None = None
    clock: Clock | None = None
    after: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.least_times < 1:
            raise InvalidInput(
                Text(
                    da=f"{self.slug}: gøres mindst {self.least_times} gange; skriv 1 eller mere",
                    en=f"{self.slug}: done at least {self.least_times} times; write 1 or more",
                ),
                field="least_times",
            )
        if self.most_times < self.least_times:
            raise InvalidInput(
                Text(
                    da=f"{self.slug}: højst {self.most_times} gange er færre end mindst "
                    f"{self.least_times}; skriv {self.least_times} eller mere",
                    en=f"{self.slug}: at most {self.most_times} times is less than at least "
                    f"{self.least_times}; write {self.least_times} or more",
                ),
                field="most_times",
            )
        if not 0 <= self.again < 1:
            raise InvalidInput(
                Text(
                    da=f"{self.slug}: chancen for en gang til er {shown(self.again, 2, 'da')}; "
                    "skriv en andel fra 0 og under 1",
                    en=f"{self.slug}: the chance of once more is {shown(self.again, 2, 'en')}; "
                    "write a share from 0 and below 1",
                ),
                field="again",
            )
        if self.by_another and self.desk is Desk.OWN:
            raise InvalidInput(
                Text(
                    da=f"{self.slug}: arbejde for en anden kan ikke ligge hos sagens egen "
                    "sagsbehandler; skriv desk: team",
                    en=f"{self.slug}: work for somebody else cannot lie with the case's own "
                    "caseworker; write desk: team",
                ),
                field="by_another",
            )
        if self.milestone in (ARRIVAL, STRAND):
            raise InvalidInput(
                Text(
                    da=f"en milepæl kan ikke hedde ”{self.milestone}”, som er en start; giv den "
                    "et andet navn",
                    en=f"a milestone cannot be called “{self.milestone}”, which is a start; give "
                    "it another name",
                ),
                field="milestone",
            )

    @property
    def mean_times(self) -> Fraction:
        """How many times it is done on average (da: gennemsnitligt antal gange)."""
        return Fraction(self.least_times + self.most_times, 2) + self.again / (1 - self.again)

    @property
    def mean_effort_hours(self) -> Hours:
        """The effort that it takes on average, all its times together (da: tidsforbrug)."""
        return self.effort_hours.mean * self.mean_times


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """Work on a case beside its route (da: spor).

    It begins on arrival or at the milestone `starts`, once; or, with `per_year`, by chance so often
    a year from then on (new notifications on an open case). `after_days` lie between that beginning
    and its first work. With `recurs` it begins anew when it ends, until the case closes
    (follow-ups), and `after_days` count again from each round's beginning. With `outlives_case` it
    goes on though the case has closed: a notification still has to be assessed.

    `InvalidInput` for a strand without episodes, one that is both `per_year` and `recurs`, and one
    that would recur without time passing.
    """

    slug: str
    label: Text
    starts: str = ARRIVAL
    per_year: Fraction | None = None
    after_days: Distribution = NOTHING
    episodes: tuple[Episode, ...]
    recurs: bool = False
    outlives_case: bool = False

    def __post_init__(self) -> None:
        if not self.episodes:
            raise InvalidInput(
                Text(
                    da=f"sporet ”{self.slug}” har intet arbejde; skriv mindst én arbejdsgang",
                    en=f"the strand “{self.slug}” has no work; write at least one episode",
                ),
                field="episodes",
            )
        if self.per_year is not None:
            refuse_unless_above_zero(self.per_year, "per_year")
        if self.per_year is not None and self.recurs:
            raise InvalidInput(
                Text(
                    da=f"sporet ”{self.slug}” begynder enten tilfældigt eller forfra, når det "
                    "slutter; udelad per_year eller recurs",
                    en=f"the strand “{self.slug}” begins either by chance or anew when it ends; "
                    "leave out per_year or recurs",
                ),
                field="recurs",
            )
        takes_time = self.after_days.mean or any(
            each.effort_hours.mean or each.external_delay_days.mean for each in self.episodes
        )
        if self.recurs and not takes_time:
            raise InvalidInput(
                Text(
                    da=f"sporet ”{self.slug}” begynder forfra uden at tage tid; skriv after_days",
                    en=f"the strand “{self.slug}” begins anew without taking time; write "
                    "after_days",
                ),
                field="after_days",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalPattern:
    """When in the year, the week and the day cases come, and how many at a time.

    (da: tilgangens mønster.) A weight says how fast cases come in such a month, on such a weekday
    (Monday first) or in such an hour beside the others; twelve equal weights leave February fewer
    cases than March, for it is shorter. The number in a year is the case class's and not touched.
    `siblings` are the shares of bursts with 1, 2, 3 … cases that come together; they sum to 1.

    `InvalidInput` for too few or too many weights, none above 0, and shares that do not sum to 1.

    >>> EVEN.cases_per_burst
    Fraction(1, 1)
    """

    months: tuple[Fraction, ...] = (Fraction(1),) * _MONTHS
    weekdays: tuple[Fraction, ...] = (Fraction(1),) * _WEEKDAYS
    hours: tuple[Fraction, ...] = (Fraction(1),) * _HOURS
    on_public_holidays: bool = True
    siblings: tuple[Share, ...] = (Fraction(1),)

    def __post_init__(self) -> None:
        refuse_unless_weights(self.months, _MONTHS, "months")
        refuse_unless_weights(self.weekdays, _WEEKDAYS, "weekdays")
        refuse_unless_weights(self.hours, _HOURS, "hours")
        for index, share in enumerate(self.siblings):
            refuse_unless_share(share, f"siblings[{index}]")
        total = sum(self.siblings, Fraction(0))
        if total != 1:
            raise InvalidInput(
                Text(
                    da=f"andelene af enkeltsager, søskendepar og så videre er tilsammen "
                    f"{shown(total, 3, 'da')}; skriv dem, så de er 1",
                    en=f"the shares of single cases, pairs of siblings and so on sum to "
                    f"{shown(total, 3, 'en')}; write them so that they sum to 1",
                ),
                field="siblings",
            )

    @property
    def cases_per_burst(self) -> Fraction:
        """How many cases come together on average (da: sager pr. gang)."""
        counted = enumerate(self.siblings, start=1)
        return sum((cases * share for cases, share in counted), Fraction(0))


EVEN = ArrivalPattern()
"""Any hour of the year as good as the next, one case at a time (da: jævn tilgang)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogStage:
    """The open cases of one class that stand at one episode of its route (da: sager på et trin).

    `ages_days` are calendar days since each case's arrival. Where nobody knows them, `evenly_aged`
    spreads them, and the department says so among its assumptions. `remaining_effort` is the mean
    part of the episode's effort that is still to be spent. With `placed_by_age` a case stands at
    the episode or at a later one, where its age puts it, and what is left follows from that and
    from the order of work: the milestones that a case has passed are known, and what lies between
    them is not. Where it is known when work on each of those cases began, `begun_days_ago` says so
    in their order: such a case has not waited for anybody at the episode since.
    """

    episode: str
    ages_days: tuple[int, ...]
    remaining_effort: Share = Fraction(1)
    placed_by_age: bool = False
    begun_days_ago: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.begun_days_ago and not self._has_begun_as_it_aged():
            raise InvalidInput(
                Text(
                    da="skriv for hver sag på trinnet, hvor mange dage siden arbejdet begyndte, "
                    "fra 0 til sagens alder, og at den står, hvor alderen siger",
                    en="write for every case at the step how many days ago its work began, from 0 "
                    "to the case's age, and that it is placed by age",
                ),
                field="begun_days_ago",
            )
        if any(age < 0 for age in self.ages_days):
            raise InvalidInput(
                Text(
                    da="en åben sags alder i dage må ikke være negativ",
                    en="the age of an open case in days may not be negative",
                ),
                field="ages_days",
            )
        if not 0 <= self.remaining_effort <= 1:
            raise InvalidInput(
                Text(
                    da="resterende tidsforbrug er en andel fra 0 til 1",
                    en="remaining effort is a share from 0 to 1",
                ),
                field="remaining_effort",
            )

    def _has_begun_as_it_aged(self) -> bool:
        of_every_case = len(self.begun_days_ago) == len(self.ages_days)
        return (
            self.placed_by_age
            and of_every_case
            and all(
                0 <= begun <= age
                for begun, age in zip(self.begun_days_ago, self.ages_days, strict=True)
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The cases of one class already open at the start (da: sagspukkel ved start).

    `stages` hold those whose ages and whereabouts are known or assumed. `unknown` is a number of
    open cases of which nobody knows either: the simulation fits a steady stock to them and says so.
    """

    stages: tuple[BacklogStage, ...] = ()
    unknown: int = 0

    def __post_init__(self) -> None:
        refuse_below_zero(self.unknown, "unknown")

    @property
    def open_cases(self) -> int:
        """How many cases are open at the start (da: åbne sager)."""
        return sum(len(stage.ages_days) for stage in self.stages) + self.unknown

    @property
    def of_unknown_place(self) -> int:
        """How many of them nobody knows the place of on the route (da: uden kendt trin)."""
        placed = sum(len(stage.ages_days) for stage in self.stages if stage.placed_by_age)
        return placed + self.unknown


def evenly_aged(cases: int, oldest_days: int) -> tuple[int, ...]:
    """Ages in days for cases whose ages nobody knows: spread evenly (da: jævnt fordelte aldre).

    >>> evenly_aged(4, 120)
    (15, 45, 75, 105)
    """
    return tuple((2 * case + 1) * oldest_days // (2 * cases) for case in range(cases))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClass:
    """Cases of one kind: how often they come, what they cost, what they owe (da: sagstype).

    `arrivals_per_year` are cases, not bursts of siblings. `priority` 1 is served first where the
    team's policy goes by priority; `weight` is what a case counts in a caseload (da: sagstyngde).
    `withdrawal_days` run from arrival until the family moves away, where the case is still open by
    then; None means that none does. A case closes when its route has ended.
    `usual_arrivals_per_year` is what came before a change of the inflow, None where there is none:
    more comes as a stream of its own beside the usual cases, less leaves some of them out.

    One episode on the team's desk is the pooled queue: an effort, a delay, and the clock is met.

    `InvalidInput` names the episode, strand or stage at fault: two of one name, a start or an order
    that names a milestone which no episode reaches, a strand that can never begin.
    """

    slug: str
    label: Text
    team: str
    arrivals_per_year: Fraction
    arrival_pattern: ArrivalPattern = EVEN
    route: tuple[Episode, ...]
    strands: tuple[Strand, ...] = ()
    priority: int = 1
    weight: Fraction = Fraction(1)
    withdrawal_days: Distribution | None = None
    backlog: Backlog = Backlog()
    usual_arrivals_per_year: Fraction | None = None

    def __post_init__(self) -> None:
        refuse_below_zero(self.arrivals_per_year, "arrivals_per_year")
        if self.usual_arrivals_per_year is not None:
            refuse_unless_above_zero(self.usual_arrivals_per_year, "usual_arrivals_per_year")
        refuse_below_zero(self.weight, "weight")
        if not 1 <= self.priority <= LOWEST_PRIORITY:
            raise InvalidInput(
                Text(
                    da=f"prioritet {self.priority}; skriv fra 1, der kommer først, til "
                    f"{LOWEST_PRIORITY}",
                    en=f"priority {self.priority}; write from 1, which comes first, to "
                    f"{LOWEST_PRIORITY}",
                ),
                field="priority",
            )
        if not self.route:
            raise InvalidInput(
                Text(
                    da=f"sagstypen ”{self.slug}” har intet arbejde; skriv mindst én arbejdsgang",
                    en=f"the case class “{self.slug}” has no work; write at least one episode",
                ),
                field="route",
            )
        # A name is what its luck hangs on: two of one name would meet the same efforts.
        refuse_twice([each.slug for each in self.episodes], "route")
        refuse_twice([each.slug for each in self.strands], "strands")
        self._refuse_unknown_milestones()
        self._refuse_strands_that_never_begin()
        for index, stage in enumerate(self.backlog.stages):
            _refuse_unknown(
                stage.episode,
                [each.slug for each in self.route],
                f"backlog.stages[{index}].episode",
                Text(da="ingen arbejdsgang i forløbet", en="no episode of the route"),
            )

    @property
    def inflow(self) -> Fraction:
        """What arrives, as a factor of the usual (da: tilgang, faktor)."""
        usual = self.usual_arrivals_per_year
        return Fraction(1) if usual is None else self.arrivals_per_year / usual

    @property
    def episodes(self) -> tuple[Episode, ...]:
        """All its episodes, the route's and then the strands' (da: alle arbejdsgange)."""
        return tuple(episode for _, episode, _ in self.placed_episodes())

    @property
    def milestones(self) -> tuple[str, ...]:
        """The milestones that its episodes reach, in order of first mention (da: milepæle)."""
        reached = (each.milestone for each in self.episodes if each.milestone)
        return tuple(dict.fromkeys(reached))

    @property
    def deadlines(self) -> tuple[str, ...]:
        """The rules that its clocks answer to, by id, strands included (da: sagstypens frister)."""
        return tuple(sorted({each.clock.deadline for each in self.episodes if each.clock}))

    @property
    def mean_effort_hours(self) -> Hours:
        """The effort of the route on average, repeats included (da: tidsforbrug pr. sag).

        What the strands take comes on top and depends on how long a case stays open.
        """
        return sum((each.mean_effort_hours for each in self.route), Fraction(0))

    @property
    def yearly_hours(self) -> Hours:
        """The work in a year: what arrives, and what the strands take (da: årligt tidsforbrug).

        The strands of the cases that are open at the start, and as many are taken to stay open:
        one that comes by chance so often a year, one that recurs as often as its pause and its
        delays leave room for, one that comes once with each case that arrives.
        """
        hours = self.arrivals_per_year * self.mean_effort_hours
        for strand in self.strands:
            effort = sum((each.mean_effort_hours for each in strand.episodes), Fraction(0))
            if strand.per_year is not None:
                hours += self.backlog.open_cases * strand.per_year * effort
            elif strand.recurs:
                delays = (
                    each.external_delay_days.mean * each.mean_times for each in strand.episodes
                )
                round_days = strand.after_days.mean + sum(delays, Fraction(0))
                rounds = DAYS_PER_YEAR / max(round_days, Fraction(1))
                hours += self.backlog.open_cases * rounds * effort
            else:
                hours += self.arrivals_per_year * effort
        return hours

    def placed_episodes(self) -> Iterator[tuple[str, Episode, Strand | None]]:
        """Go through the episodes with each one's place, `strands[0].episodes[1]`, and strand."""
        for index, episode in enumerate(self.route):
            yield f"route[{index}]", episode, None
        for number, strand in enumerate(self.strands):
            for index, episode in enumerate(strand.episodes):
                yield f"strands[{number}].episodes[{index}]", episode, strand

    def _refuse_unknown_milestones(self) -> None:
        no_start = Text(da="ingen start eller milepæl her", en="no start or milestone here")
        no_milestone = Text(da="ingen milepæl her", en="no milestone here")
        for place, episode, strand in self.placed_episodes():
            # Its own milestone is reached when its clock is met: nothing could run between them.
            others = [each for each in self.milestones if each != episode.milestone]
            if episode.clock:
                starts = [ARRIVAL, *([STRAND] if strand else []), *others]
                _refuse_unknown(episode.clock.starts, starts, f"{place}.clock.starts", no_start)
            for index, milestone in enumerate(episode.after):
                _refuse_unknown(milestone, others, f"{place}.after[{index}]", no_milestone)
        for index, strand in enumerate(self.strands):
            starts = [ARRIVAL, *self.milestones]
            _refuse_unknown(strand.starts, starts, f"strands[{index}].starts", no_start)

    def _refuse_strands_that_never_begin(self) -> None:
        reached = {ARRIVAL, *(each.milestone for each in self.route if each.milestone)}
        waiting = list(enumerate(self.strands))
        while begun := [each for each in waiting if each[1].starts in reached]:
            waiting = [each for each in waiting if each not in begun]
            reached |= {
                one.milestone for _, each in begun for one in each.episodes if one.milestone
            }
        for index, strand in waiting:
            raise InvalidInput(
                Text(
                    da=f"sporet ”{strand.slug}” begynder ved ”{strand.starts}”, som kun nås efter "
                    "sporets egen begyndelse; skriv en anden start",
                    en=f"the strand “{strand.slug}” begins at “{strand.starts}”, which is reached "
                    "only after its own beginning; write another start",
                ),
                field=f"strands[{index}].starts",
            )


def _refuse_unknown(name: str, known: list[str], field: str, none: Text) -> None:
    if name not in known:
        names = ", ".join(known)
        raise InvalidInput(
            Text(
                da=f"{none.da} hedder ”{name}”; "
                + (f"skriv en af {names}" if known else "der er ingen"),
                en=f"{none.en} is called “{name}”; "
                + (f"write one of {names}" if known else "there are none"),
            ),
            field=field,
        )
