"""A drafted department as a terminal shows it (da: udkastet i ord)."""

from textwrap import fill

from capacity.department import Department
from capacity.wording import Language, Text, date_in_words, shown

_WIDTH = 100


def draft_in_words(department: Department, language: Language) -> str:
    """Write what was drafted, and what of it nobody knows (da: udkast).

    Each type of cases has its work and its waiting from the assumption rules, until a time study, a
    fit or somebody who knows says otherwise. What a study said of each is told in its words.
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
    lines += ["", Text(da="  Timer og ventetid", en="  Hours and waiting").in_language(language)]
    for one in department.assumptions:
        says, reason = one.says.in_language(language), one.reason.in_language(language)
        lines.append(
            fill(
                f"{says} ({reason})",
                _WIDTH,
                initial_indent="    ",
                subsequent_indent="      ",
                break_on_hyphens=False,
            )
        )
    lines.append(
        Text(
            da="  Bemandingen er tom, til en personaleliste er læst ind.",
            en="  The roster is empty until a staff list is imported.",
        ).in_language(language)
    )
    return "\n".join(lines)


def _named(label: Text, slug: str, language: Language) -> str:
    written = label.in_language(language)
    return written if written == slug else f"{written} ({slug})"
