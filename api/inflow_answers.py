"""How cases come, as rows and a sentence: type by type, and month by month (da: tilgang)."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from api.answers import Answer, Exact, Label, Words
from api.listed_names import NO_NAMES, ListedNames
from capacity.wording import Language, Spoken, Text

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.case_history import CaseHistory
    from simulations.inflow_fit import InflowFit

_A_YEAR = ("sager om året", "cases a year")
_FACTOR = ("faktor", "factor")
_MONTHS = 12


class InflowRow(Answer):
    """How the cases of one type come (da: tilgang); intervals are of 90%."""

    team: Annotated[str | None, Label("team", "team")]
    team_label: Annotated[Words | None, Label("teamets navn", "the team's name")]
    case_class: Annotated[str, Label("sagstype", "case type")]
    case_class_label: Annotated[Words, Label("sagstypens navn", "the case type's name")]
    arrivals_per_year: Annotated[float, Label("tilgang", "arrivals", *_A_YEAR)]
    arrivals_low: Annotated[float, Label("tilgang, nedre", "arrivals, low", *_A_YEAR)]
    arrivals_high: Annotated[float, Label("tilgang, øvre", "arrivals, high", *_A_YEAR)]
    learned: Annotated[bool, Label("lært", "learned")]
    trend: Annotated[float | None, Label("fra år til år", "year on year", *_FACTOR)]
    trend_low: Annotated[float | None, Label("fra år til år, nedre", "trend, low", *_FACTOR)]
    trend_high: Annotated[float | None, Label("fra år til år, øvre", "trend, high", *_FACTOR)]
    trend_shown: Annotated[bool, Label("udvikling påvist", "trend shown")]
    season_p: Annotated[float | None, Label("årstid, p-værdi", "season, p-value")]
    season_shown: Annotated[bool, Label("årstid påvist", "season shown")]
    dispersion: Annotated[float, Label("spredning mod tilfældets", "dispersion")]
    cases: Annotated[int, Label("ankomne", "arrived", "sager", "cases")]
    from_day: Annotated[date, Label("fra", "from")]
    seen_on: Annotated[date, Label("udtræksdato", "drawn on")]
    says: Annotated[Words, Label("i ord", "in words")]


class InflowMonthRow(Answer):
    """How many cases of one type came in a month (da: tilgang måned for måned).

    `season_weight` is how fast they come in that month of the year, where even is 1.
    """

    team: Annotated[str | None, Label("team", "team")]
    team_label: Annotated[Words | None, Label("teamets navn", "the team's name")]
    case_class: Annotated[str, Label("sagstype", "case type")]
    case_class_label: Annotated[Words, Label("sagstypens navn", "the case type's name")]
    month: Annotated[date, Label("måned", "month")]
    days: Annotated[int, Label("dage i listen", "days in the list", "dage", "days")]
    cases: Annotated[int, Label("ankomne", "arrived", "sager", "cases")]
    season_weight: Annotated[Exact, Label("årstidens vægt", "weight of the season", *_FACTOR)]


def inflow(history: "CaseHistory") -> "tuple[InflowFit, ...]":
    """Fit the inflow of each type in each team (da: tilgang).

    `InvalidInput` where nobody has said from when the list is complete.
    """
    from simulations.inflow_fit import inflow_fits

    return inflow_fits(history, by_team=True)


def inflow_rows(
    fits: "Sequence[InflowFit]", names: ListedNames = NO_NAMES
) -> tuple[InflowRow, ...]:
    """Return a row a type in a team (da: tilgang pr. sagstype)."""
    return tuple(_row(each, names) for each in fits)


def _row(fit: "InflowFit", names: ListedNames) -> InflowRow:
    from simulations.inflow_fit import Aspect

    trend, season = fit.trend, fit.findings[Aspect.SEASON]
    return InflowRow(
        team=fit.team,
        team_label=None if fit.team is None else names.team(fit.team),
        case_class=fit.case_class,
        case_class_label=names.case_class(fit.case_class),
        arrivals_per_year=fit.arrivals_per_year.value,
        arrivals_low=fit.arrivals_per_year.low,
        arrivals_high=fit.arrivals_per_year.high,
        learned=fit.learned,
        trend=None if trend is None else trend.value,
        trend_low=None if trend is None else trend.low,
        trend_high=None if trend is None else trend.high,
        trend_shown=fit.findings[Aspect.TREND].shown,
        season_p=season.p_value,
        season_shown=season.shown,
        dispersion=fit.dispersion,
        cases=fit.cases,
        from_day=fit.from_,
        seen_on=fit.seen_on,
        says=Spoken(
            lambda language: " ".join(
                filter(None, (each.in_language(language) for each in fit.sentences))
            )
        ),
    )


def inflow_sentence(fits: "Sequence[InflowFit]", names: ListedNames = NO_NAMES) -> Text:
    """Say how much comes of each type, and what of trend and season is shown (da: i ord)."""

    def said(language: Language) -> str:
        parts = [f"{_name(fit, names, language)}: {' '.join(_main(fit, language))}" for fit in fits]
        return "\n".join(parts) or _NOTHING.in_language(language)

    return Spoken(said)


_NOTHING = Text(da="Listen har ingen sager af nogen type.", en="The list has no cases of any type.")


def _name(fit: "InflowFit", names: ListedNames, language: Language) -> str:
    case_class = names.case_class(fit.case_class).in_language(language)
    if fit.team is None:
        return case_class
    return f"{case_class} ({names.team(fit.team).in_language(language)})"


def _main(fit: "InflowFit", language: Language) -> Iterator[str]:
    from simulations.inflow_fit import Aspect

    yield fit.findings[Aspect.LEVEL].says.in_language(language)
    for aspect in (Aspect.TREND, Aspect.SEASON):
        finding = fit.findings[aspect]
        if finding.shown or not finding.learned:
            yield finding.says.in_language(language)


def month_rows(
    history: "CaseHistory", fits: "Sequence[InflowFit]", names: ListedNames = NO_NAMES
) -> tuple[InflowMonthRow, ...]:
    """Return how many cases came each month of the list (da: tilgang måned for måned)."""
    from simulations.burst_counts import bursts_of

    found = []
    for fit in fits:
        bursts = bursts_of(history, fit.case_class, fit.team)
        came = dict.fromkeys(_months(fit.from_, fit.seen_on), 0)
        for moment, size in zip(bursts.moments.tolist(), bursts.sizes.tolist(), strict=True):
            came[(bursts.first_day + timedelta(days=int(moment))).replace(day=1)] += size
        found += [
            InflowMonthRow(
                team=fit.team,
                team_label=None if fit.team is None else names.team(fit.team),
                case_class=fit.case_class,
                case_class_label=names.case_class(fit.case_class),
                month=month,
                days=_days_of(month, fit.from_, fit.seen_on),
                cases=cases,
                season_weight=fit.pattern.months[month.month - 1],
            )
            for month, cases in came.items()
        ]
    return tuple(found)


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    years, number = divmod(month.month, _MONTHS)
    return date(month.year + years, number + 1, 1)


def _days_of(month: date, first: date, last: date) -> int:
    """How many days of a month the list tells of: both ends are its own."""
    return (min(_next(month), last + timedelta(days=1)) - max(month, first)).days
