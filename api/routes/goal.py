"""What a target takes: the least staff, what each post gives, what they cost, and from when.

(da: mål.) Small work is answered at once, larger becomes a job.
"""

from datetime import date
from fractions import Fraction
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Exact, Label, Table, rendered
from api.curve_terms import curve_question
from api.document_fields import Words as Written
from api.documented import documented, planner_router
from api.fields import Sentence
from api.jobs.answering import answered
from api.jobs.documented import documented_job
from api.jobs.goal import FullerWorkCalculation, LeastStaffCalculation, MarginalCalculation
from api.jobs.goal_rows import FullerWorkRow, LeastStaffRow, MarginalRow, priced, the_least
from api.presentation import Question
from api.quantities import Count, Day, Levels, Number, ShareNumber, levels
from api.scenario_documents import FIRST_YEAR, LAST_YEAR
from api.store.departments import Store, StoreDependency
from capacity.caseworker import RampUp
from capacity.errors import InvalidInput
from capacity.hiring import Hiring, hiring_sentence
from capacity.post_costs import PostCosts, post_costs_sentence
from capacity.refusals import refuse_below_zero
from capacity.staff_costs import PostPrice
from capacity.wording import Text
from simulations.questions import USUAL_REPLICATIONS, StaffingQuestion

router: APIRouter = planner_router("goal")

MOST_POSTS = 20
"""A table of what each further post gives is not longer than this."""


class GoalQuestion(Question):
    """A team, a deadline, a period and the luck."""

    department: str = Field(
        description="a department, or one version of it: slug@version (da: afdeling)",
        examples=["ishoej-2020"],
    )
    team: str | None = Field(None, description="the team's name; the headline team if left out")
    deadline: str | None = Field(
        None, description="the deadline's rule; the headline deadline if left out (da: frist)"
    )
    from_: Day | None = Field(
        None, alias="from", description="first day; the department's own day if left out"
    )
    to: Day | None = Field(
        None, description="the day after the last; a year after `from` if left out"
    )
    extra_from: Day | None = Field(
        None,
        description="first day of the extra staff, at full pace; the department's own day if left "
        "out (da: de ekstras første dag)",
    )
    seed: Count = Field(1, description="the same seed gives the same luck (da: frø)")
    replications: Count = Field(
        USUAL_REPLICATIONS, description="simulated periods (da: gentagelser)"
    )


class LeastStaffQuestion(GoalQuestion):
    """And which target, how surely, and among which levels."""

    target: ShareNumber = Field(
        description="the share in time that a single year is to reach (da: mål)", examples=["90%"]
    )
    certainty: ShareNumber = Field(
        description="in how many of the single years, below 1 (da: sikkerhed)", examples=["80%"]
    )
    step: Number = Field(
        "0.5",
        validate_default=True,
        description="levels are steps of so many posts from 0 (da: trin)",
    )
    most: Number = Field(
        "20",
        validate_default=True,
        description="and so many posts at most, up to 1000 (da: højst)",
    )


class MarginalQuestion(GoalQuestion):
    """And up to how many posts, and what one costs."""

    up_to: Count = Field(6, ge=1, le=MOST_POSTS, description="so many further posts (da: op til)")
    kroner: Number | None = Field(
        None,
        description="what a full-time post costs in a year; nobody guesses it (da: stillingspris)",
    )
    post: Count | None = Field(
        None, ge=1, description="only the row of this post: 2 for the second (da: kun den)"
    )


class FullerWorkQuestion(GoalQuestion):
    """And which target, and of how many posts."""

    target: ShareNumber = Field(
        description="the mean share in time that is to be reached (da: mål)", examples=["90%"]
    )
    extra_fte: Number = Field(
        description="the extra posts of which a part may go into fuller work (da: stillinger)",
        examples=["2"],
    )
    levels: Levels = Field(
        "0",
        description="and the levels at which the curves are told too, separated by semicolons",
    )


class PostCostsQuestion(Question):
    """Posts from a day, what one costs, and whose number that is."""

    fte: Number = Field(description="full-time posts (da: stillinger)", examples=["2"])
    from_: Day = Field(alias="from", description="first day (da: fra)", examples=["2026-05-01"])
    kroner: Number = Field(
        description="what a full-time post costs in a year, all included: salary, supplements, "
        "pension, overhead; nobody guesses it (da: stillingspris)",
        examples=["560000"],
    )
    price_year: Count = Field(
        ge=FIRST_YEAR,
        le=LAST_YEAR,
        description="in which year's wages (da: prisår)",
        examples=["2026"],
    )
    source: Written = Field(
        description="whose number that is (da: kilde)", examples=["lønkontoret, foråret 2026"]
    )
    growth: ShareNumber = Field(
        description="the rise of wages and prices in each year, even where it is 0 "
        "(da: pris- og lønfremskrivning)",
        examples=["3%"],
    )
    recruitment: Number = Field(
        "0",
        validate_default=True,
        description="paid once for each post in its first month (da: rekruttering)",
    )
    budget_year: Count | None = Field(
        None, ge=FIRST_YEAR, le=LAST_YEAR, description="that of `from` if left out (da: budgetår)"
    )


_KRONER = ("kr.", "DKK")


class PostCostsAnswer(Answer):
    """What posts cost over the budget year and three estimate years (da: stillingers udgift)."""

    part_year: Annotated[
        Exact, Label("budgetåret, delårsvirkning", "budget year, part-year effect", *_KRONER)
    ]
    estimate_1: Annotated[Exact, Label("overslagsår 1", "estimate year 1", *_KRONER)]
    estimate_2: Annotated[Exact, Label("overslagsår 2", "estimate year 2", *_KRONER)]
    estimate_3: Annotated[Exact, Label("overslagsår 3", "estimate year 3", *_KRONER)]
    full_year: Annotated[Exact, Label("helårsvirkning", "full-year effect", *_KRONER)]
    sentence: Sentence
    fte: Annotated[Exact, Label("stillinger", "posts", "fuldtidsstillinger", "FTE")]
    from_: Annotated[date, Label("fra", "from")] = Field(alias="from")
    kroner: Annotated[Exact, Label("en stilling om året", "a post a year", *_KRONER)]
    recruitment: Annotated[Exact, Label("rekruttering", "recruitment", *_KRONER)]
    growth: Annotated[Exact, Label("stigning om året", "rise a year", "andel 0-1", "share 0-1")]
    price_year: Annotated[int, Label("prisår", "price year")]
    budget_year: Annotated[int, Label("budgetår", "budget year")]
    source: Annotated[str, Label("kilde", "source")]


class HiringQuestion(Question):
    """When it is decided, how long hiring takes, and how newcomers grow into the work."""

    decided_on: Day = Field(description="the decision (da: beslutning)", examples=["2026-01-01"])
    hiring_days: Count = Field(
        description="days from the decision to the first working day (da: ansættelse)",
        examples=["90"],
    )
    ramp_up_months: Count = Field(
        description="months until newcomers are at full pace (da: oplæring)", examples=["6"]
    )
    first_share: ShareNumber = Field(
        description="the share of full pace on the first day, 0 to 1 (da: første andel)",
        examples=["50%"],
    )


class HiringAnswer(Answer):
    """From a decision to full pace (da: ansættelsesforløb)."""

    months_to_full: Annotated[
        Exact, Label("måneder til fuld virkning", "months to full effect", "måneder", "months")
    ]
    starts_on: Annotated[date, Label("første arbejdsdag", "first working day")]
    full_on: Annotated[date, Label("i fuldt tempo", "at full pace")]
    first_year: Annotated[
        Exact, Label("virkning i det første år", "effect in the first year", "andel", "share")
    ]
    sentence: Sentence
    decided_on: Annotated[date, Label("besluttet", "decided")]
    hiring_days: Annotated[int, Label("ansættelse", "hiring", "dage", "days")]
    ramp_up_months: Annotated[int, Label("oplæring", "ramp-up", "måneder", "months")]
    first_share: Annotated[Exact, Label("første andel", "first share", "andel 0-1", "share 0-1")]


@router.get(
    "/v1/least-staff",
    **documented_job(Table[LeastStaffRow], "the least extra staff that meets a target"),
)
async def least_staff_of_stored(
    question: Annotated[LeastStaffQuestion, Query()], store: StoreDependency, request: Request
) -> Response:
    """Return the least extra staff with which a single year meets a target often enough.

    (da: mindste bemanding.) One row: `least` is the number, null where no level up to `most` is
    enough. All levels that were tried are at `/v1/least-staff/levels`.
    """
    return await answered(_least(question, store), question, request, seen_as=the_least)


@router.get(
    "/v1/least-staff/levels",
    **documented_job(Table[LeastStaffRow], "all levels that a search for the least tried"),
)
async def levels_tried(
    question: Annotated[LeastStaffQuestion, Query()], store: StoreDependency, request: Request
) -> Response:
    """Return every level that was tried, and how often a single year met the target there.

    (da: prøvede niveauer.)
    """
    return await answered(_least(question, store), question, request)


@router.get(
    "/v1/marginal-value",
    **documented_job(Table[MarginalRow], "what each further full-time post gives"),
)
async def marginal_value_of_stored(
    question: Annotated[MarginalQuestion, Query()], store: StoreDependency, request: Request
) -> Response:
    """Return what the first, the second … further full-time post gives (da: marginal værdi)."""
    asked, address = _asked(question, store)
    calculation = MarginalCalculation(asked, address, question.up_to)
    seen_as = partial(priced, kroner=question.kroner, post=question.post)
    return await answered(calculation, question, request, seen_as=seen_as)


@router.get(
    "/v1/fuller-work",
    **documented_job(Table[FullerWorkRow], "what is left of extra posts where work expands"),
)
async def fuller_work_of_stored(
    question: Annotated[FullerWorkQuestion, Query()], store: StoreDependency, request: Request
) -> Response:
    """Return the curves where 0, 25 and 50 % of the added hours go into fuller work.

    (da: arbejdet udvider sig.) And from which part on the target fails.
    """
    asked, address = _asked(question, store, extra_fte=levels(question.levels))
    calculation = FullerWorkCalculation(asked, address, question.target, question.extra_fte)
    return await answered(calculation, question, request)


@router.get(
    "/v1/post-costs",
    **documented(PostCostsAnswer, "what posts cost over the budget year and three estimate years"),
)
async def costs_of_posts(
    question: Annotated[PostCostsQuestion, Query()], request: Request
) -> Response:
    """Return what posts cost, by the price that their user states (da: stillingers udgift)."""
    refuse_below_zero(question.kroner, "kroner")
    found = PostCosts(
        fte=question.fte,
        from_=question.from_,
        price=PostPrice(
            salary=question.kroner,
            pension=Fraction(0),
            recruitment=question.recruitment,
            price_year=question.price_year,
            source=question.source,
        ),
        growth=question.growth,
        budget_year=question.budget_year or _budget_year(question.from_),
    )
    total = found.budget.total
    answer = PostCostsAnswer.model_validate(
        {
            "part_year": total.by_year[0],
            "estimate_1": total.by_year[1],
            "estimate_2": total.by_year[2],
            "estimate_3": total.by_year[3],
            "full_year": total.full_year,
            "sentence": post_costs_sentence(found),
            "fte": found.fte,
            "from": found.from_,
            "kroner": question.kroner,
            "recruitment": question.recruitment,
            "growth": found.growth,
            "price_year": question.price_year,
            "budget_year": found.budget_year,
            "source": question.source,
        }
    )
    return rendered(answer, question, request)


@router.get(
    "/v1/hiring", **documented(HiringAnswer, "when posts that are decided on are at full pace")
)
async def hiring(question: Annotated[HiringQuestion, Query()], request: Request) -> Response:
    """Return the first working day and the day of full pace (da: ansættelsesforløb)."""
    found = Hiring(
        decided_on=question.decided_on,
        hiring_days=question.hiring_days,
        ramp_up=RampUp(months=question.ramp_up_months, first_share=question.first_share),
    )
    answer = HiringAnswer(
        months_to_full=found.months_to_full,
        starts_on=found.starts_on,
        full_on=found.full_on,
        first_year=found.first_year,
        sentence=hiring_sentence(found),
        decided_on=found.decided_on,
        hiring_days=found.hiring_days,
        ramp_up_months=found.ramp_up.months,
        first_share=found.ramp_up.first_share,
    )
    return rendered(answer, question, request)


def _budget_year(day: date) -> int:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(
            Text(
                da=f"skriv en dag i årene {FIRST_YEAR} til {LAST_YEAR}",
                en=f"write a day in the years {FIRST_YEAR} to {LAST_YEAR}",
            ),
            field="from",
        )
    return day.year


def _least(question: LeastStaffQuestion, store: Store) -> LeastStaffCalculation:
    asked, address = _asked(question, store)
    return LeastStaffCalculation(
        asked, address, question.target, question.certainty, question.step, question.most
    )


def _asked(
    question: GoalQuestion, store: Store, extra_fte: tuple[Fraction, ...] = (Fraction(0),)
) -> tuple[StaffingQuestion, str]:
    """The question, and what the answer calls the department; the store is let go."""
    department = store.department(question.department)
    store.let_go()
    asked = curve_question(
        department,
        team=question.team,
        deadline=question.deadline,
        begins=question.from_,
        ends=question.to,
        extra_fte=extra_fte,
        extra_from=question.extra_from,
        seed=question.seed,
        replications=question.replications,
    )
    return asked, department.address
