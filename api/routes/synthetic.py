"""`/v1/synthetic`: the past of a department that does not exist, to try with (da: opdigtet fortid).

For whoever has no lists of their own at hand, or may not use them to try with.
"""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator, Field

from api.answers import Answer, Label, Table, Words, rendered
from api.documented import REFUSED, UNAVAILABLE, documented, planner_router
from api.etags import NOT_MODIFIED, KnownTags, not_modified
from api.presentation import Call, Question
from api.quantities import Count
from api.synthetic_desk import PastAsked, SyntheticDesk, zipped
from api.synthetic_files import ENCODINGS, Form
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations import MODEL_VERSION
from simulations.synthetic_truths import Size

router: APIRouter = planner_router("imports")


class File(StrEnum):
    """A file of a synthetic past (da: fil)."""

    CASES = "cases.csv"
    STAFF = "staff.csv"
    ABSENCE = "absence.csv"
    TIME_STUDY = "time-study.csv"
    TRUTH = "truth.yaml"
    README = "README.txt"
    ALL = "all.zip"


_SAYS = {
    File.CASES: Text(da="sagslisten: to år og de ældre åbne sager", en="the cases of two years"),
    File.STAFF: Text(da="ansættelserne", en="the employments"),
    File.ABSENCE: Text(da="fraværet", en="the absence"),
    File.TIME_STUDY: Text(da="to ugers tidsregistrering", en="two weeks of logged work"),
    File.TRUTH: Text(da="afdelingen, som den virkelig er", en="the department as it really is"),
    File.README: Text(da="hvad filerne er", en="what the files are"),
    File.ALL: Text(da="alle filerne", en="all of the files"),
}
_IS_LIST = {File.CASES, File.STAFF, File.ABSENCE, File.TIME_STUDY}


class SyntheticRow(Answer):
    """A file that can be fetched (da: fil at hente)."""

    size: Annotated[str, Label("størrelse", "size")]
    file: Annotated[str, Label("fil", "file")]
    holds: Annotated[Words, Label("indhold", "content")]
    address: Annotated[str, Label("adresse", "address")]


class FileQuestion(Call):
    """Which past, and how its lists are written (da: hvilken fortid)."""

    seed: Count = Field(1, description="the same seed gives the same files (da: frø)")
    form: Form = Field(
        Form.DANSK,
        description="as a Danish case system writes (windows-1252, or UTF-8), or plain (da: form)",
    )


@router.get("/v1/synthetic", **documented(Table[SyntheticRow], "made-up lists to try with"))
async def synthetic(question: Annotated[Question, Query()], request: Request) -> Response:
    """Return the sizes of department there are and their files (da: opdigtede lister)."""
    rows = tuple(
        SyntheticRow(size=size, file=file, holds=_SAYS[file], address=f"/v1/synthetic/{size}/{file}")
        for size in Size
        for file in File
    )
    return rendered(Table[SyntheticRow](rows=rows), question, request)
