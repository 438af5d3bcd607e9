"""The route of a drafted type with its waiting, and where that is from (da: udkast til rute).

Waiting stands in the stretches from milestone to milestone and is spread evenly over the pieces of
each: the list's own days of waiting where they can be believed, else what its dates leave over for
it, else an assumption.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from fractions import Fraction

import numpy as np

from capacity.case_classes import Clock, Episode
from capacity.case_events import MET_BY, CaseEvent
from capacity.distributions import NOTHING, Distribution, Family
from capacity.rulebook import Rulebook
from capacity.units import exact
from capacity.wording import Text, shown
from simulations.case_history import CaseHistory
from simulations.drafted_parts import RoutePart, assumed_part, milestone_of, start_event
from simulations.drafted_work import CASEWORK, WORK
from simulations.listed_waits import (
    LEAST_DONE,
    PUT_OFF,
    OwnWaits,
    Stretch,
    days_at_desks,
    own_waits,
    spread_of_each,
    stretch,
)
from simulations.open_cases import over_at

_SPREAD = Fraction(6, 10)
"""Assumption: hours and waiting vary from case to case with this coefficient of variation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedRoute:
    """A route with what it is made of, and where its waiting is from (da: udkast til rute)."""

    episodes: tuple[Episode, ...]
    parts: tuple[RoutePart, ...]
    waits_from: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskDays:
    """How many days a piece of work lies and is worked, on average (da: dage på bordet).

    On the way to a deadline, and beside deadlines, which comes after; None where no type tells.
    """

    to_deadline: float | None
    beside: float | None

    def of(self, parts: Sequence[RoutePart]) -> float | None:
        """Those of a stretch; of the other kind where only that is known (da: strækningens)."""
        known = (self.to_deadline, self.beside)
        own, other = known if parts[-1].clock is not None else known[::-1]
        return other if own is None else own


def waits_told(parts: Sequence[RoutePart], rows: CaseHistory) -> OwnWaits | Text:
    """What the list's own days of waiting say of a type, or why nothing (da: egne ventedage)."""
    clock = parts[-1].clock
    return own_waits(rows, over_at(MET_BY[clock.deadline] if clock else None, rows))


def desk_days(told: Iterable[tuple[tuple[RoutePart, ...], OwnWaits | Text]]) -> DeskDays:
    """How long work lies at desks, by the types with waiting of their own (da: dage på bordet).

    A type tells of it where all of its waiting is in one stretch.
    """
    to_deadline: list[tuple[OwnWaits, float]] = []
    beside: list[tuple[OwnWaits, float]] = []
    for parts, own in told:
        waiting = [each for each in _stretches(parts) if _waits(each)]
        if isinstance(own, OwnWaits) and len(waiting) == 1:
            pieces = float(sum((each.times for each in waiting[0]), Fraction(0)))
            kind = beside if waiting[0][-1].clock is None else to_deadline
            kind.append((own, pieces))
    return DeskDays(to_deadline=days_at_desks(to_deadline), beside=days_at_desks(beside))


def drafted_route(
    parts: tuple[RoutePart, ...],
    own: OwnWaits | Text,
    rows: CaseHistory,
    desks: DeskDays,
    book: Rulebook,
) -> DraftedRoute:
    """Lay parts out as a route with its waiting (da: udkast til rute).

    `own` is what the list's days of waiting say of the type, or why nothing.
    """
    stretches = _stretches(parts)
    spans = [_span(each, stretches[:number], rows, book) for number, each in enumerate(stretches)]
    shares = _shares(stretches, spans)
    episodes: list[Episode] = []
    ways: set[_From] = set()
    dated: list[float | None] = []
    for part_stretch, span, share in zip(stretches, spans, shares, strict=True):
        worked = sum((each.times for each in part_stretch), Fraction(0))
        last = part_stretch[-1]
        # What is put off is put off once, before however many pieces it is worked in.
        pieces = Fraction(1) if last.work.waits_first else worked
        lying = desks.of(part_stretch)
        at_desks = None if lying is None else lying * float(worked)
        by_dates = last.work.waits_first or last.clock is None or lying is not None
        if not _waits(part_stretch) and not last.work.waits_first:
            delay = NOTHING
        elif isinstance(own, OwnWaits) and not last.work.waits_first:
            total = share * exact(round(own.mean, 2))
            delay = _varying(total / pieces, spread_of_each(own.cv, float(pieces)))
            ways.add(_From.LIST)
        elif span is not None and by_dates:
            delay = span.waiting(pieces, at_desks)
            ways.add(_From.DATES)
            dated.append(lying)
        else:
            rule = _wait_rule(last, rows.seen_on, book)
            most = rule if span is None else exact(round(PUT_OFF * float(span.days.mean), 1))
            delay = _varying(min(rule, most) / pieces)
            if rule:
                ways.add(_From.RULE)
        if last.work.waits_first:
            episodes += [_episode(each, NOTHING) for each in part_stretch[:-1]]
            episodes += _waiting_first(last, delay)
        else:
            episodes += [_episode(each, delay) for each in part_stretch]
    if isinstance(own, OwnWaits) and _waits_afterwards(stretches, own, rows):
        waits = _varying(exact(round(own.mean, 2)), spread_of_each(own.cv, 1.0))
        episodes.append(_waiting_after(stretches[-1][-1], waits))
        ways.add(_From.AFTERWARDS)
    return DraftedRoute(episodes=tuple(episodes), parts=parts, waits_from=_said(own, ways, dated))


def assumed_route(deadline: str | None, on: date, book: Rulebook) -> DraftedRoute:
    """Lay out the work of a deadline as the assumption rules have it (da: antaget rute).

    None is work on cases without a deadline. `KeyError` for a deadline that no drafted work meets.
    """
    work = CASEWORK if deadline is None else WORK[deadline]
    clock = None if deadline is None else Clock(deadline=deadline)
    part = assumed_part(work, clock, on, book)
    delay = _varying(_wait_rule(part, on, book) / part.times)
    laid_out = _waiting_first(part, delay) if work.waits_first else [_episode(part, delay)]
    return DraftedRoute(
        episodes=tuple(laid_out),
        parts=(part,),
        waits_from=Text(
            da="Ventetiden på andre er planlæggerens antagelse.",
            en="Waiting for others is the planner’s assumption.",
        ),
    )


class _From(Enum):
    """Where waiting is from."""

    LIST = auto()
    AFTERWARDS = auto()
    DATES = auto()
    RULE = auto()


def _waits(parts: Sequence[RoutePart]) -> bool:
    """Whether a stretch waits for others: what is done at once does not, nor what is put off."""
    last = parts[-1]
    return not last.work.waits_first and (last.clock is None or last.work.wait is not None)


def _waits_afterwards(
    stretches: Sequence[Sequence[RoutePart]], own: OwnWaits, rows: CaseHistory
) -> bool:
    """Whether cases wait, and only after all their work, to be closed (da: venter bagefter).

    What must be done at once waits for nobody, and yet the list has days of waiting of its cases.
    """
    closes = not np.isnan(rows.at(CaseEvent.CLOSED)).all()
    at_once = not any(_waits(each) or each[-1].work.waits_first for each in stretches)
    return at_once and closes and round(own.mean, 2) > 0


def _stretches(parts: Sequence[RoutePart]) -> list[list[RoutePart]]:
    """Parts up to each milestone together, and what comes after the last."""
    found: list[list[RoutePart]] = [[]]
    for part in parts:
        found[-1].append(part)
        if part.clock is not None:
            found.append([])
    return [each for each in found if each]


def _span(
    parts: Sequence[RoutePart],
    before: Sequence[Sequence[RoutePart]],
    rows: CaseHistory,
    book: Rulebook,
) -> Stretch | None:
    """How long a stretch takes by the list's dates; None where too few are over."""
    clock = parts[-1].clock
    if clock is not None:
        starts = start_event(clock.deadline, rows, book)
        return stretch(rows, MET_BY[clock.deadline], starts)
    last = before[-1][-1].clock if before else None
    after = MET_BY[last.deadline] if last is not None else None
    return stretch(rows, CaseEvent.CLOSED, after, least=1 if before else LEAST_DONE)


def _shares(
    stretches: Sequence[Sequence[RoutePart]], spans: Sequence[Stretch | None]
) -> list[Fraction]:
    """How a case's own waiting is shared among stretches: by how long each takes.

    An assessment that is made at once waits for nobody, and what is put off is no such waiting.
    """
    weights = [
        0.0 if not _waits(each) else (1.0 if span is None else max(float(span.days.mean), 1.0))
        for each, span in zip(stretches, spans, strict=True)
    ]
    total = sum(weights)
    return [exact(round(each / total, 4)) if total else Fraction(0) for each in weights]


def _episode(part: RoutePart, delay: Distribution) -> Episode:
    whole = int(part.times)
    more = part.times - whole
    return Episode(
        slug=part.work.slug,
        label=part.work.label,
        effort_hours=_varying(part.hours),
        external_delay_days=delay,
        desk=part.work.desk,
        least_times=whole,
        most_times=whole,
        again=more / (1 + more),
        milestone=milestone_of(part.work) if part.clock else None,
        clock=part.clock,
    )


def _waiting_first(part: RoutePart, wait: Distribution) -> list[Episode]:
    label = part.work.label
    waiting = Episode(
        slug=f"before-{part.work.slug}",
        label=Text(da=f"Venten før: {label.da}", en=f"Waiting before: {label.en}"),
        effort_hours=NOTHING,
        external_delay_days=wait,
    )
    return [waiting, _episode(part, NOTHING)]


def _waiting_after(part: RoutePart, wait: Distribution) -> Episode:
    label = part.work.label
    return Episode(
        slug=f"after-{part.work.slug}",
        label=Text(da=f"Venten efter: {label.da}", en=f"Waiting after: {label.en}"),
        effort_hours=NOTHING,
        external_delay_days=wait,
    )


def _wait_rule(part: RoutePart, on: date, book: Rulebook) -> Fraction:
    if part.work.wait is None:
        return Fraction(0)
    return book[f"assumption.{part.work.wait}"].on(on).number


def _varying(mean: Fraction, cv: Fraction = _SPREAD) -> Distribution:
    if not mean:
        return NOTHING
    return Distribution(family=Family.LOGNORMAL, mean=mean, cv=cv)


def _said(own: OwnWaits | Text, ways: set[_From], dated: Sequence[float | None]) -> Text:
    """Say where the waiting is from."""
    said: list[Text] = []
    if isinstance(own, OwnWaits) and _From.LIST in ways:
        said.append(Text(da=f"Ventetiden er {own.source.da}.", en=f"Waiting is {own.source.en}."))
    if isinstance(own, OwnWaits) and _From.AFTERWARDS in ways:
        said.append(
            Text(
                da=f"Ventetiden er {own.source.da} og ligger efter arbejdet, som gøres straks: den "
                "holder sagen åben og ikke fristen.",
                en=f"Waiting is {own.source.en} and comes after the work, which is done at once: "
                "it keeps the case open and not the deadline.",
            )
        )
    elif isinstance(own, OwnWaits) and round(own.mean, 1) and _From.LIST not in ways:
        mean = exact(round(own.mean, 1))
        said.append(
            Text(
                da=f"Listens egne ventedage, {shown(mean, 1, 'da')} i gennemsnit, er ikke brugt: "
                "arbejdet gøres straks eller er selv udskudt, og der er intet efter det at vente "
                "på.",
                en=f"The list’s own days of waiting, {shown(mean, 1, 'en')} on average, are not "
                "used: the work is done at once or is itself put off, with nothing after it to "
                "wait for.",
            )
        )
    if isinstance(own, Text) and ways:
        said.append(
            Text(
                da=f"Ventedage siger intet om typen: {own.da}.",
                en=f"Days of waiting say nothing of the type: {own.en}.",
            )
        )
    if dated:
        said.append(_by_dates(list(dict.fromkeys(dated))))
    if _From.RULE in ways:
        said.append(
            Text(
                da="Ventetiden på andre er planlæggerens antagelse, højst 90 % af den tid, der "
                "gik.",
                en="Waiting for others is the planner’s assumption, at most 90% of the time that "
                "passed.",
            )
        )
    return Text(da=" ".join(each.da for each in said), en=" ".join(each.en for each in said))


def _by_dates(dated: Sequence[float | None]) -> Text:
    known = [exact(round(each, 1)) for each in dated if each is not None]
    if not known:
        return Text(
            da="Ventetiden er listens datoer: 90 % af den tid, der gik (antagelse).",
            en="Waiting is the list’s dates: 90% of the time that passed (assumption).",
        )
    da, en = (" / ".join(shown(each, 1, language) for each in known) for language in ("da", "en"))
    return Text(
        da=f"Ventetiden er listens datoer: den tid, der gik, uden de {da} dage, et stykke arbejde "
        "ligger hos sagsbehandleren (antagelse: som i de typer, der har ventedage).",
        en=f"Waiting is the list’s dates: the time that passed, without the {en} days that a piece "
        "of work lies with the caseworker (assumption: as in the types with days of waiting).",
    )
