"""A case's way through the office as a line that can be read aloud (da: sagens forløb)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from capacity.case_classes import CaseClass, Desk, Episode, Strand
from capacity.department import Department
from capacity.distributions import Distribution
from capacity.rulebook import Rulebook
from capacity.wording import Language, Text, in_full, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The route of a case class, or a strand beside it: what it is, and its steps in order."""

    heading: Text
    steps: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRoute:
    """A case class in words and numbers (da: sagstype)."""

    label: Text
    arrivals_per_year: Fraction
    effort_hours: Fraction
    open_cases: int
    unknown_cases: int
    lines: tuple[Line, ...]


def case_routes(
    department: Department, teams: tuple[str, ...], team: str, book: Rulebook
) -> tuple[CaseRoute, ...]:
    """Write the case classes that some teams work on; those of one of them first."""
    classes = [each for each in department.case_classes if each.team in teams]
    classes.sort(key=lambda each: each.team != team)
    return tuple(_case_route(each, department, book) for each in classes)


def _case_route(case_class: CaseClass, department: Department, book: Rulebook) -> CaseRoute:
    owner = department.team(case_class.team).label
    named = case_class.label.da.endswith(f"({owner.da})")
    route = Line(
        heading=case_class.label
        if named
        else Text(
            da=f"{case_class.label.da} ({owner.da})", en=f"{case_class.label.en} ({owner.en})"
        ),
        steps=_steps(case_class.route, case_class, department, book),
    )
    strands = (
        Line(
            heading=_when(strand),
            steps=_steps(strand.episodes, case_class, department, book),
        )
        for strand in case_class.strands
    )
    return CaseRoute(
        label=case_class.label,
        arrivals_per_year=case_class.arrivals_per_year,
        effort_hours=case_class.mean_effort_hours,
        open_cases=case_class.backlog.open_cases,
        unknown_cases=case_class.backlog.unknown,
        lines=(route, *strands),
    )


_ONCE = Text(da="{label}, én gang{pause}", en="{label}, once{pause}")
_BY_CHANCE = Text(
    da="{label}, tilfældigt, {times} gange om året{pause}",
    en="{label}, by chance, {times} times a year{pause}",
)
_AGAIN = Text(da="{label}, igen og igen{pause}", en="{label}, again and again{pause}")
_OUTLIVES = Text(da="; også efter sagens afslutning", en="; also after the case has closed")


def _when(strand: Strand) -> Text:
    """Say what a strand is, and how often it comes."""
    kind = _ONCE
    if strand.per_year is not None:
        kind = _BY_CHANCE
    elif strand.recurs:
        kind = _AGAIN

    def written(language: Language) -> str:
        pause = ""
        if strand.after_days.mean:
            days = _amount(strand.after_days, language)
            pause = {"da": f", efter {days} dage", "en": f", after {days} days"}[language]
        times = "" if strand.per_year is None else in_full(strand.per_year, language)
        said = kind.in_language(language).format(
            label=strand.label.in_language(language), pause=pause, times=times
        )
        return said + (_OUTLIVES.in_language(language) if strand.outlives_case else "")

    return Text(da=written("da"), en=written("en"))


def _steps(
    episodes: tuple[Episode, ...], case_class: CaseClass, department: Department, book: Rulebook
) -> Text:
    return Text(
        da=" → ".join(_pieces(episodes, case_class, department, book, "da")),
        en=" → ".join(_pieces(episodes, case_class, department, book, "en")),
    )


def _pieces(
    episodes: tuple[Episode, ...],
    case_class: CaseClass,
    department: Department,
    book: Rulebook,
    language: Language,
) -> Iterator[str]:
    """Work, wait, work, wait … and a deadline where its clock is met."""
    hours, days, wait = (
        Text(da="t", en="h").in_language(language),
        Text(da="d", en="d").in_language(language),
        Text(da="vent", en="wait").in_language(language),
    )
    for episode in episodes:
        piece = f"{_amount(episode.effort_hours, language)} {hours}"
        if episode.label:
            piece = f"{episode.label.in_language(language)} {piece}"
        delay = episode.external_delay_days
        waits = f"{wait} {_amount(delay, language)} {days}" if delay.mean else ""
        repeats = _repeats(episode, language)
        place = _place(episode, case_class, department, language)
        piece += f" [{place}]" if place else ""
        if repeats and waits:
            yield f"({piece}, {waits}) {repeats}"
        else:
            yield f"{piece} {repeats}".rstrip()
            if waits:
                yield waits
        if episode.clock:
            label = book[episode.clock.deadline].label.in_language(language)
            yield f"⚑ {label}"


def _amount(distribution: Distribution, language: Language) -> str:
    return in_full(distribution.mean, language)


def _repeats(episode: Episode, language: Language) -> str:
    least, most = episode.least_times, episode.most_times
    said = ""
    if most > 1:
        said = f"× {least}" if least == most else f"× {least}–{most}"
    if episode.again:
        chance = percent(episode.again, language)
        more = {"da": f"og om igen i {chance}", "en": f"and again in {chance}"}[language]
        said = f"{said} {more}".strip()
    return said


_ANOTHER = Text(da="ved en anden end sagens egen", en="by another than the case’s own")
_TEAMS_DESK = Text(da="teamets fælles bunke", en="the team’s common pile")
_BY = Text(da="hos {}", en="at {}")


def _place(
    episode: Episode, case_class: CaseClass, department: Department, language: Language
) -> str:
    """Where it lies, unless with the case's owner."""
    said: list[str] = []
    if episode.team not in (None, case_class.team):
        rotas = {rota.slug: rota.label for rota in department.duty_rotas}
        label = rotas.get(episode.team) or department.team(episode.team).label
        said.append(_BY.in_language(language).format(label.in_language(language)))
    elif episode.by_another:
        said.append(_ANOTHER.in_language(language))
    elif episode.desk is Desk.TEAM:
        said.append(_TEAMS_DESK.in_language(language))
    return ", ".join(said)
