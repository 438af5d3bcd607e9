"""What is written of a list in the terminal, read as the service has it (da: oplysninger)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api.terminal import day, read_if_written
from capacity.errors import InvalidInput
from capacity.wording import Text

if TYPE_CHECKING:
    from api.imports.desk import StudyBeside
    from api.imports.given import NewDepartment
    from api.imports.terms import Terms

OF_STUDY = {"seen_on": "--study-to", "complete_from": "--study-from"}
"""What the days of a time study are called where the list is one."""
OF_STUDY_BESIDE = {**OF_STUDY, "map": "--study-map", "sheet": "--study-sheet"}
"""What is said of a time study beside a case list."""


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """What is said of a time study beside a case list (da: tidsregistrering ved siden af)."""

    file: Path | None
    from_: str | None
    to: str | None
    map: tuple[str, ...]
    sheet: str | None

    def instead_of(
        self,
        seen_on: str | None,
        complete_from: str | None,
        map_: list[str] | None,
        sheet: str | None,
    ) -> "tuple[str | None, str | None, list[str], str | None, StudyOptions]":
        """Return what is said of a time study by itself, by the one option or the other.

        `InvalidInput` where a day or the sheet is said twice and not alike.
        """
        for of_list, of_study, name in (
            (seen_on, self.to, "study_to"),
            (complete_from, self.from_, "study_from"),
            (sheet, self.sheet, "study_sheet"),
        ):
            if of_list is not None and of_study is not None and of_list != of_study:
                raise refused(
                    name,
                    f"er sagt at være både ”{of_study}” og ”{of_list}”; skriv én af dem",
                    f"is said to be both “{of_study}” and “{of_list}”; write one of them",
                )
        return (
            seen_on or self.to,
            complete_from or self.from_,
            [*(map_ or ()), *self.map],
            sheet or self.sheet,
            StudyOptions(None, None, None, (), None),
        )

    def beside(
        self, said: "Terms", whose: "str | NewDepartment | None"
    ) -> "tuple[Terms, StudyBeside | None]":
        """Return what is said of the case list, and the study; None where there is none."""
        from api.imports.desk import StudyBeside
        from api.imports.given import NewDepartment
        from api.imports.terms import stated_mapping, study_terms
        from api.today import today

        if self.file is None:
            if self.from_ or self.to or self.map or self.sheet:
                raise refused("time_study", "skriv også --time-study", "write --time-study too")
            return said, None
        if not isinstance(whose, NewDepartment):
            raise refused(
                "time_study",
                "en tidsregistrering ved siden af er til et udkast (--new-department); ellers læs "
                "den ind for sig: caseload import time-study FIL --department …",
                "a time study beside the list is for a draft (--new-department); else import it "
                "by itself: caseload import time-study FILE --department …",
            )
        own, of_study = study_terms(
            said,
            today=today(),
            from_=read_if_written(day_or_unknown, "study_from", self.from_),
            to=read_if_written(day_or_unknown, "study_to", self.to),
            mapping=merged(stated_mapping(each, "study_map") for each in self.map),
            sheet=self.sheet,
        )
        file = readable_file(self.file, "time_study")
        return own, StudyBeside(file=file, filename=file.name, terms=of_study)


def refused(field: str, da: str, en: str) -> InvalidInput:
    """Refuse what is written in an option, in both languages (da: afvis)."""
    return InvalidInput(Text(da=da, en=en), field=field)


def day_or_unknown(written: str) -> str:
    """Read a day as people write it; that nobody knows it stands (da: dag)."""
    from api.imports.terms import NOT_KNOWN

    return written if written.strip().lower() in NOT_KNOWN else f"{day(written)}"


def merged(said: Iterator[dict[str, str]]) -> dict[str, str]:
    """Put together what is said of columns one by one (da: saml)."""
    from api.imports.terms import say_once

    found: dict[str, str] = {}
    for each in said:
        for heading, meaning in each.items():
            say_once(found, heading, meaning, "map")
    return found


def readable_file(file: Path, field: str = "file") -> Path:
    """Return a file that is there; `InvalidInput` otherwise (da: fil)."""
    if not file.is_file():
        raise InvalidInput(
            Text(da=f"der er ingen fil {file}", en=f"there is no file {file}"), field=field
        )
    return file
