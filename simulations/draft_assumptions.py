"""What is said of a drafted route, and of each of its hours (da: udkastets antagelser).

Nothing of a draft is a fact: its numbers are the planner's, a time study's or the list's, and each
says which.
"""

from fractions import Fraction

from capacity.case_classes import CaseClass
from capacity.department import Assumption
from capacity.units import exact
from capacity.wording import Language, Text, date_in_words, in_full, shown
from simulations.drafted_parts import RoutePart, StudiedClass
from simulations.drafted_routes import DraftedRoute
from simulations.drafted_work import DRAFTED_BY, route_place
from simulations.time_study import MeasuredEffort, MeasuredFactor

_FEW_WROTE = 3


def route_assumptions(
    case_class: CaseClass, laid_out: DraftedRoute, studied: StudiedClass | None
) -> list[Assumption]:
    """What is said of a route, and of each of its hours in a study (da: antagelser)."""
    found = [_of_route(case_class, laid_out, studied)]
    if studied is not None:
        found += [_of_hours(case_class, part, studied) for part in laid_out.parts]
    return found


def _of_route(
    case_class: CaseClass, laid_out: DraftedRoute, studied: StudiedClass | None
) -> Assumption:
    hours = sum((each.mean_effort_hours for each in case_class.route), Fraction(0))
    delays = sum(
        (each.external_delay_days.mean * each.mean_times for each in case_class.route), Fraction(0)
    )
    in_danish, in_english = (_number(delays, language) for language in ("da", "en"))
    hours_words = _hours(float(hours))
    waits = laid_out.waits_from
    hours_from = (
        Text(
            da="Udkast: timerne er planlæggerens antagelser, for listerne fortæller dem ikke.",
            en="A draft: the hours are the planner’s assumptions, for the lists do not tell.",
        )
        if studied is None
        else Text(
            da="Udkast: timerne er tidsstudiets, hvor det kan sige dem.",
            en="A draft: the hours are the time study’s, where it can say them.",
        )
    )
    what_next = (
        Text(
            da="Ret dem, eller læs en tidsregistrering ind.", en="Correct, or import a time study."
        )
        if studied is None
        else Text(da="Ret det, der ikke passer.", en="Correct what does not fit.")
    )
    reasons = (hours_from, waits, what_next)
    return Assumption(
        about=route_place(case_class.slug),
        says=Text(
            da=f"En sag af typen {case_class.label.da} tager {hours_words.da} og venter "
            f"{in_danish} {'dag' if in_danish == '1' else 'dage'} på andre.",
            en=f"A case of the kind {case_class.label.en} takes {hours_words.en} and waits "
            f"{in_english} {'day' if in_english == '1' else 'days'} for others.",
        ),
        reason=Text(
            da=" ".join(each.da for each in reasons if each.da),
            en=" ".join(each.en for each in reasons if each.en),
        ),
        said_by=DRAFTED_BY,
    )


def _of_hours(case_class: CaseClass, part: RoutePart, studied: StudiedClass) -> Assumption:
    label = part.work.label
    if part.measured is not None:
        says = _pieces(part, part.measured.low, part.measured.high)
        reason, said_by = _measured(part.measured, studied, alone=True), "tidsstudie"
    elif part.pooled is not None:
        assumed = float(part.hours) / part.pooled.value
        says = _pieces(part, assumed * part.pooled.low, assumed * part.pooled.high)
        reason, said_by = _measured(part.pooled, studied, alone=False), "tidsstudie"
    else:
        says = _unmeasured(part)
        reason, said_by = _too_few_wrote(part, studied), DRAFTED_BY
    called = studied.words.get(part.work.slug)
    if called:
        reason = Text(
            da=f"{reason.da}. I studiet: {called}", en=f"{reason.en}. In the study: {called}"
        )
    return Assumption(
        about=f"{route_place(case_class.slug)}.{part.work.slug}.effort_hours",
        says=Text(
            da=f"{label.da} ({case_class.label.da}): {says.da}",
            en=f"{label.en} ({case_class.label.en}): {says.en}",
        ),
        reason=reason,
        said_by=said_by,
    )


def _pieces(part: RoutePart, low: float, high: float) -> Text:
    def told(language: Language) -> tuple[str, ...]:
        return tuple(_number(exact(round(each, 2)), language) for each in (low, high))

    da, en, hours, of_case = told("da"), told("en"), _hours(float(part.hours)), _of_case(part)
    return Text(
        da=f"{hours.da} pr. stykke ({da[0]}-{da[1]}) og {of_case.da}.",
        en=f"{hours.en} a piece ({en[0]} to {en[1]}) and {of_case.en}.",
    )


def _hours(hours: float) -> Text:
    """Hours in words, of which 1 is one (da: timer)."""
    da, en = (_number(exact(round(hours, 2)), language) for language in ("da", "en"))
    return Text(
        da=f"{da} {'time' if da == '1' else 'timer'}", en=f"{en} {'hour' if en == '1' else 'hours'}"
    )


def _of_case(part: RoutePart) -> Text:
    """How many pieces a case takes; what a deadline asks for is done once, in however many."""
    da, en = (_number(part.times, language) for language in ("da", "en"))
    if part.clock is None or part.times == 1:
        return Text(da=f"{da} pr. sag", en=f"{en} a case")
    return Text(da=f"1 pr. sag, i {da} stykker", en=f"1 a case, in {en} pieces")


def _measured(
    measured: MeasuredEffort | MeasuredFactor, studied: StudiedClass, *, alone: bool
) -> Text:
    n, k = measured.finished, measured.caseworkers
    study = studied.study
    first = {language: date_in_words(study.from_, language) for language in ("da", "en")}
    da = f"tidsstudie, {n} stykker, {k} sagsbehandlere, fra {first['da']}; intervallet er 90 %"
    en = f"time study, {n} pieces, {k} caseworkers, from {first['en']}; the interval is 90%"
    if not alone:
        da += "; målt under ét med andet, som for få skrev om, i forhold til antagelserne"
        en += "; measured together with other work that too few wrote of, beside what is assumed"
    if studied.cases is None:
        return Text(
            da=f"{da}; hvor mange stykker en sag tager, er en antagelse",
            en=f"{en}; how many pieces a case takes is an assumption",
        )
    cases = exact(round(studied.cases, 1))
    return Text(
        da=f"{da}. På så mange arbejdsdage kommer {shown(cases, 1, 'da')} sager",
        en=f"{en}. {shown(cases, 1, 'en')} cases come in as many working days",
    )


def _unmeasured(part: RoutePart) -> Text:
    hours, of_case = _hours(float(part.hours)), _of_case(part)
    return Text(
        da=f"{hours.da} pr. stykke og {of_case.da}; halvt eller dobbelt så meget er lige så "
        "muligt.",
        en=f"{hours.en} a piece and {of_case.en}; half or twice as much is as possible.",
    )


def _too_few_wrote(part: RoutePart, studied: StudiedClass) -> Text:
    finished = studied.finished(part.work.slug)
    why = (
        Text(
            da=f"sagsbehandlere, der skrev om det: {part.written}; der skal {_FEW_WROTE} til",
            en=f"caseworkers who wrote of it: {part.written}; it takes {_FEW_WROTE}",
        )
        if part.written < _FEW_WROTE
        else Text(
            da=f"{finished} stykker blev færdige, hos for få",
            en=f"{finished} pieces were finished, by too few",
        )
    )
    return Text(
        da=f"Antagelse: tidsstudiet kan ikke sige, hvor sikkert det er ({why.da})",
        en=f"Assumption: the time study cannot say how sure it is ({why.en})",
    )


def _number(value: Fraction, language: Language) -> str:
    """A number with at most two decimals, and none that say nothing."""
    return in_full(exact(round(float(value), 2)), language)
