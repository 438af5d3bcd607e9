"""What the documentation says of addresses whose answer may become a job."""

from typing import Any

from api.answers import Answer
from api.documented import REFUSED, documented
from api.jobs.status import JobStatus

ACCEPTED: dict[int | str, Any] = {
    202: {
        "model": JobStatus,
        "description": "more than is answered at once: a job, to be asked for at `address`",
        "headers": {
            "Location": {"description": "the job", "schema": {"type": "string"}},
            "Retry-After": {
                "description": "seconds to the next look",
                "schema": {"type": "integer"},
            },
        },
    },
    503: {
        "description": "a text has waited as long as it may, or the database is away: ask again",
        "headers": {
            "Retry-After": {
                "description": "seconds to the next try",
                "schema": {"type": "integer"},
            },
        },
        "content": REFUSED["content"],
    },
}


def documented_job(answer: type[Answer], summary: str) -> dict[str, Any]:
    """Describe an address as `documented` does, and the job that its answer may become."""
    described = documented(answer, summary)
    return described | {"responses": described["responses"] | ACCEPTED}
