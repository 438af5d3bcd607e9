"""The cases of a department as tables: how many come, are open, and what they cost (da: sager).

What is changed here is somebody's word and no measurement, so it goes among the assumptions, with
its reason and who said it. A model that was fitted to the past is fitted no longer when the work
that it learned is written over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from api.editing.staff import Readings
from api.editing.tables import Column, EditTable, Holds, Line, shown_number
from capacity.backlog_ages import ages_for
from capacity.case_classes import Backlog, BacklogStage, CaseClass, Episode, Strand
from capacity.department import Assumption, Department
from capacity.distributions import Distribution, Family, empirical
from capacity.errors import InvalidInput, PlannerError
from capacity.wording import Language, Text

WHOLE, CLASSES, EPISODES = "whole", "classes", "episodes"
_MOST_OPEN = 100_000


def cases_tables(department: Department, language: Language) -> tuple[EditTable, ...]:
    """Write the cases of a department as tables (da: sagernes tabeller)."""
    whole, classes = _whole(), _classes(department)
    return (
        replace(
            whole,
            lines=(
                Line(
                    key=WHOLE,
                    cells={
                        "what": {"da": "Hele afdelingen", "en": "The whole department"}[language],
                        "on": str(department.on),
                        "open_cases": str(department.open_cases),
                    },
                ),
            ),
        ),
        replace(
            classes,
            lines=tuple(
                Line(
                    key=each.slug,
                    cells={
                        "case_class": each.label.in_language(language),
                        "team": each.team,
                        "arrivals_per_year": shown_number(each.arrivals_per_year, language),
                        "unknown": str(each.backlog.unknown),
                    },
                )
                for each in department.case_classes
            ),
        ),
        replace(
            _episodes(),
            lines=tuple(
                line for each in department.case_classes for line in _lines_of(each, language)
            ),
        ),
    )


def _whole() -> EditTable:
    return EditTable(
        name=WHOLE,
        label=Text(da="Afdelingen i dag", en="The department today"),
        named_by="what",
        lines=(),
        grows=False,
        columns=(
            Column(name="what", label=Text(da="Hvad", en="What"), holds=Holds.WORD, fixed=True),
            Column(
                name="on",
                label=Text(da="Tallene gælder pr.", en="The numbers hold on"),
                holds=Holds.DAY,
                required=True,
            ),
            Column(
                name="open_cases",
                label=Text(da="Åbne sager i alt", en="Open cases in all"),
                holds=Holds.COUNT,
                required=True,
                names=("åbne sager", "aktive sager", "open cases"),
            ),
        ),
    )


def _classes(department: Department) -> EditTable:
    return EditTable(
        name=CLASSES,
        label=Text(da="Sagstyper", en="Case types"),
        named_by="case_class",
        matched_by=("case_class",),
        lines=(),
        grows=False,
        columns=(
            Column(
                name="case_class",
                label=Text(da="Sagstype", en="Case type"),
                holds=Holds.WORD,
                fixed=True,
                names=("type", "sagsart", "sagskategori", "case class"),
            ),
            Column(
                name="team",
                label=Text(da="Team", en="Team"),
                holds=Holds.CHOICE,
                required=True,
                choices={team.slug: team.label for team in department.teams},
                names=("gruppe", "enhed", "unit", "group"),
            ),
            Column(
                name="arrivals_per_year",
                label=Text(da="Nye sager om året", en="New cases a year"),
                holds=Holds.NUMBER,
                required=True,
                names=("tilgang", "nye sager", "tilgang pr. år", "arrivals", "arrivals a year"),
            ),
            Column(
                name="unknown",
                label=Text(
                    da="Åbne, hvor trin og alder er ukendt", en="Open, step and age unknown"
                ),
                holds=Holds.COUNT,
                names=("åbne sager", "åbne", "open cases", "open"),
            ),
        ),
    )


def _episodes() -> EditTable:
    return EditTable(
        name=EPISODES,
        label=Text(da="Arbejdet på sagerne", en="The work on the cases"),
        named_by="episode",
        matched_by=("case_class", "episode"),
        lines=(),
        grows=False,
        columns=(
            Column(
                name="case_class",
                label=Text(da="Sagstype", en="Case type"),
                holds=Holds.WORD,
                fixed=True,
                names=("type", "sagsart", "case class"),
            ),
            Column(
                name="episode",
                label=Text(da="Arbejdsgang", en="Step"),
                holds=Holds.WORD,
                fixed=True,
                names=("aktivitet", "opgave", "trin", "episode", "activity", "task"),
            ),
            Column(
                name="hours",
                label=Text(da="Timer pr. gang", en="Hours each time"),
                holds=Holds.NUMBER,
                required=True,
                names=("timer", "tidsforbrug", "hours", "effort"),
            ),
            Column(
                name="days",
                label=Text(da="Ventetid på andre, dage", en="Waiting for others, days"),
                holds=Holds.NUMBER,
                required=True,
                names=("ventetid", "ventedage", "dage", "waiting", "days"),
            ),
            Column(
                name="open",
                label=Text(da="Åbne sager på trinnet", en="Open cases at the step"),
                holds=Holds.COUNT,
                names=("åbne sager", "åbne", "open cases", "open"),
            ),
            Column(
                name="oldest",
                label=Text(da="Ældste åbne sag, dage", en="Oldest open case, days"),
                holds=Holds.COUNT,
                names=("ældste", "alder", "oldest", "age"),
            ),
        ),
    )


def _lines_of(case_class: CaseClass, language: Language) -> Iterator[Line]:
    for _, episode, strand in case_class.placed_episodes():
        stages = _stages(case_class, episode)
        is_open_here = strand is None and len(stages) <= 1
        ages = [age for stage in stages for age in stage.ages_days]
        yield Line(
            key=f"{case_class.slug}/{episode.slug}",
            cells={
                "case_class": case_class.label.in_language(language),
                "episode": _name_of(episode, strand, case_class).in_language(language),
                "hours": shown_number(episode.effort_hours.mean, language),
                "days": shown_number(episode.external_delay_days.mean, language),
                "open": "" if strand is not None else str(len(ages)),
                "oldest": str(max(ages)) if ages else "",
            },
            fixed=frozenset() if is_open_here else frozenset({"open", "oldest"}),
        )


def _name_of(episode: Episode, strand: Strand | None, case_class: CaseClass) -> Text:
    """An episode's own name; without one, that of the strand or of the class it is all of."""
    if episode.label is not None:
        return episode.label
    if strand is not None:
        return strand.label
    if len(case_class.route) == 1:
        return case_class.label
    return Text(da=episode.slug, en=episode.slug)


def _stages(case_class: CaseClass, episode: Episode) -> list[BacklogStage]:
    return [each for each in case_class.backlog.stages if each.episode == episode.slug]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Whose word a changed number is, and why (da: begrundelse)."""

    reason: str
    said_by: str


def department_with(
    department: Department,
    before: tuple[EditTable, ...],
    written: tuple[EditTable, ...],
    word: Word,
    found: Readings,
) -> Department | None:
    """Read the tables as the department's cases; None where a cell is at fault (da: sager)."""
    were = {each.name: each for each in before}
    whole, classes, episodes = written
    overall = found.changed(whole, 0, whole.lines[0], were[WHOLE].lines[0])
    numbers = {
        line.key: (place, found.changed(classes, place, line, were[CLASSES].line(line.key)))
        for place, line in classes.kept_lines
    }
    work = {
        line.key: (place, found.changed(episodes, place, line, were[EPISODES].line(line.key)))
        for place, line in episodes.kept_lines
    }
    said: list[Assumption] = []
    case_classes = []
    is_work_changed = False
    for case_class in department.case_classes:
        place, values = numbers.get(case_class.slug, (0, {}))
        changes = _Changes(case_class, word, said)
        for key, (at, cells) in work.items():
            if key.partition("/")[0] == case_class.slug and found.is_right(episodes, at):
                try:
                    changes.work(key.partition("/")[2], cells)
                except PlannerError as error:
                    found.refused(episodes, at, error, next(iter(cells), "hours"))
        if found.is_right(classes, place):
            try:
                case_classes.append(changes.made(values))
            except PlannerError as error:
                instead = next(iter(values), "arrivals_per_year")
                found.refused(classes, place, error, instead)
        is_work_changed = is_work_changed or changes.touches_the_fit
    if found.faults:
        return None
    told = {each.about: each for each in said}
    assumptions = [told.pop(each.about, each) for each in department.assumptions]
    try:
        return replace(
            department,
            **overall,
            case_classes=tuple(case_classes),
            assumptions=(*assumptions, *told.values()),
            fit=None if is_work_changed else department.fit,
        )
    except PlannerError as error:
        found.refused(whole, 0, error, "open_cases")
        return None


class _Changes:
    """What is changed of one class, and what is said of it (da: sagstypens ændringer)."""

    def __init__(self, case_class: CaseClass, word: Word, said: list[Assumption]) -> None:
        self.case_class = case_class
        self.word = word
        self.said = said
        self.touches_the_fit = False
        self._episodes: dict[str, Episode] = {}
        self._stages: dict[str, tuple[int, ...]] = {}

    def work(self, slug: str, cells: dict[str, Any]) -> None:
        """Change an episode, and the open cases that stand at it (da: arbejdsgang)."""
        _, episode, strand = next(
            each for each in self.case_class.placed_episodes() if each[1].slug == slug
        )
        name = _name_of(episode, strand, self.case_class)
        place = f"case_classes.{self.case_class.slug}.{slug}"
        if "hours" in cells:
            changed = _of_mean(episode.effort_hours, cells["hours"])
            self._say(
                f"{place}.effort_hours",
                name,
                Text(da="timer pr. gang", en="hours each time"),
                (episode.effort_hours.mean, cells["hours"]),
            )
            episode = replace(episode, effort_hours=changed)
            self.touches_the_fit = True
        if "days" in cells:
            changed = _of_mean(episode.external_delay_days, cells["days"])
            self._say(
                f"{place}.external_delay_days",
                name,
                Text(da="dages ventetid på andre", en="days of waiting for others"),
                (episode.external_delay_days.mean, cells["days"]),
            )
            episode = replace(episode, external_delay_days=changed)
            self.touches_the_fit = True
        self._episodes[slug] = episode
        if "open" in cells or "oldest" in cells:
            self._open(slug, name, cells)

    def _open(self, slug: str, name: Text, cells: dict[str, Any]) -> None:
        stages = [each for each in self.case_class.backlog.stages if each.episode == slug]
        known = stages[0].ages_days if stages else ()
        cases = cells["open"] if "open" in cells else len(known)
        oldest = cells["oldest"] if "oldest" in cells else max(known, default=None)
        cases = cases or 0
        if cases > _MOST_OPEN:
            raise _too_many("open")
        if cases and oldest is None:
            raise _no_age()
        ages = ages_for(known, cases, oldest or 0)
        if ages == tuple(sorted(known)):
            return
        self._stages[slug] = ages
        self.said.append(
            Assumption(
                about=f"case_classes.{self.case_class.slug}.{slug}.ages_days",
                says=Text(
                    da=f"{name.da}: {cases} åbne sager, den ældste {oldest or 0} dage; de andres "
                    f"alder er {'spredt som før' if known else 'spredt jævnt'} og ikke talt op.",
                    en=f"{name.en}: {cases} open cases, the oldest {oldest or 0} days; the ages of "
                    f"the others are spread {'as before' if known else 'evenly'} and not counted.",
                ),
                reason=Text(da=self.word.reason, en=self.word.reason),
                said_by=self.word.said_by,
            )
        )

    def made(self, values: dict[str, Any]) -> CaseClass:
        """Return the class as it is now (da: sagstypen, som den er nu)."""
        before = self.case_class
        if "arrivals_per_year" in values:
            self._say(
                f"case_classes.{before.slug}.arrivals_per_year",
                before.label,
                Text(da="nye sager om året", en="new cases a year"),
                (before.arrivals_per_year, values["arrivals_per_year"]),
            )
            self.touches_the_fit = True
        unknown = values.pop("unknown", before.backlog.unknown) or 0
        if unknown > _MOST_OPEN:
            raise _too_many("unknown")
        stages = [
            replace(each, ages_days=self._stages.pop(each.episode), begun_days_ago=())
            if each.episode in self._stages
            else each
            for each in before.backlog.stages
        ]
        stages += [
            # Whether it waits for a caseworker or for others after the work, its age says: at the
            # last episode it can be nowhere else.
            BacklogStage(episode=slug, ages_days=ages, placed_by_age=slug == before.route[-1].slug)
            for slug, ages in self._stages.items()
        ]
        return replace(
            before,
            **values,
            route=tuple(self._episodes.get(each.slug, each) for each in before.route),
            strands=tuple(
                replace(
                    strand,
                    episodes=tuple(self._episodes.get(each.slug, each) for each in strand.episodes),
                )
                for strand in before.strands
            ),
            backlog=Backlog(stages=tuple(stages), unknown=unknown),
        )

    def _say(self, about: str, of: Text, what: Text, numbers: tuple[Fraction, Fraction]) -> None:
        """Note a changed number among the assumptions, with its reason."""

        def told(language: Language) -> str:
            before, now = (shown_number(each, language) for each in numbers)
            was = {"da": "før", "en": "before"}[language]
            return (
                f"{of.in_language(language)}: {now} {what.in_language(language)} ({was} {before})."
            )

        self.said.append(
            Assumption(
                about=about,
                says=Text(da=told("da"), en=told("en")),
                reason=Text(da=self.word.reason, en=self.word.reason),
                said_by=self.word.said_by,
            )
        )


def _of_mean(distribution: Distribution, mean: Fraction) -> Distribution:
    """Return a distribution of the same shape with another mean (da: samme form)."""
    if distribution.family is Family.EMPIRICAL and distribution.mean:
        factor = mean / distribution.mean
        return empirical([each * factor for each in distribution.observed])
    return replace(distribution, mean=mean)


def _too_many(field: str) -> InvalidInput:
    return InvalidInput(
        Text(da=f"højst {_MOST_OPEN} sager", en=f"at most {_MOST_OPEN} cases"), field=field
    )


def _no_age() -> InvalidInput:
    return InvalidInput(
        Text(
            da="skriv, hvor mange dage den ældste har været åben",
            en="write how many days the oldest has been open",
        ),
        field="oldest",
    )
