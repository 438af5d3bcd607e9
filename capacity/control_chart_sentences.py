"""A control chart in words that a leader understands (da: seriediagrammet i ord)."""

from capacity.control_charts import (
    LEAST_USEFUL,
    MARKED_DISPERSION,
    ControlChart,
    Limits,
    Phase,
    Signal,
    Verdict,
)
from capacity.phase_changes import (
    phase_change_sentence,
    phase_changes,
    repeated_looking_sentence,
)
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, date_in_words, month_in_words, percent, shown

_SWUNG = Text(
    da="Andelen til tiden har ligget mellem {least} og {most} i {count} måneder ({first} til "
    "{last}); i alt var {in_time} af {due} til tiden ({centre}).",
    en="The share in time has been between {least} and {most} in {count} months ({first} to "
    "{last}); in all {in_time} of {due} were in time ({centre}).",
)
_STEADY = Text(
    da="Andelen til tiden har været {centre} i hver af {count} måneder ({first} til {last}): "
    "{in_time} af {due}.",
    en="The share in time has been {centre} in each of {count} months ({first} to {last}): "
    "{in_time} of {due}.",
)
_ONE_MONTH = Text(
    da="I {first} var {in_time} af {due} til tiden ({centre}).",
    en="In {first} {in_time} of {due} were in time ({centre}).",
)
_TOO_FEW = Text(
    da="Det er for lidt til at skelne en ændring fra tilfældige udsving: der skal mindst "
    "{least_useful} punkter til, som ikke ligger på medianen, og her er {useful}.",
    en="That is too little to tell a change from chance: it takes at least {least_useful} points "
    "off the median, and there are {useful}.",
)
_NOISE = Text(
    da="Udsvingene er ikke større, end tilfældigheder alene giver: tallene viser ingen ændring i "
    "den tid.",
    en="The swings are no larger than chance alone gives: the figures show no change in that time.",
)
_LONG_RUN = Text(
    da="{length} punkter i træk ({run_first} til {run_last}) ligger {side} medianen på {median}; "
    "mere end {run_limit} er flere, end tilfældigheder plejer at give.",
    en="{length} points in a row ({run_first} to {run_last}) are {side} the median of {median}; "
    "more than {run_limit} are more than chance usually gives.",
)
_FEW_CROSSINGS = Text(
    da="Kurven krydser medianen på {median} {crossings} {times}; færre end {crossings_limit} er et "
    "tegn på, at niveauet har flyttet sig.",
    en="The line crosses the median of {median} {crossings} {times}; fewer than "
    "{crossings_limit} are a sign that the level has moved.",
)
_OUTSIDE = Text(
    da="Uden for det udsving, som månedens antal sager kan give tilfældigt: {outside}.",
    en="Outside what the month's number of cases can swing by chance: {outside}.",
)
_MORE = Text(
    da="Det er en ændring ud over tilfældige udsving. Var intet ændret, ville et sådant tegn vise "
    "sig i højst omkring {false_alarm} af lige så lange forløb. Hvad ændringen skyldes, siger "
    "tallene ikke.",
    en="That is a change beyond chance. If nothing had changed, such a sign would show in at most "
    "about {false_alarm} of series as long. The figures do not say what the change is due to.",
)
_DISPERSED = Text(
    da="Månederne svinger {dispersion} gange så meget som uafhængige sager ville: kommer sagerne "
    "i klumper (fx søskende), så brug de bredere p′-grænser.",
    en="The months swing {dispersion} times as much as independent cases would: where cases come "
    "together (siblings, say), use the wider p′ limits.",
)
_NEW_LAW = Text(
    da="Sager efter reglerne fra {law_from}:",
    en="Cases under the rules from {law_from}:",
)


def phase_sentence(phase: Phase) -> Text:
    """Say in words whether a phase holds more than noise (da: fasen i ord)."""
    return Spoken(lambda language: _said(phase, language))


def control_chart_sentence(chart: ControlChart) -> Text:
    """Say a chart in words, phase by phase (da: diagrammet i ord).

    Between two phases of one law stands a plain verdict on the change (`phase_changes`).
    """
    changes = phase_changes(chart)

    def said(language: Language) -> str:
        several_laws = len({phase.law_from for phase in chart.phases}) > 1
        parts = []
        for phase, change in zip(chart.phases, changes, strict=True):
            if several_laws and phase.law_from:
                law_from = date_in_words(phase.law_from, language)
                parts.append(_NEW_LAW.in_language(language).format(law_from=law_from))
            parts.append(_said(phase, language))
            if change is not None:
                parts.append(phase_change_sentence(change).in_language(language))
        parts.append(repeated_looking_sentence(changes).in_language(language))
        return " ".join(filter(None, parts))

    return Spoken(said)


def _said(phase: Phase, language: Language) -> str:
    shares = [each.point.share for each in phase.points]
    parts = [_SWUNG if len(set(shares)) > 1 else _STEADY if len(shares) > 1 else _ONE_MONTH]
    if Signal.LONG_RUN in phase.signals:
        parts.append(_LONG_RUN)
    if Signal.FEW_CROSSINGS in phase.signals:
        parts.append(_FEW_CROSSINGS)
    if Signal.OUTSIDE_LIMITS in phase.signals:
        parts.append(_OUTSIDE)
    parts.append(
        {Verdict.TOO_FEW: _TOO_FEW, Verdict.NOISE: _NOISE, Verdict.MORE_THAN_NOISE: _MORE}[
            phase.verdict
        ]
    )
    marked = phase.dispersion is not None and phase.dispersion >= MARKED_DISPERSION
    if marked and phase.limits is Limits.EXACT and Signal.OUTSIDE_LIMITS in phase.signals:
        parts.append(_DISPERSED)
    points, run = [each.point for each in phase.points], phase.longest_run
    outside = [month_in_words(each.point.on, language) for each in phase.points if each.outside]
    side = {"da": ("under", "over"), "en": ("below", "above")}[language]
    return " ".join(part.in_language(language) for part in parts).format(
        least=percent(min(shares), language),
        most=percent(max(shares), language),
        count=len(points),
        first=month_in_words(points[0].on, language),
        last=month_in_words(points[-1].on, language),
        in_time=shown(sum(each.in_time for each in points), 0, language),
        due=shown(sum(each.due for each in points), 0, language),
        centre=percent(phase.centre, language),
        least_useful=LEAST_USEFUL,
        useful=phase.useful,
        length=run.length if run else 0,
        run_first=month_in_words(run.first_on, language) if run else "",
        run_last=month_in_words(run.last_on, language) if run else "",
        side=side[run.above] if run else "",
        median=percent(phase.median, language),
        run_limit=phase.longest_run_limit,
        crossings=phase.crossings,
        times={"da": ("gange", "gang"), "en": ("times", "time")}[language][phase.crossings == 1],
        crossings_limit=phase.crossings_limit,
        outside=", ".join(outside),
        false_alarm=percent(exact(phase.false_alarm), language),
        dispersion=shown(exact(phase.dispersion or 0), 1, language),
    )
