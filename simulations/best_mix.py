"""The mix of posts, temporary staff, overtime and measures that buys most timeliness for an amount.

And the other way: which posts a saving costs least timeliness by. What may be bought is offered in
units; a mix is so many units of each. All mixes meet the same cases and people with the same luck.

The search begins with the whole amount on each offer alone and with the best buy for the next
krone again and again, and from the best of them exchanges units as long as that helps. It does
not prove that no mix is better: it says how many it tried. The mixes it names are simulated again
with luck of their own, so that the best of many is not the luckiest of them (da: bedste blanding).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError, TooMuchWork
from capacity.rulebook import Rulebook
from capacity.scenario import Prices, changed_department, expenses, titles
from capacity.scenario_changes import AddedPosts, Change, EmptyPosts, Overtime, TemporaryStaff
from capacity.staff_costs import (
    PricePerUnit,
    StaffBudget,
    kroner_between,
    price_per_unit,
    staff_budget,
)
from capacity.units import Kroner
from capacity.wording import Text, shown
from simulations import MODEL_VERSION
from simulations.comparison import (
    courses_of,
    courses_steps,
    replications_in_all,
    touched_teams,
)
from simulations.estimates import Estimate
from simulations.questions import USUAL_REPLICATIONS
from simulations.tallies import Outcome, Tally, avoided_late, outcome, share_difference
from simulations.waterfall import owed

SCREENED = 128
"""Replications by which mixes are compared while searching."""
MOST_TRIED = 400
MOST_UNITS = 40
"""Of one offer; more is another department."""
NAMED = 3
"""So many of the best are simulated again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What may be bought, as one unit of it, and how many units at most (da: mulighed).

    A measure comes once. `InvalidInput` where what cannot be had twice is offered twice.
    """

    unit: Change
    most: int = MOST_UNITS

    def __post_init__(self) -> None:
        if self.most > 1 and not isinstance(self.unit, _DIVISIBLE):
            raise InvalidInput(
                Text(
                    da="et tiltag købes én gang; skriv most: 1",
                    en="a measure is bought once; write most: 1",
                ),
                field="most",
            )

    def of(self, units: int) -> Change:
        """So many units as one change (da: så mange enheder)."""
        unit = self.unit
        if isinstance(unit, AddedPosts | TemporaryStaff | EmptyPosts):
            return replace(unit, fte=unit.fte * units)
        if isinstance(unit, Overtime):
            return replace(unit, hours_per_week=unit.hours_per_week * units)
        return unit


_DIVISIBLE = (AddedPosts, TemporaryStaff, EmptyPosts, Overtime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """A mix with what it costs and what it does (da: blanding).

    `avoided_late` are deadlines in the simulated period, and `price_of_avoided` divides `kroner`,
    what the mix costs in that period, by them; it has no value where the mix may do harm. `behind`
    is by how much it keeps less than the best: where the interval holds 0, luck decides between the
    two.
    """

    changes: tuple[Change, ...]
    titles: tuple[Text, ...]
    budget: StaffBudget
    outcome: Outcome
    difference: Estimate
    avoided_late: Estimate
    kroner: Kroner
    price_of_avoided: PricePerUnit
    behind: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class BestMix:
    """The best mix found, those next to it, and what each offer does alone for the same amount.

    (da: bedste blanding.) `best` None means that nothing offered helps, or that nothing can be had
    for the amount. `tried` is how many mixes were simulated on the way.
    """

    team: str | None
    deadline: str
    kroner: Kroner
    budget_year: int
    before: Outcome
    best: Mix | None
    next_best: tuple[Mix, ...]
    alone: tuple[Mix, ...]
    tried: int
    seed: int
    replications: int
    model_version: str
    rules_version: str

    @property
    def named(self) -> tuple[Mix, ...]:
        """Every mix that is named, as they are listed; one may be listed twice (da: nævnte)."""
        best = () if self.best is None else (self.best,)
        return (*best, *self.next_best, *self.alone)


_Counts = tuple[int, ...]
"""How many units of each offer."""


def best_mix(  # noqa: PLR0913  (each is asked about on its own)
    department: Department,
    offers: Sequence[Offer],
    kroner: Kroner,
    prices: Prices,
    deadline: str,
    from_: date,
    to: date,
    book: Rulebook,
    *,
    budget_year: int,
    team: str | None = None,
    seed: int = 1,
    replications: int = USUAL_REPLICATIONS,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> BestMix:
    """Find the mix that keeps most of a deadline for an amount in the budget year.

    (da: den bedste blanding for et beløb.) A negative amount is a saving: then the mix saves at
    least so much and loses least. `InvalidInput` without offers, for an offer that costs nothing
    (or saves nothing), and for a saving that the offers cannot make.
    """
    search = _Search(
        department,
        tuple(offers),
        kroner,
        prices,
        budget_year,
        _Luck(deadline, team, from_, to, book, seed, executor, on_progress),
    )
    found = search.found()
    alone = search.alone()
    confirmed = search.confirmed([*found, *alone], replications)
    nothing = confirmed[search.nothing]
    order = sorted(found, key=lambda counts: -confirmed[counts].share.value)
    ahead = confirmed[order[0]] if order else nothing
    mixes = [search.mix(each, confirmed[each], nothing, ahead) for each in order if any(each)]
    helps = [each for each in mixes if kroner < 0 or each.difference.value > 0]
    return BestMix(
        team=team,
        deadline=deadline,
        kroner=kroner,
        budget_year=budget_year,
        before=outcome(nothing),
        best=helps[0] if helps else None,
        next_best=tuple(helps[1:]),
        alone=tuple(search.mix(each, confirmed[each], nothing, ahead) for each in alone),
        tried=len(search.tried),
        seed=seed,
        replications=replications,
        model_version=MODEL_VERSION,
        rules_version=book.fingerprint,
    )


def most_steps(
    department: Department,
    offers: int,
    from_: date,
    to: date,
    book: Rulebook,
    *,
    team: str | None,
    replications: int,
) -> int:
    """What a search costs at most, in steps: as many mixes as it may try (da: omfang).

    Before the search nobody knows how many it takes.
    """
    one = courses_steps([department], team, from_, to, book, SCREENED)
    named = courses_steps([department], team, from_, to, book, replications)
    return MOST_TRIED * one + (1 + NAMED + offers) * named


def most_replications(
    department: Department, offers: int, *, team: str | None, replications: int
) -> int:
    """How many replications a search counts at most, by the bound of `most_steps`.

    (da: gentagelser, højst.) No offer connects teams that were apart: merging them costs nothing.
    """
    searched = replications_in_all([department], team, MOST_TRIED * SCREENED)
    named = replications_in_all([department], team, (1 + NAMED + offers) * replications)
    return searched + named


@dataclass(frozen=True, slots=True)
class _Luck:
    """What every mix meets."""

    deadline: str
    team: str | None
    from_: date
    to: date
    book: Rulebook
    seed: int
    executor: Executor | None
    on_progress: Callable[[int], None]

    def tally(
        self, departments: Sequence[Department], replications: int, done: int, *, again: bool
    ) -> list[Tally]:
        courses = courses_of(
            departments,
            touched_teams(departments, self.team),
            self.from_,
            self.to,
            self.book,
            # What is named meets the luck asked for, as a comparison of it would; the search has
            # met the next seed's.
            seed=self.seed if again else self.seed + 1,
            replications=replications,
            executor=self.executor,
            on_progress=lambda more: self.on_progress(done + more),
        )
        return [owed(each, self.team, self.deadline) for each in courses]


class _Search:
    def __init__(
        self,
        department: Department,
        offers: tuple[Offer, ...],
        kroner: Kroner,
        prices: Prices,
        budget_year: int,
        luck: _Luck,
    ) -> None:
        self._department, self._offers, self._kroner = department, offers, kroner
        self._prices, self._year, self._luck = prices, budget_year, luck
        self._costs: dict[_Counts, Kroner] = {}
        self.tried: dict[_Counts, float] = {}
        self.nothing: _Counts = (0,) * len(offers)
        self._done, self._screened = 0, replications_in_all([department], luck.team, SCREENED)
        self._refuse_free_offers()

    def found(self) -> list[_Counts]:
        """The best mixes found, the very best first."""
        starts = {*self.alone(), self._step_by_step()}
        for best in sorted(starts, key=lambda each: (-self._share(each), each))[:_STARTS]:
            while self._share(
                better := max(self._exchanges(best), key=self._share, default=best)
            ) > self._share(best):
                best = better
        fitting = [each for each in self.tried if self._fits(each)]
        return sorted(fitting, key=lambda each: (-self._share(each), each))[:NAMED]

    def alone(self) -> list[_Counts]:
        """The whole amount on each offer alone; those of which no unit fits are left out."""
        filled = (self._filled(self.nothing, index) for index in range(len(self._offers)))
        return [each for each in filled if each is not None]

    def confirmed(self, mixes: Sequence[_Counts], replications: int) -> dict[_Counts, Tally]:
        """Simulate mixes, and nothing, again with luck of their own."""
        named = list(dict.fromkeys([self.nothing, *mixes]))
        departments = [self._made(each) for each in named]
        tallies = self._luck.tally(departments, replications, self._done, again=True)
        return dict(zip(named, tallies, strict=True))

    def mix(self, counts: _Counts, tally: Tally, nothing: Tally, best: Tally) -> Mix:
        """Say what a mix costs and does."""
        changes = self._changes(counts)
        costs = expenses(self._department, changes, self._prices, self._luck.book)
        growth, luck = self._prices.growth, self._luck
        kroner = kroner_between(costs, luck.from_, luck.to, growth)
        avoided = avoided_late(tally, nothing)
        number, low, high = (Fraction(each) for each in (avoided.value, avoided.low, avoided.high))
        return Mix(
            changes=changes,
            titles=titles(self._department, changes, self._luck.book),
            budget=staff_budget(costs, self._year, growth),
            outcome=outcome(tally),
            difference=share_difference(tally, nothing),
            avoided_late=avoided,
            kroner=kroner,
            price_of_avoided=price_per_unit(kroner, number, low, high),
            behind=share_difference(best, tally),
        )

    def _step_by_step(self) -> _Counts:
        """The best buy for the next krone again and again; the least harm of a saving."""
        counts = self.nothing
        while True:
            steps = [
                each
                for index in range(len(self._offers))
                if self._possible(each := self._with(counts, index, counts[index] + 1))
                and (self._kroner < 0 or self._fits(each))
            ]
            if not steps or (self._kroner < 0 and self._fits(counts)):
                return counts
            cost, share = self._cost(counts), self._share(counts)
            gains = {each: self._share(each) - share for each in steps}
            best = max(steps, key=lambda each: gains[each] / abs(float(self._cost(each) - cost)))
            if self._kroner >= 0 and gains[best] <= 0:
                return counts
            counts = best

    def _exchanges(self, counts: _Counts) -> list[_Counts]:
        """Some units less of an offer, and of another as many as then fit or are needed."""
        found = set()
        for out, units in enumerate(counts):
            for left in range(units):
                less = self._with(counts, out, left)
                for into in range(len(self._offers)):
                    if into != out and (full := self._filled(less, into)) is not None:
                        found.add(full)
        # More of the same amount first: half of what is affordable buys no more than all of it.
        return sorted(found, key=lambda each: (-abs(self._cost(each)), each))[:_NEIGHBOURS]

    def _filled(self, less: _Counts, into: int) -> _Counts | None:
        """As many more units of an offer as fit; of a saving as few as are needed."""
        found = None
        for units in range(less[into] + 1, self._offers[into].most + 1):
            each = self._with(less, into, units)
            if not self._possible(each):
                break
            if self._kroner >= 0 and not self._fits(each):
                break
            if self._fits(each):
                found = each
                if self._kroner < 0:
                    break
        return found

    def _share(self, counts: _Counts) -> float:
        """The share in time of a mix, by the luck that all are screened with."""
        if counts not in self.tried:
            if len(self.tried) >= MOST_TRIED:
                raise TooMuchWork(
                    Text(
                        da=f"mere end {MOST_TRIED} blandinger; tilbyd færre muligheder eller "
                        "større enheder",
                        en=f"more than {MOST_TRIED} mixes; offer fewer things or larger units",
                    ),
                    field="offers",
                )
            made = [self._made(counts)]
            tally = self._luck.tally(made, SCREENED, self._done, again=False)[0]
            self._done += self._screened
            self.tried[counts] = tally.share.value
        return self.tried[counts]

    def _fits(self, counts: _Counts) -> bool:
        return self._cost(counts) <= self._kroner or (self._kroner >= 0 and not any(counts))

    def _possible(self, counts: _Counts) -> bool:
        """Whether there are so many units, and the department can be changed so."""
        if any(n > offer.most for n, offer in zip(counts, self._offers, strict=True)):
            return False
        try:
            self._made(counts)
        except PlannerError:
            return False
        return True

    def _cost(self, counts: _Counts) -> Kroner:
        if counts not in self._costs:
            costs = expenses(self._department, self._changes(counts), self._prices, self._luck.book)
            total = staff_budget(costs, self._year, self._prices.growth).total
            self._costs[counts] = total.part_year
        return self._costs[counts]

    def _changes(self, counts: _Counts) -> tuple[Change, ...]:
        return tuple(
            offer.of(units) for offer, units in zip(self._offers, counts, strict=True) if units
        )

    def _made(self, counts: _Counts) -> Department:
        return changed_department(self._department, self._changes(counts), self._luck.book)

    def _with(self, counts: _Counts, index: int, units: int) -> _Counts:
        return (*counts[:index], units, *counts[index + 1 :])

    def _refuse_free_offers(self) -> None:
        if not self._offers:
            raise InvalidInput(
                Text(da="der er intet at købe; tilbyd noget", en="nothing is offered"),
                field="offers",
            )
        for index in range(len(self._offers)):
            cost = self._cost(self._with(self.nothing, index, 1))
            if (cost <= 0) if self._kroner >= 0 else (cost >= 0):
                raise InvalidInput(
                    Text(
                        da=f"koster (eller sparer) intet i {self._year}; skriv en pris, eller lad "
                        "det begynde tidligere",
                        en=f"costs (or saves) nothing in {self._year}; write a price, or let it "
                        "begin earlier",
                    ),
                    field=f"offers[{index}]",
                )
        largest = sum((self._most_of(index) for index in range(len(self._offers))), Fraction(0))
        if self._kroner < 0 and largest > self._kroner:
            raise InvalidInput(
                Text(
                    da="mulighederne kan tilsammen ikke spare så meget, men højst "
                    f"{shown(-largest, 0, 'da')} kr.",
                    en="the offers together cannot save so much, but "
                    f"{shown(-largest, 0, 'en')} kroner at most",
                ),
                field="kroner",
            )

    def _most_of(self, index: int) -> Kroner:
        """What all units of an offer that there can be cost, or save."""
        possible = (
            counts
            for units in range(self._offers[index].most, 0, -1)
            if self._possible(counts := self._with(self.nothing, index, units))
        )
        return self._cost(next(possible, self.nothing))


_NEIGHBOURS = 80
"""So many exchanges are looked at before one is made."""
_STARTS = 2
"""From so many of the best starts units are exchanged."""
