"""What FastAPI itself costs: one route with the parameters of `/v1/caseload`, and no more.

Run as a program it serves on the port given.
"""

import sys
from datetime import date
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict

app = FastAPI()


class BareQuestion(BaseModel):
    """The parameters by name, in plain types."""

    model_config = ConfigDict(extra="forbid")

    open_cases: int
    case_fte: float
    unit: str = "child"
    on: date | None = None
    target: float | None = None
    area: str = "children_families"
    children_per_case: float | None = None
    format: str = "json"
    field: str | None = None
    digits: int | None = None
    decimal: str = "point"
    sep: str | None = None
    lang: str | None = None
    errors: str = "http"


@app.get("/v1/caseload")
async def caseload(question: Annotated[BareQuestion, Query()]) -> dict[str, object]:
    """Divide, and answer as FastAPI does by itself."""
    ratio = question.open_cases / question.case_fte
    return {
        "cases_per_fte": ratio,
        "missing_fte_at_low": question.open_cases / 20 - question.case_fte,
        "missing_fte_at_high": question.open_cases / 30 - question.case_fte,
        "open_cases": question.open_cases,
        "case_fte": question.case_fte,
        "on": question.on,
    }


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
