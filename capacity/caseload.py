"""Caseload: open cases per full-time caseworker, beside the guideline (da: sagstal).

A caseload is a ratio of stock to staff: it counts the cases a caseworker carries at once and says
nothing about how many come and go (`workload`, `consistency`). The guidelines are those of Dansk
Socialrådgiverforening, one rule per area and dated. They count citizens, so children and not
families, and they are advice: a starting point for a talk, not a key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from capacity.errors import InvalidInput, NoCapacity
from capacity.refusals import refuse_below_zero, refuse_unless_above_zero
from capacity.rulebook import Rule, Rulebook, RuleValue
from capacity.units import FTE
from capacity.wording import Language, Spoken, Text, date_in_words, digits_of, rounded, shown


class CaseUnit(StrEnum):
    """What one case counts (da: sagsenhed): never assumed, always shown."""

    CHILD = "child"
    FAMILY = "family"
    CITIZEN = "citizen"


class Status(StrEnum):
    """Where a caseload lies beside the guideline (da: placering); both ends count as within."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caseload:
    """Open cases per full-time caseworker, and what the guideline says (da: sagstal).

    `cases_per_fte` is in `unit`: a family, or one citizen, who is a child in the areas of children.
    The guideline, the target and everything compared with them count citizens: `citizens_per_fte`,
    the same number unless a case is a family. Missing FTE are negative where there are more than
    the figure corresponds to.
    """

    on: date
    unit: CaseUnit
    open_cases: int
    children_per_case: Fraction
    case_fte: FTE
    cases_per_fte: Fraction
    citizens_per_fte: Fraction
    rule: Rule
    guideline: RuleValue
    guideline_low: Fraction
    guideline_high: Fraction
    missing_fte_at_low: FTE
    missing_fte_at_high: FTE
    target: Fraction | None
    missing_fte_at_target: FTE | None
    status: Status


def missing_fte(open_cases: Fraction, target: Fraction, case_fte: FTE) -> FTE:
    """FTE missing before the caseload is down at the target (da: manglende fuldtidsstillinger).

    Negative where there are more than the target corresponds to. `InvalidInput` for a target that
    is not above 0.

    >>> gap = missing_fte(Fraction(890), Fraction(25), Fraction("23.92"))
    >>> float(gap)
    11.68
    """
    refuse_unless_above_zero(target, "target")
    return open_cases / target - case_fte


def caseload(  # noqa: PLR0913  (each input is part of the one question)
    *,
    open_cases: int,
    case_fte: FTE,
    on: date,
    unit: CaseUnit,
    book: Rulebook,
    area: str = "children_families",
    target: Fraction | None = None,
    children_per_case: Fraction | None = None,
) -> Caseload:
    """Divide open cases by case-carrying FTE and compare with the guideline (da: sagstal).

    The guideline is `guideline.caseload.<area>` on the day. `NoCapacity` where nobody carries
    cases; `InvalidInput` where families are counted and nobody says how many children a case is.

    >>> from capacity.rulebook import rulebook
    >>> found = caseload(
    ...     open_cases=890,
    ...     case_fte=Fraction("23.92"),
    ...     on=date(2020, 3, 26),
    ...     unit=CaseUnit.CHILD,
    ...     book=rulebook(),
    ... )
    >>> shown(found.cases_per_fte, 1, "da"), shown(found.missing_fte_at_low, 2, "da")
    ('37,2', '20,58')
    """
    refuse_below_zero(open_cases, "open_cases")
    if case_fte <= 0:
        raise NoCapacity(
            Text(
                da=f"{_open_cases(open_cases, 'da')} på {shown(case_fte, 2, 'da')} "
                "fuldtidsstillinger: uden nogen til at tage sagerne er der intet sagstal; skriv "
                "mere end 0",
                en=f"{_open_cases(open_cases, 'en')} on {shown(case_fte, 2, 'en')} FTE: with "
                "nobody to carry them there is no caseload; write more than 0",
            ),
            field="case_fte",
        )
    per_case = _citizens_per_case(unit, children_per_case)
    citizens = open_cases * per_case
    rule = book[f"guideline.caseload.{area}"]
    guideline = rule.on(on)
    low, high = guideline.interval.low, guideline.interval.high
    if unit == CaseUnit.FAMILY and not _counts_children(rule):
        raise InvalidInput(
            Text(
                da=f"{rule.label.da} tæller borgere; en sag kan ikke være en familie her",
                en=f"{rule.label.en} counts citizens; a case cannot be a family here",
            ),
            field="unit",
        )
    one_citizen = CaseUnit.CHILD if _counts_children(rule) else CaseUnit.CITIZEN
    return Caseload(
        on=on,
        unit=unit if unit == CaseUnit.FAMILY else one_citizen,
        open_cases=open_cases,
        children_per_case=per_case,
        case_fte=case_fte,
        cases_per_fte=open_cases / case_fte,
        citizens_per_fte=citizens / case_fte,
        rule=rule,
        guideline=guideline,
        guideline_low=low,
        guideline_high=high,
        missing_fte_at_low=missing_fte(citizens, low, case_fte),
        missing_fte_at_high=missing_fte(citizens, high, case_fte),
        target=target,
        missing_fte_at_target=None if target is None else missing_fte(citizens, target, case_fte),
        status=_status(citizens / case_fte, low, high),
    )


def _citizens_per_case(unit: CaseUnit, children_per_case: Fraction | None) -> Fraction:
    if unit == CaseUnit.FAMILY and children_per_case is None:
        raise InvalidInput(
            Text(
                da="det vejledende sagstal tæller børn, og her er en sag en familie; skriv, hvor "
                "mange børn en sag har i gennemsnit (children_per_case)",
                en="the guideline counts children, and a case here is a family; write how many "
                "children a case has on average (children_per_case)",
            ),
            field="children_per_case",
        )
    per_case = Fraction(1) if children_per_case is None else children_per_case
    if unit != CaseUnit.FAMILY and per_case != 1:
        raise InvalidInput(
            Text(
                da=f"en sag er et barn, men der står {shown(per_case, 2, 'da')} børn pr. sag; "
                "skriv unit=family, eller udelad children_per_case",
                en=f"a case is a child, yet {shown(per_case, 2, 'en')} children per case are "
                "given; write unit=family, or leave children_per_case out",
            ),
            field="children_per_case",
        )
    if per_case < 1:
        raise InvalidInput(
            Text(
                da=f"{shown(per_case, 2, 'da')} børn pr. sag; skriv 1 eller flere",
                en=f"{shown(per_case, 2, 'en')} children per case; write 1 or more",
            ),
            field="children_per_case",
        )
    return per_case


def _counts_children(rule: Rule) -> bool:
    return rule.unit == "children_per_full_time_caseworker"


def _status(citizens_per_fte: Fraction, low: Fraction, high: Fraction) -> Status:
    if citizens_per_fte < low:
        return Status.BELOW
    return Status.WITHIN if citizens_per_fte <= high else Status.ABOVE


def caseload_sentence(caseload: Caseload) -> Text:
    """Say the caseload as a notat does, with what is missing at both ends (da: sagstal i ord)."""
    return Spoken(lambda language: _sentence(caseload, language))


_CASES = Text(da="sager", en="cases")
_CHILDREN = Text(da="børn", en="children")
_PLACES = {
    Status.BELOW: Text(da="under", en="below"),
    Status.WITHIN: Text(da="inden for", en="within"),
    Status.ABOVE: Text(da="over", en="above"),
}
_WHOLE = Text(
    da="Den {on} er der {ratio} sager pr. fuldtidsstilling: {open_cases} "
    "({unit}) fordelt på {fte} fuldtidsstillinger. Det er {place} Dansk Socialrådgiverforenings "
    "vejledende {low}–{high} {counted}. {gaps} Sagstallet er vejledende, ikke en facitliste.",
    en="On {on} there are {ratio} cases per full-time caseworker: {open_cases} "
    "({unit}) on {fte} FTE. This is {place} the guideline of Dansk "
    "Socialrådgiverforening, {low}–{high} {counted}. {gaps} The guideline is advisory, not a key.",
)
_ONE_CHILD = Text(da="hvert barn er én sag", en="each child is one case")
_ONE_CITIZEN = Text(da="hver borger er én sag", en="each citizen is one case")
_ONE_FAMILY = Text(
    da="hver familie er én sag med {per_case} børn i gennemsnit, i alt {ratio} børn pr. "
    "fuldtidsstilling",
    en="each family is one case with {per_case} children on average, in all {ratio} children "
    "per FTE",
)
_MISSING_AT_BOTH_ENDS = Text(
    da="Der mangler {at_low} fuldtidsstillinger for at nå {low} {counted} og {at_high} for at "
    "nå {high}.",
    en="{at_low} FTE are missing to reach {low} {counted}, and {at_high} to reach {high}.",
)
_MORE_AT_BOTH_ENDS = Text(
    da="Der er {at_low} fuldtidsstillinger flere, end {low} {counted} pr. fuldtidsstilling svarer "
    "til, og {at_high} flere, end {high} svarer til.",
    en="There are {at_low} FTE more than {low} {counted} per FTE correspond to, and {at_high} "
    "more than {high} correspond to.",
)
_MISSING = Text(
    da="Der mangler {fte} fuldtidsstillinger for at nå {target} {counted}.",
    en="{fte} FTE are missing to reach {target} {counted}.",
)
_NONE_MISSING = Text(
    da="Bemandingen svarer til {target} {counted} pr. fuldtidsstilling.",
    en="The staff corresponds to {target} {counted} per FTE.",
)
_MORE = Text(
    da="Der er {fte} fuldtidsstillinger flere, end {target} {counted} pr. fuldtidsstilling "
    "svarer til.",
    en="There are {fte} FTE more than {target} {counted} per FTE correspond to.",
)


def _sentence(load: Caseload, language: Language) -> str:
    return _WHOLE.in_language(language).format(
        on=date_in_words(load.on, language),
        ratio=shown(load.cases_per_fte, 1, language),
        open_cases=_open_cases(load.open_cases, language),
        unit=_unit(load, language),
        fte=shown(load.case_fte, 2, language),
        place=_PLACES[load.status].in_language(language),
        low=_plain(load.guideline_low, language),
        high=_plain(load.guideline_high, language),
        counted=_counted(load).in_language(language),
        gaps=" ".join(_gaps(load, language)),
    )


def _open_cases(open_cases: int, language: Language) -> str:
    one, more = {"da": ("åben sag", "åbne sager"), "en": ("open case", "open cases")}[language]
    return f"{shown(open_cases, 0, language)} {one if open_cases == 1 else more}"


def _unit(load: Caseload, language: Language) -> str:
    if load.unit == CaseUnit.FAMILY:
        return _ONE_FAMILY.in_language(language).format(
            per_case=_plain(load.children_per_case, language),
            ratio=shown(load.citizens_per_fte, 1, language),
        )
    one = _ONE_CHILD if _counts_children(load.rule) else _ONE_CITIZEN
    return one.in_language(language)


def _gaps(load: Caseload, language: Language) -> Iterator[str]:
    counted = _counted(load).in_language(language)
    at_low, at_high = load.missing_fte_at_low, load.missing_fte_at_high
    if _sign(at_low) == _sign(at_high) != 0:
        both = _MISSING_AT_BOTH_ENDS if at_low > 0 else _MORE_AT_BOTH_ENDS
        yield both.in_language(language).format(
            at_low=shown(abs(at_low), 2, language),
            low=_plain(load.guideline_low, language),
            at_high=shown(abs(at_high), 2, language),
            high=_plain(load.guideline_high, language),
            counted=counted,
        )
    else:
        yield _gap(at_low, load.guideline_low, counted, language)
        yield _gap(at_high, load.guideline_high, counted, language)
    if load.target is not None and load.missing_fte_at_target is not None:
        yield _gap(load.missing_fte_at_target, load.target, counted, language)


def _gap(missing: FTE, target: Fraction, counted: str, language: Language) -> str:
    phrase = {1: _MISSING, 0: _NONE_MISSING, -1: _MORE}[_sign(missing)]
    return phrase.in_language(language).format(
        fte=shown(abs(missing), 2, language), target=_plain(target, language), counted=counted
    )


def _sign(missing: FTE) -> int:
    # As printed: what shows as 0.00 is neither missing nor to spare.
    printed = rounded(missing, 2)
    return (printed > 0) - (printed < 0)


def _counted(load: Caseload) -> Text:
    return _CHILDREN if load.unit == CaseUnit.FAMILY else _CASES


def _plain(value: Fraction, language: Language) -> str:
    # 20 and not 20.00; 1.3 and not 1.30.
    return shown(value, digits_of(value, most=3), language)
