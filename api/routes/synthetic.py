"""`/v1/synthetic`: the past of a department that does not exist, to try with (da: opdigtet fortid).

For whoever has no lists of their own at hand, or may not use them to try with.
"""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.answers import Answer, Label, Table, Words, rendered
from api.documented import REFUSED, UNAVAILABLE, documented, planner_router
from api.etags import NOT_MODIFIED, KnownTags, not_modified
from api.presentation import Call, Question
from api.quantities import Count
from api.synthetic_desk import PastAsked, SyntheticDesk, zipped
from api.synthetic_forms import Form
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations import MODEL_VERSION
from simulations.synthetic_truths import Size

router: APIRouter = planner_router("imports")

MOST_SEED = 999_999


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
_LISTS = {File.CASES, File.STAFF, File.ABSENCE, File.TIME_STUDY}
_MEDIA_TYPES = {
    File.TRUTH: "application/yaml",
    File.README: "text/plain; charset=utf-8",
    File.ALL: "application/zip",
}


class SyntheticRow(Answer):
    """A file that can be fetched (da: fil at hente)."""

    size: Annotated[str, Label("størrelse", "size")]
    file: Annotated[str, Label("fil", "file")]
    holds: Annotated[Words, Label("indhold", "content")]
    address: Annotated[str, Label("adresse", "address")]


def _small(seed: int) -> int:
    """A seed of few digits: it stands in files and names, and none may look like a CPR number."""
    if seed > MOST_SEED:
        words = {"da": f"skriv et frø på højst {MOST_SEED}", "en": f"write at most {MOST_SEED}"}
        raise PydanticCustomError("refused", "{en}", words)
    return seed


class FileQuestion(Call):
    """Which past, and how its lists are written (da: hvilken fortid)."""

    seed: Annotated[Count, AfterValidator(_small)] = Field(
        1, description="the same seed gives the same files (da: frø)"
    )
    form: Form = Field(
        Form.DANSK,
        description="as a Danish case system writes (windows-1252, or UTF-8), or plain (da: form)",
    )


@router.get("/v1/synthetic", **documented(Table[SyntheticRow], "made-up lists to try with"))
async def synthetic(question: Annotated[Question, Query()], request: Request) -> Response:
    """Return the sizes of department there are and their files (da: opdigtede lister)."""
    rows = tuple(
        SyntheticRow(
            size=size, file=file, holds=_SAYS[file], address=f"/v1/synthetic/{size}/{file}"
        )
        for size in Size
        for file in File
    )
    return rendered(Table[SyntheticRow](rows=rows), question, request)


_SENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the file",
        "content": {
            "text/csv": {"schema": {"type": "string", "format": "binary"}},
            "application/yaml": {"schema": {"type": "string"}},
            "text/plain": {"schema": {"type": "string"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    304: NOT_MODIFIED,
    "4XX": REFUSED,
    "5XX": UNAVAILABLE,
}


@router.get(
    "/v1/synthetic/{size}/{file}",
    summary="a made-up list to try with",
    response_class=Response,
    responses=_SENT,
)
async def synthetic_file(
    size: Annotated[Size, Path(examples=["small"])],
    file: Annotated[File, Path(examples=["cases.csv"])],
    said: Annotated[FileQuestion, Query()],
    known: KnownTags,
    request: Request,
) -> Response:
    """Return a file of a made-up department's past (da: opdigtet liste).

    The same size, seed and form give the same bytes for as long as model and rules are the same.
    503 while another past is being made.
    """
    asked = PastAsked(size=size, seed=said.seed, form=said.form)
    tag = f'"{file}-{asked.name}-{MODEL_VERSION}-{rulebook().fingerprint}"'
    if known.include(tag):
        return not_modified(tag)
    desk: SyntheticDesk = request.app.state.synthetic
    content = await run_in_threadpool(_content, desk, asked, file)
    name = f"{asked.name}.zip" if file is File.ALL else file.value
    return Response(
        content,
        media_type=_media_type(file, said.form),
        headers={"ETag": tag, "Content-Disposition": f'attachment; filename="{name}"'},
    )


def _content(desk: SyntheticDesk, asked: PastAsked, file: File) -> bytes:
    files = desk.files(asked)
    if file is File.ALL:
        return zipped(files)
    return next(each.content for each in files if each.name == file)


def _media_type(file: File, form: Form) -> str:
    if file in _LISTS:
        return f"text/csv; charset={form.encoding.removesuffix('-sig')}"
    return _MEDIA_TYPES[file]
