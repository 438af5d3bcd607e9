"""`/v1/review-size` and `/v1/audit-levels`: audits of case files, planned and read.

(da: gennemgang af sager.)
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Exact, Label, rendered
from api.documented import documented, planner_router
from api.fields import Sentence
from api.presentation import Question
from api.quantities import Count, ShareNumber
from capacity.audit import AuditCounts, audit_sentence
from capacity.count_statistics import Method
from capacity.errors import InvalidInput
from capacity.review_size import (
    review_precision,
    review_precision_sentence,
    review_size,
    review_size_sentence,
)
from capacity.wording import Text

router: APIRouter = planner_router("observed compliance")

_SHARE = ("andel 0-1", "share 0-1")
_FILES = ("sager", "case files")


class ReviewQuestion(Question):
    """How precise, or how many (da: stikprøve)."""

    precision: ShareNumber | None = Field(
        None,
        description="the wanted half-width of the interval: 0.1 for ±10 percentage points "
        "(da: præcision)",
        examples=["0,1"],
    )
    reviewed: Count | None = Field(
        None,
        description="instead: so many case files, to say what they can tell (da: gennemgåede)",
    )
    share: ShareNumber | None = Field(
        None, description="the expected share in time; the worst case, 0.5, if left out"
    )
    levels: Count = Field(
        2, description="2 for in time or not, 3 for met, partly met, not met (da: niveauer)"
    )
    cases: Count | None = Field(
        None, description="how many cases there are in all, where the question is of these alone"
    )
    method: Method = Field(Method.WILSON, description="how the interval is found (da: metode)")


class ReviewAnswer(Answer):
    """A review's size and what it can tell (da: stikprøvens størrelse)."""

    reviewed: Annotated[int, Label("gennemgå", "review", *_FILES)]
    half_width: Annotated[float, Label("halvbredde", "half-width", *_SHARE)]
    unseen_at_most: Annotated[
        float | None, Label("kan overses, hvis ingen findes", "may go unseen", *_SHARE)
    ] = None
    sentence: Sentence
    share: Annotated[Exact | None, Label("ventet andel", "expected share", *_SHARE)] = None
    levels: Annotated[int, Label("niveauer", "levels")]
    cases: Annotated[int | None, Label("sager i alt", "cases in all", *_FILES)] = None


@router.get(
    "/v1/review-size", **documented(ReviewAnswer, "how many case files to review, and the reverse")
)
async def review(question: Annotated[ReviewQuestion, Query()], request: Request) -> Response:
    """Say how many case files to review for a wanted precision, or what so many can tell.

    (da: stikprøvens størrelse.)
    """
    precision, reviewed = question.precision, question.reviewed
    if (precision is None) == (reviewed is None):
        raise InvalidInput(
            Text(
                da="skriv enten precision (0,1 er ±10 procentpoint) eller reviewed (antal sager)",
                en="write either precision (0.1 is ±10 points) or reviewed (a number of files)",
            ),
            field="precision",
        )
    if reviewed is not None:
        told = review_precision(
            reviewed, levels=question.levels, population=question.cases, method=question.method
        )
        answer = ReviewAnswer(
            reviewed=told.reviewed,
            half_width=told.worst_half_width,
            unseen_at_most=told.unseen_at_most,
            sentence=review_precision_sentence(told),
            levels=told.levels,
            cases=told.population,
        )
        return rendered(answer, question, request)
    assert precision is not None
    found = review_size(
        precision,
        share=question.share,
        levels=question.levels,
        population=question.cases,
        method=question.method,
    )
    answer = ReviewAnswer(
        reviewed=found.reviewed,
        half_width=found.half_width,
        sentence=review_size_sentence(found),
        share=found.share,
        levels=found.levels,
        cases=found.population,
    )
    return rendered(answer, question, request)


class AuditQuestion(Question):
    """Case files by level (da: måling i tre niveauer)."""

    met: Count = Field(description="met (da: overholdt)", examples=["6"])
    partly_met: Count = Field(description="partly met (da: delvist overholdt)", examples=["4"])
    not_met: Count = Field(description="not met (da: ikke overholdt)", examples=["4"])


class AuditAnswer(Answer):
    """The three levels as shares, with intervals that hold at once (da: niveauer)."""

    met: Annotated[Exact, Label("overholdt", "met", *_SHARE)]
    met_low: Annotated[float, Label("overholdt, nedre", "met, low", *_SHARE)]
    met_high: Annotated[float, Label("overholdt, øvre", "met, high", *_SHARE)]
    partly_met: Annotated[Exact, Label("delvist overholdt", "partly met", *_SHARE)]
    partly_met_low: Annotated[float, Label("delvist, nedre", "partly met, low", *_SHARE)]
    partly_met_high: Annotated[float, Label("delvist, øvre", "partly met, high", *_SHARE)]
    not_met: Annotated[Exact, Label("ikke overholdt", "not met", *_SHARE)]
    not_met_low: Annotated[float, Label("ikke, nedre", "not met, low", *_SHARE)]
    not_met_high: Annotated[float, Label("ikke, øvre", "not met, high", *_SHARE)]
    reviewed: Annotated[int, Label("gennemgået", "reviewed", *_FILES)]
    sentence: Sentence


@router.get("/v1/audit-levels", **documented(AuditAnswer, "an audit's three levels as shares"))
async def audit_levels(question: Annotated[AuditQuestion, Query()], request: Request) -> Response:
    """From an audit's counts to shares with intervals that hold at once (da: tre niveauer).

    The levels mix time and content, and are not added to timeliness.
    """
    counts = AuditCounts(met=question.met, partly_met=question.partly_met, not_met=question.not_met)
    named = {
        f"{level}{end}": value
        for level, share, interval in zip(
            ("met", "partly_met", "not_met"), counts.shares, counts.intervals(), strict=True
        )
        for end, value in (("", share), ("_low", interval.low), ("_high", interval.high))
    }
    answer = AuditAnswer.model_validate(
        {**named, "reviewed": counts.reviewed, "sentence": audit_sentence(counts)}
    )
    return rendered(answer, question, request)
