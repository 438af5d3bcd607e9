"""How long cases take, as rows and a sentence: counted and fitted (da: sagsbehandlingstid).

Leaving the open cases out is what a list of finished cases does by itself, and it is wrong: those
that drag on are the ones that are missing. It stands beside, so that its reader sees how wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

from api.answers import Answer, Label, Words
from api.observed_answers import only
from capacity.case_events import EVENT_LABELS, CaseEvent
from capacity.errors import InvalidInput
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, date_in_words, percent, shown

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.case_history import CaseHistory
    from simulations.luck import Floats
    from simulations.survival import Interval
    from simulations.turnaround_fit import FittedFamily, TurnaroundFit

_SHARE = ("andel 0-1", "share 0-1")
_DAYS = ("dage", "days")
_CASES = ("sager", "cases")
_MOST_DAYS = 36_500
COUNTED, FINISHED_ONLY = "counted", "finished_only"


class OpenShareRow(Answer):
    """The share of cases still open after so many days (da: andel stadig åbne)."""

    days: Annotated[float, Label("alder", "age", *_DAYS)]
    at_risk: Annotated[float, Label("fulgte sager", "cases followed", *_CASES)]
    finished: Annotated[float, Label("afsluttet", "finished", *_CASES)]
    open_share: Annotated[float, Label("stadig åbne", "still open", *_SHARE)]
    open_share_low: Annotated[float, Label("90 %-interval, nedre", "90%, low", *_SHARE)]
    open_share_high: Annotated[float, Label("90 %-interval, øvre", "90%, high", *_SHARE)]


class TurnaroundRow(Answer):
    """How long cases take by one way of telling (da: sagsbehandlingstid).

    `counted` takes no shape for granted (Kaplan and Meier), the families are fitted to the same
    cases, and `finished_only` is what leaving the open ones out would say. Intervals are of 90%.
    """

    by: Annotated[str, Label("opgjort ved", "told by")]
    label: Annotated[Words, Label("i ord", "in words")]
    mean_days: Annotated[float | None, Label("middelværdi", "mean", *_DAYS)]
    mean_days_low: Annotated[float | None, Label("middel, nedre", "mean, low", *_DAYS)]
    mean_days_high: Annotated[float | None, Label("middel, øvre", "mean, high", *_DAYS)]
    median_days: Annotated[float | None, Label("median", "median", *_DAYS)]
    median_days_low: Annotated[float | None, Label("median, nedre", "median, low", *_DAYS)]
    median_days_high: Annotated[float | None, Label("median, øvre", "median, high", *_DAYS)]
    within_days: Annotated[int, Label("inden for", "within", *_DAYS)]
    finished_share: Annotated[float, Label("afsluttet inden da", "finished by then", *_SHARE)]
    finished_share_low: Annotated[float | None, Label("afsluttet, nedre", "low", *_SHARE)]
    finished_share_high: Annotated[float | None, Label("afsluttet, øvre", "high", *_SHARE)]
    weight: Annotated[float | None, Label("Akaikes vægt", "Akaike's weight", *_SHARE)]
    p_value: Annotated[float | None, Label("p-værdi for tilpasningen", "p-value of the fit")]
    distance: Annotated[
        float | None, Label("største afstand til det optalte", "farthest from the count", *_SHARE)
    ]
    chosen: Annotated[bool, Label("føres videre", "carried on")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From which event to which, and of which cases (da: forløb); None means arrival, and all."""

    event: CaseEvent
    starts: CaseEvent | None = None
    case_class: str | None = None
    team: str | None = None

    def in_words(self, history: "CaseHistory") -> Text:
        """Say what is followed, and how far the list goes (da: i ord)."""
        starts, ends = self._start_label, EVENT_LABELS[self.event]
        complete = history.complete_from

        def said(language: Language) -> str:
            which = "".join(
                f" {word.in_language(language)} {name}"
                for word, name in ((_OF_TYPE, self.case_class), (_IN_TEAM, self.team))
                if name is not None
            )
            return _STRETCH.in_language(language).format(
                starts=starts.in_language(language),
                ends=ends.in_language(language),
                which=which,
                seen_on=date_in_words(history.seen_on, language),
                complete=""
                if complete is None
                else _COMPLETE.in_language(language).format(day=date_in_words(complete, language)),
            )

        return Spoken(said)

    @property
    def _start_label(self) -> Text:
        return _ARRIVAL if self.starts is None else EVENT_LABELS[self.starts]


def turnaround(history: "CaseHistory", stretch: Stretch) -> "TurnaroundFit":
    """Follow cases over a stretch, open ones as open (da: sagsbehandlingstid).

    Of the types of case that come to its end at all. `InvalidInput` where no case can be followed,
    or there is no such type or team.
    """
    import numpy as np

    from simulations.followed_cases import followed_cases
    from simulations.turnaround_fit import turnaround_fit

    event = stretch.event
    rows = only(history, team=stretch.team, case_class=stretch.case_class)
    happened = ~np.isnan(rows.at(event))
    if not happened.any():
        known = ", ".join(each.value for each in CaseEvent if not np.isnan(rows.at(each)).all())
        raise InvalidInput(
            Text(
                da=f"sagslisten har ikke ”{EVENT_LABELS[event].da}” her; den har {known}",
                en=f"the case list has no “{EVENT_LABELS[event].en}” here; it has {known}",
            ),
            field="event",
        )
    # Of a type of case that never comes to the event nobody waits for it.
    rows = rows.only(np.isin(rows.case_class, rows.case_class[happened]))
    return turnaround_fit(followed_cases(rows, event, stretch.starts))


def open_share_rows(fit: "TurnaroundFit") -> tuple[OpenShareRow, ...]:
    """Return the counted share still open by age (da: Kaplan–Meier)."""
    counted = fit.counted
    columns = (
        counted.age,
        counted.at_risk,
        counted.finished,
        counted.share,
        counted.low,
        counted.high,
    )
    return tuple(
        OpenShareRow(
            days=days,
            at_risk=at_risk,
            finished=finished,
            open_share=share,
            open_share_low=low,
            open_share_high=high,
        )
        for days, at_risk, finished, share, low, high in zip(
            *(column.tolist() for column in columns), strict=True
        )
    )


def turnaround_rows(fit: "TurnaroundFit", within: int) -> tuple[TurnaroundRow, ...]:
    """Return what each way of telling says (da: opgørelser); `InvalidInput` for odd days."""
    return tuple(_rows(fit, _possible(within)))


def _possible(within: int) -> int:
    if not 1 <= within <= _MOST_DAYS:
        raise InvalidInput(
            Text(
                da=f"{within} dage; skriv fra 1 til {_MOST_DAYS}",
                en=f"{within} days; write from 1 to {_MOST_DAYS}",
            ),
            field="within",
        )
    return within


def _rows(fit: "TurnaroundFit", within: int) -> Iterator[TurnaroundRow]:
    half, by_then = fit.counted.age_reached(0.5), fit.counted.finished_by(within)
    nothing = dict.fromkeys(TurnaroundRow.model_fields)
    yield TurnaroundRow.model_validate(
        {
            **nothing,
            "by": COUNTED,
            "label": _COUNTED,
            "median_days": half.value,
            "median_days_low": half.low,
            "median_days_high": half.high,
            "within_days": within,
            "finished_share": by_then.value,
            "finished_share_low": by_then.low,
            "finished_share_high": by_then.high,
            "chosen": fit.chosen is None and fit.learned,
        }
    )
    for family in fit.families:
        yield _of_family(family, within, chosen=family is fit.chosen)
    ages = _finished(fit)
    if ages.size:
        # The median as it would be counted, were no case open: that of a case, not between two.
        yield TurnaroundRow.model_validate(
            {
                **nothing,
                "by": FINISHED_ONLY,
                "label": _FINISHED_ONLY,
                "mean_days": float(ages.mean()),
                "median_days": float(sorted(ages.tolist())[(ages.size - 1) // 2]),
                "within_days": within,
                "finished_share": float((ages <= within).mean()),
                "chosen": False,
            }
        )


def _of_family(family: "FittedFamily", within: int, *, chosen: bool) -> TurnaroundRow:
    from simulations.turnaround_shapes import SHAPE_LABELS

    fit, test = family.fit, family.fitness
    return TurnaroundRow(
        by=fit.shape.value,
        label=SHAPE_LABELS[fit.shape],
        **_spread("mean_days", fit.mean),
        **_spread("median_days", fit.age_reached(0.5)),
        within_days=within,
        **_spread("finished_share", fit.finished_by(within)),
        weight=family.weight,
        p_value=test.p_value,
        distance=test.distance,
        chosen=chosen,
    )


def _spread(name: str, found: "Interval") -> dict[str, float]:
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}


def _finished(fit: "TurnaroundFit") -> "Floats":
    """The turnarounds of the finished cases alone."""
    import numpy as np

    from simulations.followed_cases import FINISHED

    is_finish = fit.cases.end == FINISHED
    return np.repeat(fit.cases.age[is_finish], fit.cases.count[is_finish])


_COUNTED = Text(
    da="optalt, de åbne fulgt til deres alder (Kaplan–Meier)",
    en="counted, the open ones followed to their age (Kaplan–Meier)",
)
_FINISHED_ONLY = Text(
    da="kun de afsluttede: forkert, når der er åbne sager",
    en="the finished ones only: wrong where cases are open",
)
_ARRIVAL = Text(da="sagens ankomst", en="the case’s arrival")
_OF_TYPE = Text(da="af typen", en="of the type")
_IN_TEAM = Text(da="i teamet", en="in the team")
_STRETCH = Text(
    da="Fra ”{starts}” til ”{ends}” for sager{which}, set den {seen_on}{complete}.",
    en="From “{starts}” to “{ends}” for cases{which}, seen on {seen_on}{complete}.",
)
_COMPLETE = Text(
    da=" i en liste, der er fuldstændig fra {day}",
    en=" in a list that is complete from {day} on",
)
_WITHIN = Text(
    da="Inden for {days} dage er {share} afsluttet (90 %-interval: {low} til {high}), optalt med "
    "de åbne sager.",
    en="Within {days} days {share} have finished (90% interval: {low} to {high}), counted with "
    "the open cases.",
)
_BY_FAMILY = Text(
    da="Fordelingen {family} siger {share}.", en="The {family} distribution says {share}."
)
_ALONE = Text(
    da="Regnet på de afsluttede alene ville det se ud som {share} og en middelværdi på {mean} "
    "dage.",
    en="Of the finished cases alone it would look like {share} and a mean of {mean} days.",
)


def turnaround_sentence(
    fit: "TurnaroundFit", within: int, stretch: Stretch, history: "CaseHistory"
) -> Text:
    """Say what the list says of turnaround, and what leaving the open cases out would (da: i ord).

    The share told is the counted one; what the family that is carried on makes of it stands beside.
    `InvalidInput` for odd days.
    """
    from simulations.turnaround_shapes import SHAPE_LABELS

    counted, ages = fit.counted.finished_by(_possible(within)), _finished(fit)

    def said(language: Language) -> str:
        parts = [
            stretch.in_words(history).in_language(language),
            fit.sentence.in_language(language),
            _WITHIN.in_language(language).format(
                days=shown(within, 0, language),
                share=_share(counted.value, language),
                low=_share(counted.low, language),
                high=_share(counted.high, language),
            ),
        ]
        if fit.chosen:
            family = fit.chosen.fit
            parts.append(
                _BY_FAMILY.in_language(language).format(
                    family=SHAPE_LABELS[family.shape].in_language(language),
                    share=_share(family.finished_by(within).value, language),
                )
            )
        if ages.size:
            parts.append(
                _ALONE.in_language(language).format(
                    share=_share(float((ages <= within).mean()), language),
                    mean=shown(_rounded(float(ages.mean())), 0, language),
                )
            )
        return " ".join(parts)

    return Spoken(said)


def _share(value: float, language: Language) -> str:
    return percent(_rounded(value), language)


def _rounded(value: float) -> Fraction:
    return exact(f"{value:.9f}")
