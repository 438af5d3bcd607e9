"""`/v1/compliance`: counted cases to a share and how sure it is (da: fristoverholdelse)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Exact, Label, rendered
from api.documented import documented, planner_router
from api.fields import Sentence
from api.presentation import Question
from api.quantities import Count
from capacity.compliance import (
    Compliance,
    ComplianceDifference,
    Method,
    compliance_difference,
    compliance_difference_sentence,
    compliance_sentence,
    observed_compliance,
)
from capacity.errors import InvalidInput
from capacity.wording import Text

router: APIRouter = planner_router("observed compliance")

_SHARE = ("andel 0-1", "share 0-1")


class ComplianceQuestion(Question):
    """One count, or two to compare."""

    in_time: Count = Field(description="cases in time (da: til tiden)", examples=["2"])
    due: Count = Field(description="cases that were due (da: forfaldne)", examples=["6"])
    not_yet_due: Count = Field(
        0, description="cases not yet due: shown, never counted (da: endnu ikke forfaldne)"
    )
    other_in_time: Count | None = Field(None, description="another count to compare with")
    other_due: Count | None = Field(None, description="the cases due in that other count")
    method: Method = Field(Method.WILSON, description="how the interval is found (da: metode)")


class ComplianceAnswer(Answer):
    """A share with its interval, and for two counts the difference (da: andel til tiden)."""

    share: Annotated[Exact, Label("andel til tiden", "share in time", *_SHARE)]
    interval_low: Annotated[float, Label("95 %-interval, nedre", "95% interval, low", *_SHARE)]
    interval_high: Annotated[float, Label("95 %-interval, øvre", "95% interval, high", *_SHARE)]
    method: Annotated[str, Label("metode", "method")]
    sentence: Sentence
    difference: Annotated[Exact | None, Label("forskel", "difference", *_SHARE)] = None
    difference_low: Annotated[
        float | None, Label("forskel, 95 %-interval, nedre", "difference, low", *_SHARE)
    ] = None
    difference_high: Annotated[
        float | None, Label("forskel, 95 %-interval, øvre", "difference, high", *_SHARE)
    ] = None
    p_value: Annotated[float | None, Label("p-værdi", "p-value")] = None
    in_time: Annotated[int, Label("til tiden", "in time", "sager", "cases")]
    due: Annotated[int, Label("forfaldne", "due", "sager", "cases")]
    not_yet_due: Annotated[int, Label("endnu ikke forfaldne", "not yet due", "sager", "cases")]
    other_in_time: Annotated[
        int | None, Label("til tiden, den anden optælling", "in time, the other count")
    ] = None
    other_due: Annotated[int | None, Label("forfaldne, den anden optælling", "due, the other")] = (
        None
    )


@router.get(
    "/v1/compliance",
    **documented(ComplianceAnswer, "counts to a share in time, and two counts compared"),
)
async def compliance(
    question: Annotated[ComplianceQuestion, Query()], request: Request
) -> Response:
    """From counts to a share with a 95% interval (da: andel til tiden).

    With `other_in_time` and `other_due` also the difference, the other count less this one, its
    interval and an exact p-value. It is timeliness, not lawfulness.
    """
    one = observed_compliance(
        question.in_time,
        question.due,
        method=question.method,
        not_yet_due=question.not_yet_due,
    )
    comparison = _comparison(question, one)
    answer = ComplianceAnswer(
        share=one.share,
        interval_low=one.interval.low,
        interval_high=one.interval.high,
        method=one.method,
        sentence=compliance_difference_sentence(comparison)
        if comparison
        else compliance_sentence(one),
        difference=comparison and comparison.difference,
        difference_low=comparison and comparison.interval.low,
        difference_high=comparison and comparison.interval.high,
        p_value=comparison and comparison.p_value,
        in_time=one.in_time,
        due=one.due,
        not_yet_due=one.not_yet_due,
        other_in_time=question.other_in_time,
        other_due=question.other_due,
    )
    return rendered(answer, question, request)


def _comparison(question: ComplianceQuestion, one: Compliance) -> ComplianceDifference | None:
    """Compare with the other count, where there is one."""
    in_time, due = question.other_in_time, question.other_due
    if in_time is None and due is None:
        return None
    if in_time is None or due is None:
        missing = "other_due" if due is None else "other_in_time"
        raise InvalidInput(
            Text(
                da=f"skriv også {missing}: en optælling er både til tiden og forfaldne",
                en=f"write {missing} too: a count is both those in time and those due",
            ),
            field=missing,
        )
    try:
        other = observed_compliance(in_time, due, method=question.method)
    except InvalidInput as error:
        error.field = f"other_{error.field}"
        raise
    return compliance_difference(one, other)
