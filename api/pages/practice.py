"""How a team works, in sentences: who owns a case, what comes next, who falls away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from api.pages.figures import LANGUAGES
from capacity.department import Department, Team
from capacity.duty_rota import DutyRota, duty_hours_per_week, longest_uncovered_hours
from capacity.practice import AfterDue, Assignment, Policy, Practice
from capacity.staff_risks import StaffRisks
from capacity.wording import Language, Text, in_full, percent, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticePart:
    """How a team works, and what it is connected with (da: arbejdsform)."""

    sentences: tuple[Text, ...]
    others: tuple[Text, ...]


_OWNER = {
    Assignment.LEAST_LOADED: Text(
        da="En ny sag får en ejer: den i teamet, der har færrest åbne sager i forhold til sin tid.",
        en="A new case gets an owner: whoever in the team has the fewest open cases for the time.",
    ),
    Assignment.ROUND_ROBIN: Text(
        da="En ny sag får en ejer: den næste på skift.",
        en="A new case gets an owner: the next in turn.",
    ),
    Assignment.TEAM: Text(
        da="Ingen ejer sagerne: alt ligger i teamets fælles bunke, og den næste ledige tager fat.",
        en="Nobody owns the cases: all lies in a common pile, and whoever is free takes the next.",
    ),
}
_NEXT = {
    Policy.FIRST_COME: Text(
        da="Arbejdet tages efter tur: det, der blev klar først, kommer først.",
        en="Work is taken in turn: what became ready first comes first.",
    ),
    Policy.EARLIEST_DUE: Text(
        da="Det, hvis frist udløber først, tages først.",
        en="What falls due first is taken first.",
    ),
    Policy.PRIORITY: Text(
        da="Arbejdet tages efter sagstypens prioritet, uden at det påbegyndte lægges fra.",
        en="Work is taken by the priority of its kind, and what has been begun is not laid down.",
    ),
    Policy.PREEMPTIVE_PRIORITY: Text(
        da="Arbejdet tages efter sagstypens prioritet, og det påbegyndte lægges fra imens.",
        en="Work is taken by the priority of its kind, and what is in hand is laid down for it.",
    ),
    Policy.OLDEST_CASE: Text(
        da="Den ældste sag tages først, hvor den end står.",
        en="The oldest case is taken first, wherever it stands.",
    ),
    Policy.SHARED_ATTENTION: Text(
        da="Tiden deles lige mellem alle egne sager, der er klar.",
        en="The time is shared evenly among all own cases that are ready.",
    ),
}
_LATE = {
    AfterDue.STILL_FIRST: Text(
        da="En overskredet frist er stadig forrest.",
        en="A deadline that is past still comes first.",
    ),
    AfterDue.AFTER_THE_SAVABLE: Text(
        da="En overskredet frist venter på dem, der kan nås.",
        en="A deadline that is past waits for those that can be kept.",
    ),
    AfterDue.BY_AGE: Text(
        da="Overskredne frister venter på dem, der kan nås, og tages efter sagens alder.",
        en="Deadlines that are past wait for those that can be kept, and go by the case’s age.",
    ),
}


def practice_part(department: Department, team: Team, connected: tuple[str, ...]) -> PracticePart:
    """Say how a team works, which teams are simulated with it, and who is on duty."""
    others = [each.label for each in department.teams if each.slug in connected]
    others.remove(team.label)
    return PracticePart(
        sentences=tuple(_sentences(team)),
        others=(*([_connected(others)] if others else []), *_rotas(department, connected)),
    )


def _sentences(team: Team) -> Iterator[Text]:
    practice = team.practice
    yield _OWNER[practice.assignment]
    yield _NEXT[practice.policy]
    if practice.policy is Policy.EARLIEST_DUE:
        yield _LATE[practice.after_due]
    if practice.caseload_limit is not None:
        da, en = (in_full(practice.caseload_limit, language) for language in LANGUAGES)
        yield Text(
            da=f"Ingen får nye sager ud over {da} pr. fuldtidsstilling; de venter uden ejer, mens "
            "fristerne løber.",
            en=f"Nobody gets new cases beyond {en} per full-time post; they wait without an owner "
            "while their deadlines run.",
        )
    yield from _set_up(practice)
    yield _risks(team.staff_risks)


def _set_up(practice: Practice) -> Iterator[Text]:
    switch, handover = practice.switching_hours, practice.handover_hours
    if switch:
        yield Text(
            da=f"At skifte sag koster {in_full(switch, 'da')} timer.",
            en=f"Changing to another case takes {in_full(switch, 'en')} hours.",
        )
    if handover:
        yield Text(
            da=f"At overtage en kollegas sag koster {in_full(handover, 'da')} timer.",
            en=f"Taking over a colleague’s case takes {in_full(handover, 'en')} hours.",
        )


def _risks(risks: StaffRisks | None) -> Text:
    if risks is None:
        return Text(
            da="Ferie og sygdom er fordelt jævnt over året, og ingen siger op.",
            en="Holidays and sickness are spread evenly over the year, and nobody leaves.",
        )

    def written(language: Language) -> str:
        days = shown(risks.sick_days_per_year, 0, language)
        leave = percent(risks.turnover_per_year, language)
        gap = shown(risks.vacancy_days.mean, 0, language)
        if language == "da":
            said = f"Sygdom og orlov kommer tilfældigt, i snit {days} sygedage pr. ansat om året"
            quits = f"; {leave} siger op om året, og stillingen står tom i {gap} dage"
            return said + (quits if risks.turnover_per_year else "; ingen siger op") + "."
        said = f"Sickness and leave come by chance, {days} sick days a head and year on average"
        quits = f"; {leave} leave in a year, and the post is empty for {gap} days"
        return said + (quits if risks.turnover_per_year else "; nobody leaves") + "."

    return _both(written)


def _connected(others: list[Text]) -> Text:
    return Text(
        da=f"Simuleret sammen med {_listed([each.da for each in others], 'og')}: teamene sender "
        "sager eller vagter til hinanden. De ekstra stillinger er i teamet her.",
        en=f"Simulated together with {_listed([each.en for each in others], 'and')}: the teams "
        "pass on cases or duties to one another. The extra posts are in the team here.",
    )


def _rotas(department: Department, connected: tuple[str, ...]) -> Iterator[Text]:
    for rota in department.duty_rotas:
        if rota.staffed_by in connected:
            yield _rota(rota, department.team(rota.staffed_by))


def _rota(rota: DutyRota, team: Team) -> Text:
    def written(language: Language) -> str:
        hours = in_full(duty_hours_per_week(rota), language)
        gap = in_full(longest_uncovered_hours(rota), language)
        label, by = rota.label.in_language(language), team.label.in_language(language)
        if language == "da":
            return (
                f"{label}: {hours} vagttimer om ugen fra {by}; længste tid uden nogen på vagt er "
                f"{gap} timer, også om natten og i weekenden."
            )
        return (
            f"{label}: {hours} hours on duty a week by {by}; the longest time with nobody on duty "
            f"is {gap} hours, nights and weekends included."
        )

    return _both(written)


def _both(written: Callable[[Language], str]) -> Text:
    return Text(da=written("da"), en=written("en"))


def _listed(names: list[str], last: str) -> str:
    *first, end = names
    return f"{', '.join(first)} {last} {end}" if first else end
