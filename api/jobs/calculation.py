"""What can be answered at once or become a job: a question, its work, and its answers.

A kind of calculation writes its question as JSON that is complete, so that any process comes to the
same bytes, and says its work before any of it is done. Which of the three follows, an answer, a job
or a refusal, depends on that number and never on the clock.
"""

import json
from abc import ABC, abstractmethod
from base64 import b32encode
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import Any, ClassVar

from api.answers import Answer
from api.jobs.about import About
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations import MODEL_VERSION

_ID_LETTERS = 16


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer, and the sentence of a table, which has none among its fields (da: resultat)."""

    answer: Answer
    sentence: Text | None = None

    def as_json(self) -> dict[str, Any]:
        """Write it so that `read_finding` gives back the same, to the last bit."""
        sentence = self.sentence
        return {
            "answer": self.answer.model_dump(mode="json", by_alias=True),
            "sentence": None if sentence is None else {"da": sentence.da, "en": sentence.en},
        }


def read_finding(kind: type[Answer], written: Mapping[str, Any]) -> Finding:
    """Read what was kept (da: gemt resultat)."""
    sentence = written["sentence"]
    return Finding(
        kind.model_validate(written["answer"]), None if sentence is None else Text(**sentence)
    )


def _silent(_done: int, _total: int | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Running:
    """What a calculation runs on, and whom it tells how far it is (da: kørsel).

    `on_progress` is told how many replications are done, and of how many: None until that is
    known. What it raises stops the calculation. Without an `executor` it takes a thread a core.
    """

    executor: Executor | None = None
    on_progress: Callable[[int, int | None], None] = _silent


ALONE = Running()
"""At once, with nobody watching."""


class Calculation(ABC):
    """A question with one answer (da: beregning); a class of these is a kind."""

    kind: ClassVar[str]
    """Its name in the store and in `/v1/jobs`; never changed."""
    answers_with: ClassVar[type[Answer]]
    """What is answered, to read it back from the store."""
    always_a_job: ClassVar[bool] = False
    """Whether even little work becomes a job, because something else is done with its answer."""

    @property
    @abstractmethod
    def question(self) -> Mapping[str, Any]:
        """All that is asked, as JSON values: two that ask the same have the same."""

    @classmethod
    @abstractmethod
    def read(cls, question: Mapping[str, Any]) -> "Calculation":
        """Read what `question` wrote."""

    @property
    @abstractmethod
    def department(self) -> str | None:
        """Whose data are in it: `slug`, so that deleting the department deletes it."""

    @property
    def about(self) -> About | None:
        """What it is about, with its address; None where nobody has put it into words."""
        return None

    @property
    def total(self) -> int | None:
        """How many replications it takes, or takes at most, where that is known beforehand.

        Whoever counts them says at the end how many there were.
        """
        return None

    @abstractmethod
    def steps(self) -> tuple[int, int]:
        """Say the work at least and at most, in steps of the kernel, before doing any of it.

        `TooMuchWork` where even the least is too much.
        """

    def settled_steps(self) -> int:
        """Say the work exactly; asked only where the least may be answered at once.

        It may cost up to the least.
        """
        return self.steps()[1]

    @abstractmethod
    def found(self, running: Running = ALONE) -> Finding:
        """Give the answer."""

    def findings(self, running: Running) -> Iterator[Finding]:
        """Give provisional answers, if any, and last the same as `found`, to the last bit."""
        yield self.found(running)

    @property
    def id(self) -> str:
        """Its job's id: the same question to the same planner has the same (da: id)."""
        asked = json.dumps(
            [self.kind, self.question, planner_version()], sort_keys=True, ensure_ascii=False
        )
        digest = b32encode(sha256(asked.encode()).digest()).decode().lower()
        return digest[:_ID_LETTERS]


@cache
def planner_version() -> str:
    """Name all that the bytes of an answer follow from but its question (da: version)."""
    program = version("caseload-planner")
    return f"{program} model {MODEL_VERSION} rules {rulebook().fingerprint}"
