"""Where files are read: a few at once, on threads, and nothing kept before it is accepted.

(da: indlæsning.) The service and the terminal both come here. A list of a department that is not
there yet is read twice: for the draft, and then under it, as it will be from then on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from api.imports.given import Given, NewDepartment, new_secret
from api.imports.refusals import ImportsBusy
from api.imports.terms import Terms
from api.store.earlier_lists import kept_before
from api.store.histories import (
    AcceptedList,
    already_kept,
    keep_accepted,
    keep_drafted,
    keep_with_hours,
    read_given,
    refuse_taken,
    remembered_of,
)
from api.uploads import CellError, Limits, Progress, UploadRefused, guarded
from capacity.errors import InvalidInput
from capacity.wording import Text

if TYPE_CHECKING:  # which loads numpy and the simulation
    from api.imports.department_rows import DepartmentRow
    from api.imports.report import Report
    from api.imports.understanding import Understood
    from capacity.department import Department

RECEIVED_PER_READ = 4
"""For each file that is read, so many may be on their way in."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file (da: resultat): its report, and the list where it was accepted.

    With the draft of its department, where that is not there yet and the lists have no errors, and
    the report of the time study beside it; or with the draft that a time study `revised`.
    """

    report: "Report"
    accepted: AcceptedList | None = None
    is_new: bool = False
    drafted: "Department | None" = None
    study: "Report | None" = None
    revised: "Department | None" = None

    @property
    def reports(self) -> "tuple[Report, ...]":
        """Of the list, and of the study beside it (da: rapporter)."""
        return (self.report,) if self.study is None else (self.report, self.study)

    @property
    def may_be_accepted(self) -> bool:
        """Whether all that was read may be kept (da: kan godkendes)."""
        return all(each.may_be_accepted for each in self.reports)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyBeside:
    """A time study that goes with the case list of a draft (da: tidsregistrering ved siden af)."""

    file: Path | bytes
    filename: str
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A user's word that a list may be kept: the token of its report, and who says it.

    (da: godkendelse.) Without a `token` whatever may be accepted is.
    """

    slug: str
    token: str | None
    by: str


class NotAccepted(UploadRefused):
    """A list with errors or open questions, or another than was shown (da: ikke godkendt)."""


class ImportDesk:
    """A few files at a time (da: indlæsning); `ImportsBusy` for one more."""

    def __init__(self, at_once: int) -> None:
        self._reading = BoundedSemaphore(at_once)
        self._receiving = BoundedSemaphore(at_once * RECEIVED_PER_READ)

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """Let a file in (da: modtag)."""
        with _one_of(self._receiving):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let a file be read (da: læs)."""
        with _one_of(self._reading):
            yield


@contextmanager
def _one_of(places: BoundedSemaphore) -> Iterator[None]:
    if not places.acquire(blocking=False):
        raise ImportsBusy(
            Text(
                da="tjenesten læser så mange filer, den kan; prøv igen om lidt",
                en="the service is reading as many files as it can; try again shortly",
            )
        )
    try:
        yield
    finally:
        places.release()


def departments_in(
    engine: Engine,
    file: Path | bytes,
    filename: str,
    terms: Terms,
    on_progress: Callable[[Progress], None] | None = None,
) -> "tuple[DepartmentRow, ...]":
    """Read a table with a row a department, and keep nothing (da: afdelingerne i en tabel).

    `NotAccepted` where it has errors or open questions.
    """
    from api.imports.department_rows import DepartmentRow
    from api.imports.understanding import understood

    given = read_given(engine, None, terms)
    found = understood(guarded(file, filename, Limits()), terms, given, on_progress)
    refuse_unacceptable(found.report)
    content = found.content
    assert isinstance(content, tuple)
    return tuple(each for each in content if isinstance(each, DepartmentRow))


def imported(
    engine: Engine,
    file: Path | bytes,
    filename: str,
    terms: Terms,
    department: str | None,
    accept: Acceptance | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Imported:
    """Read a file, and keep it where its user accepts it (da: indlæs).

    `NotAccepted` where it has errors or open questions, and where the token is of another file or
    of other answers.
    """
    from api.imports.understanding import understood

    # Before the file is read: whoever has written the wrong department need not wait for it.
    given = read_given(engine, department, terms)
    upload = guarded(file, filename, Limits())
    found = understood(upload, terms, given, on_progress)
    found, revised = _with_hours(given, found)
    if department is not None:
        found = _beside_earlier(engine, department.partition("@")[0], terms, found)
    if accept is None:
        return Imported(found.report, revised=revised)
    if accept.token is not None and accept.token != found.report.token:
        kept = already_kept(engine, accept.slug, accept.token)
        if kept is not None and kept.file_hash == found.report.file_hash:
            return Imported(found.report, kept)  # the draft has its hours since
        raise InvalidInput(
            Text(
                da="filen, oplysningerne eller det, der huskes om kilden, er ikke længere det, der "
                "blev vist; se rapporten igen, og godkend med dens token",
                en="the file, what was said of it, or what is remembered of its source is no "
                "longer what was shown; look at the report again and accept with its token",
            ),
            field="accept",
        )
    if accept.token is None and not found.report.may_be_accepted:
        return Imported(found.report)
    refuse_unacceptable(found.report)
    if revised is not None:
        kept, is_new, revised = keep_with_hours(
            engine, revised, terms, found, secret=given.secret, by=accept.by
        )
        return Imported(found.report, kept, is_new, revised=revised)
    kept, is_new = keep_accepted(
        engine, accept.slug, terms, found, secret=given.secret, by=accept.by
    )
    return Imported(found.report, kept, is_new)


def _beside_earlier(engine: Engine, slug: str, terms: Terms, found: "Understood") -> "Understood":
    """The list with what is said where it is one that is kept already (da: samme liste)."""
    said = kept_before(engine, slug, terms, found)
    if said is None:
        return found
    return replace(found, report=replace(found.report, warnings=(said, *found.report.warnings)))


def _with_hours(given: Given, found: "Understood") -> "tuple[Understood, Department | None]":
    """The draft that a time study gives its hours, and the study with what is said of that."""
    before = given.department
    if given.cases is None or before is None or found.content is None:
        return found, None
    from api.imports import drafts

    after = drafts.with_hours(before, given.cases, found)
    if after == before:
        return found, None
    said = Text(
        da=f"når tidsregistreringen godkendes, får udkastet {before.slug} dens timer, som næste "
        "version:",
        en=f"when the time study is accepted, the draft {before.slug} gets its hours, as the next "
        "version:",
    )
    told = (*found.report.warnings, said, *drafts.what_changes(before, after))
    return replace(found, report=replace(found.report, warnings=told)), after


def drafted(
    engine: Engine,
    file: Path | bytes,
    filename: str,
    terms: Terms,
    new: NewDepartment,
    on_progress: Callable[[Progress], None] | None = None,
    beside: StudyBeside | None = None,
) -> Imported:
    """Draft a department from a case list, and keep nothing (da: udkast til afdeling).

    With the time study `beside` it, the draft has its hours.
    """
    draft = _drafted(engine, file, filename, terms, new, on_progress, beside)
    return draft.imported


def drafted_and_kept(  # noqa: PLR0913  (each is asked about on its own)
    engine: Engine,
    file: Path | bytes,
    filename: str,
    terms: Terms,
    new: NewDepartment,
    by: str,
    on_progress: Callable[[Progress], None] | None = None,
    beside: StudyBeside | None = None,
) -> Imported:
    """Draft a department and keep it with its lists: all, or nothing (da: gem udkast og lister).

    `InvalidInput` where there is a department of that name.
    """
    from api.imports.understanding import understood

    refuse_taken(engine, new.slug)
    draft = _drafted(engine, file, filename, terms, new, on_progress, beside)
    department = draft.imported.drafted
    if department is None or not draft.imported.may_be_accepted:
        return draft.imported
    remembered = remembered_of(engine, terms)
    given = Given(department=department, secret=draft.secret, remembered=remembered)
    under = understood(guarded(file, filename, Limits()), terms, given, on_progress)
    found = replace(draft.imported, report=under.report)
    if not under.report.may_be_accepted:
        return found
    study = None if beside is None or draft.study is None else (beside.terms, draft.study)
    kept = keep_drafted(engine, department, terms, under, secret=draft.secret, by=by, study=study)
    return replace(found, accepted=kept, is_new=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What came of the lists of a draft, and the secret that their pseudonyms are made with."""

    imported: Imported
    secret: bytes
    study: "Understood | None" = None


def _drafted(
    engine: Engine,
    file: Path | bytes,
    filename: str,
    terms: Terms,
    new: NewDepartment,
    on_progress: Callable[[Progress], None] | None,
    beside: StudyBeside | None,
) -> _Draft:
    from api.imports import drafts
    from api.imports.understanding import understood
    from simulations.case_history import CaseHistory

    secret = new_secret()
    given = Given(department=None, secret=secret, remembered=remembered_of(engine, terms), new=new)
    found = understood(guarded(file, filename, Limits()), terms, given, on_progress)
    if found.content is None:
        return _Draft(imported=Imported(found.report), secret=secret)
    department = drafts.drafted(found, new)
    if beside is None:
        return _Draft(imported=Imported(found.report, drafted=department), secret=secret)
    assert isinstance(found.content, CaseHistory)
    under = Given(
        department=department,
        secret=secret,
        remembered=remembered_of(engine, beside.terms),
        cases=found.content,
    )
    upload = guarded(beside.file, beside.filename, Limits())
    study = understood(upload, beside.terms, under, on_progress)
    if study.content is not None:
        department = drafts.with_hours(department, found.content, study)
    imported_ = Imported(found.report, drafted=department, study=study.report)
    return _Draft(imported=imported_, secret=secret, study=study)


def refuse_unacceptable(report: "Report") -> None:
    """Refuse a list with errors or open questions, with all of them (da: afvis)."""
    if not report.may_be_accepted:
        raise NotAccepted(
            not_acceptable(report),
            file=report.file,
            errors=report.errors + tuple(_asked(report)),
            count=report.error_count,
        )


def not_acceptable(report: "Report") -> Text:
    """Say why a list cannot be accepted as it is (da: kan ikke godkendes)."""
    errors, questions = report.error_count, len(report.questions)
    if not errors and not questions:
        return Text(da="ingen rækker kan bruges", en="no row can be used")
    return Text(
        da=f"listen har {errors} fejl og {questions} spørgsmål; svar på spørgsmålene, og ret "
        "fejlene, eller udelad rækkerne med leave_out_errors=true",
        en=f"the list has {errors} errors and {questions} questions; answer the questions, and "
        "correct the errors, or leave the rows out with leave_out_errors=true",
    )


def _asked(report: "Report") -> Iterator[CellError]:
    for question in report.questions:
        yield CellError(
            file=report.file,
            sheet=report.sheet,
            problem=Text(da="spørgsmål", en="question"),
            what_to_do=question.asked,
        )
