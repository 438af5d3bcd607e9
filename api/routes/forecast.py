"""What falls due soon, and what a review will show (da: de næste 90 dage)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Exact, Label, Table, rendered
from api.documented import documented, planner_router
from api.jobs.answering import answered
from api.jobs.documented import documented_job
from api.jobs.falling_due import DueTerms, FallingDueCalculation, FallingDueRow
from api.presentation import Question
from api.quantities import Count, ShareNumber, count
from api.store.departments import StoreDependency
from capacity.errors import InvalidInput
from capacity.next_review import NextReview, next_review, review_sentence
from capacity.wording import Text
from simulations.questions import LEAST_REPLICATIONS

router: APIRouter = planner_router("staffing and deadlines")

Address = Annotated[str, Path(examples=["ishoej-2020"])]

USUAL_DAYS = "30;60;90"
REPLICATIONS = 64
_MOST_WINDOWS = 12
_LONGEST_WINDOW = 1100
_SHARE = ("andel 0-1", "share 0-1")
_CASES = ("sager", "cases")


class FallingDueQuestion(Question):
    """Within how many days, and of which team and deadline."""

    days: str = Field(
        USUAL_DAYS,
        description="numbers of days, in order, separated by semicolons (da: dage)",
        examples=[USUAL_DAYS],
        max_length=100,
    )
    team: str | None = Field(None, description="only this team, or duty rota (da: team)")
    deadline: str | None = Field(None, description="only this deadline's rule (da: frist)")
    within: Count | None = Field(None, description="only the row of so many days (da: inden for)")
    seed: Count = Field(1, description="the same seed gives the same luck (da: frø)")
    replications: Count = Field(
        REPLICATIONS, ge=LEAST_REPLICATIONS, description="simulated courses (da: gentagelser)"
    )


@router.get(
    "/v1/departments/{address}/falling-due",
    **documented_job(Table[FallingDueRow], "deadlines falling due soon against hours at hand"),
)
async def falling_due(
    address: Address,
    question: Annotated[FallingDueQuestion, Query()],
    store: StoreDependency,
    request: Request,
) -> Response:
    """Return what falls due within 30, 60 and 90 days by team and deadline (da: forfalder snart).

    Cases of known age are counted by the calendar and the law; what nobody knows, and what is still
    to come, is simulated, and stands apart.
    """
    department = store.department(address)
    store.let_go()
    terms = DueTerms(
        days=days_read(question.days),
        seed=question.seed,
        replications=question.replications,
        team=question.team,
        deadline=question.deadline,
        within=question.within,
    )
    calculation = FallingDueCalculation(department, department.address, terms)
    return await answered(calculation, question, request)


def days_read(written: str) -> tuple[int, ...]:
    """Read numbers of days, `30;60;90` (da: dage); `InvalidInput` for what is none, or too many."""
    try:
        days = tuple(count(each) for each in written.split(";"))
    except InvalidInput as error:
        raise InvalidInput(error.message, field="days") from error
    if len(days) > _MOST_WINDOWS or max(days) > _LONGEST_WINDOW:
        raise InvalidInput(
            Text(
                da=f"skriv højst {_MOST_WINDOWS} antal dage, hvert højst {_LONGEST_WINDOW}",
                en=f"write at most {_MOST_WINDOWS} numbers of days, each at most {_LONGEST_WINDOW}",
            ),
            field="days",
        )
    return days


class ReviewQuestion(Question):
    """How large the share is in the long run, and how many cases are reviewed."""

    share: ShareNumber = Field(
        description="the share in time in the long run: 0.8 or 80% (da: andel)", examples=["0,8"]
    )
    cases: Count = Field(6, description="reviewed cases (da: gennemgåede sager)")
    in_time: Count | None = Field(None, description="only the row of so many in time")


class NextReviewRow(Answer):
    """How likely a review finds just so many in time (da: udfald af en gennemgang).

    What is of the whole review is the same in every row: `expected` in time on average, `low` to
    `high` in at least 19 of 20 reviews.
    """

    in_time: Annotated[int, Label("til tiden", "in time", *_CASES)]
    chance: Annotated[float, Label("chance for netop så mange", "chance of just so many", *_SHARE)]
    chance_of_at_least: Annotated[
        float, Label("chance for mindst så mange", "chance of at least so many", *_SHARE)
    ]
    share: Annotated[Exact, Label("andel i det lange løb", "share in the long run", *_SHARE)]
    cases: Annotated[int, Label("gennemgåede", "reviewed", *_CASES)]
    expected: Annotated[Exact, Label("ventet til tiden", "expected in time", *_CASES)]
    low: Annotated[int, Label("mindst, i 19 af 20", "least, in 19 of 20", *_CASES)]
    high: Annotated[int, Label("højst, i 19 af 20", "most, in 19 of 20", *_CASES)]


@router.get(
    "/v1/next-review",
    **documented(Table[NextReviewRow], "what the next review of a few cases will show"),
)
async def review(question: Annotated[ReviewQuestion, Query()], request: Request) -> Response:
    """Return how likely every number of cases in time is in a review (da: næste gennemgang).

    By chance alone, the cases taken to be independent; it is timeliness, not lawfulness.
    """
    found = next_review(question.share, question.cases)
    rows = review_rows(found)
    if question.in_time is not None:
        rows = rows[question.in_time : question.in_time + 1]
    if not rows:
        raise InvalidInput(
            Text(
                da=f"skriv et antal fra 0 til {found.cases}",
                en=f"write a number from 0 to {found.cases}",
            ),
            field="in_time",
        )
    table = Table[NextReviewRow](rows=rows)
    return rendered(table, question, request, in_words=review_sentence(found, question.in_time))


def review_rows(found: NextReview) -> tuple[NextReviewRow, ...]:
    """Write what a review will show, number by number (da: rækker)."""
    return tuple(
        NextReviewRow(
            in_time=each.in_time,
            chance=each.chance,
            chance_of_at_least=each.chance_of_at_least,
            share=found.share,
            cases=found.cases,
            expected=found.expected,
            low=found.low,
            high=found.high,
        )
        for each in found.counts
    )
