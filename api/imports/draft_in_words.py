"""A drafted department as a terminal shows it (da: udkastet i ord)."""

from capacity.department import Department
from capacity.wording import Language, Text, date_in_words, shown


def draft_in_words(department: Department, language: Language) -> str:
    """Write what was drafted, and what of it nobody knows (da: udkast).

    Each type of cases has its work and its waiting from the assumption rules, until a fit or
    somebody who knows says otherwise.
    """
    day = department.on
    title = Text(
        da=f"Udkast til {department.name.da} ({department.slug}) pr. {date_in_words(day, 'da')}",
        en=f"Draft of {department.name.en} ({department.slug}) on {date_in_words(day, 'en')}",
    )
    lines = [title.in_language(language)]
    for team in department.teams:
        lines.append(f"  {_named(team.label, team.slug, language)}")
        for each in department.case_classes:
            if each.team == team.slug:
                a_year, waiting = each.arrivals_per_year, each.backlog.open_cases
                said = Text(
                    da=f"{shown(a_year, 0, 'da')} nye om året, {shown(waiting, 0, 'da')} åbne",
                    en=f"{shown(a_year, 0, 'en')} new a year, {shown(waiting, 0, 'en')} open",
                ).in_language(language)
                lines.append(f"    {_named(each.label, each.slug, language)}: {said}")
    lines.append(
        Text(
            da="  Timer og ventetid pr. sag er planlæggerens antagelser, og bemandingen er tom, "
            "til en personaleliste er læst ind.",
            en="  Hours and waiting per case are the planner’s assumptions, and the roster is "
            "empty until a staff list is imported.",
        ).in_language(language)
    )
    return "\n".join(lines)


def _named(label: Text, slug: str, language: Language) -> str:
    written = label.in_language(language)
    return written if written == slug else f"{written} ({slug})"
