"""Which column is what: stated by the user, remembered of the source, or guessed (da: kolonner).

A guess goes by the heading first and by the look of the cells second, and says how sure it is and
why. Where two columns could be the same thing, or one column two things, that is a question to the
user and no guess: the dates that start a deadline above all, since another date is another answer.
What a list cannot do without is looked for once more before it is said to be missing: a column with
a word that nobody knows is still that column, and the word is what is wrong.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.imports.column_looks import EXACT, VAGUE, Look, by_name, normal
from api.imports.fields import Kind, Reads, field, fields
from api.uploads import Cell, letter, shown_value
from capacity.case_events import ARRIVAL_EVENTS
from capacity.errors import InvalidInput
from capacity.wording import Text

UNUSED = "-"
"""What a user writes for a column that is not to be used (da: bruges ikke)."""
_TIE = 0.04
_ENOUGH = 0.6
_ARRIVALS = frozenset(event.value for event in ARRIVAL_EVENTS)


class Sureness(StrEnum):
    """How it is known what a column is (da: sikkerhed)."""

    STATED = "stated"
    REMEMBERED = "remembered"
    SURE = "sure"
    NEW = "new"
    """A name of its own, in a department that is being drafted (da: nyt navn)."""
    LIKELY = "likely"
    ASKED = "asked"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnUse:
    """What one column is taken for, and why (da: kolonnens betydning); None where for nothing."""

    column: int
    heading: str
    field: str | None
    sureness: Sureness
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What only the user can say, and in which parameter (da: spørgsmål)."""

    parameter: str
    asked: Text
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What every column is taken for, and what has to be asked (da: kolonner)."""

    uses: tuple[ColumnUse, ...]
    questions: tuple[Question, ...]

    def of(self, field_id: str) -> int | None:
        """Return the column of a field (da: feltets kolonne)."""
        return next((use.column for use in self.uses if use.field == field_id), None)

    def mapping(self) -> dict[str, str]:
        """Return headings with what they are, as a source remembers it (da: kolonnekort)."""
        return {
            use.heading or letter(use.column): use.field or UNUSED
            for use in self.uses
            if use.field or use.sureness is Sureness.STATED
        }


def columns(
    kind: Kind,
    headings: Sequence[str],
    sample: Sequence[Sequence[Cell]],
    *,
    stated: Mapping[str, str],
    remembered: Mapping[str, str],
    known: Mapping[str, frozenset[str]],
) -> Columns:
    """Find out what each column is (da: kolonner).

    `sample` are the first cells of each column, `stated` what the user says, `remembered` what was
    accepted of this source before, both from heading to field; `known` are the words that a field
    may hold, normalised. `InvalidInput` where the user names a column or field that is not there.
    """
    uses = _said(kind, headings, stated, Sureness.STATED, strict=True)
    for column, use in _said(kind, headings, remembered, Sureness.REMEMBERED, strict=False).items():
        taken = {each.field for each in uses.values()} if use.field else set()
        if column not in uses and use.field not in taken:
            uses[column] = use
    scores = _Scores.of(kind, headings, sample, known, settled=uses)
    uses |= scores.strong()
    ambiguous, questions = scores.ties(uses)
    uses |= ambiguous
    vague, more = scores.vague(uses)
    uses |= vague
    questions += more
    needed, rivals = scores.needed(uses, questions)
    uses |= needed
    questions += rivals
    for column, heading in enumerate(headings):
        uses.setdefault(column, _unused(column, heading))
    found = tuple(uses[column] for column in range(len(headings)))
    return Columns(uses=found, questions=(*questions, *_missing(kind, found, questions)))


def _said(
    kind: Kind,
    headings: Sequence[str],
    said: Mapping[str, str],
    sureness: Sureness,
    *,
    strict: bool,
) -> dict[int, ColumnUse]:
    """Read what a user or a memory says of columns, by heading or by letter."""
    uses: dict[int, ColumnUse] = {}
    for name, meaning in said.items():
        column = _named(headings, name, strict=strict)
        is_known = meaning == UNUSED or field(kind, meaning) is not None
        if column is None or not (is_known or strict):
            continue
        if not is_known:
            raise _no_field(kind, meaning)
        use = None if meaning == UNUSED else meaning
        if column in uses:
            if strict and uses[column].field != use:
                raise _two_things(headings[column], column)
            continue
        _refuse_twice(kind, uses, meaning)
        uses[column] = ColumnUse(
            column=column,
            heading=headings[column],
            field=use,
            sureness=sureness,
            why=_STATED if sureness is Sureness.STATED else _REMEMBERED,
        )
    return uses


def _refuse_twice(kind: Kind, uses: Mapping[int, ColumnUse], meaning: str) -> None:
    found = field(kind, meaning)
    if found is None or found.reads is Reads.NAME:
        return
    twice = next((use for use in uses.values() if use.field == meaning), None)
    if twice is not None:
        raise InvalidInput(
            Text(
                da=f"to kolonner kan ikke begge være {meaning}; den ene er "
                f"”{shown_value(twice.heading)}”",
                en=f"two columns cannot both be {meaning}; one is “{shown_value(twice.heading)}”",
            ),
            field="map",
        )


def _two_things(heading: str, column: int) -> InvalidInput:
    shown = shown_value(heading)
    return InvalidInput(
        Text(
            da=f"kolonnen ”{shown}” ({letter(column)}) er sagt at være to ting; skriv den én gang",
            en=f"the column “{shown}” ({letter(column)}) is said to be two things; write it once",
        ),
        field="map",
    )


def _named(headings: Sequence[str], name: str, *, strict: bool) -> int | None:
    """Find a column by its heading, or by its letter where the heading will not do."""
    same = [at for at, heading in enumerate(headings) if heading == name]
    same = same or [at for at, heading in enumerate(headings) if normal(heading) == normal(name)]
    if not same:
        same = [at for at in range(len(headings)) if letter(at) == name.upper()]
    if len(same) == 1:
        return same[0]
    if not strict:
        return None
    shown = shown_value(name)
    if same:
        letters = ", ".join(letter(at) for at in same)
        raise InvalidInput(
            Text(
                da=f"flere kolonner hedder ”{shown}”; skriv kolonnens bogstav: {letters}",
                en=f"several columns are called “{shown}”; write the column's letter: {letters}",
            ),
            field="map",
        )
    there = ", ".join(shown_value(heading) for heading in headings[:40])
    raise InvalidInput(
        Text(
            da=f"ingen kolonne hedder ”{shown}”; der er {there}",
            en=f"no column is called “{shown}”; there are {there}",
        ),
        field="map",
    )


def _no_field(kind: Kind, meaning: str) -> InvalidInput:
    known = ", ".join(each.id for each in fields(kind))
    shown = shown_value(meaning)
    return InvalidInput(
        Text(
            da=f"”{shown}” er ikke et felt; skriv et af {known}, eller {UNUSED} for ingen",
            en=f"“{shown}” is no field; write one of {known}, or {UNUSED} for none",
        ),
        field="map",
    )


@dataclass(frozen=True, slots=True)
class _Scores:
    """How well each heading that nobody has spoken of fits each field that is left.

    `of_values` are those that fit by their words; `doubted` the pairs whose heading or some of
    whose words fit, and whose other cells do not, with how well the heading does.
    """

    kind: Kind
    headings: Sequence[str]
    scores: Mapping[tuple[int, str], float]
    of_values: frozenset[tuple[int, str]]
    doubted: Mapping[tuple[int, str], float]

    @classmethod
    def of(
        cls,
        kind: Kind,
        headings: Sequence[str],
        sample: Sequence[Sequence[Cell]],
        known: Mapping[str, frozenset[str]],
        *,
        settled: Mapping[int, ColumnUse],
    ) -> "_Scores":
        taken = {use.field for use in settled.values()}
        left = [each for each in fields(kind) if each.id not in taken or each.reads is Reads.NAME]
        scores: dict[tuple[int, str], float] = {}
        of_values: set[tuple[int, str]] = set()
        doubted: dict[tuple[int, str], float] = {}
        for column, heading in enumerate(headings):
            if column in settled:
                continue
            look = Look.of(sample[column])
            for each in left:
                named, words = by_name(normal(heading), each), known.get(each.id, frozenset())
                score = look.weighed(each, named)
                if score < EXACT and look.holds(words):
                    score = max(score, 0.8)
                    of_values.add((column, each.id))
                if score >= VAGUE:
                    scores[column, each.id] = score
                if score < _ENOUGH and (named >= _ENOUGH or look.holds_half(words)):
                    doubted[column, each.id] = named
        return cls(kind, headings, scores, frozenset(of_values), doubted)

    def strong(self) -> dict[int, ColumnUse]:
        """Take every pair that fits and has no rival."""
        return {
            column: self._use(column, field_id, score)
            for (column, field_id), score in self.scores.items()
            if score >= _ENOUGH and not self._rivals(column, field_id, score)
        }

    def _rivals(self, column: int, field_id: str, score: float) -> bool:
        several = _reads(self.kind, field_id) is Reads.NAME  # first name and last, both dropped
        return any(
            other > score - _TIE
            for (at, id_), other in self.scores.items()
            if (at == column) != (id_ == field_id) and not (several and at != column)
        )

    def ties(self, uses: Mapping[int, ColumnUse]) -> tuple[dict[int, ColumnUse], list[Question]]:
        """Ask where columns are rivals for a field, or fields for a column."""
        taken = {use.field for use in uses.values()}
        asked: dict[int, list[str]] = {}
        for (column, field_id), score in self.scores.items():
            if score >= _ENOUGH and column not in uses and field_id not in taken:
                asked.setdefault(column, []).append(field_id)
        by_field: dict[str, list[int]] = {}
        for column, ids in asked.items():
            for id_ in ids:
                by_field.setdefault(id_, []).append(column)
        lone = {
            column: self._use(column, ids[0], self.scores[column, ids[0]])
            for column, ids in asked.items()
            if len(ids) == 1 and len(by_field[ids[0]]) == 1
        }
        questions = [self._which_column(id_, at) for id_, at in by_field.items() if len(at) > 1]
        about = {column for at in by_field.values() if len(at) > 1 for column in at}
        questions += [
            self._which_field(column, ids)
            for column, ids in asked.items()
            if column not in about and column not in lone
        ]
        rest = {
            column: _asked(column, self.headings[column]) for column in asked if column not in lone
        }
        return lone | rest, questions

    def vague(self, uses: Mapping[int, ColumnUse]) -> tuple[dict[int, ColumnUse], list[Question]]:
        """Take what is left where only one thing can be meant; ask for what starts a deadline."""
        taken = {use.field for use in uses.values()}
        open_: dict[int, list[str]] = {}
        for column, field_id in self.scores:
            if column not in uses and field_id not in taken:
                open_.setdefault(column, []).append(field_id)
        # A list whose deadline has its start already is not asked about a lesser date.
        if taken & _ARRIVALS:
            open_ = {
                column: [id_ for id_ in ids if id_ not in _ARRIVALS]
                for column, ids in open_.items()
            }
        found: dict[int, ColumnUse] = {}
        questions = []
        for column, ids in open_.items():
            rivals = [at for at, others in open_.items() if at != column and set(others) & set(ids)]
            if len(ids) == 1 and not rivals and ids[0] not in _ARRIVALS:
                found[column] = self._use(column, ids[0], self.scores[column, ids[0]])
            elif ids:
                found[column] = _asked(column, self.headings[column])
                questions.append(self._which_field(column, ids))
        return found, questions

    def needed(
        self, uses: Mapping[int, ColumnUse], asked: Sequence[Question]
    ) -> tuple[dict[int, ColumnUse], list[Question]]:
        """Take what the list cannot do without though its cells speak against it; ask of several.

        What cannot be read in the column, or is not known, is then said cell by cell.
        """
        found: dict[int, ColumnUse] = {}
        questions = []
        for ids in _unmet(self.kind, uses.values(), asked):
            likely = self._likeliest(ids, uses.keys() | found.keys())
            several = [column for column, fit in likely.items() if len(fit) > 1]
            questions += [self._which_field(column, likely[column]) for column in several]
            for id_ in dict.fromkeys(fit[0] for fit in likely.values() if len(fit) == 1):
                at = [column for column, fit in likely.items() if fit == [id_]]
                if len(at) == 1:
                    found[at[0]] = self._use(at[0], id_, self.doubted[at[0], id_])
                else:
                    questions.append(self._which_column(id_, at))
                    several += at
            found |= {column: _asked(column, self.headings[column]) for column in several}
        return found, questions

    def _likeliest(self, ids: Sequence[str], taken: Collection[int]) -> dict[int, list[str]]:
        """Of each column that may be one of some fields, the fields that it is most like."""
        fits: dict[int, dict[str, float]] = {}
        for (column, id_), score in self.doubted.items():
            if id_ in ids and column not in taken:
                fits.setdefault(column, {})[id_] = score
        return {
            column: [id_ for id_, score in of.items() if score > max(of.values()) - _TIE]
            for column, of in sorted(fits.items())
        }

    def _use(self, column: int, field_id: str, score: float) -> ColumnUse:
        is_sure = score >= EXACT
        if (column, field_id) in self.of_values:
            why = _KNOWN
        elif score < _ENOUGH:
            why = _SOME_KNOWN
        else:
            why = _ITS_NAME if is_sure else _LIKE_ITS_NAME
        return ColumnUse(
            column=column,
            heading=self.headings[column],
            field=field_id,
            sureness=Sureness.SURE if is_sure else Sureness.LIKELY,
            why=why,
        )

    def _which_column(self, field_id: str, at: Sequence[int]) -> Question:
        label = _label(self.kind, field_id)
        names = [_column_name(self.headings, column) for column in at]
        return Question(
            parameter="map",
            asked=Text(
                da=f"hvilken kolonne er {label.da}: {', '.join(names)}? skriv fx "
                f"map={names[0]}={field_id} (og {UNUSED} for de andre)",
                en=f"which column is {label.en}: {', '.join(names)}? write for example "
                f"map={names[0]}={field_id} (and {UNUSED} for the others)",
            ),
            choices=tuple(f"{name}={field_id}" for name in names),
        )

    def _which_field(self, column: int, ids: Sequence[str]) -> Question:
        name = _column_name(self.headings, column)
        da = ", ".join(f"{_label(self.kind, id_).da} ({id_})" for id_ in ids)
        en = ", ".join(f"{_label(self.kind, id_).en} ({id_})" for id_ in ids)
        return Question(
            parameter="map",
            asked=Text(
                da=f"hvad er kolonnen ”{name}”: {da}? skriv map={name}={ids[0]}, "
                f"eller map={name}={UNUSED}, hvis den ikke bruges",
                en=f"what is the column “{name}”: {en}? write map={name}={ids[0]}, "
                f"or map={name}={UNUSED} where it is not used",
            ),
            choices=(*(f"{name}={id_}" for id_ in ids), f"{name}={UNUSED}"),
        )


def _unmet(kind: Kind, uses: Iterable[ColumnUse], asked: Sequence[Question]) -> Iterator[list[str]]:
    """What a list of this kind cannot do without, and that no column is and nobody is asked for.

    Of each group it takes one field or another.
    """
    there = {use.field for use in uses}
    there |= {choice.partition("=")[2] for question in asked for choice in question.choices}
    wanted = [[each.id] for each in fields(kind) if each.required]
    if kind is Kind.CASES:
        wanted.append([event.value for event in ARRIVAL_EVENTS])
    if kind is Kind.STAFF:
        wanted.append(["hours_per_week", "employment_share"])
    if kind in (Kind.STAFF, Kind.ABSENCE, Kind.TIME_STUDY):
        wanted.append(["caseworker", "caseworker_name"])
    if kind is Kind.TIME_STUDY:
        wanted.append(["hours", "minutes"])
    return (ids for ids in wanted if not there & set(ids))


def _missing(
    kind: Kind, uses: Sequence[ColumnUse], asked: Sequence[Question]
) -> Iterator[Question]:
    """Ask for what a list of this kind cannot do without, where no column is it."""
    for ids in _unmet(kind, uses, asked):
        da = " eller ".join(f"{_label(kind, id_).da} ({id_})" for id_ in ids)
        en = " or ".join(f"{_label(kind, id_).en} ({id_})" for id_ in ids)
        yield Question(
            parameter="map",
            asked=Text(
                da=f"ingen kolonne er {da}; skriv hvilken: map=Overskrift={ids[0]}",
                en=f"no column is {en}; write which: map=Heading={ids[0]}",
            ),
            choices=tuple(ids),
        )


def _column_name(headings: Sequence[str], column: int) -> str:
    heading = headings[column]
    several = [each for each in headings if normal(each) == normal(heading)]
    return letter(column) if not heading.strip() or len(several) > 1 else shown_value(heading)


def _label(kind: Kind, field_id: str) -> Text:
    found = field(kind, field_id)
    assert found is not None
    return found.label


def _reads(kind: Kind, field_id: str) -> Reads:
    found = field(kind, field_id)
    assert found is not None
    return found.reads


def _unused(column: int, heading: str) -> ColumnUse:
    return ColumnUse(
        column=column, heading=heading, field=None, sureness=Sureness.UNUSED, why=_NOT_USED
    )


def _asked(column: int, heading: str) -> ColumnUse:
    return ColumnUse(
        column=column, heading=heading, field=None, sureness=Sureness.ASKED, why=_IS_ASKED
    )


_STATED = Text(da="sagt af dig", en="said by you")
_REMEMBERED = Text(da="husket fra kilden", en="remembered of the source")
_NOT_USED = Text(da="bruges ikke", en="not used")
_ITS_NAME = Text(da="overskriften er feltets navn", en="the heading is a name of the field")
_LIKE_ITS_NAME = Text(da="overskriften ligner feltets navn", en="the heading is like its name")
_KNOWN = Text(da="værdierne er kendte", en="the values are known ones")
_SOME_KNOWN = Text(da="nogle af værdierne er kendte", en="some of the values are known ones")
_IS_ASKED = Text(da="kan være flere ting", en="may be several things")
