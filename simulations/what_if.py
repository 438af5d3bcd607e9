"""What if: a team as it is beside what a leader would change, sharper as replications arrive.

(da: hvad nu hvis.) Both meet the same cases and the same people with the same luck, so what differs
is what was changed. Answers before the last are more careful, so that all of them hold together;
the last is the plain one of as many replications as were asked for.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from math import pi
from threading import Lock

from capacity.rulebook import Rulebook
from capacity.units import FTE, exact
from capacity.wording import Language, Text, listed, percent
from simulations.estimates import CONFIDENCE, Estimate, ratio_difference
from simulations.experiments import joined, run, steps
from simulations.questions import StaffingQuestion
from simulations.replications import Counted
from simulations.sentences import about, posts_in_words, subject
from simulations.staffing import CurvePoint, StaffingCurve, curve_of, curve_trial
from simulations.tallies import comparable, tally, year_difference_range

FIRST_ANSWER = 32
"""Replications of the first answer; each one after it has twice as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A deadline as it is kept, and as it would be (da: hvad nu hvis).

    `before` is the team as it is, `curve` the changed team at the levels of extra staff that are
    drawn, and `after` the level that was chosen. `difference` is the share in time after less
    before, with its simulation error; in 95 % of the single years, each compared with itself, it
    lay from `year_low` to `year_high`: None where no year has something due on both sides.
    """

    before: CurvePoint
    after: CurvePoint
    curve: StaffingCurve
    difference: Estimate
    year_low: float | None
    year_high: float | None
    replications: int
    is_final: bool


class Runs:
    """A question at some levels of staff, run as far as anybody has asked (da: kørsler).

    Whoever asks again for as many finds them here: a slider that goes back costs nothing. The
    question's `levels` are put in order, the one without extra staff first.
    """

    def __init__(self, question: StaffingQuestion, book: Rulebook) -> None:
        self._laid_out, self.levels = curve_trial(question, book)
        self.question, self.book = replace(question, extra_fte=self.levels), book
        self._counted: dict[int, Counted] = {}
        self._lock = Lock()

    def steps(self, replications: int) -> int:
        """What so many take in all, in steps of the kernel (da: beregningens omfang)."""
        return steps(self._laid_out, replications)

    def counted(self, replications: int, executor: Executor | None = None) -> Counted:
        """Count exactly so many replications, those that are missing run now (da: optælling)."""
        with self._lock:
            if replications not in self._counted:
                done = max((each for each in self._counted if each < replications), default=0)
                more = run(self._laid_out, done, replications, executor=executor)
                self._counted[replications] = joined([self._counted[done], more]) if done else more
            return self._counted[replications]

    def curve(
        self, replications: int, confidence: float, executor: Executor | None = None
    ) -> StaffingCurve:
        """Sum exactly so many replications to a curve (da: bemandingskurve)."""
        counted = self.counted(replications, executor)
        return curve_of(
            self.question, self.levels, counted, replications, self.book, confidence=confidence
        )


def what_ifs(
    before: Runs,
    curve: Runs,
    chosen: Runs,
    extra_fte: FTE,
    *,
    replications: int,
    executor: Executor | None = None,
) -> Iterator[WhatIf]:
    """Answer after 32, 64, 128 … replications, up to those asked for (da: foreløbige svar).

    `before` is the team as it is, `curve` the changed team at all the levels that are drawn, and
    `chosen` the changed team at levels of which `extra_fte` is one: the curve itself, if it has it.
    The intervals of all answers before the last hold together with 95 % confidence, as those of
    `partial_curves`. `InvalidInput` where nothing falls due in the period.
    """
    until, look = min(FIRST_ANSWER, replications), 1
    while True:
        is_last = until == replications
        confidence = CONFIDENCE if is_last else 1 - 0.03 * 6 / (pi * look) ** 2
        as_it_is, changed, asked = (
            each.curve(until, confidence, executor) for each in (before, curve, chosen)
        )
        was = tally(before.counted(until, executor), 0)
        place = chosen.levels.index(extra_fte)
        becomes = tally(chosen.counted(until, executor), place)
        year_low, year_high = (
            year_difference_range(becomes, was) if comparable(becomes, was) else (None, None)
        )
        yield WhatIf(
            before=as_it_is.without_extra,
            after=asked.points[place],
            curve=changed,
            difference=ratio_difference(
                becomes.in_time, becomes.due, was.in_time, was.due, confidence
            ),
            year_low=year_low,
            year_high=year_high,
            replications=until,
            is_final=is_last,
        )
        if is_last:
            return
        until, look = min(2 * until, replications), look + 1


_MOVES = Text(
    da="{what} {verb} {subject} fra {before} til {after} i et gennemsnitligt år; fra år til år "
    "svinger den mellem {low} og {high}. I denne model og med disse antagelser.",
    en="{what} {verb} {subject} from {before} to {after} in an average year; from year to year it "
    "varies between {low} and {high}. In this model and with these assumptions.",
)
_SAME = Text(
    da="{what} ændrer ikke {subject} så meget, at denne model kan vise det: den er {before} uden "
    "og {after} med i et gennemsnitligt år; fra år til år svinger den mellem {low} og {high}.",
    en="{what} {make} no difference to {subject} that this model can show: it is {before} without "
    "and {after} with in an average year; from year to year it varies between {low} and {high}.",
)
_UNCHANGED = Text(
    da="Som det er, er {subject} {before} i et gennemsnitligt år; fra år til år svinger den mellem "
    "{low} og {high}. I denne model og med disse antagelser.",
    en="As it is, {subject} is {before} in an average year; from year to year it varies between "
    "{low} and {high}. In this model and with these assumptions.",
)


def what_if_sentence(found: WhatIf, changes: Sequence[Text], book: Rulebook) -> Text:
    """Say what was changed and what it does, in a leader's words (da: i ord).

    `changes` are the titles of what is changed beside the extra staff.
    """
    return Text(da=_sentence(found, changes, book, "da"), en=_sentence(found, changes, book, "en"))


def _sentence(found: WhatIf, changes: Sequence[Text], book: Rulebook, language: Language) -> str:
    extra = found.after.extra_fte
    what = [posts_in_words(extra, language)] if extra else []
    what += [each.in_language(language) for each in changes]
    is_one = len(what) == 1 and extra <= 1
    verb = "raise" if found.difference.value > 0 else "lower"
    template = _MOVES
    if not what:
        template = _UNCHANGED
    elif found.difference.low <= 0 <= found.difference.high:
        template = _SAME
    written = template.in_language(language).format(
        what=listed(what, language),
        verb={"raise": "løfter", "lower": "sænker"}[verb]
        if language == "da"
        else f"{verb}{'s' if is_one else ''}",
        make="makes" if is_one else "make",
        subject=subject(found.curve.question, book, language),
        before=about(found.before.share_in_time, language),
        after=about(found.after.share_in_time, language),
        low=percent(exact(found.after.year_low), language),
        high=percent(exact(found.after.year_high), language),
    )
    return written[0].upper() + written[1:]
