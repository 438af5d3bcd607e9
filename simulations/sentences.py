"""A staffing curve in words, for the page, the terminal and the notat (da: kurven i ord).

A share whose simulation error does not vanish in the rounding is called “about”. A difference that
more replications could turn into none is called none. The range of single years is always said.
"""

from dataclasses import dataclass
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.fit import verdict
from capacity.roster import Caseworker, Roster, available_hours
from capacity.rulebook import Rulebook
from capacity.units import FTE, HoursPerYear, Share, exact
from capacity.wording import Language, Text, in_full, percent, rounded, shown
from simulations.estimates import Estimate
from simulations.questions import StaffingQuestion
from simulations.staffing import CurvePoint, StaffingCurve

_DANISH_NUMBERS = "ingen én to tre fire fem seks syv otte ni ti elleve tolv"
_ENGLISH_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve"
_SINGULAR = (Fraction(1, 2), Fraction(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The hours that a team's work takes in a year beside those it has (da: belastning).

    `demand` is arrivals times the route's mean effort; `supply` the team's hours for cases in the
    calendar year, absence taken off; `hours_per_post` what one more full-time post would add.
    """

    year: int
    demand: HoursPerYear
    supply: HoursPerYear
    hours_per_post: HoursPerYear

    @property
    def share(self) -> Fraction:
        """Demand over supply (da: belastningsgrad); `InvalidInput` where there are no hours."""
        if self.supply == 0:
            raise InvalidInput(
                Text(
                    da="teamet har ingen timer til sager, så der er ingen belastningsgrad",
                    en="the team has no hours for cases, so there is no load",
                )
            )
        return self.demand / self.supply

    @property
    def posts_to_stand_still(self) -> FTE:
        """Posts that stop the pile from growing and clear nothing of it (da: stilstand)."""
        return max(Fraction(0), (self.demand - self.supply) / self.hours_per_post)


def load(question: StaffingQuestion, book: Rulebook) -> Load:
    """Compare the team's work with its hours, without extra staff (da: belastning).

    The year is the calendar year in which the question's period begins. Work that was there at
    the start is not counted: it is the backlog's, once.
    """
    day = question.from_
    full_time = book["agreement.full_time_hours"].on(day).number
    post = Roster(caseworkers=(Caseworker(id="post", team="", hours_per_week=full_time),))
    return Load(
        year=day.year,
        demand=sum(
            (each.yearly_hours for each in question.case_classes),
            Fraction(0),
        ),
        supply=available_hours(question.department.roster.team(question.team), day, book),
        hours_per_post=available_hours(post, day, book),
    )


def load_sentence(found: Load) -> Text:
    """Say whether the hours suffice, and what it takes to stop growth (da: belastning i ord).

    >>> ample = Load(
    ...     year=2020, demand=Fraction(90), supply=Fraction(100), hours_per_post=Fraction(50)
    ... )
    >>> load_sentence(ample).en
    'The work that arrives takes 90.0% of the team’s hours for cases in 2020: 90 of 100 hours.'
    """
    return Text(da=_load(found, "da"), en=_load(found, "en"))


NOT_QUANTIFIED = Text(
    da="Hvad usikkerheden om antagelserne betyder, er ikke opgjort.",
    en="What the uncertainty of the assumptions means has not been quantified.",
)


def curve_sentence(
    curve: StaffingCurve, book: Rulebook, assumptions: Text = NOT_QUANTIFIED
) -> Text:
    """Say what the first and the most extra staff do to a deadline (da: kurven i ord).

    It speaks of the model and its assumptions, and makes no forecast. `assumptions` is what is
    known of what they leave open (`ensemble.spread_sentence`, `input_band.band_sentence`). Last
    comes how well the model explains the department's own past, or that nobody knows.
    """
    asked = curve.question
    tested = verdict(asked.department.fit, asked.team, asked.deadline)
    return Text(
        da=f"{_curve(curve, book, 'da')} {assumptions.da} {tested.da}",
        en=f"{_curve(curve, book, 'en')} {assumptions.en} {tested.en}",
    )


_ENOUGH = Text(
    da="Det arbejde, der kommer ind, kræver {share} af teamets timer til sager i {year}: {demand} "
    "af {supply} timer.",
    en="The work that arrives takes {share} of the team’s hours for cases in {year}: {demand} of "
    "{supply} hours.",
)
_TOO_LITTLE = Text(
    da="Der kommer arbejde ind for {demand} timer om året, og uden ekstra har teamet {supply} "
    "timer til sager i {year}: bunken vokser med {growth} timers arbejde om året, så andelen til "
    "tiden falder, jo længere perioden er. {posts} fuldtidsstillinger standser væksten; de "
    "afvikler ikke det, der allerede ligger.",
    en="Work for {demand} hours a year arrives, and without extra staff the team has {supply} "
    "hours for cases in {year}: the pile grows by {growth} hours of work a year, so the share in "
    "time falls the longer the period is. {posts} full-time posts stop the growth; they clear "
    "nothing of what already lies there.",
)
_SUBJECT = Text(
    da="rettidigheden i {team} for fristen ”{deadline}”",
    en="timeliness in {team} for the deadline “{deadline}”",
)
_MOVES = Text(
    da="{level} {verb} {subject} fra {base} til {share} i denne model og med disse antagelser.",
    en="{level} {verb} {subject} from {base} to {share} in this model and with these assumptions.",
)
_SAME = Text(
    da="{level} ændrer ikke {subject} så meget, at denne model kan vise det: den er {base} uden "
    "og {share} med, med disse antagelser.",
    en="{level} {do} not change {subject} by as much as this model can show: it is {base} without "
    "and {share} with, with these assumptions.",
)
_HARDLY = Text(
    da="{level} flytter {subject} med mindre end et procentpoint i denne model og med disse "
    "antagelser: den er {base} både uden og med.",
    en="{level} {move} {subject} by less than a percentage point in this model and with these "
    "assumptions: it is {base} both without and with.",
)
_FULL = Text(
    da="Uden ekstra er {subject} {base} i denne model og med disse antagelser, så flere timer har "
    "intet at løfte.",
    en="Without extra staff {subject} is {base} in this model and with these assumptions, so more "
    "hours have nothing to raise.",
)
_ALONE = Text(
    da="Uden ekstra er {subject} {base} i denne model og med disse antagelser.",
    en="Without extra staff {subject} is {base} in this model and with these assumptions.",
)
_MOST = Text(da="{level} giver {share}.", en="{level} give {share}.")
_MOST_SAME = Text(
    da="{level} giver ikke mere end {share}.", en="{level} give no more than {share}."
)
_REACHABLE = Text(
    da="Ventetiden på andre alene gør, at højst {share} kan nås, uanset bemanding.",
    en="Waiting for others alone leaves {share} within reach, whatever the staff.",
)
_YEARS = Text(
    da="I 95 % af de simulerede år lå den {when} mellem {low} og {high}.",
    en="In 95% of the simulated years it lay between {low} and {high} {when}.",
)
_IMPRECISE = Text(
    da="Præcisionen nåede ±{reached} procentpoint efter {replications} gentagelser og ikke de "
    "±{asked}, der var bedt om.",
    en="The precision reached ±{reached} percentage points after {replications} replications and "
    "not the ±{asked} that were asked for.",
)


def _load(found: Load, language: Language) -> str:
    grows = found.demand > found.supply
    sentence = (_TOO_LITTLE if grows else _ENOUGH).in_language(language)
    return sentence.format(
        share="" if grows else percent(found.share if found.demand else Fraction(0), language, 1),
        year=found.year,
        demand=shown(found.demand, 0, language),
        supply=shown(found.supply, 0, language),
        growth=shown(found.demand - found.supply, 0, language),
        posts=shown(found.posts_to_stand_still, 2, language),
    )


def _curve(curve: StaffingCurve, book: Rulebook, language: Language) -> str:
    question = curve.question
    about_what = subject(question, book, language)
    points = sorted(curve.points, key=lambda point: point.extra_fte)
    more = [point for point in points if point.extra_fte > 0]
    base = curve.without_extra.share_in_time
    parts = [
        _first(more[0], base, about_what, language)
        if more
        else _ALONE.in_language(language).format(subject=about_what, base=about(base, language))
    ]
    if len(more) > 1 and not _is_full(base):
        parts.append(_most(more[0], more[-1], language))
    if rounded(exact(curve.reachable), 2) < 1:
        share = percent(exact(curve.reachable), language)
        parts.append(_REACHABLE.in_language(language).format(share=share))
    parts.append(_years(points[0], language))
    if question.precision is not None and not curve.precise:
        parts.append(_imprecise(curve, question.precision, language))
    return " ".join(parts)


def subject(question: StaffingQuestion, book: Rulebook, language: Language) -> str:
    """Write whose timeliness a question is about (da: hvis rettidighed)."""
    return _SUBJECT.in_language(language).format(
        team=question.department.team(question.team).label.in_language(language),
        deadline=book[question.deadline].label.in_language(language),
    )


def _imprecise(curve: StaffingCurve, asked: Share, language: Language) -> str:
    """Say how near the widest interval came, with digits enough to tell it from what was asked."""
    shares = [each.share_in_time for each in (curve.without_extra, *curve.points)]
    reached = max(max(each.high - each.value, each.value - each.low) for each in shares)
    points = exact(reached) * 100
    digits = next((n for n in range(1, 4) if rounded(points, n) > asked * 100), 4)
    return _IMPRECISE.in_language(language).format(
        reached=shown(points, digits, language),
        replications=shown(curve.replications, 0, language),
        asked=in_full(asked * 100, language),
    )


def _first(point: CurvePoint, base: Estimate, about_what: str, language: Language) -> str:
    if _is_full(base):
        template = _FULL
    elif point.difference.low <= 0 <= point.difference.high:
        template = _SAME
    elif _printed(point.share_in_time, language) == _printed(base, language):
        template = _HARDLY
    else:
        template = _MOVES
    single = point.extra_fte in _SINGULAR
    raises = {"da": "løfter", "en": "raises" if single else "raise"}
    lowers = {"da": "sænker", "en": "lowers" if single else "lower"}
    written = template.in_language(language).format(
        level=posts_in_words(point.extra_fte, language),
        verb=(raises if point.difference.value > 0 else lowers)[language],
        do="does" if single else "do",
        move="moves" if single else "move",
        subject=about_what,
        base=about(base, language),
        share=about(point.share_in_time, language),
    )
    return written[0].upper() + written[1:]


def _most(first: CurvePoint, most: CurvePoint, language: Language) -> str:
    share = about(most.share_in_time, language)
    same = share == about(first.share_in_time, language)
    level = posts_in_words(most.extra_fte, language)
    sentence = (_MOST_SAME if same else _MOST).in_language(language)
    return sentence.format(level=level[0].upper() + level[1:], share=share)


def _years(point: CurvePoint, language: Language) -> str:
    without = {"da": "uden ekstra", "en": "without extra staff"}[language]
    beside = {"da": "med {}", "en": "with {}"}[language].format(
        posts_in_words(point.extra_fte, language)
    )
    return _YEARS.in_language(language).format(
        when=without if point.extra_fte == 0 else beside,
        low=percent(exact(point.year_low), language),
        high=percent(exact(point.year_high), language),
    )


def _is_full(base: Estimate) -> bool:
    return base.value >= 1


def _printed(estimate: Estimate, language: Language) -> str:
    return percent(exact(estimate.value), language)


def about(estimate: Estimate, language: Language) -> str:
    """Write a share, as “about” where more replications could change what is printed."""
    value, low, high = (
        percent(exact(each), language) for each in (estimate.value, estimate.low, estimate.high)
    )
    return value if low == high else {"da": "omkring ", "en": "about "}[language] + value


def number_in_words(number: Fraction | int, language: Language) -> str:
    """Write a small whole number as a word, any other in figures (da: tal i ord).

    >>> number_in_words(2, "da"), number_in_words(Fraction(3, 2), "da")
    ('to', '1,5')
    """
    small = (_DANISH_NUMBERS if language == "da" else _ENGLISH_NUMBERS).split()
    if number.denominator == 1 and 0 <= number < len(small):
        return small[int(number)]
    return in_full(number, language)


def posts_in_words(extra_fte: FTE, language: Language) -> str:
    """Write extra posts in words: one, two, half a post (da: én, to, en halv stilling)."""
    if extra_fte == Fraction(1, 2):
        return {
            "da": "en halv ekstra fuldtidsstilling",
            "en": "half an extra full-time post",
        }[language]
    number = number_in_words(extra_fte, language)
    post = {"da": "ekstra fuldtidsstilling", "en": "extra full-time post"}[language]
    plural = {"da": "er", "en": "s"}[language]
    return f"{number} {post}{'' if extra_fte in _SINGULAR else plural}"
