"""What a plan changes in a department, one kind of change after the other (da: ændringer).

Each knows the department that it makes and what it costs, and has a reason: a plan that nobody can
explain is none. Hours and posts come and go on dates. An effect on the work itself (effort, loops,
delays, inflow) holds from the department's own date, because the cases already open are part of it;
whoever states one states it for the whole period.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import ClassVar

from capacity import changes
from capacity.caseworker import (
    Absence,
    AbsenceReason,
    Caseworker,
    HoursChange,
    RampUp,
    added_id,
)
from capacity.department import Department, Team
from capacity.errors import InvalidInput
from capacity.merging import merged
from capacity.practice import (
    AFTER_DUES,
    ASSIGNMENTS,
    POLICIES,
    AfterDue,
    Assignment,
    Policy,
)
from capacity.refusals import (
    refuse_below_zero,
    refuse_unless_above_zero,
    refuse_unless_after,
)
from capacity.rulebook import Rulebook
from capacity.staff_costs import (
    DAYS_PER_MONTH,
    Expense,
    MonthlyAmount,
    OneOffAmount,
    PostPrice,
    Posts,
)
from capacity.units import FTE, HoursPerWeek, Kroner
from capacity.wording import Text, date_in_words, in_full

_WEEKS_PER_MONTH = DAYS_PER_MONTH / 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(ABC):
    """One thing that a plan changes (da: ændring).

    `reason` is why; `said_by` who vouches for an effect that no rule and no count does.
    """

    kind: ClassVar[str]
    reason: str
    said_by: str | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise InvalidInput(
                Text(
                    da="ændringen har ingen begrundelse; skriv hvorfor",
                    en="the change has no reason; write why",
                ),
                field="reason",
            )

    @property
    def begins(self) -> date | None:
        """The day from which it holds; None where it has none of its own (da: begynder)."""
        return None

    @abstractmethod
    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Return the department with the change made (da: ændret afdeling)."""

    def lacks_price(self, post: PostPrice | None) -> bool:
        """Whether it costs something that nobody has said the price of (da: mangler pris)."""
        del post
        return False

    @abstractmethod
    def title(self, department: Department) -> Text:
        """Say in a few words what it changes (da: overskrift)."""

    def expenses(self, department: Department, post: PostPrice | None) -> tuple[Expense, ...]:
        """Return what it costs, `post` being the price of a post that has none of its own."""
        del department, post
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dated(Change):
    """A change in a team from a day, to the day before another or for good."""

    team: str
    from_: date
    to: date | None = None

    def __post_init__(self) -> None:
        Change.__post_init__(self)
        refuse_unless_after(self.from_, self.to)

    @property
    def begins(self) -> date:
        """The day from which it holds (da: begynder)."""
        return self.from_

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds; None where it stays (da: sidste dag)."""
        return None if self.to is None else self.to - timedelta(days=1)

    def _when(self) -> Text:
        da = f"fra {date_in_words(self.from_, 'da')}"
        en = f"from {date_in_words(self.from_, 'en')}"
        if self.last_day is not None:
            da += f" til og med {date_in_words(self.last_day, 'da')}"
            en += f" to {date_in_words(self.last_day, 'en')} inclusive"
        return Text(da=da, en=en)


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithPosts(_Dated):
    """Posts in a team from a day, and what a full-time one of them costs."""

    one: ClassVar[Text]
    several: ClassVar[Text]
    sign: ClassVar[int] = 1

    fte: FTE
    price: PostPrice | None = None

    def __post_init__(self) -> None:
        _Dated.__post_init__(self)
        refuse_unless_above_zero(self.fte, "fte")

    def lacks_price(self, post: PostPrice | None) -> bool:
        """Whether neither the change nor the plan says what a post costs."""
        return self.price is None and post is None

    def title(self, department: Department) -> Text:
        """Say how many posts, where and when."""
        where, when = _where(department, (self.team,)), self._when()
        what = self.one if self.fte <= 1 else self.several
        return Text(
            da=f"{in_full(self.fte, 'da')} {what.da}{where.da} {when.da}",
            en=f"{in_full(self.fte, 'en')} {what.en}{where.en} {when.en}",
        )

    def expenses(self, department: Department, post: PostPrice | None) -> tuple[Expense, ...]:
        """Return the posts at their price; those that stand empty are saved."""
        price = self.price or post
        if price is None:
            return ()
        return (
            Posts(
                label=self.title(department),
                fte=self.sign * self.fte,
                price=price,
                from_=self.from_,
                to=self.to,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedPosts(_WithPosts):
    """Full-time posts, or parts of them, added to a team (da: flere stillinger).

    Of a full-time post's hours `non_case_hours_per_week` go to other duties. `ramp_up` None means
    that newcomers carry a full caseload from their first day.
    """

    kind: ClassVar[str] = "added_posts"
    one: ClassVar[Text] = Text(da="ekstra stilling", en="extra post")
    several: ClassVar[Text] = Text(da="ekstra stillinger", en="extra posts")
    non_case_hours_per_week: HoursPerWeek = Fraction(0)
    ramp_up: RampUp | None = None

    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Add caseworkers to the team's roster, the last one part-time if need be."""
        return _with_newcomers(self, department, book, self.non_case_hours_per_week, self.ramp_up)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryStaff(_WithPosts):
    """Staff hired for a while (da: vikarer); they cost what `price` says for a full year."""

    kind: ClassVar[str] = "temporary_staff"
    one: ClassVar[Text] = Text(da="vikar", en="temporary post")
    several: ClassVar[Text] = Text(da="vikarer", en="temporary posts")
    ramp_up: RampUp | None = None

    def __post_init__(self) -> None:
        _WithPosts.__post_init__(self)
        if self.to is None:
            raise InvalidInput(
                Text(
                    da="vikarer har en slutdag; skriv den, eller skriv stillinger",
                    en="temporary staff have an end; write it, or write posts",
                ),
                field="to",
            )

    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Add caseworkers to the team's roster for the period."""
        return _with_newcomers(self, department, book, Fraction(0), self.ramp_up)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyPosts(_WithPosts):
    """Posts that stand empty or go (da: vakancer, nedlagte stillinger).

    They are taken from the end of the team's list, whole people as far as they fit and the rest
    from the next one's hours: an assumption, since a plan names no persons. `fte` are posts for
    cases. What is saved is the posts' price.
    """

    kind: ClassVar[str] = "empty_posts"
    one: ClassVar[Text] = Text(da="ubesat stilling", en="empty post")
    several: ClassVar[Text] = Text(da="ubesatte stillinger", en="empty posts")
    sign: ClassVar[int] = -1

    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Let people of the team be away, or have fewer hours for cases."""
        people = list(department.roster.team(_known(self, department)).caseworkers)
        wanted = self.fte * book["agreement.full_time_hours"].on(department.on).number
        left: dict[str, Caseworker | None] = {}
        for person in reversed(people):
            hours = person.case_hours(self.from_)
            if wanted <= 0 or hours <= 0:
                continue
            left[person.id] = self._without(person, min(hours, wanted), whole=hours <= wanted)
            wanted -= hours
        if wanted > 0:
            raise InvalidInput(
                Text(
                    da=f"teamet ”{self.team}” har ikke så mange stillinger til sager "
                    f"{date_in_words(self.from_, 'da')}; skriv færre",
                    en=f"the team “{self.team}” has not so many posts for cases on "
                    f"{date_in_words(self.from_, 'en')}; write fewer",
                ),
                field="fte",
            )
        return _with_people(department, lambda person: left.get(person.id, person))

    def _without(
        self, person: Caseworker, hours: HoursPerWeek, *, whole: bool
    ) -> Caseworker | None:
        """Somebody with so many hours less; None for one who never comes at all."""
        if not whole:
            change = HoursChange(
                first_day=self.from_, last_day=self.last_day, case_hours_per_week=-hours
            )
            return replace(person, hours_changes=(*person.hours_changes, change))
        if self.last_day is None:
            if person.starts_on is not None and person.starts_on >= self.from_:
                return None
            return replace(person, ends_on=self.from_ - timedelta(days=1))
        away = Absence(
            first_day=self.from_, last_day=self.last_day, reason=AbsenceReason.UNPAID_LEAVE
        )
        return replace(person, absences=(*person.absences, away))


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithHours(_Dated):
    """Weekly hours for cases, more or fewer, spread over a team's people by their hours."""

    hours_per_week: HoursPerWeek

    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Spread the hours over those who are there on the first day."""
        del book
        _known(self, department)
        return _with_hours(department, (self.team,), self.hours_per_week, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDuties(_WithHours):
    """Other duties moved away from a team's caseworkers, or to them (da: andre opgaver flyttet).

    `hours_per_week` above 0 are freed for cases; below 0 they are taken.
    """

    kind: ClassVar[str] = "other_duties"

    def title(self, department: Department) -> Text:
        """Say how many hours, where and when."""
        more = self.hours_per_week >= 0
        return _hours_in_words(
            self,
            department,
            Text(da="færre andre opgaver", en="fewer other duties")
            if more
            else Text(da="flere andre opgaver", en="more other duties"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtime(_WithHours):
    """Paid extra hours for cases (da: overarbejde); `kroner_per_hour` with its year and source."""

    kind: ClassVar[str] = "overtime"
    kroner_per_hour: Kroner | None = None
    price_year: int | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        _Dated.__post_init__(self)
        refuse_unless_above_zero(self.hours_per_week, "hours_per_week")
        if self.kroner_per_hour is not None:
            refuse_below_zero(self.kroner_per_hour, "kroner_per_hour")
            _refuse_unpriced_year(self.price_year)

    def lacks_price(self, post: PostPrice | None) -> bool:
        """Whether nobody says what an hour costs; it may cost 0."""
        del post
        return self.kroner_per_hour is None

    def title(self, department: Department) -> Text:
        """Say how many hours, where and when."""
        return _hours_in_words(self, department, Text(da="overarbejde", en="overtime"))

    def expenses(self, department: Department, post: PostPrice | None) -> tuple[Expense, ...]:
        """Return the hours at their price, month by month."""
        del post
        if self.kroner_per_hour is None or self.price_year is None:
            return ()
        return (
            MonthlyAmount(
                label=self.title(department),
                kroner_per_month=self.kroner_per_hour * self.hours_per_week * _WEEKS_PER_MONTH,
                price_year=self.price_year,
                source=self.source or "",
                from_=self.from_,
                to=self.to,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedTeams(Change):
    """One team made of several (da: sammenlagte teams).

    It works as the team named in `works_like` did; None where all of them work alike.
    """

    kind: ClassVar[str] = "merged_teams"
    teams: tuple[str, ...]
    slug: str
    label: Text
    works_like: str | None = None

    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Merge the teams."""
        del book
        like = department.team(self.works_like, field="works_like") if self.works_like else None
        return merged(
            department,
            self.teams,
            self.slug,
            self.label,
            practice=like.practice if like else None,
            staff_risks=like.staff_risks if like else None,
        )

    def title(self, department: Department) -> Text:
        """Say which teams become one."""
        return Text(
            da=f"{_names(department, self.teams).da} bliver til {self.label.da}",
            en=f"{_names(department, self.teams).en} become {self.label.en}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseloadLimit(Change):
    """The most open cases for each full-time caseworker of a team (da: loft over sagstal).

    None takes the limit away.
    """

    kind: ClassVar[str] = "caseload_limit"
    team: str
    cases_per_fte: Fraction | None

    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Set the limit."""
        del book
        return _with_practice(department, self.team, caseload_limit=self.cases_per_fte)

    def title(self, department: Department) -> Text:
        """Say the limit and the team."""
        name, limit = _names(department, (self.team,)), self.cases_per_fte
        if limit is None:
            return Text(da=f"intet loft over sagstallet i {name.da}", en=f"no limit in {name.en}")
        return Text(
            da=f"højst {in_full(limit, 'da')} sager pr. fuldtidsstilling i {name.da}",
            en=f"at most {in_full(limit, 'en')} cases per FTE in {name.en}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder(Change):
    """What a team takes up next, and who gets a new case (da: rækkefølge og fordeling).

    What is None stays as it is.
    """

    kind: ClassVar[str] = "work_order"
    team: str
    policy: Policy | None = None
    after_due: AfterDue | None = None
    assignment: Assignment | None = None

    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Change the team's practice."""
        del book
        stated = {
            "policy": self.policy,
            "after_due": self.after_due,
            "assignment": self.assignment,
        }
        new = {name: value for name, value in stated.items() if value is not None}
        return _with_practice(department, self.team, **new)

    def title(self, department: Department) -> Text:
        """Say the team, and what is new."""
        name = _names(department, (self.team,))
        new = [
            *([POLICIES[self.policy]] if self.policy else []),
            *([AFTER_DUES[self.after_due]] if self.after_due else []),
            *([ASSIGNMENTS[self.assignment]] if self.assignment else []),
        ]
        return Text(
            da=f"arbejdsform i {name.da}: {', '.join(each.da for each in new)}",
            en=f"practice in {name.en}: {', '.join(each.en for each in new)}",
        )


_Multiplied = Callable[[Department, Fraction, tuple[str, ...] | None], Department]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Factor(Change):
    """A quantity of some teams, or of all, multiplied."""

    factor: Fraction
    teams: tuple[str, ...] | None = None

    what: ClassVar[Text]
    made: ClassVar[_Multiplied]

    def __post_init__(self) -> None:
        Change.__post_init__(self)
        refuse_below_zero(self.factor, "factor")

    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Multiply it."""
        del book
        return type(self).made(department, self.factor, self._teams_of(department))

    def title(self, department: Department) -> Text:
        """Say what is multiplied by how much, and where."""
        per_cent = (self.factor - 1) * 100
        sign = "+" if per_cent >= 0 else "−"
        da, en = in_full(abs(per_cent), "da"), in_full(abs(per_cent), "en")
        where = _where(department, self.teams)
        return Text(
            da=f"{self.what.da} {sign}{da} %{where.da}", en=f"{self.what.en} {sign}{en} %{where.en}"
        )

    def _teams_of(self, department: Department) -> tuple[str, ...] | None:
        for index, each in enumerate(self.teams or ()):
            department.team(each, field=f"teams[{index}]")
        return self.teams


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflow(_Factor):
    """What arrives, multiplied (da: tilgang)."""

    kind: ClassVar[str] = "inflow"
    what: ClassVar[Text] = Text(da="tilgang", en="inflow")
    made: ClassVar[_Multiplied] = staticmethod(changes.with_inflow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort(_Factor):
    """The hours that every piece of work takes, multiplied (da: tidsforbrug)."""

    kind: ClassVar[str] = "effort"
    what: ClassVar[Text] = Text(da="tidsforbrug pr. sag", en="effort per case")
    made: ClassVar[_Multiplied] = staticmethod(changes.with_effort)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalDelay(_Factor):
    """How long others let the work wait, multiplied (da: ventetid på andre)."""

    kind: ClassVar[str] = "external_delay"
    what: ClassVar[Text] = Text(da="ventetid på andre", en="waiting for others")
    made: ClassVar[_Multiplied] = staticmethod(changes.with_delays)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sickness(_Factor):
    """How long sickness and leave last, multiplied (da: sygefravær og orlov)."""

    kind: ClassVar[str] = "sickness"
    what: ClassVar[Text] = Text(da="sygefravær og orlov", en="sickness and leave")

    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Let absence last longer or shorter."""
        usual = book["assumption.sick_days"].on(department.on).number
        return changes.with_sickness(department, self.factor, usual, self._teams_of(department))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover(_Factor):
    """How often people leave for good, multiplied (da: personaleudskiftning)."""

    kind: ClassVar[str] = "turnover"
    what: ClassVar[Text] = Text(da="personaleudskiftning", en="turnover")
    made: ClassVar[_Multiplied] = staticmethod(changes.with_turnover)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Change):
    """Something other than posts: a course, a consultant, a leader, fewer meetings (da: tiltag).

    Its effects are its user's word: `hours_per_week` given to cases in each of the `teams` from
    `from_` (taken, if below 0: a course takes hours), and factors on effort, on the chance that a
    piece of work must be done again, and on waiting for others; a new `ramp_up` of those who
    follow somebody who leaves; new `priorities` of case classes. Factors hold in the whole period.
    It costs a full-time post's price for `fte` posts that carry no cases, an amount a month, and
    an amount once, as far as they are stated. One of which none is stated has no price: what is
    free says so by an amount of 0.
    """

    kind: ClassVar[str] = "measure"
    name: str
    teams: tuple[str, ...]
    from_: date
    to: date | None = None
    hours_per_week: HoursPerWeek = Fraction(0)
    effort: Fraction = Fraction(1)
    loops: Fraction = Fraction(1)
    external_delay: Fraction = Fraction(1)
    ramp_up: RampUp | None = None
    priorities: Mapping[str, int] | None = None
    fte: FTE = Fraction(0)
    kroner_per_month: Kroner | None = None
    kroner_once: Kroner | None = None
    price_year: int | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        Change.__post_init__(self)
        for field in ("effort", "loops", "external_delay", "fte"):
            refuse_below_zero(getattr(self, field), field)
        refuse_unless_after(self.from_, self.to)
        if self.kroner_per_month or self.kroner_once:
            _refuse_unpriced_year(self.price_year)
        if not self.teams:
            raise InvalidInput(
                Text(da="nævn mindst ét team", en="name at least one team"), field="teams"
            )

    @property
    def begins(self) -> date:
        """The day from which it gives or takes hours (da: begynder)."""
        return self.from_

    @property
    def last_day(self) -> date | None:
        """The last day on which it gives or takes hours (da: sidste dag)."""
        return None if self.to is None else self.to - timedelta(days=1)

    def applied_to(self, department: Department, book: Rulebook) -> Department:
        """Let it have the effects that its user states."""
        del book
        for index, each in enumerate(self.teams):
            department.team(each, field=f"teams[{index}]")
        changed = changes.with_effort(department, self.effort, self.teams)
        changed = changes.with_loops(changed, self.loops, self.teams)
        changed = changes.with_delays(changed, self.external_delay, self.teams)
        if self.ramp_up is not None:
            changed = changes.with_ramp_up(changed, self.ramp_up, self.teams)
        if self.priorities is not None:
            changed = changes.with_priorities(changed, self.priorities)
        for team in self.teams:
            changed = _with_hours(changed, (team,), self.hours_per_week, self)
        return changed

    def lacks_price(self, post: PostPrice | None) -> bool:
        """Whether nobody says what its posts cost, or what it costs where it has none."""
        if self.fte > 0:
            return post is None
        return self.kroner_per_month is None and self.kroner_once is None

    def title(self, department: Department) -> Text:
        """Say its name and where it is."""
        where = _where(department, self.teams)
        return Text(da=f"{self.name}{where.da}", en=f"{self.name}{where.en}")

    def expenses(self, department: Department, post: PostPrice | None) -> tuple[Expense, ...]:
        """Return its posts, its monthly amount and what is paid once."""
        label = self.title(department)
        found: list[Expense] = []
        if self.fte and post is not None:
            found.append(Posts(label=label, fte=self.fte, price=post, from_=self.from_, to=self.to))
        year, source = self.price_year or 0, self.source or ""
        if self.kroner_per_month:
            found.append(
                MonthlyAmount(
                    label=label,
                    kroner_per_month=self.kroner_per_month,
                    price_year=year,
                    source=source,
                    from_=self.from_,
                    to=self.to,
                )
            )
        if self.kroner_once:
            found.append(
                OneOffAmount(
                    label=label,
                    kroner_once=self.kroner_once,
                    price_year=year,
                    source=source,
                    on=self.from_,
                )
            )
        return tuple(found)


KINDS = frozenset(
    each.kind
    for each in (
        AddedPosts,
        TemporaryStaff,
        EmptyPosts,
        OtherDuties,
        Overtime,
        MergedTeams,
        CaseloadLimit,
        WorkOrder,
        Inflow,
        Effort,
        ExternalDelay,
        Sickness,
        Turnover,
        Measure,
    )
)
"""What a change can be, by the word that a document says it with (da: ændringens art)."""


# --- What several of them do --------------------------------------------------------------------


def _known(change: _Dated, department: Department) -> str:
    """The team's name; a change that begins before the department's date is refused."""
    department.team(change.team)
    _refuse_before(change.from_, department)
    return change.team


def _refuse_before(day: date, department: Department) -> None:
    if day < department.on:
        raise InvalidInput(
            Text(
                da=f"ændringen begynder {day}, før afdelingens dato {department.on}; skriv den dag "
                "eller en senere",
                en=f"the change begins on {day}, before the department's date {department.on}; "
                "write that day or a later one",
            ),
            field="from",
        )


def _with_newcomers(
    change: _WithPosts,
    department: Department,
    book: Rulebook,
    non_case_hours_per_week: HoursPerWeek,
    ramp_up: RampUp | None,
) -> Department:
    team = _known(change, department)
    full_time = book["agreement.full_time_hours"].on(department.on).number
    taken = {person.id for person in department.roster.caseworkers}
    added, rest, number = [], change.fte, 0
    while rest > 0:
        number += 1
        if added_id(team, number) in taken:
            continue
        post = min(rest, Fraction(1))
        rest -= post
        added.append(
            Caseworker(
                id=added_id(team, number),
                team=team,
                hours_per_week=post * full_time,
                non_case_hours_per_week=post * non_case_hours_per_week,
                # Whoever begins on the department's own day is there when it opens.
                starts_on=change.from_ if change.from_ > department.on or ramp_up else None,
                ends_on=change.last_day,
                ramp_up=ramp_up,
            )
        )
    roster = department.roster
    return replace(department, roster=replace(roster, caseworkers=(*roster.caseworkers, *added)))


def _with_hours(
    department: Department,
    teams: tuple[str, ...],
    hours_per_week: HoursPerWeek,
    change: "_WithHours | Measure",
) -> Department:
    """Spread hours for cases over a team's people, by the hours they have on the first day."""
    if not hours_per_week:
        return department
    _refuse_before(change.from_, department)
    hours = {
        person.id: person.case_hours(change.from_)
        for person in department.roster.caseworkers
        if person.team in teams
    }
    total = sum(hours.values(), Fraction(0))
    if total <= 0 or total + hours_per_week < 0:
        raise InvalidInput(
            Text(
                da=f"teamet har {in_full(total, 'da')} timer om ugen til sager {change.from_}; "
                "skriv timer, som der er plads til",
                en=f"the team has {in_full(total, 'en')} hours a week for cases on "
                f"{change.from_}; write hours that there is room for",
            ),
            field="hours_per_week",
        )

    def changed(person: Caseworker) -> Caseworker:
        own = hours.get(person.id)
        if not own:
            return person
        each = HoursChange(
            first_day=change.from_,
            last_day=change.last_day,
            case_hours_per_week=hours_per_week * own / total,
        )
        return replace(person, hours_changes=(*person.hours_changes, each))

    return _with_people(department, changed)


def _with_people(
    department: Department, changed: Callable[[Caseworker], Caseworker | None]
) -> Department:
    roster = department.roster
    made = (changed(person) for person in roster.caseworkers)
    people = tuple(person for person in made if person is not None)
    return replace(department, roster=replace(roster, caseworkers=people))


def _with_practice(department: Department, team: str, **new: object) -> Department:
    department.team(team)

    def changed(each: Team) -> Team:
        if each.slug != team:
            return each
        # A new order of work does not undo how the open cases have come so far.
        shared = each.practice.open_cases_are_shared
        practice = replace(each.practice, **new)  # type: ignore[arg-type]
        if practice.open_cases_are_shared is not shared:
            practice = replace(practice, shared_until_now=shared)
        return replace(each, practice=practice)

    return replace(department, teams=tuple(changed(each) for each in department.teams))


def _refuse_unpriced_year(price_year: int | None) -> None:
    if price_year is None:
        raise InvalidInput(
            Text(
                da="beløbet har intet prisår; skriv, hvilket års priser det er i",
                en="the amount has no price year; write in which year's prices it is",
            ),
            field="price_year",
        )


def _names(department: Department, teams: tuple[str, ...]) -> Text:
    """The teams' labels; a team that a change before this one has made has only its name."""
    labels = {each.slug: each.label for each in department.teams}
    known = [labels.get(each, Text(da=each, en=each)) for each in teams]
    return Text(
        da=" og ".join(each.da for each in known), en=" and ".join(each.en for each in known)
    )


def _where(department: Department, teams: tuple[str, ...] | None) -> Text:
    if teams is None:
        return Text(da="", en="")
    names = _names(department, teams)
    return Text(da=f" i {names.da}", en=f" in {names.en}")


def _hours_in_words(change: _WithHours, department: Department, what: Text) -> Text:
    where, when = _where(department, (change.team,)), change._when()
    hours = abs(change.hours_per_week)
    return Text(
        da=f"{what.da}, {in_full(hours, 'da')} timer om ugen{where.da} {when.da}",
        en=f"{what.en}, {in_full(hours, 'en')} hours a week{where.en} {when.en}",
    )
