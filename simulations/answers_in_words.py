"""What a leader asked, answered in a few sentences (da: svarene i ord).

The rules are those of `sentences`: every answer is of this model and these assumptions, a share
whose simulation error does not vanish in the rounding is called “about”, what more replications
could turn into none is called none, and the range of single years is always said.
"""

from fractions import Fraction

from capacity.department import Department
from capacity.rulebook import Rulebook
from capacity.units import FTE, Share, exact
from capacity.wording import Language, Text, listed, percent, rounded, shown
from simulations.comparison import ComparedDeadline, Comparison
from simulations.drivers import Changed, Driver, Drivers, Input
from simulations.estimates import Estimate
from simulations.least_staff import Expansion, LeastStaff, MarginalValue, Step
from simulations.questions import StaffingQuestion
from simulations.sentences import NOT_QUANTIFIED, about, posts_in_words


def least_staff_sentence(
    answer: LeastStaff, book: Rulebook, assumptions: Text = NOT_QUANTIFIED
) -> Text:
    """Say what is the least, how sure that is, and what could be (da: mindste bemanding i ord).

    `assumptions` is what is known of what they leave open (`left_open.least_staff_band_sentence`).
    """
    return Text(
        da=f"{_least(answer, book, 'da')} {assumptions.da}",
        en=f"{_least(answer, book, 'en')} {assumptions.en}",
    )


def marginal_value_sentence(
    answer: MarginalValue, book: Rulebook, assumptions: Text = NOT_QUANTIFIED
) -> Text:
    """Say what each further post gives, and where that ends (da: marginal værdi i ord).

    `assumptions` is what is known of what they leave open (`left_open.first_post_sentence`).
    """
    return Text(
        da=f"{_marginal(answer, book, 'da')} {assumptions.da}",
        en=f"{_marginal(answer, book, 'en')} {assumptions.en}",
    )


def expansion_sentence(
    answer: Expansion, book: Rulebook, assumptions: Text = NOT_QUANTIFIED
) -> Text:
    """Say what is left where work expands, and where the target fails (da: udvidelsen i ord).

    `assumptions` is what is known of what they leave open (`left_open.fuller_work_sentence`).
    """
    return Text(
        da=f"{_expansion(answer, book, 'da')} {assumptions.da}",
        en=f"{_expansion(answer, book, 'en')} {assumptions.en}",
    )


def drivers_sentence(answer: Drivers, book: Rulebook) -> Text:
    """Say what moves the answer most, and what does not visibly (da: drivkræfterne i ord)."""
    return Text(da=_drivers(answer, book, "da"), en=_drivers(answer, book, "en"))


def comparison_sentence(answer: Comparison, row: ComparedDeadline, book: Rulebook) -> Text:
    """Say what one row of a comparison shows (da: en sammenlignet frist i ord)."""
    return Text(da=_compared(answer, row, book, "da"), en=_compared(answer, row, book, "en"))


_SUBJECT = Text(
    da="rettidigheden i {team} for fristen ”{deadline}”",
    en="timeliness in {team} for the deadline “{deadline}”",
)
_ALL_TEAMS = Text(da="alle teams tilsammen", en="all teams together")
_YEARS = Text(
    da="I 95 % af de simulerede år lå den mellem {low} og {high} {when}.",
    en="In 95% of the simulated years it lay between {low} and {high} {when}.",
)
_WITH = Text(da="med {}", en="with {}")
_WITHOUT = Text(da="uden ekstra", en="without extra staff")

_FOUND = Text(
    da="{level} er det mindste, hvormed {subject} når {target} i mindst {certainty} af de enkelte "
    "år, i denne model og med disse antagelser: den når det i {probability} af de simulerede år.",
    en="{level} {verb} the least with which {subject} reaches {target} in at least {certainty} of "
    "single years, in this model and with these assumptions: it does so in {probability} of the "
    "simulated years.",
)
_FOUND_WITHOUT = Text(
    da="Uden ekstra når {subject} allerede {target} i mindst {certainty} af de enkelte år, i denne "
    "model og med disse antagelser: den når det i {probability} af de simulerede år.",
    en="Without extra staff {subject} already reaches {target} in at least {certainty} of single "
    "years, in this model and with these assumptions: it does so in {probability} of the "
    "simulated years.",
)
_NONE_FOUND = Text(
    da="Ingen bemanding op til {most} ekstra fuldtidsstillinger er fundet, hvormed {subject} når "
    "{target} i mindst {certainty} af de enkelte år, i denne model og med disse antagelser: med "
    "{most} når den det i {probability} af de simulerede år.",
    en="No staff up to {most} extra full-time posts has been found with which {subject} reaches "
    "{target} in at least {certainty} of single years, in this model and with these assumptions: "
    "with {most} it does so in {probability} of the simulated years.",
)
_BELOW = Text(da="{when} sker det i {probability}.", en="{when} it does so in {probability}.")
_RANGE = Text(
    da="Med så få gentagelser kan det mindste ligge fra {low} til {high} ekstra "
    "fuldtidsstillinger.",
    en="With so few replications the least may lie from {low} to {high} extra full-time posts.",
)
_OPEN_RANGE = Text(
    da="Med så få gentagelser kan det mindste ligge fra {low} ekstra fuldtidsstillinger og op over "
    "{most}.",
    en="With so few replications the least may lie from {low} extra full-time posts to above "
    "{most}.",
)
_FLOOR = Text(
    da="Ventetiden på andre alene gør, at målet nås i {probability} af årene, uanset bemanding: "
    "højst {share} af fristerne kan holdes.",
    en="Waiting for others alone leaves the target reached in {probability} of the years, whatever "
    "the staff: at most {share} of the deadlines can be kept.",
)

_STEP = Text(
    da="Den {ordinal} ekstra fuldtidsstilling {verb} {subject} fra {base} til {share}, {cases} om "
    "året, i denne model og med disse antagelser.",
    en="The {ordinal} extra full-time post {verb} {subject} from {base} to {share}, {cases} a "
    "year, in this model and with these assumptions.",
)
_NEXT_STEP = Text(
    da="Den {ordinal} {verb} den fra {base} til {share}, {cases} om året.",
    en="The {ordinal} {verb} it from {base} to {share}, {cases} a year.",
)
_FLAT_FROM_START = Text(
    da="Denne model kan ikke vise, at ekstra fuldtidsstillinger ændrer {subject}: den er {base} "
    "uden, med disse antagelser.",
    en="This model cannot show that extra full-time posts change {subject}: it is {base} without, "
    "with these assumptions.",
)
_FLAT = Text(
    da="Efter {level} kan modellen ikke vise, at en mere gør en forskel.",
    en="After {level} the model cannot show that one more makes a difference.",
)
_ORDINALS = Text(
    da="første anden tredje fjerde femte sjette syvende ottende niende tiende",
    en="first second third fourth fifth sixth seventh eighth ninth tenth",
)

_EXPANDS = Text(
    da="{level} giver {all}, hvis alle de ekstra timer gør {subject} bedre, {quarter}, hvis en "
    "fjerdedel går til grundigere arbejde, og {half}, hvis halvdelen gør, i denne model og med "
    "disse antagelser.",
    en="{level} {give} {all} if all the added hours serve {subject}, {quarter} if a quarter goes "
    "into fuller work, and {half} if half does, in this model and with these assumptions.",
)
_FAILS_AT_ONCE = Text(
    da="Målet på {target} nås i gennemsnit ikke, heller ikke uden grundigere arbejde.",
    en="The target of {target} is not reached on average, nor is it without fuller work.",
)
_FAILS = Text(
    da="Går {part} eller mere af de ekstra timer til grundigere arbejde, kommer den i gennemsnit "
    "under {target}.",
    en="Where {part} or more of the added hours goes into fuller work, it falls below {target} on "
    "average.",
)
_HOLDS = Text(
    da="Den når i gennemsnit {target}, selv om alle de ekstra timer går til grundigere arbejde.",
    en="It reaches {target} on average though all the added hours go into fuller work.",
)

_MOST = Text(
    da="Mest flytter {input} {subject}, som er {share} i denne model og med disse antagelser: "
    "{less}, {more}.",
    en="What moves {subject} most is {input}; it is {share} in this model and with these "
    "assumptions: {less}, {more}.",
)
_NOTHING_MOVES = Text(
    da="Ingen ændring på {change} flytter {subject} så meget, at denne model kan vise det: den er "
    "{share}, med disse antagelser.",
    en="No change of {change} moves {subject} by as much as this model can show: it is {share}, "
    "with these assumptions.",
)
_LESS = Text(da="{change} mindre giver {points}", en="{change} less gives {points}")
_MORE = Text(da="{change} mere giver {points}", en="{change} more gives {points}")
_THEN = Text(da="Derefter kommer {inputs}.", en="Then come {inputs}.")
_ONE_THEN = Text(da="Derefter kommer {inputs}.", en="Then comes {inputs}.")
_NOT_SEEN = Text(
    da="Modellen kan ikke vise, at så stor en ændring af {inputs} gør en forskel.",
    en="The model cannot show that so large a change of {inputs} makes a difference.",
)
_INPUTS = {
    Input.INFLOW: Text(da="tilgangen", en="the inflow"),
    Input.EFFORT: Text(da="tidsforbruget", en="the effort"),
    Input.EXTERNAL_DELAY: Text(da="ventetiden på andre", en="the external delay"),
    Input.CASE_HOURS: Text(da="timerne til sager", en="the hours for cases"),
    Input.SICKNESS: Text(da="sygdom og orlov", en="sickness and leave"),
    Input.TURNOVER: Text(da="udskiftningen", en="the turnover"),
    Input.EFFORT_SPREAD: Text(da="spredningen i tidsforbruget", en="the spread of the effort"),
    Input.CASELOAD_LIMIT: Text(da="loftet over sagstallet", en="the caseload limit"),
}

_MOVES = Text(
    da="Ændringen {verb} {subject} fra {before} til {after}, {points}, i denne model og med disse "
    "antagelser.",
    en="The change {verb} {subject} from {before} to {after}, {points}, in this model and with "
    "these assumptions.",
)
_SAME = Text(
    da="Ændringen flytter ikke {subject} så meget, at denne model kan vise det: den er {before} "
    "før og {after} efter, med disse antagelser.",
    en="The change does not move {subject} by as much as this model can show: it is {before} "
    "before and {after} after, with these assumptions.",
)
_BOTH_YEARS = Text(
    da="I 95 % af de simulerede år lå den mellem {low} og {high} før og mellem {low_after} og "
    "{high_after} efter, og forskellen mellem {less} og {more} procentpoint.",
    en="In 95% of the simulated years it lay between {low} and {high} before and between "
    "{low_after} and {high_after} after, and the difference between {less} and {more} percentage "
    "points.",
)
_RAISES, _LOWERS = Text(da="løfter", en="raises"), Text(da="sænker", en="lowers")


def _least(answer: LeastStaff, book: Rulebook, language: Language) -> str:
    shown_level = answer.found or answer.tried[-1]
    if answer.found is None:
        template = _NONE_FOUND
    else:
        template = _FOUND if answer.found.extra_fte else _FOUND_WITHOUT
    parts = [
        template.in_language(language).format(
            level=posts_in_words(shown_level.extra_fte, language),
            verb="is" if shown_level.extra_fte <= 1 else "are",
            subject=_subject(answer.question, book, language),
            target=_share(answer.target, language),
            certainty=_share(answer.certainty, language),
            probability=about(shown_level.probability, language),
            most=_number(answer.most, language),
        )
    ]
    if answer.below is not None:
        when = _level(answer.below.extra_fte, language)
        below = _BELOW.in_language(language).format(
            when=_capital(when), probability=about(answer.below.probability, language)
        )
        parts.append(below)
    if answer.range_low is not None and answer.range_low != answer.range_high:
        template = _OPEN_RANGE if answer.range_high is None else _RANGE
        parts.append(
            template.in_language(language).format(
                low=_number(answer.range_low, language),
                high=_number(answer.range_high or Fraction(0), language),
                most=_number(answer.most, language),
            )
        )
    if not answer.within_reach:
        parts.append(
            _FLOOR.in_language(language).format(
                probability=about(answer.years_within_reach, language),
                share=percent(exact(answer.reachable), language),
            )
        )
    years = _years(
        shown_level.year_low,
        shown_level.year_high,
        _level(shown_level.extra_fte, language),
        language,
    )
    return " ".join([*map(_capital, parts), years])


def _marginal(answer: MarginalValue, book: Rulebook, language: Language) -> str:
    subject = _subject(answer.question, book, language)
    told = [each for each in answer.steps if each.is_distinguishable]
    first = answer.steps[0]
    if not told:
        flat = _FLAT_FROM_START.in_language(language)
        parts = [flat.format(subject=subject, base=about(first.share_before, language))]
    else:
        parts = [_step(told[0], _STEP, subject, language)]
        parts += [
            _step(each, _NEXT_STEP, "", language)
            for each in told[1:]
            if percent(exact(each.share_before.value), language)
            != percent(exact(each.share_after.value), language)
        ]
        if answer.flat_from is not None:
            level = posts_in_words(answer.flat_from, language)
            parts.append(_FLAT.in_language(language).format(level=level))
    last = told[-1] if told else first
    years = _years(last.year_low, last.year_high, _level(last.to_fte, language), language)
    return " ".join([*parts, years])


def _step(step: Step, template: Text, subject: str, language: Language) -> str:
    number, words = int(step.to_fte), _ORDINALS.in_language(language).split()
    beyond = {"da": f"{number}.", "en": f"{number}th"}[language]
    return template.in_language(language).format(
        ordinal=words[number - 1] if number <= len(words) else beyond,
        verb=(_RAISES if step.difference.value > 0 else _LOWERS).in_language(language),
        subject=subject,
        base=about(step.share_before, language),
        share=about(step.share_after, language),
        cases=_cases(step.cases_in_time_a_year, language),
    )


def _cases(more: Estimate, language: Language) -> str:
    """So many deadlines more or fewer, a year: about, for they are a mean."""
    digits = 0 if abs(more.value) >= 1 else 1
    number = shown(abs(exact(more.value)), digits, language)
    if language == "da":
        return f"omkring {number} {'flere' if more.value > 0 else 'færre'} frister til tiden"
    return f"about {number} {'more' if more.value > 0 else 'fewer'} deadlines in time"


def _expansion(answer: Expansion, book: Rulebook, language: Language) -> str:
    points = [
        next(point for point in curve.points if point.extra_fte == answer.extra_fte)
        for curve in answer.curves
    ]
    every, quarter, half = (about(point.share_in_time, language) for point in points)
    level = posts_in_words(answer.extra_fte, language)
    parts = [
        _EXPANDS.in_language(language).format(
            level=_capital(level),
            give="gives" if answer.extra_fte <= 1 else "give",
            subject=_subject(answer.question, book, language),
            all=every,
            quarter=quarter,
            half=half,
        )
    ]
    if answer.fails_from is None:
        template = _HOLDS
    else:
        template = _FAILS if answer.fails_from else _FAILS_AT_ONCE
    parts.append(
        template.in_language(language).format(
            target=_share(answer.target, language),
            part=_about_part(answer, language),
        )
    )
    years = _years(
        points[0].year_low, points[0].year_high, _WITH_ALL.in_language(language), language
    )
    return " ".join([*parts, years])


_WITH_ALL = Text(da="uden grundigere arbejde", en="without fuller work")


def _about_part(answer: Expansion, language: Language) -> str:
    """Write from which part on the target fails, as “about” where replications leave it open."""
    part = percent(answer.fails_from or Fraction(0), language)
    if answer.range_low == answer.range_high:
        return part
    return {"da": "omkring ", "en": "about "}[language] + part


def _drivers(answer: Drivers, book: Rulebook, language: Language) -> str:
    subject = _subject(answer.question, book, language)
    share, change = about(answer.share_in_time, language), _share(answer.change, language)
    seen = [each for each in answer.drivers if each.is_distinguishable]
    unseen = [each for each in answer.drivers if not each.is_distinguishable]
    if not seen:
        nothing = _NOTHING_MOVES.in_language(language)
        parts = [nothing.format(change=change, subject=subject, share=share)]
    else:
        first, *others = seen
        parts = [
            _MOST.in_language(language).format(
                input=_INPUTS[first.input].in_language(language),
                subject=subject,
                share=share,
                less=_way(_LESS, first.less, change, language),
                more=_way(_MORE, first.more, change, language),
            )
        ]
        if others:
            then = (_THEN if len(others) > 1 else _ONE_THEN).in_language(language)
            parts.append(then.format(inputs=_inputs_listed(others, language)))
        if unseen:
            not_seen = _NOT_SEEN.in_language(language)
            parts.append(not_seen.format(inputs=_inputs_listed(unseen, language)))
    when = _level(answer.extra_fte, language)
    years = _years(answer.year_low, answer.year_high, when, language)
    return " ".join([*parts, years, NOT_QUANTIFIED.in_language(language)])


def _way(template: Text, changed: Changed, change: str, language: Language) -> str:
    points = _points(changed.difference, language)
    return template.in_language(language).format(change=change, points=points)


def _inputs_listed(rows: list[Driver], language: Language) -> str:
    return listed([_INPUTS[each.input].in_language(language) for each in rows], language)


def _compared(answer: Comparison, row: ComparedDeadline, book: Rulebook, language: Language) -> str:
    seen = not row.difference.low <= 0 <= row.difference.high
    subject = _named(answer.after.department, row.team, row.deadline, book, language)
    raises = row.difference.value > 0
    moves = (
        (_MOVES if seen else _SAME)
        .in_language(language)
        .format(
            verb=(_RAISES if raises else _LOWERS).in_language(language),
            subject=subject,
            before=about(row.before.share_in_time, language),
            after=about(row.after.share_in_time, language),
            points=_points(row.difference, language),
        )
    )
    years = _BOTH_YEARS.in_language(language).format(
        low=percent(exact(row.before.year_low), language),
        high=percent(exact(row.before.year_high), language),
        low_after=percent(exact(row.after.year_low), language),
        high_after=percent(exact(row.after.year_high), language),
        less=_signed(row.year_low, language),
        more=_signed(row.year_high, language),
    )
    return " ".join([moves, years, NOT_QUANTIFIED.in_language(language)])


def _subject(question: StaffingQuestion, book: Rulebook, language: Language) -> str:
    return _named(question.department, question.team, question.deadline, book, language)


def _named(
    department: Department, team: str | None, deadline: str, book: Rulebook, language: Language
) -> str:
    """Timeliness of a team, a rota or all teams for a deadline, by their labels."""
    labels = {each.slug: each.label for each in department.teams}
    labels |= {each.slug: each.label for each in department.duty_rotas}
    place = _ALL_TEAMS if team is None else labels[team]
    return _SUBJECT.in_language(language).format(
        team=place.in_language(language), deadline=book[deadline].label.in_language(language)
    )


def _years(low: float, high: float, when: str, language: Language) -> str:
    return _YEARS.in_language(language).format(
        low=percent(exact(low), language), high=percent(exact(high), language), when=when
    )


def _level(extra_fte: FTE, language: Language) -> str:
    if extra_fte == 0:
        return _WITHOUT.in_language(language)
    return _WITH.in_language(language).format(posts_in_words(extra_fte, language))


def _points(difference: Estimate, language: Language) -> str:
    """Write a difference in percentage points, as “about” where replications could change it."""
    value, low, high = (
        _signed(each, language) for each in (difference.value, difference.low, difference.high)
    )
    vague = "" if low == high else {"da": "omkring ", "en": "about "}[language]
    return f"{vague}{value} {'procentpoint' if language == 'da' else 'percentage points'}"


def _signed(difference: float, language: Language) -> str:
    points = exact(difference) * 100
    sign = "+" if rounded(points, 0) > 0 else ""
    return sign + shown(points, 0, language).replace("-", "−")


def _share(share: Share, language: Language) -> str:
    """Write a target with the decimals it has, one at most."""
    return percent(share, language, 0 if share * 100 % 1 == 0 else 1)


def _number(posts: FTE, language: Language) -> str:
    return shown(posts, next((n for n in range(2) if posts * 10**n % 1 == 0), 2), language)


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
