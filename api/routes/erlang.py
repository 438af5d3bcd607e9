"""`/v1/erlang`: the closed form of the pooled queue, instantly (da: fælles kø)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Exact, Label, rendered
from api.documented import documented, planner_router
from api.presentation import Question
from api.quantities import Count, Number

router: APIRouter = planner_router("queue theory")


class ErlangQuestion(Question):
    """Arrivals, work, people and a target, all in one unit of time."""

    arrivals: Number = Field(description="cases per unit of time (da: tilgang)", examples=["18"])
    service: Number = Field(
        description="mean time of work on one case (da: tidsforbrug)", examples=["1"]
    )
    servers: Count = Field(description="caseworkers (da: sagsbehandlere)", examples=["20"])
    within: Number = Field(description="the time to keep (da: tidsgrænse)", examples=["4"])
    target_share: Number = Field(
        description="share that should keep it, between 0 and 1 (da: mål)", examples=["0,9"]
    )
    measure: Literal["wait", "sojourn"] = Field(
        "wait", description="`wait`, or `sojourn`: wait plus work (da: ventetid, gennemløb)"
    )


class ErlangAnswer(Answer):
    """The queue in the long run, and the fewest people who meet the target (da: køsvar)."""

    probability_of_waiting: Annotated[
        float, Label("sandsynlighed for at vente", "probability of waiting")
    ]
    mean_wait: Annotated[
        float, Label("gennemsnitlig ventetid", "mean wait", "tidsenheder", "time units")
    ]
    share_within: Annotated[float, Label("andel inden for tiden", "share within the time")]
    least_servers: Annotated[
        int, Label("mindste antal sagsbehandlere", "least servers", "personer", "people")
    ]
    utilisation: Annotated[float, Label("belastningsgrad", "utilisation")]
    arrivals: Annotated[Exact, Label("tilgang", "arrivals", "sager/tidsenhed", "cases/time unit")]
    service: Annotated[Exact, Label("tidsforbrug pr. sag", "service", "tidsenheder", "time units")]
    servers: Annotated[int, Label("sagsbehandlere", "servers", "personer", "people")]
    within: Annotated[Exact, Label("tidsgrænse", "within", "tidsenheder", "time units")]
    target_share: Annotated[Exact, Label("mål", "target share", "andel 0-1", "share 0-1")]
    measure: Annotated[str, Label("tidsmål", "measure")]


@router.get("/v1/erlang", **documented(ErlangAnswer, "waiting in a pooled queue, in closed form"))
async def erlang(question: Annotated[ErlangQuestion, Query()], request: Request) -> Response:
    """Return waiting in a pooled queue by Erlang's formulas (da: ventetid i en fælles kø).

    In the long run, with random arrivals and exponential work. A queue that grows without end is
    refused with the fewest people who keep up.
    """
    # Here, since scipy takes a third of a second to load and the service should start at once.
    from simulations.erlang import Measure, queue_answer

    queue = queue_answer(
        arrivals=question.arrivals,
        service=question.service,
        servers=question.servers,
        within=question.within,
        target_share=question.target_share,
        measure=Measure(question.measure),
    )
    answer = ErlangAnswer(
        probability_of_waiting=queue.probability_of_waiting,
        mean_wait=queue.mean_wait,
        share_within=queue.share_within,
        least_servers=queue.least_servers,
        utilisation=queue.utilisation,
        arrivals=question.arrivals,
        service=question.service,
        servers=question.servers,
        within=question.within,
        target_share=question.target_share,
        measure=question.measure,
    )
    return rendered(answer, question, request)
