"""What the next review of a few cases will show, if so large a share is in time in the long run.

The cases are taken to be independent of one another (the binomial distribution): it is chance
alone, and no word on whether the share is true (da: næste gennemgang).
"""

from dataclasses import dataclass
from fractions import Fraction

from capacity.compliance import chance_of_at_least_in_time
from capacity.errors import TooMuchWork
from capacity.refusals import refuse_unless_share
from capacity.units import Share
from capacity.wording import Language, Spoken, Text, percent, shown

_MOST_CASES = 500
"""Assumption: more than any review reads; the exact chances of many more take long."""
_TAIL = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCount:
    """How likely a review finds just so many in time, and at least so many (da: udfald)."""

    in_time: int
    chance: float
    chance_of_at_least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NextReview:
    """What a review of so many cases will show where so large a share is in time (da: tilsyn).

    `expected` in time on average; `low` to `high` in at least 19 of 20 reviews; the chances that
    all, and that at least half, are in time; and those of every number from none to all.
    """

    share: Share
    cases: int
    expected: Fraction
    low: int
    high: int
    chance_of_all: float
    chance_of_half: float
    counts: tuple[ReviewCount, ...]


def next_review(share: Share, cases: int) -> NextReview:
    """Say what the next review of so many cases will show (da: næste gennemgang).

    `InvalidInput` for what is no share and for no cases, `TooMuchWork` for very many.

    >>> seen = next_review(Fraction("0.92"), 6)
    >>> seen.low, seen.high, round(seen.chance_of_all, 2)
    (4, 6, 0.61)
    """
    refuse_unless_share(share, "share")
    if cases > _MOST_CASES:
        raise TooMuchWork(
            Text(
                da=f"{shown(cases, 0, 'da')} sager er flere, end en gennemgang rummer; skriv "
                f"højst {_MOST_CASES}",
                en=f"{shown(cases, 0, 'en')} cases are more than a review holds; write at most "
                f"{_MOST_CASES}",
            ),
            field="cases",
        )
    # The chance of at least so many, for every number: 1 at 0, and 0 beyond the last.
    at_least = [chance_of_at_least_in_time(k, cases, share) for k in range(cases + 1)] + [0.0]
    return NextReview(
        share=share,
        cases=cases,
        expected=share * cases,
        low=max(k for k in range(cases + 1) if 1 - at_least[k] <= _TAIL),
        high=min(k for k in range(cases + 1) if at_least[k + 1] <= _TAIL),
        chance_of_all=at_least[cases],
        chance_of_half=at_least[-(-cases // 2)],
        counts=tuple(
            ReviewCount(
                in_time=k, chance=at_least[k] - at_least[k + 1], chance_of_at_least=at_least[k]
            )
            for k in range(cases + 1)
        ),
    )


_REVIEW = Text(
    da="Hvis {share} er til tiden i det lange løb, viser en gennemgang af {cases} sager {span} "
    "til tiden i 19 af 20 tilfælde; alle {cases} er det i {all} af tilfældene. "
    "Det er tilfældighed alene, og tallet handler om rettidighed, ikke om lovmedholdelighed.",
    en="If {share} are in time in the long run, a review of {cases} cases shows {span} in time in "
    "19 of 20 reviews; all {cases} are in {all} of them. That is chance alone, and the number is "
    "about timeliness, not lawfulness.",
)
_SPAN = Text(da="mellem {low} og {high}", en="between {low} and {high}")


_ASKED = Text(
    da=" Netop {in_time} til tiden er der i {just} af tilfældene, og mindst {in_time} i "
    "{at_least}.",
    en=" Just {in_time} are in time in {just} of them, and at least {in_time} in {at_least}.",
)


def review_sentence(found: NextReview, in_time: int | None = None) -> Text:
    """Say what the next review will show (da: næste gennemgang i ord).

    Of `in_time`, where somebody asks of so many, how likely they are.
    """

    def said(language: Language) -> str:
        whole = _review(found, language)
        if in_time is None:
            return whole
        of = found.counts[in_time]
        return whole + _ASKED.in_language(language).format(
            in_time=in_time,
            just=_chance(of.chance, language),
            at_least=_chance(of.chance_of_at_least, language),
        )

    return Spoken(said)


def _review(found: NextReview, language: Language) -> str:
    is_one = found.low == found.high
    return _REVIEW.in_language(language).format(
        share=percent(found.share, language),
        cases=found.cases,
        span=found.low
        if is_one
        else _SPAN.in_language(language).format(low=found.low, high=found.high),
        all=_chance(found.chance_of_all, language),
    )


def _chance(chance: float, language: Language) -> str:
    """Write a chance; what is there and rounds to nothing is below 1 %, never 0 %."""
    if 0 < chance < 0.005:
        return {"da": "under 1 %", "en": "under 1%"}[language]
    return percent(Fraction(chance), language)
