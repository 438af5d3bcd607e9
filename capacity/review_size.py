"""How many case files to review, and what a review of so many can say (da: stikprøvens størrelse).

A review is a sample. Its precision is half the width of the interval around the share that it will
find: at the share one expects, or at worst at one half. Two questions look alike and are not. What
the department *does* in the long run: then the cases of a year are themselves a sample, and even
all of them leave an interval. What happened to *these* cases, so many in all: then looking through
all of them leaves no doubt, and a finite population needs fewer (Cochran, Sampling Techniques, 3rd
ed., 1977, section 4.4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from capacity.audit import LEVELS
from capacity.count_statistics import Bounds, Method, clopper_pearson, hypergeometric, wilson
from capacity.errors import InvalidInput, TooMuchWork
from capacity.refusals import refuse_unless_confidence, refuse_unless_share
from capacity.units import Share, exact
from capacity.wording import Language, Spoken, Text, in_full, percent, shown

_WORST = Fraction(1, 2)
_MOST_REVIEWED = 10**6
# Assumption: more than any municipality has, and few enough for the exact interval in a second.
_MOST_CASES = 20_000
_NARROWEST = Fraction(1, 1000)
_MOST_WINDOW = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSize:
    """How many case files give a wanted precision (da: stikprøvens størrelse).

    `half_width` is what `reviewed` files give, at most `wanted`; `share` the share in time that was
    expected, one half where none was given, the worst there is. `levels` is 2 for a share, 3 for
    the levels of an audit, whose three intervals hold at once. `population` is how many cases there
    are in all, where the question is of these alone.
    """

    reviewed: int
    wanted: Share
    half_width: float
    share: Share
    levels: int
    population: int | None
    confidence: float
    method: Method


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPrecision:
    """What a review of so many case files can say (da: stikprøvens præcision).

    `worst_half_width` is that of the share that gives the widest interval. `unseen_at_most` is the
    share that may be late although the review found none late: the other end of its interval.
    """

    reviewed: int
    worst_half_width: float
    unseen_at_most: float
    levels: int
    population: int | None
    confidence: float
    method: Method


def review_size(
    half_width: Share,
    *,
    share: Share | None = None,
    levels: int = 2,
    population: int | None = None,
    confidence: float = 0.95,
    method: Method = Method.WILSON,
) -> ReviewSize:
    """Return the review from which on none is less precise than wanted (da: stikprøvens størrelse).

    The share found is whole cases, and both of the counts around the expected share must do. So a
    smaller review may happen to do as well, and the next larger one not; all from this one on do.
    Of a finite population with Wilson's
    interval, the files count for more by (N − 1)/(N − n), Cochran's correction; the exact interval
    is then hypergeometric. `InvalidInput` for a half-width or share that cannot be; `TooMuchWork`
    where more than a million files would be needed.

    >>> review_size(Fraction("0.1")).reviewed, review_size(Fraction("0.1"), levels=3).reviewed
    (93, 138)
    >>> review_size(Fraction("0.1"), share=Fraction("0.9"), population=60).reviewed
    25
    """
    if not _NARROWEST <= half_width < _WORST:
        raise InvalidInput(
            Text(
                da=f"halvbredde {in_full(half_width, 'da')}; skriv en andel fra "
                f"{shown(_NARROWEST, 3, 'da')} til under 0,5, fx 0,1 for ±10 procentpoint",
                en=f"half-width {in_full(half_width, 'en')}; write a share from "
                f"{shown(_NARROWEST, 3, 'en')} to below 0.5, such as 0.1 for ±10 points",
            ),
            field="half_width",
        )
    expected = _WORST if share is None else share
    refuse_unless_share(expected, "share")
    interval = _interval(levels, population, confidence, method)
    most = _MOST_REVIEWED if population is None else population

    def precise(reviewed: int) -> bool:
        return _half_width(reviewed, expected, interval) <= half_width

    if not precise(most):
        raise TooMuchWork(
            Text(
                da=f"det kræver over {shown(most, 0, 'da')} sager; vælg en større halvbredde",
                en=f"that takes more than {shown(most, 0, 'en')} case files; choose a larger "
                "half-width",
            ),
            field="half_width",
        )
    low, high = 0, most  # not precise, precise
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if precise(middle) else (middle, high)
    last = min(most, high + _rounding_window(expected))
    high = next((n + 1 for n in range(last, high - 1, -1) if not precise(n)), high)
    return ReviewSize(
        reviewed=high,
        wanted=half_width,
        half_width=_half_width(high, expected, interval),
        share=expected,
        levels=levels,
        population=population,
        confidence=confidence,
        method=method,
    )


def review_precision(
    reviewed: int,
    *,
    levels: int = 2,
    population: int | None = None,
    confidence: float = 0.95,
    method: Method = Method.WILSON,
) -> ReviewPrecision:
    """Say what a review of so many case files can tell (da: stikprøvens præcision).

    `InvalidInput` for no files, or more than there are.

    >>> found = review_precision(14)
    >>> round(found.worst_half_width, 2), round(found.unseen_at_most, 2)
    (0.23, 0.22)
    """
    most = _MOST_REVIEWED if population is None else population
    if not 1 <= reviewed <= most:
        raise InvalidInput(
            Text(
                da=f"{reviewed} gennemgåede sager; skriv fra 1 til {shown(most, 0, 'da')}",
                en=f"{reviewed} case files reviewed; write from 1 to {shown(most, 0, 'en')}",
            ),
            field="reviewed",
        )
    interval = _interval(levels, population, confidence, method)
    return ReviewPrecision(
        reviewed=reviewed,
        worst_half_width=_half_width(reviewed, _WORST, interval),
        unseen_at_most=1 - interval(reviewed, reviewed).low,
        levels=levels,
        population=population,
        confidence=confidence,
        method=method,
    )


def _rounding_window(share: Share) -> int:
    """How far on a larger review can still be less precise, the share found being whole cases."""
    rarer = min(share, 1 - share)
    return _MOST_WINDOW if rarer * _MOST_WINDOW < 2 else ceil(2 / rarer)


def _half_width(reviewed: int, share: Share, interval: Callable[[int, int], Bounds]) -> float:
    counts = {floor(reviewed * share), ceil(reviewed * share)}
    widths = [(bounds.high - bounds.low) / 2 for bounds in (interval(k, reviewed) for k in counts)]
    return max(widths)


def _interval(
    levels: int, population: int | None, confidence: float, method: Method
) -> Callable[[int, int], Bounds]:
    if levels not in (2, LEVELS):
        raise InvalidInput(
            Text(
                da=f"{levels} niveauer; skriv 2 (til tiden eller ikke) eller 3 (overholdt, "
                "delvist, ikke)",
                en=f"{levels} levels; write 2 (in time or not) or 3 (met, partly, not)",
            ),
            field="levels",
        )
    refuse_unless_confidence(confidence)
    if population is not None and not 1 <= population <= _MOST_CASES:
        raise InvalidInput(
            Text(
                da=f"{shown(population, 0, 'da')} sager i alt; skriv fra 1 til "
                f"{shown(_MOST_CASES, 0, 'da')}, eller udelad tallet",
                en=f"{shown(population, 0, 'en')} cases in all; write from 1 to "
                f"{shown(_MOST_CASES, 0, 'en')}, or leave it out",
            ),
            field="population",
        )
    # Three intervals at once: a third of the risk each (Goodman, as `AuditCounts.intervals`).
    each = confidence if levels == 2 else 1 - (1 - confidence) / levels

    def found(count: int, of: int) -> Bounds:
        if method is Method.WILSON:
            return _wilson_of_finite(count, of, population, each)
        if population is None:
            return clopper_pearson(count, of, each)
        return hypergeometric(count, of, population, each)

    return found


def _wilson_of_finite(count: int, of: int, population: int | None, confidence: float) -> Bounds:
    if population is None:
        return wilson(count, of, confidence)
    if of == population:
        return Bounds(low=count / of, high=count / of)
    worth = (population - 1) / (population - of)
    return wilson(count * worth, of * worth, confidence)


_SIZE = Text(
    da="Gennemgå {reviewed} sager, valgt ved lodtrækning: så bliver usikkerheden højst ±{wanted} "
    "procentpoint{levels} ved en andel på {share} ({confidence}-konfidensinterval).",
    en="Review {reviewed} case files, drawn at random: then the uncertainty is at most ±{wanted} "
    "percentage points{levels} at a share of {share} ({confidence} interval).",
)
_PRECISION = Text(
    da="{reviewed} gennemgåede sager, valgt ved lodtrækning, giver i værste fald en usikkerhed på "
    "±{half} procentpoint{levels} ({confidence}-konfidensinterval). Er alle {reviewed} i orden, "
    "kan op til {unseen} af sagerne i det hele alligevel ikke være det.",
    en="{reviewed} case files, drawn at random, leave an uncertainty of ±{half} percentage points "
    "at worst{levels} ({confidence} interval). Where all {reviewed} are in order, up to {unseen} "
    "of all cases may yet not be.",
)
_THESE = Text(
    da="Det gælder kun disse {population} sager; hvad afdelingen gør i det lange løb, kræver det "
    "flere at sige.",
    en="That is of the {population} cases themselves; what the department does in the long run "
    "takes more.",
)
_LONG_RUN = Text(
    da="Det gælder afdelingens praksis i det lange løb.",
    en="That is of the department's practice in the long run.",
)
_AT_ONCE = Text(da=" for hvert af de tre niveauer", en=" for each of the three levels")


def review_size_sentence(size: ReviewSize) -> Text:
    """Say how many case files to review, in words (da: stikprøven i ord)."""
    return Spoken(
        lambda language: _said(
            _SIZE,
            size,
            language,
            wanted=in_full(size.wanted * 100, language),
            share=percent(size.share, language),
        )
    )


def review_precision_sentence(found: ReviewPrecision) -> Text:
    """Say what a review can tell, in words (da: stikprøvens præcision i ord)."""
    return Spoken(
        lambda language: _said(
            _PRECISION,
            found,
            language,
            half=shown(exact(found.worst_half_width) * 100, 0, language),
            unseen=percent(exact(found.unseen_at_most), language),
        )
    )


def _said(
    words: Text, found: ReviewSize | ReviewPrecision, language: Language, **figures: str
) -> str:
    scope = _LONG_RUN if found.population is None else _THESE
    return f"{words.in_language(language)} {scope.in_language(language)}".format(
        reviewed=shown(found.reviewed, 0, language),
        levels=_AT_ONCE.in_language(language) if found.levels == LEVELS else "",
        confidence=percent(exact(found.confidence), language),
        population=shown(found.population or 0, 0, language),
        **figures,
    )
