"""What a department's own history taught the model, and how well it then foretold (da: tilpasning).

A fit goes with its department: what was learned and what was not, the sets of inputs that history
leaves possible, and the verdict of a back-test. The verdict travels with every simulated number.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.practice import Policy
from capacity.refusals import refuse_below_zero, refuse_unless_above_zero, refuse_unless_share
from capacity.rulebook import rulebook
from capacity.units import Share
from capacity.wording import Language, Spoken, Text, date_in_words, percent, shown

_LEAST_DUE = 20
"""Assumption: with fewer deadlines due no back-test can tell a good model from a bad one."""
_NEAR = Fraction(5, 100)
"""Assumption: a forecast within five percentage points is called good."""
_WIDEST = Fraction(1, 2)
"""Assumption: a band wider than this says too little to be called good."""


class Explains(StrEnum):
    """How well the model foretold what it had not seen (da: dom over modellen)."""

    WELL = "well"
    PARTLY = "partly"
    NOT = "not"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """A forecast of a past period from what was known before it (da: tilbageblik).

    Of the deadline's clocks that started and fell due in [from_, to), `in_time` of `due` were in
    time. `forecast` is the share foretold, `low` to `high` where 95 % of such periods lay, over
    luck and over what history leaves open of the inputs. `naive` is what the period before it of
    the same length came to, said again; None where nothing was due in it. Shares are in 0..1.

    `InvalidInput` for counts and shares that cannot be.

    >>> found = BackTest(
    ...     team="assessment", deadline="statute.child_assessment",
    ...     from_=date(2025, 1, 1), to=date(2026, 1, 1), in_time=68, due=100,
    ...     forecast=Fraction("0.71"), low=Fraction("0.62"), high=Fraction("0.80"),
    ...     naive=Fraction("0.80"),
    ... )
    >>> found.explains.value, float(found.error), float(found.naive_error)
    ('well', 0.03, 0.12)
    """

    team: str
    deadline: str
    from_: date
    to: date
    in_time: int
    due: int
    forecast: Share
    low: Share
    high: Share
    naive: Share | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.in_time <= self.due or self.due < 1:
            raise InvalidInput(
                Text(
                    da=f"{self.in_time} rettidige af {self.due}; skriv fra 0 til de forfaldne, "
                    "og mindst 1 forfalden",
                    en=f"{self.in_time} in time of {self.due}; write from 0 to those due, and at "
                    "least 1 due",
                ),
                field="in_time",
            )
        for field in ("forecast", "low", "high"):
            refuse_unless_share(getattr(self, field), field)
        if self.naive is not None:
            refuse_unless_share(self.naive, "naive")

    @property
    def observed(self) -> Share:
        """What the share came to (da: det blev)."""
        return Fraction(self.in_time, self.due)

    @property
    def error(self) -> Share:
        """How far the forecast was from it (da: fejl)."""
        return abs(self.forecast - self.observed)

    @property
    def naive_error(self) -> Share | None:
        """How far the last period said again was from it (da: fejl ved at gentage sidste år)."""
        return None if self.naive is None else abs(self.naive - self.observed)

    @property
    def explains(self) -> Explains:
        """The verdict (da: dommen).

        Untested with fewer than 20 due. Not, where what happened lies outside the band. Well, where
        the forecast was within five percentage points or nearer than the last period said again,
        and the band is not wider than half of all there is; else partly.
        """
        if self.due < _LEAST_DUE:
            return Explains.UNTESTED
        if not self.low <= self.observed <= self.high:
            return Explains.NOT
        beaten = self.naive_error is not None and self.naive_error < self.error
        good = self.error <= _NEAR or not beaten
        return Explains.WELL if good and self.high - self.low <= _WIDEST else Explains.PARTLY


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedInput:
    """One input, and what history says of it (da: tilpasset størrelse).

    `low` to `high` is its interval with the fit's confidence. Where it is not `learned` the value
    is what was assumed before, and `says` gives the reason.
    """

    about: str
    label: Text
    unit: Text
    value: Fraction
    low: Fraction
    high: Fraction
    learned: bool
    says: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamInputs:
    """One team's inputs in one of the sets that history leaves possible (da: mulige værdier).

    Factors on what the department's document says; a `policy` of None leaves the team's own.
    """

    team: str
    inflow: Fraction = Fraction(1)
    effort: Fraction = Fraction(1)
    delays: Fraction = Fraction(1)
    policy: Policy | None = None

    def __post_init__(self) -> None:
        refuse_below_zero(self.inflow, "inflow")
        refuse_unless_above_zero(self.effort, "effort")
        refuse_unless_above_zero(self.delays, "delays")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A department's fit to its own history (da: tilpasning).

    History ran from `from_` and was known up to and including `seen_on`, in `cases` cases.
    `possible` are sets of inputs as probable as one another, each a row a team. `tests` are the
    back-tests, a row a deadline and held-out period. `confidence` is that of all intervals.
    `unexplained` are the teams of whose past not even the best values would often show the like, or
    only values beyond what was thought possible.
    """

    from_: date
    seen_on: date
    cases: int
    inputs: tuple[FittedInput, ...]
    possible: tuple[tuple[TeamInputs, ...], ...] = ()
    tests: tuple[BackTest, ...] = ()
    confidence: Share = Fraction(9, 10)
    unexplained: tuple[str, ...] = ()

    def test_of(self, team: str, deadline: str) -> BackTest | None:
        """Return the latest back-test of a team's deadline (da: seneste tilbageblik)."""
        found = [each for each in self.tests if (each.team, each.deadline) == (team, deadline)]
        return max(found, key=lambda each: each.to) if found else None


NOT_FITTED = Text(
    da="Modellen er ikke tilpasset afdelingens egen historie.",
    en="The model is not fitted to the department’s own history.",
)
_UNEXPLAINED = Text(
    da="Modellen forklarer ikke teamets historik som helhed: brug ikke tallene, før det er "
    "forstået. ",
    en="The model does not explain the team’s history as a whole: do not use the numbers before "
    "that is understood. ",
)
_UNTESTED = Text(
    da="Modellen er tilpasset afdelingens egne data fra {from_} til {seen_on} ({cases} sager), men "
    "ikke prøvet på denne frist ({deadline}).",
    en="The model is fitted to the department’s own data from {from_} to {seen_on} ({cases} "
    "cases), but not tested on this deadline ({deadline}).",
)
_WORDS = {
    Explains.WELL: Text(da="forklarer {period} godt", en="explains {period} well"),
    Explains.PARTLY: Text(da="forklarer {period} delvist", en="partly explains {period}"),
    Explains.NOT: Text(
        da="forklarer ikke {period}: det, der skete, ligger uden for det, den regnede for muligt",
        en="does not explain {period}: what happened lies outside what it took to be possible",
    ),
    Explains.UNTESTED: Text(
        da="kan ikke bedømmes på {period}: der forfaldt for få frister",
        en="cannot be judged on {period}: too few deadlines fell due",
    ),
}
_TESTED = Text(
    da="Modellen {explains}. For fristen ”{deadline}” ventede den ud fra data til og med dagen før "
    "{forecast} rettidige (fra {low} til {high}); det blev {in_time} af {due} ({observed}), "
    "{size}. Der tælles sager, som både begyndte og forfaldt i perioden.",
    en="The model {explains}. For the deadline “{deadline}” it expected {forecast} in time (from "
    "{low} to {high}), from data up to the day before; it came to {in_time} of {due} ({observed}), "
    "{size}. Counted are cases that both began and fell due in the period.",
)
_NAIVE = Text(
    da=" At gentage perioden før ville have sagt {naive}.",
    en=" Repeating the period before would have said {naive}.",
)


def verdict(fit: Fit | None, team: str, deadline: str) -> Text:
    """Say how well the model explains a team's deadline, or that nobody knows (da: dommen i ord).

    >>> verdict(None, "assessment", "statute.child_assessment").da
    'Modellen er ikke tilpasset afdelingens egen historie.'
    """
    if fit is None:
        return NOT_FITTED
    found = fit.test_of(team, deadline)
    # The worst that is known comes first: one deadline may come out right by the wrong way.
    first = _UNEXPLAINED if team in fit.unexplained else Text(da="", en="")

    def said(language: Language) -> str:
        rest = _untested(fit, deadline, language) if found is None else _tested(found, language)
        return first.in_language(language) + rest

    return Spoken(said)


def _untested(fit: Fit, deadline: str, language: Language) -> str:
    return _UNTESTED.in_language(language).format(
        from_=date_in_words(fit.from_, language),
        seen_on=date_in_words(fit.seen_on, language),
        cases=shown(fit.cases, 0, language),
        deadline=_label(deadline, language),
    )


def _tested(found: BackTest, language: Language) -> str:
    said = _TESTED.in_language(language)
    if found.naive is not None:
        said += _NAIVE.in_language(language)
    return said.format(
        explains=_WORDS[found.explains]
        .in_language(language)
        .format(period=_period(found, language)),
        forecast=percent(found.forecast, language),
        low=percent(found.low, language),
        high=percent(found.high, language),
        in_time=shown(found.in_time, 0, language),
        due=shown(found.due, 0, language),
        observed=percent(found.observed, language),
        naive=percent(found.naive or Fraction(0), language),
        deadline=_label(found.deadline, language),
        size=_size(found, language),
    )


def _size(found: BackTest, language: Language) -> str:
    """How far what came lies from what was expected, in percentage points (da: afstanden)."""
    points = found.error * 100
    if points < Fraction(1, 20):
        return {"da": "netop det ventede", "en": "just as expected"}[language]
    side = found.observed < found.forecast
    words = {
        "da": ("{} procentpoint {} det ventede", ("over", "under")),
        "en": ("{} percentage points {} what was expected", ("above", "below")),
    }[language]
    # Less than a point would round to one, or to none.
    return words[0].format(shown(points, 0 if points >= 1 else 1, language), words[1][side])


def _label(deadline: str, language: Language) -> str:
    rule = rulebook().rules.get(deadline)
    return rule.label.in_language(language) if rule else deadline


def _period(found: BackTest, language: Language) -> str:
    first, end = found.from_, found.to
    if (first.month, first.day) == (1, 1) and end == date(first.year + 1, 1, 1):
        return str(first.year)
    words = {"da": "perioden {} til {}", "en": "the period {} to {}"}[language]
    return words.format(date_in_words(first, language), date_in_words(end, language))
