"""The parameters that a file is sent with: what its user says of it (da: oplysninger om filen)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.document_fields import Slug
from api.document_fields import Words as Sentence
from api.imports.fields import Kind
from api.imports.given import NewDepartment
from api.imports.source_document import refuse_cpr
from api.imports.terms import Terms, stated_mapping, stated_values, study_terms, terms
from api.presentation import Call
from api.quantities import Count
from api.today import today
from capacity.errors import InvalidInput
from capacity.wording import Text

NoCpr = Annotated[str | None, AfterValidator(refuse_cpr)]
"""Words that somebody names a thing by, refused where they look like a CPR number (da: navn)."""


class FileTerms(Call):
    """What the user says of a file that the file itself does not (da: oplysninger)."""

    file: NoCpr = Field(
        None, description="the file's name, repeated in errors (da: filnavn)", max_length=255
    )
    unit: str | None = Field(
        None,
        description="whether a case is a `child` or a `family`; asked for, never guessed",
        examples=["child"],
    )
    seen_on: str | None = Field(
        None,
        description="the day the list was drawn, 2026-03-31 or 31-03-2026: the last it knows of "
        "(da: udtræksdato)",
        examples=["2026-03-31"],
    )
    complete_from: str | None = Field(
        None,
        description="the day from which the list has everything; of a case list `unknown`, where "
        "nobody knows",
        examples=["2025-01-01"],
    )
    source: NoCpr = Field(
        None,
        description="the system it comes from, whose columns are remembered (da: kilde)",
        examples=["DUBU"],
        max_length=60,
        pattern=r"^[\w][\w .-]*$",
    )
    map: str | None = Field(
        None,
        description="what columns are: `Sagsnr.=case_id;Type=-`, or JSON; a column without a "
        "heading by its letter; a long list is stated of its source (da: kolonner)",
        max_length=2000,
    )
    values: str | None = Field(
        None,
        description="what words are: `team:Nord=undersoegelse-nord`, `?` for unknown, `-` to "
        "leave the rows out; in a draft also what is work on another type's cases: "
        "`case_type:Opfølgning=stoette/opfoelgning` (da: værdier)",
        max_length=2000,
    )
    sheet: str | None = Field(
        None, description="the sheet; the first with content (da: ark)", max_length=100
    )
    allow: NoCpr = Field(
        None,
        description="headings of numbers that look like CPR numbers and are not, separated by "
        "semicolons; pseudonyms are made of them before anything else (da: undtagelser)",
        max_length=500,
    )
    leave_out_errors: bool = Field(
        False, description="leave the rows at fault out, and count them (da: udelad fejl)"
    )

    def terms_of(self, kind: Kind, *, keep_names: bool = False) -> Terms:
        """Read what the user says; `InvalidInput` names what is missing."""
        allowed = (each.strip() for each in (self.allow or "").split(";"))
        return terms(
            kind,
            today=today(),
            unit=self.unit,
            seen_on=self.seen_on,
            complete_from=self.complete_from,
            keep_names=keep_names,
            source=self.source,
            mapping=stated_mapping(self.map),
            values=stated_values(self.values),
            sheet=self.sheet,
            allow=frozenset(each for each in allowed if each),
            leave_out_errors=self.leave_out_errors,
        )


class ImportTerms(FileTerms):
    """What the user says of a file, and what sort of list it is (da: oplysninger)."""

    kind: Kind = Field(
        description="what sort of list it is (da: listens slags)", examples=[Kind.CASES]
    )
    keep_names: bool = Field(
        False,
        description="call the caseworkers of a staff list by their names, which are personal "
        "data; those of children and families are never kept (da: gem navne)",
    )
    hide_below: Count | None = Field(
        None,
        description="hide counts below this, and all that shows single rows (da: skjul små tal)",
    )

    def terms(self) -> Terms:
        """Read what the user says; `InvalidInput` names what is missing."""
        return self.terms_of(self.kind, keep_names=self.keep_names)


class CheckTerms(ImportTerms):
    """What the user says of a file, and of which department it is (da: oplysninger)."""

    department: str | None = Field(
        None,
        description="the department whose teams and case types the list has (da: afdeling)",
        examples=["ishoej-2020"],
    )


class AcceptTerms(ImportTerms):
    """What the user says of a file, and that it may be kept (da: godkendelse)."""

    accept: str = Field(
        description="the token of the report that was shown (da: godkend)", max_length=200
    )


class DraftTerms(FileTerms):
    """What the user says of a case list whose department is not there yet (da: oplysninger)."""

    kind: Literal[Kind.CASES] = Field(Kind.CASES, description="always a case list (da: sagsliste)")
    slug: Slug = Field(
        description="what the department is to be called in addresses (da: kort navn)",
        examples=["nord"],
    )
    name: Sentence = Field(description="its name (da: navn)", examples=["Børn og Unge Nord"])
    study_sheet: str | None = Field(
        None,
        description="the sheet of the same file that is a time study, whose hours the draft gets "
        "(da: tidsregistreringens ark)",
        max_length=100,
    )
    study_from: str | None = Field(
        None, description="the study's first day, as 2026-03-02 (da: første dag)"
    )
    study_to: str | None = Field(
        None, description="the study's last day, as 2026-03-13 (da: sidste dag)"
    )
    study_map: str | None = Field(
        None, description="what the study's columns are (da: kolonner)", max_length=2000
    )
    format: Literal["json", "yaml", "report"] = Field(
        "json",
        description="the draft as json or yaml, or the report of its case list: what was "
        "understood, with hints of what may be the same (da: filtype)",
    )

    def terms(self) -> tuple[Terms, Terms | None]:
        """Read what the user says of the list, and of the time study on another sheet, if any.

        `InvalidInput` names what is missing.
        """
        cases = self.terms_of(self.kind)
        said = (self.study_from, self.study_to, self.study_map)
        if self.study_sheet is None:
            if any(each is not None for each in said):
                raise InvalidInput(
                    Text(
                        da="skriv også study_sheet: arket med tidsregistreringen",
                        en="write study_sheet too: the sheet with the time study",
                    ),
                    field="study_sheet",
                )
            return cases, None
        return study_terms(
            cases,
            today=today(),
            from_=self.study_from,
            to=self.study_to,
            mapping=stated_mapping(self.study_map, "study_map"),
            sheet=self.study_sheet,
        )

    def new(self) -> NewDepartment:
        """Read what the department is to be called (da: ny afdeling)."""
        return NewDepartment(slug=self.slug, name=Text(da=self.name, en=self.name))
