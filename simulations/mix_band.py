"""What history leaves open of a best mix: the mixes that are named, under every possible set.

Each set of inputs is simulated without anything bought and with each mix, on the same luck, so that
what lies apart is the gain. The mixes were found by the department's own inputs: under another set
a mix that nobody has tried may be better still. What is said is how often the best of those named
stays the best of them (da: bånd for ukendte størrelser).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from capacity.department import Department
from capacity.rulebook import Rulebook
from capacity.scenario import changed_department
from capacity.units import Kroner, exact
from capacity.wording import Language, Spoken, Text, percent, shown
from simulations.best_mix import NAMED, BestMix, Mix
from simulations.comparison import (
    courses_of,
    courses_steps,
    replications_in_all,
    touched_teams,
)
from simulations.input_band import REPLICATIONS, band_around, possible_departments
from simulations.sentences import NOT_QUANTIFIED
from simulations.tallies import Tally, avoided_late
from simulations.waterfall import owed

_ANY = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class MixBand:
    """From where to where a mix's numbers lie, for what is unknown of the inputs.

    (da: bånd for ukendte størrelser.) Low and high of what `Mix` calls the same. A price has no end
    where the mix may avoid nothing. `best_in` is in how many of the sets no other mix that is named
    keeps more.
    """

    share_in_time: tuple[float, float]
    difference: tuple[float, float]
    behind: tuple[float, float]
    avoided_late: tuple[float, float]
    price_of_avoided: tuple[Kroner | None, Kroner | None]
    best_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MixBands:
    """The bands of all mixes that are named (da: bånd for ukendte størrelser).

    `before` is that of the share in time with nothing bought; `mixes` are in the order of
    `BestMix.named`. With the fit's confidence, over `sets` sets.
    """

    before: tuple[float, float]
    mixes: tuple[MixBand, ...]
    sets: int
    confidence: Fraction


@dataclass(frozen=True, slots=True)
class _Told:
    """What the mixes come to under one set of inputs, in the order of `BestMix.named`.

    `differences` and `avoided` are from nothing bought, `behind` from the best.
    """

    before: float
    shares: tuple[float, ...]
    differences: tuple[float, ...]
    behind: tuple[float, ...]
    avoided: tuple[float, ...]


def mix_bands(
    found: BestMix,
    department: Department,
    from_: date,
    to: date,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> MixBands | None:
    """Simulate the mixes that are named under every possible set (da: bånd for en blanding).

    None where the department has no fit, or one that left no sets: then what is unknown has not
    been quantified. All sets meet the luck that the named mixes met, and so do the department's own
    inputs: what is laid around a mix is how far each set is from them. `on_progress` is told how
    many replications have been done.
    """
    fit = department.fit
    if fit is None or not fit.possible:
        return None
    # What one offer does alone is often the best mix too: each is simulated once.
    mixes: list[Mix] = []
    for mix in found.named:
        if all(mix.changes != each.changes for each in mixes):
            mixes.append(mix)
    place = [
        next(n for n, each in enumerate(mixes) if each.changes == mix.changes)
        for mix in found.named
    ]
    done, told = 0, []
    for asked in possible_departments(department):
        departments = [asked]
        departments += [changed_department(asked, mix.changes, book) for mix in mixes]
        courses = courses_of(
            departments,
            touched_teams(departments, found.team),
            from_,
            to,
            book,
            seed=found.seed,
            replications=REPLICATIONS,
            executor=executor,
            on_progress=_counted_from(done, on_progress),
        )
        done += replications_in_all(departments, found.team, REPLICATIONS)
        nothing, *tallies = [owed(each, found.team, found.deadline) for each in courses]
        told.append(_told(nothing, [tallies[number] for number in place], found))
    own, *sets = told
    return _bands(found, own, sets, fit.confidence)


def mix_bands_replications(department: Department, offers: int, team: str | None) -> int:
    """How many replications the bands take at most; 0 where there are none (da: gentagelser)."""
    asked = possible_departments(department)
    return replications_in_all(asked, team, _mixes(offers) * REPLICATIONS) if asked else 0


def mix_bands_steps(
    department: Department, offers: int, from_: date, to: date, book: Rulebook, team: str | None
) -> int:
    """What the bands cost at most, in steps of the kernel (da: beregningens omfang)."""
    asked = possible_departments(department)
    if not asked:
        return 0
    return _mixes(offers) * courses_steps(asked, team, from_, to, book, REPLICATIONS)


def _mixes(offers: int) -> int:
    """How many are simulated at most: nothing, the best, and each offer alone."""
    return 1 + NAMED + offers


def _counted_from(base: int, on_progress: Callable[[int], None]) -> Callable[[int], None]:
    return lambda done: on_progress(base + done)


def _told(nothing: Tally, tallies: Sequence[Tally], found: BestMix) -> _Told:
    # Where nothing helps, every mix is measured against buying nothing.
    best = nothing if found.best is None else tallies[0]
    before, shares = nothing.share.value, tuple(each.share.value for each in tallies)
    return _Told(
        before,
        shares,
        tuple(share - before for share in shares),
        tuple(best.share.value - share for share in shares),
        tuple(avoided_late(each, nothing).value for each in tallies),
    )


def _bands(found: BestMix, own: _Told, sets: Sequence[_Told], confidence: Fraction) -> MixBands:
    best_in = _best_in(found, own, sets)
    return MixBands(
        before=band_around(
            found.before.share_in_time.value,
            own.before,
            [each.before for each in sets],
            confidence,
            least=0.0,
        ),
        mixes=tuple(
            _band(mix, number, own, sets, confidence, best_in[number])
            for number, mix in enumerate(found.named)
        ),
        sets=len(sets),
        confidence=confidence,
    )


def _band(
    mix: Mix, number: int, own: _Told, sets: Sequence[_Told], confidence: Fraction, best_in: int
) -> MixBand:
    fewest, most = band_around(
        mix.avoided_late.value,
        own.avoided[number],
        [each.avoided[number] for each in sets],
        confidence,
        least=-_ANY,
        most=_ANY,
    )
    return MixBand(
        share_in_time=band_around(
            mix.outcome.share_in_time.value,
            own.shares[number],
            [each.shares[number] for each in sets],
            confidence,
            least=0.0,
        ),
        difference=band_around(
            mix.difference.value,
            own.differences[number],
            [each.differences[number] for each in sets],
            confidence,
        ),
        behind=band_around(
            mix.behind.value,
            own.behind[number],
            [each.behind[number] for each in sets],
            confidence,
        ),
        avoided_late=(fewest, most),
        # The most of them is the lowest price.
        price_of_avoided=(_price(mix.kroner, most), _price(mix.kroner, fewest)),
        best_in=best_in,
    )


def _price(kroner: Kroner, avoided: float) -> Kroner | None:
    return kroner / Fraction(avoided) if avoided > 0 else None


def _best_in(found: BestMix, own: _Told, sets: Sequence[_Told]) -> list[int]:
    """In how many sets each mix keeps most of those named; those that keep the same share it.

    Each set moves a mix's gain as far as it lies from the own inputs on the same luck: as the
    bands are laid, so that the fewer replications of the sets do not choose between mixes.
    """
    gains = [
        [
            mix.difference.value + (each.differences[number] - own.differences[number])
            for number, mix in enumerate(found.named)
        ]
        for each in sets
    ]
    return [sum(each[number] >= max(each) for each in gains) for number in range(len(found.named))]


def mix_bands_sentence(bands: MixBands | None, found: BestMix) -> Text:
    """Say what the unknown inputs leave open of the best mix, or of buying nothing (da: i ord)."""
    if bands is None:
        return NOT_QUANTIFIED
    return Spoken(lambda language: _said(bands, found, language))


_BEST = Text(
    da="Det, historikken lader stå åbent om tidsforbrug, ventetid og rækkefølge ({sets} mulige "
    "sæt), flytter forskellen fra afdelingen, som den er, mellem {low} og {high} procentpoint "
    "({confidence}-bånd); af de nævnte blandinger er den bedst i {best_in} af sættene.",
    en="What history leaves open about effort, waiting and the order of work ({sets} possible "
    "sets) moves the difference from the department as it is between {low} and {high} percentage "
    "points ({confidence} band); of the mixes named it is the best in {best_in} of the sets.",
)
_NOTHING = Text(
    da="Det, historikken lader stå åbent om tidsforbrug, ventetid og rækkefølge ({sets} mulige "
    "sæt), flytter rettidigheden i afdelingen, som den er, mellem {low} og {high} "
    "({confidence}-bånd).",
    en="What history leaves open about effort, waiting and the order of work ({sets} possible "
    "sets) moves the timeliness of the department as it is between {low} and {high} "
    "({confidence} band).",
)


def _said(bands: MixBands, found: BestMix, language: Language) -> str:
    told = {
        "sets": shown(bands.sets, 0, language),
        "confidence": percent(bands.confidence, language),
    }
    if found.best is None:
        low, high = (percent(exact(each), language) for each in bands.before)
        return _NOTHING.in_language(language).format(low=low, high=high, **told)
    band = bands.mixes[0]
    low, high = (shown(exact(each) * 100, 1, language) for each in band.difference)
    best_in = shown(band.best_in, 0, language)
    return _BEST.in_language(language).format(low=low, high=high, best_in=best_in, **told)
