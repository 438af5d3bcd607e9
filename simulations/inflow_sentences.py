"""What a list says of inflow, in words (da: tilgangen i ord)."""

from collections.abc import Sequence
from fractions import Fraction

from capacity.units import exact
from capacity.wording import Language, Spoken, Text, percent, shown
from simulations.estimates import Estimate

_DANISH_DAYS = "mandag tirsdag onsdag torsdag fredag lørdag søndag".split()
_ENGLISH_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_DANISH_MONTHS = (
    "januar februar marts april maj juni juli august september oktober november december"
).split()
_ENGLISH_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_BARELY = 0.001
_MUCH = 1.5


def found_level(arrivals: Estimate, confidence: float, dispersion: float, *, is_now: bool) -> Text:
    """How many cases come in a year (da: niveau)."""

    def say(language: Language) -> str:
        value, low, high = (
            shown(exact(each), 0, language)
            for each in (arrivals.value, arrivals.low, arrivals.high)
        )
        within = percent(exact(confidence), language)
        if language == "da":
            when = "ved listens slutning" if is_now else "i gennemsnit"
            said = f"Der kommer {value} sager om året {when} ({low} til {high}, {within}-interval)."
            if dispersion > _MUCH:
                said += " De kommer i stød, så intervallet er bredere end ved ren tilfældighed."
            return said
        when = "as the list ends" if is_now else "on average"
        said = f"{value} cases come a year {when} ({low} to {high}, {within} interval)."
        if dispersion > _MUCH:
            said += " They come in spates, so the interval is wider than by pure chance."
        return said

    return Spoken(say)


def found_trend(trend: Estimate, p_value: float, *, shown: bool, together: bool) -> Text:
    """How inflow changes from year to year (da: udvikling).

    It is of the times that cases come: not of cases, where some come `together`.
    """

    def say(language: Language) -> str:
        change, low, high = (
            _change(each, language) for each in (trend.value, trend.low, trend.high)
        )
        p = _p_value(p_value, language)
        if language == "da":
            times = "ntallet af hændelser (søskende, der kommer sammen, er én)"
            lead = f"A{times} ændrer sig" if together else "Tilgangen ændrer sig"
            if not shown:
                of = f" i a{times}" if together else ""
                lead = f"Der er ikke påvist nogen udvikling{of}:"
            return f"{lead} {change} om året ({low} til {high}; {p})."
        times = "he number of events (siblings who come together are one)"
        lead = f"T{times} changes by" if together else "Inflow changes by"
        if not shown:
            lead = f"No trend is shown{f' in t{times}' if together else ''}:"
        return f"{lead} {change} a year ({low} to {high}; {p})."

    return Spoken(say)


def found_season(weights: Sequence[Fraction], p_value: float, *, shown: bool) -> Text:
    """When in the year cases come (da: årstid)."""
    even = Text(
        da="Der er ikke påvist nogen årstid: månederne er ikke mere forskellige, end "
        "tilfældet gør dem",
        en="No season is shown: the months differ no more than chance makes them",
    )
    names: dict[Language, list[str]] = {"da": _DANISH_MONTHS, "en": _ENGLISH_MONTHS}
    return _profile(weights, p_value, names, even if not shown else None)


def found_weekdays(weights: Sequence[Fraction], p_value: float, *, shown: bool) -> Text:
    """When in the week cases come (da: ugedage)."""
    even = Text(
        da="Der er ikke påvist forskel på ugedagene", en="No difference between weekdays is shown"
    )
    names: dict[Language, list[str]] = {"da": _DANISH_DAYS, "en": _ENGLISH_DAYS}
    return _profile(weights, p_value, names, even if not shown else None)


def found_hours(weights: Sequence[Fraction], p_value: float, *, shown: bool) -> Text:
    """When in the day cases come (da: timer)."""
    even = Text(
        da="Der er ikke påvist forskel på døgnets timer",
        en="No difference between the hours of the day is shown",
    )
    danish = [f"kl. {hour}-{hour + 1}" for hour in range(24)]
    english = [f"{hour}:00–{hour + 1}:00" for hour in range(24)]
    return _profile(weights, p_value, {"da": danish, "en": english}, even if not shown else None)


def found_holidays(came: int, expected: float, least: float, none_come: bool | None) -> Text:
    """Whether cases come on public holidays (da: helligdage); None where it is not learned."""

    def say(language: Language) -> str:
        usual = shown(exact(round(expected, 1)), 1, language)
        if language == "da":
            arrivals = "ankomst" if came == 1 else "ankomster"
            counted = f"{came} {arrivals} på helligdage; {usual} på tilsvarende hverdage"
            if none_come is None:
                return (
                    f"For lidt til at sige noget om helligdage: {counted}, og der skal ventes "
                    f"mindst {shown(exact(least), 0, language)}."
                )
            lead = "Der kommer få eller ingen" if none_come else "Der kommer også sager"
            return f"{lead} på helligdage: {counted}."
        arrivals = "arrival" if came == 1 else "arrivals"
        counted = f"{came} {arrivals} on public holidays; {usual} on such weekdays otherwise"
        if none_come is None:
            return (
                f"Too little to say anything of public holidays: {counted}, and at least "
                f"{shown(exact(least), 0, language)} must be expected."
            )
        lead = "Few or none come" if none_come else "Cases come"
        return f"{lead} on public holidays{'' if none_come else ' too'}: {counted}."

    return Spoken(say)


def found_siblings(shares: Sequence[Fraction]) -> Text:
    """How many cases come at a time (da: søskende)."""
    counted = enumerate(shares, start=1)
    mean = sum((cases * share for cases, share in counted), Fraction(0))
    return Spoken(
        lambda language: (
            f"Der kommer {shown(mean, 2, language)} sager ad gangen i gennemsnit; "
            f"{percent(1 - shares[0], language)} af gangene er det flere søskende."
            if language == "da"
            else f"{shown(mean, 2, language)} cases come at a time on average; "
            f"{percent(1 - shares[0], language)} of the times they are several siblings."
        )
    )


def unknown_siblings(*, has_column: bool) -> Text:
    """The list does not tell who came together (da: søskende ukendt).

    `has_column` where it has a place for that, which is empty for these cases.
    """
    if has_column:
        return Text(
            da="Ikke lært: søskendegruppen er tom for alle disse sager, så hver sag tælles for "
            "sig; udfyld den, hvis søskende kommer sammen.",
            en="Not learned: the sibling group is empty for all of these cases, so each case "
            "counts by itself; fill it in if siblings come together.",
        )
    return Text(
        da="Ikke lært: listen siger ikke, hvilke søskende der kom sammen, så hver sag tælles for "
        "sig; tilføj en kolonne med søskendegruppe.",
        en="Not learned: the list does not say which siblings came together, so each case counts "
        "by itself; add a column with the sibling group.",
    )


def unknown_hours() -> Text:
    """The list has no times of day (da: klokkeslæt ukendt)."""
    return Text(
        da="Ikke lært: listen har ingen klokkeslæt for ankomsten.",
        en="Not learned: the list has no time of day of the arrival.",
    )


def few_bursts(bursts: int, least: int, days: int = 0, least_days: int = 0) -> Text:
    """There is too little to learn from (da: for få)."""

    def say(language: Language) -> str:
        if days < least_days:
            return {
                "da": f"Ikke lært: listen dækker {days} {'dag' if days == 1 else 'dage'}; der skal "
                f"mindst {least_days} til.",
                "en": f"Not learned: the list covers {days} {'day' if days == 1 else 'days'}; it "
                f"takes at least {least_days}.",
            }[language]
        there_are = "there is 1 arrival" if bursts == 1 else f"there are {bursts} arrivals"
        return {
            "da": f"Ikke lært: der er {bursts} {'ankomst' if bursts == 1 else 'ankomster'}; der "
            f"skal mindst {least} til.",
            "en": f"Not learned: {there_are}; it takes at least {least}.",
        }[language]

    return Spoken(say)


def too_short(days: int, least_days: int, bursts: int, least: int) -> Text:
    """One year cannot tell a season or a trend from its own chance (da: for kort)."""
    if days >= least_days:
        return few_bursts(bursts, least)
    return Text(
        da=f"Ikke lært: listen dækker {days} dage; årstid og udvikling kræver to hele år "
        f"({least_days} dage), for ét år kan ikke skelne dem fra sine egne tilfældigheder.",
        en=f"Not learned: the list covers {days} days; a season and a trend need two whole years "
        f"({least_days} days), for one year cannot tell them from its own chance.",
    )


def _profile(
    weights: Sequence[Fraction],
    p_value: float,
    names: dict[Language, list[str]],
    even: Text | None,
) -> Text:
    def say(language: Language) -> str:
        p = _p_value(p_value, language)
        if even is not None:
            return f"{even.in_language(language)} ({p})."
        most, least = weights.index(max(weights)), weights.index(min(weights))
        highest, lowest = (shown(weights[each], 2, language) for each in (most, least))
        if language == "da":
            return (
                f"Der kommer mest {names['da'][most]} (vægt {highest}) og mindst "
                f"{names['da'][least]} ({lowest}), hvor jævnt er 1 ({p})."
            )
        return (
            f"Most come {names['en'][most]} (weight {highest}) and least "
            f"{names['en'][least]} ({lowest}), where even is 1 ({p})."
        )

    return Spoken(say)


def _change(factor: float, language: Language) -> str:
    change = exact(round(factor - 1, 6))
    return ("+" if change > 0 else "") + percent(change, language)


def _p_value(value: float, language: Language) -> str:
    if value < _BARELY:
        return "p < 0,001" if language == "da" else "p < 0.001"
    return f"p = {shown(exact(round(value, 6)), 3, language)}"
