"""Two weeks of writing down one's work, and what an episode takes (da: tidsregistrering).

No system records effort, so it is asked for: everybody of a team writes, day by day, the hours
spent on each kind of episode and how many of them were finished. Hours over finished pieces is then
the effort of one.

The edges even out. A piece that was begun before the two weeks brings less than its hours, one that
is unfinished at their end brings hours and no piece; where as much is begun as is finished, the two
are equal in the mean, and the ratio is right however long a piece takes. To average only pieces
that were begun *and* finished in the weeks would leave out the long ones; to average those in hand
on some day would meet the long ones too often (length bias). So neither is done, and no piece is
followed.

Colleagues differ, and what one of them writes hangs together: the interval goes by caseworkers, not
by entries.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from capacity.case_classes import CaseClass
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero, refuse_unless_after
from capacity.units import Hours
from capacity.wording import Text, date_in_words
from simulations.factor_priors import NINE_IN_TEN, EffortPrior, FactorPrior

USUAL_DAYS = 14
_LEAST_CASEWORKERS = 3
"""With two, one difference would be the only word on how far colleagues differ."""
_MOST_HOURS_A_DAY = 24
_CONFIDENCE = 0.9
_LEAST_LOG_SD = 0.02
"""Assumption: no two weeks settle effort to less than 2 %, however alike colleagues were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntry:
    """What one caseworker did of one kind of episode on one day (da: registrering).

    `finished` are the pieces that were finished that day, 0 for work that goes on; each time that
    an episode is done counts as a piece. `InvalidInput` for hours and pieces that cannot be.
    """

    day: date
    caseworker: str
    case_class: str
    episode: str
    hours: Hours
    finished: int = 0

    def __post_init__(self) -> None:
        refuse_below_zero(self.hours, "hours")
        refuse_below_zero(self.finished, "finished")
        if self.hours > _MOST_HOURS_A_DAY:
            raise InvalidInput(
                Text(
                    da=f"{self.caseworker} kan ikke have arbejdet mere end "
                    f"{_MOST_HOURS_A_DAY} timer den {self.day}",
                    en=f"{self.caseworker} cannot have worked more than {_MOST_HOURS_A_DAY} "
                    f"hours on {self.day}",
                ),
                field="hours",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStudy:
    """All that was written down from a day until before another (da: tidsregistrering).

    `InvalidInput` for a period that ends before it begins and a day outside it.
    """

    entries: tuple[TimeEntry, ...]
    from_: date
    to: date

    def __post_init__(self) -> None:
        refuse_unless_after(self.from_, self.to)
        for number, entry in enumerate(self.entries):
            if not self.from_ <= entry.day < self.to:
                raise InvalidInput(
                    Text(
                        da=f"den {entry.day} ligger uden for registreringen fra {self.from_} til "
                        f"{self.to}; ret dagen eller perioden",
                        en=f"{entry.day} is outside the study from {self.from_} to {self.to}; "
                        "correct the day or the period",
                    ),
                    field=f"entries[{number}].day",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredEffort:
    """Hours for one finished piece of an episode, as measured (da: målt tidsforbrug).

    `low` to `high` is the 90 % interval; `log_sd` the standard error of the mean's logarithm, which
    is about its coefficient of variation. `stated` is the mean of the department's document.
    """

    case_class: str
    episode: str
    hours: float
    finished: int
    caseworkers: int
    per_piece: float
    low: float
    high: float
    log_sd: float
    stated: float


def measured_efforts(study: TimeStudy, department: Department) -> tuple[MeasuredEffort, ...]:
    """What each episode took for one piece, as far as the study can say (da: målt tidsforbrug).

    In the order of the department. Episodes of which nothing was finished, or that fewer than
    three caseworkers wrote of, are left out: nobody could say how uncertain they are.
    `InvalidInput` for a case class or an episode that the department has not.
    """
    found = (
        measured_effort(study, case_class.slug, episode.slug, float(episode.effort_hours.mean))
        for case_class in _known_classes(study, department)
        for _, episode, _ in case_class.placed_episodes()
    )
    return tuple(each for each in found if each is not None)


def measured_effort(
    study: TimeStudy, case_class: str, episode: str, stated: float
) -> MeasuredEffort | None:
    """What an episode of a class took for one piece, stated to take so much (da: målt tidsforbrug).

    None where nothing of it was finished, or fewer than three caseworkers wrote of it, or one of
    them finished all there is.
    """
    of_each = _by_caseworker(
        (entry, 1.0)
        for entry in study.entries
        if (entry.case_class, entry.episode) == (case_class, episode)
    )
    finished = sum(pieces for _, pieces in of_each)
    if len(of_each) < _LEAST_CASEWORKERS or not finished:
        return None
    ratio = _ratio(of_each)
    if ratio is None:
        return None
    return MeasuredEffort(
        case_class=case_class,
        episode=episode,
        hours=math.fsum(hours for hours, _ in of_each),
        finished=round(finished),
        caseworkers=len(of_each),
        per_piece=ratio.value,
        low=ratio.low,
        high=ratio.high,
        log_sd=ratio.log_sd,
        stated=stated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredFactor:
    """Several kinds of work measured together, beside what is stated of each (da: målt under ét).

    `value` times what is stated; `low` to `high` is the 90 % interval.
    """

    value: float
    low: float
    high: float
    finished: int
    caseworkers: int


def measured_factor(
    study: TimeStudy, stated: Mapping[tuple[str, str], float]
) -> MeasuredFactor | None:
    """What some episodes took together beside what is stated of them (da: målt under ét).

    `stated` are the hours of a piece by class and episode. None as of a single episode.
    """
    entries = [each for each in study.entries if (each.case_class, each.episode) in stated]
    of_each = _by_caseworker((each, stated[each.case_class, each.episode]) for each in entries)
    ratio = _ratio(of_each) if len(of_each) >= _LEAST_CASEWORKERS else None
    if ratio is None:
        return None
    return MeasuredFactor(
        value=ratio.value,
        low=ratio.low,
        high=ratio.high,
        finished=sum(each.finished for each in entries),
        caseworkers=len(of_each),
    )


def studied_efforts(study: TimeStudy, department: Department) -> tuple[EffortPrior, ...]:
    """What a study says of each case class beside what is stated (da: forhåndsviden af studiet).

    The factor of a class is all its hours over those that its finished pieces would have taken as
    stated. Its uncertainty is that of the study alone, widened where few took part: two weeks that
    were unlike the rest of the year, and people who work otherwise because they write it down, are
    not in it. A class of which fewer than three caseworkers wrote, or finished nothing that is
    stated to take time, is left out: what is believed of it is what is usually believed.
    `InvalidInput` where that leaves none.
    """
    found = []
    thin: list[tuple[str, int]] = []
    for case_class in _known_classes(study, department):
        stated = {
            episode.slug: float(episode.effort_hours.mean)
            for _, episode, _ in case_class.placed_episodes()
        }
        of_each = _by_caseworker(
            (entry, stated[entry.episode])
            for entry in study.entries
            if entry.case_class == case_class.slug
        )
        ratio = _ratio(of_each) if len(of_each) >= _LEAST_CASEWORKERS else None
        if ratio is None:
            thin.append((case_class.slug, len(of_each)))
            continue
        source = _source(study, len(of_each))
        factor = FactorPrior(
            median=ratio.value, log_sd=max(ratio.log_sd, _LEAST_LOG_SD), source=source
        )
        found.append(EffortPrior(case_class=case_class.slug, factor=factor))
    if thin and not found:
        raise _too_few(*max(thin, key=lambda each: each[1]))
    return tuple(found)


def _too_few(case_class: str, caseworkers: int) -> InvalidInput:
    return InvalidInput(
        Text(
            da=f"sagstypen ”{case_class}”: {caseworkers} sagsbehandlere har skrevet timer; mindst "
            f"{_LEAST_CASEWORKERS} skal have afsluttet noget, før usikkerheden kan siges. Lad "
            "flere registrere eller længere, eller angiv et skøn med navn på",
            en=f"the case class “{case_class}”: {caseworkers} caseworkers wrote hours; at least "
            f"{_LEAST_CASEWORKERS} must have finished something before the uncertainty can be "
            "said. Let more of them take part, or longer, or state an estimate with a name to it",
        ),
        field="entries",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ratio:
    value: float
    low: float
    high: float
    log_sd: float


def _ratio(of_each: Sequence[tuple[float, float]]) -> _Ratio | None:
    """Hours over pieces, with the interval of a jackknife that leaves out a caseworker at a time.

    On the logarithm, where it is nearly symmetrical (Wolter, Introduction to Variance Estimation,
    2nd ed., chapter 4), with Student's t for one colleague fewer than took part. `log_sd` is the
    standard deviation of the normal whose 90 % interval is the same. None where one caseworker
    finished all there is.
    """
    hours = math.fsum(each for each, _ in of_each)
    pieces = math.fsum(each for _, each in of_each)
    without = [(hours - own, pieces - done) for own, done in of_each]
    if min(hours, pieces) <= 0 or any(min(rest) <= 0 for rest in without):
        return None
    from scipy.special import stdtrit  # here: it takes a third of a second to load

    logs = [math.log(rest / done) for rest, done in without]
    number = len(logs)
    mean = math.fsum(logs) / number
    variance = (number - 1) / number * math.fsum((each - mean) ** 2 for each in logs)
    half = float(stdtrit(number - 1, (1 + _CONFIDENCE) / 2)) * math.sqrt(variance)
    value = hours / pieces
    return _Ratio(
        value=value,
        low=value * math.exp(-half),
        high=value * math.exp(half),
        log_sd=half / NINE_IN_TEN,
    )


def _by_caseworker(entries: Iterable[tuple[TimeEntry, float]]) -> list[tuple[float, float]]:
    """Each caseworker's hours, and pieces times what one of them is worth."""
    hours: Mapping[str, list[float]] = defaultdict(list)
    pieces: Mapping[str, list[float]] = defaultdict(list)
    for entry, worth in entries:
        hours[entry.caseworker].append(float(entry.hours))
        pieces[entry.caseworker].append(entry.finished * worth)
    return [(math.fsum(hours[who]), math.fsum(pieces[who])) for who in sorted(hours)]


def _known_classes(study: TimeStudy, department: Department) -> list[CaseClass]:
    """The classes that were written of; `InvalidInput` for names that are not there."""
    known = {
        each.slug: {episode.slug for _, episode, _ in each.placed_episodes()}
        for each in department.case_classes
    }
    for number, entry in enumerate(study.entries):
        if entry.case_class not in known:
            raise _unknown("case_class", entry.case_class, list(known), number)
        if entry.episode not in known[entry.case_class]:
            raise _unknown("episode", entry.episode, sorted(known[entry.case_class]), number)
    written = {entry.case_class for entry in study.entries}
    return [each for each in department.case_classes if each.slug in written]


def _unknown(field: str, name: str, known: Sequence[str], number: int) -> InvalidInput:
    names = ", ".join(known)
    kind = {
        "case_class": Text(da="sagstype", en="case class"),
        "episode": Text(da="arbejdsgang", en="episode"),
    }[field]
    return InvalidInput(
        Text(
            da=f"afdelingen har ingen {kind.da} ”{name}”; skriv en af {names}",
            en=f"the department has no {kind.en} “{name}”; write one of {names}",
        ),
        field=f"entries[{number}].{field}",
    )


def _source(study: TimeStudy, caseworkers: int) -> Text:
    days = (study.to - study.from_).days
    return Text(
        da=f"tidsregistrering i {days} dage fra {date_in_words(study.from_, 'da')}, "
        f"{caseworkers} sagsbehandlere",
        en=f"a time study of {days} days from {date_in_words(study.from_, 'en')}, "
        f"{caseworkers} caseworkers",
    )
