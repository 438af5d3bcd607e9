"""Part 2 of the page: the caseload beside its guideline (da: sagstal)."""

from dataclasses import dataclass
from fractions import Fraction

from api.pages.figures import (
    Address,
    CitedRule,
    Figure,
    cited,
    figure_text,
    in_an_address,
    plain_number,
)
from capacity.caseload import Caseload, CaseUnit, caseload, caseload_sentence, missing_fte
from capacity.department import Department
from capacity.roster import case_fte
from capacity.rulebook import Rulebook
from capacity.wording import Language, Text, date_in_words, shown
from capacity.workdays import Unit, add

_FTE = Text(da="fuldtidsstillinger", en="FTE")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseloadPart:
    """Caseload beside the guideline (da: sagstal)."""

    found: Caseload
    sentence: Text
    cases_per_fte: Figure
    missing: tuple[Figure, ...]
    guideline: CitedRule
    before: Text | None


def caseload_of(department: Department, book: Rulebook) -> Caseload:
    """Hold a department's caseload against the guideline, aiming at its middle (da: sagstal)."""
    on = department.on
    full_time = book["agreement.full_time_hours"].on(on).number
    guideline = book["guideline.caseload.children_families"].on(on).interval
    return caseload(
        open_cases=department.open_cases,
        case_fte=case_fte(department.roster, on, full_time),
        on=on,
        unit=department.unit,
        book=book,
        target=(guideline.low + guideline.high) / 2,
        children_per_case=department.children_per_case,
    )


def caseload_part(department: Department, book: Rulebook) -> CaseloadPart:
    """Hold the caseload against the guideline, its middle and both its ends (da: sagstal)."""
    on, found = department.on, caseload_of(department, book)
    middle = found.target
    assert middle is not None
    terms = [
        ("open_cases", str(found.open_cases)),
        ("case_fte", in_an_address(found.case_fte)),
        ("on", on.isoformat()),
        ("unit", found.unit.value),
        ("target", in_an_address(middle)),
    ]
    if found.unit == CaseUnit.FAMILY:
        terms.append(("children_per_case", in_an_address(found.children_per_case)))
    rule = cited(found.rule.id, on, book)

    def address(field: str, digits: int) -> Address:
        return Address(path="/v1/caseload", terms=tuple(terms), field=field, digits=digits)

    def missing(aim: Fraction, gap: Fraction, field: str) -> Figure:
        at, cases = plain_number(aim), figure_text(found.open_cases * found.children_per_case, 0)
        carrying = figure_text(found.case_fte, 2)
        return Figure(
            label=Text(da=f"ved {at.da} pr. stilling", en=f"at {at.en} per FTE"),
            value=figure_text(gap, 2),
            unit=_FTE,
            made_of=(
                Text(
                    da=f"{cases.da} / {at.da} − {carrying.da}",
                    en=f"{cases.en} / {at.en} − {carrying.en}",
                ),
            ),
            rules=(rule,),
            address=address(field, 2),
        )

    cases, carrying = figure_text(found.open_cases, 0), figure_text(found.case_fte, 2)
    return CaseloadPart(
        found=found,
        sentence=caseload_sentence(found),
        cases_per_fte=Figure(
            label=Text(da="Sagstal", en="Caseload"),
            value=figure_text(found.cases_per_fte, 1),
            unit=Text(da="sager pr. fuldtidsstilling", en="cases per FTE"),
            made_of=(
                Text(
                    da=f"{cases.da} åbne sager / {carrying.da} fuldtidsstillinger til sager",
                    en=f"{cases.en} open cases / {carrying.en} FTE that carry cases",
                ),
            ),
            rules=(rule,),
            address=address("cases_per_fte", 1),
        ),
        missing=(
            missing(found.guideline_low, found.missing_fte_at_low, "missing_fte_at_low"),
            missing(
                middle,
                found.missing_fte_at_target or Fraction(0),
                "missing_fte_at_target",
            ),
            missing(found.guideline_high, found.missing_fte_at_high, "missing_fte_at_high"),
        ),
        guideline=rule,
        before=_before(found),
    )


_BEFORE = Text(
    da="Indtil {changed} var det vejledende sagstal {old_low}–{old_high}. Det kan være grunden, "
    "når et notat fra den tid henviser til {low}–{high}, men regner med {old_low}–{high}. Ved "
    "{old_low} er forskellen {at_old_low} fuldtidsstillinger; ved {low} er den {at_low}.",
    en="Until {changed} the guideline was {old_low}–{old_high}. That may be why a note of the time "
    "refers to {low}–{high} and yet computes with {old_low}–{high}. At {old_low} the gap is "
    "{at_old_low} FTE; at {low} it is {at_low}.",
)


def _before(found: Caseload) -> Text | None:
    """Name the earlier guideline where the department's day lies in the year of the change."""
    changed = found.guideline.valid_from
    earlier = [each for each in found.rule.values if each.valid_from < changed]
    if not earlier or found.on > add(changed, 12, Unit.CALENDAR_MONTHS):
        return None
    old = earlier[-1].interval
    citizens = found.open_cases * found.children_per_case
    at_old_low = missing_fte(citizens, old.low, found.case_fte)

    def written(language: Language) -> str:
        return _BEFORE.in_language(language).format(
            changed=date_in_words(changed, language),
            old_low=shown(old.low, 0, language),
            old_high=shown(old.high, 0, language),
            low=shown(found.guideline_low, 0, language),
            high=shown(found.guideline_high, 0, language),
            at_old_low=shown(at_old_low, 2, language),
            at_low=shown(found.missing_fte_at_low, 2, language),
        )

    return Text(da=written("da"), en=written("en"))
