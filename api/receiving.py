"""A file as the body of a request: on the disk while it is read, and gone afterwards (da: modtag).

What is read is bounded while it arrives, read by a process of its own, and on threads.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path as File
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, TypeAlias, TypeVar

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from api.errors import refusal
from api.imports.desk import ImportDesk
from api.uploads import Progress
from capacity.errors import InvalidInput, PlannerError
from capacity.wording import Text

Found = TypeVar("Found")
OnProgress: TypeAlias = Callable[[Progress], None]

EVENTS = "text/event-stream"
FILE_EXAMPLE = (
    "Sagsnr.;Team;Sagstype;Opmærksom dato;BFU afsluttet;Lukket\n"
    "S1;Paragraf 50;child-assessment;03-02-2025;01-05-2025;02-05-2025\n"
    "S2;Paragraf 50;child-assessment;04-03-2025;;\n"
)
"""A small case list, as a case system writes it (da: eksempel)."""


def file_body(summary: str, example: str) -> dict[str, Any]:
    """Document a body that is a file, with an example of it (da: filen i kaldet)."""
    return {
        "requestBody": {
            "required": True,
            "description": "the file itself: CSV, XLSX or ODS",
            "content": {
                "application/octet-stream": {
                    "schema": {"type": "string", "format": "binary"},
                    "examples": {"file": {"summary": summary, "value": example}},
                }
            },
        }
    }


FILE = file_body("a case list", FILE_EXAMPLE)


async def _desk(request: Request) -> ImportDesk:
    desk: ImportDesk = request.app.state.imports
    return desk


DeskDependency = Annotated[ImportDesk, Depends(_desk)]


async def answered_from_file(
    request: Request,
    desk: ImportDesk,
    read: Callable[[File, OnProgress | None], Found],
    answer: Callable[[Found], Response],
    document: Callable[[Found], Any] | None = None,
) -> Response:
    """Receive the file, read it on a thread, and answer (da: svar på en fil).

    Whoever asks for events is sent `progress` first, and then the `document` as the `report`.
    """
    _refuse_forms(request)
    file = File(await _received(request, desk))

    def read_at_the_desk(on_progress: OnProgress | None = None) -> Found:
        with desk.reading():
            return read(file, on_progress)

    if document is not None and EVENTS in request.headers.get("accept", ""):
        return _with_progress(read_at_the_desk, document, request, file)
    try:
        return answer(await run_in_threadpool(read_at_the_desk))
    finally:
        file.unlink(missing_ok=True)


async def _received(request: Request, desk: ImportDesk) -> str:
    """Write the file to the disk as it arrives; the door has bounded how much that is."""
    with desk.receiving(), NamedTemporaryFile(prefix="import-", delete=False) as kept:
        try:
            async for part in request.stream():
                kept.write(part)
        except BaseException:
            File(kept.name).unlink(missing_ok=True)
            raise
        return kept.name


def _with_progress(
    read: Callable[[OnProgress], Found],
    document: Callable[[Found], Any],
    request: Request,
    file: File,
) -> Response:
    """Send `progress` while a file is read, and then its `report`, or the `problem` with it."""
    loop, sent = asyncio.get_running_loop(), asyncio.Queue[Progress | None]()

    def tell(progress: Progress | None) -> None:
        loop.call_soon_threadsafe(sent.put_nowait, progress)

    async def work() -> Found:
        try:
            return await run_in_threadpool(read, tell)
        finally:
            file.unlink(missing_ok=True)
            tell(None)

    # Begun at once, so that the file is gone in the end whether or not anybody listens.
    working = asyncio.create_task(work())

    async def events() -> AsyncIterator[str]:
        while (progress := await sent.get()) is not None:
            yield _event("progress", {"rows": progress.rows, "share": progress.share})
        try:
            yield _event("report", document(await working))
        except PlannerError as error:
            yield _event("problem", json.loads(bytes(refusal(request, error).body)))

    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type=EVENTS, headers=headers)


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _refuse_forms(request: Request) -> None:
    """Refuse a form: what is sent is the file itself."""
    if request.headers.get("content-type", "").lower().startswith(("multipart/", "application/x-")):
        raise InvalidInput(
            Text(
                da="send filen selv som indhold (curl --data-binary @fil -H "
                "'Content-Type: application/octet-stream'), ikke som formular",
                en="send the file itself as the body (curl --data-binary @file -H "
                "'Content-Type: application/octet-stream'), not as a form",
            ),
            field="body",
        )
