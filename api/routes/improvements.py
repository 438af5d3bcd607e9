"""`/v1/improvement`: whether a later count of a deadline differs by more than chance.

(da: var forbedringen reel?) Two counts of a department's document, or two that are written in the
question; never an answer without what the counts cannot carry.
"""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.answers import Answer, Exact, Label, Words, rendered
from api.documented import documented, planner_router
from api.fields import Sentence
from api.presentation import Question
from api.quantities import Count
from api.store.departments import Store, StoreDependency
from capacity.compliance import refuse_impossible_count
from capacity.department import Department, Observation
from capacity.errors import InvalidInput
from capacity.improvement import Improvement, improvement, improvement_sentence
from capacity.wording import Text

router: APIRouter = planner_router("observed compliance")

_SHARE = ("andel 0-1", "share 0-1")
_CASES = ("sager", "cases")


class Counted(StrEnum):
    """Which cases a count is of (da: hvilke sager der er talt)."""

    NOT_SAID = "not_said"
    ALL = "all"
    RANDOM = "random"
    CHOSEN = "chosen"
    CLOSED_ONLY = "closed_only"


class ImprovementQuestion(Question):
    """Two counts: a department's by their numbers, or as they are written (da: to optællinger)."""

    department: str | None = Field(
        None,
        description="a department whose document holds the counts (da: afdeling)",
        examples=["ishoej-2020"],
    )
    one: Count = Field(
        1, description="the department's earlier count, by its number from 1 (da: den tidligere)"
    )
    other: Count = Field(2, description="the department's later count (da: den senere)")
    in_time: Count | None = Field(
        None, description="instead of a department: the earlier count's cases in time"
    )
    due: Count | None = Field(None, description="the earlier count's cases due (da: forfaldne)")
    other_in_time: Count | None = Field(None, description="the later count's cases in time")
    other_due: Count | None = Field(None, description="the later count's cases due")
    counted: Counted = Field(
        Counted.NOT_SAID,
        description="which cases the earlier count is of: `all` that were due, `random` ones, some "
        "`chosen` by criteria, or those that were `closed_only` (da: hvilke sager)",
    )
    other_counted: Counted = Field(Counted.NOT_SAID, description="the same of the later count")


class ImprovementAnswer(Answer):
    """Whether two counts differ by more than chance, with reservations (da: forbedring)."""

    beyond_chance: Annotated[bool, Label("mere end tilfældigt", "beyond chance")]
    share: Annotated[Exact, Label("andel, den tidligere", "share, the earlier", *_SHARE)]
    interval_low: Annotated[float, Label("95 %-interval, nedre", "95%, low", *_SHARE)]
    interval_high: Annotated[float, Label("95 %-interval, øvre", "95%, high", *_SHARE)]
    other_share: Annotated[Exact, Label("andel, den senere", "share, the later", *_SHARE)]
    other_low: Annotated[float, Label("den senere, nedre", "the later, low", *_SHARE)]
    other_high: Annotated[float, Label("den senere, øvre", "the later, high", *_SHARE)]
    difference: Annotated[Exact, Label("forskel", "difference", *_SHARE)]
    difference_low: Annotated[float, Label("forskel, nedre", "difference, low", *_SHARE)]
    difference_high: Annotated[float, Label("forskel, øvre", "difference, high", *_SHARE)]
    p_value: Annotated[float, Label("p-værdi", "p-value")]
    missing_late: Annotated[
        int | None,
        Label("udeladte forsinkede, der vender svaret", "missing late ones that turn the answer"),
    ] = None
    caveats: Annotated[Words, Label("forbehold", "reservations")]
    sentence: Sentence
    in_time: Annotated[int, Label("til tiden, den tidligere", "in time, the earlier", *_CASES)]
    due: Annotated[int, Label("forfaldne, den tidligere", "due, the earlier", *_CASES)]
    other_in_time: Annotated[int, Label("til tiden, den senere", "in time, the later", *_CASES)]
    other_due: Annotated[int, Label("forfaldne, den senere", "due, the later", *_CASES)]


@router.get(
    "/v1/improvement",
    **documented(ImprovementAnswer, "whether two counts differ by more than chance"),
)
async def improved(
    question: Annotated[ImprovementQuestion, Query()], store: StoreDependency, request: Request
) -> Response:
    """Say whether a later count of a deadline differs from an earlier one by more than chance.

    (da: var forbedringen reel?) With Fisher's exact test, and with what the counts cannot carry:
    those of a department bring their own reservations, others say which cases they are of.
    """
    earlier, later = _counts(question, store)
    store.let_go()
    found = await run_in_threadpool(improvement, earlier, later)
    return rendered(_answer(found), question, request)


def _answer(found: Improvement) -> ImprovementAnswer:
    difference = found.difference
    one, other = difference.one, difference.other
    return ImprovementAnswer(
        beyond_chance=found.beyond_chance,
        share=one.share,
        interval_low=one.interval.low,
        interval_high=one.interval.high,
        other_share=other.share,
        other_low=other.interval.low,
        other_high=other.interval.high,
        difference=difference.difference,
        difference_low=difference.interval.low,
        difference_high=difference.interval.high,
        p_value=difference.p_value,
        missing_late=found.missing_late,
        caveats=Text(
            da=" ".join(each.da for each in found.caveats),
            en=" ".join(each.en for each in found.caveats),
        ),
        sentence=improvement_sentence(found),
        in_time=one.in_time,
        due=one.due,
        other_in_time=other.in_time,
        other_due=other.due,
    )


def _counts(question: ImprovementQuestion, store: Store) -> tuple[Observation, Observation]:
    written = {
        name: getattr(question, name) for name in ("in_time", "due", "other_in_time", "other_due")
    }
    missing = [name for name, value in written.items() if value is None]
    if question.department is not None and len(missing) == len(written):
        department = store.department(question.department)
        return _of_department(department, question.one, question.other)
    if question.department is not None or missing:
        name = missing[0] if missing else "department"
        raise InvalidInput(
            Text(
                da="skriv enten department, hvis to optællinger sammenlignes, eller selv begge "
                "optællinger: in_time, due, other_in_time og other_due",
                en="write either department, two counts of which are compared, or both counts "
                "yourself: in_time, due, other_in_time and other_due",
            ),
            field=name if len(missing) < len(written) else "department",
        )
    return (
        _written(written["in_time"], written["due"], question.counted, prefix=""),
        _written(
            written["other_in_time"], written["other_due"], question.other_counted, prefix="other_"
        ),
    )


def _written(in_time: int, due: int, counted: Counted, *, prefix: str) -> Observation:
    try:
        refuse_impossible_count(in_time, due)
    except InvalidInput as error:
        error.field = f"{prefix}{error.field}"
        raise
    return Observation(
        label=_STATED,
        kept=in_time,
        due=due,
        deadline="stated",
        source=_SOURCES[counted],
        caveat=_CAVEATS.get(counted),
    )


_STATED = Text(da="oplyst", en="stated")
_SOURCES = {
    Counted.NOT_SAID: Text(
        da="sager, hvis udvælgelse ingen har oplyst", en="cases nobody said how chosen"
    ),
    Counted.ALL: Text(da="alle forfaldne sager", en="all cases due"),
    Counted.RANDOM: Text(da="sager udtaget ved lodtrækning", en="cases drawn at random"),
    Counted.CHOSEN: Text(da="udvalgte sager", en="chosen cases"),
    Counted.CLOSED_ONLY: Text(da="afsluttede sager", en="finished cases"),
}
_CAVEATS = {
    Counted.NOT_SAID: Text(
        da="Ingen har oplyst, hvilke sager der er talt; sig det med counted og other_counted.",
        en="Nobody has said which cases were counted; say so with counted and other_counted.",
    ),
    Counted.CHOSEN: Text(
        da="Sagerne er udvalgt efter kriterier og ikke ved lodtrækning: andelen er deres, ikke "
        "nødvendigvis afdelingens.",
        en="The cases were chosen by criteria and not at random: the share is theirs, not "
        "necessarily the department's.",
    ),
    Counted.CLOSED_ONLY: Text(
        da="Talt er kun de afsluttede: de overskredne, som stadig er åbne, mangler.",
        en="Only finished cases were counted: those overdue and still open are missing.",
    ),
}


def _of_department(department: Department, one: int, other: int) -> tuple[Observation, Observation]:
    found = _numbered(department, one, "one"), _numbered(department, other, "other")
    if one == other:
        raise InvalidInput(
            Text(
                da="det er den samme optælling to gange; vælg to forskellige",
                en="that is the same count twice; choose two different ones",
            ),
            field="other",
        )
    return found


def _numbered(department: Department, number: int, field: str) -> Observation:
    counts = department.observations
    if 1 <= number <= len(counts):
        return counts[number - 1]
    listed = [f"{place}: {each.label.da}" for place, each in enumerate(counts, start=1)]
    in_english = [f"{place}: {each.label.en}" for place, each in enumerate(counts, start=1)]
    raise InvalidInput(
        Text(
            da=f"afdelingen har ikke optælling nummer {number}; "
            + (f"den har {'; '.join(listed)}" if counts else "den har ingen"),
            en=f"the department has no count number {number}; "
            + (f"it has {'; '.join(in_english)}" if counts else "it has none"),
        ),
        field=field,
    )
