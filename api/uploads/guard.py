"""What is checked before anything in a file is parsed (da: kontrol af filer).

A file is what its content says, whatever it is called. A packed one is unpacked once for counting,
piece by piece and never kept: how much it declares to hold is not believed.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Literal

from api.privacy import looks_like_cpr
from api.uploads.cells import CellError, UploadRefused, UploadTooLarge, shown_value
from api.uploads.limits import Limits
from api.uploads.packed import Contents, PackedFile
from capacity.wording import Text, shown

_USUAL = Limits()
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"{\\rtf", "RTF"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"PAR1", "Parquet"),
    (b"SQLite format 3", "SQLite"),
)
_SAVE_AS = Text(
    da="gem listen som CSV (UTF-8) eller XLSX, og send den",
    en="save the list as CSV (UTF-8) or XLSX and send that",
)
_MOST_SIGNS = 1 / 50
"""The share of control characters from which a file is no text."""


class Kind(StrEnum):
    """What a file is, by its content and never by its ending (da: filtype)."""

    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that has been guarded and may be read (da: modtaget fil).

    `serials` is the system in which its dates are numbered, absent for a text. `notices` say what
    its sheets hold that no cell shows: formulas, hidden rows, error values, macros.
    """

    source: Path | bytes
    filename: str
    kind: Kind
    limits: Limits
    serials: Literal[1900, 1904] | None = None
    notices: tuple[Text, ...] = ()


def guarded(source: Path | bytes, filename: str, limits: Limits = _USUAL) -> Upload:
    """Check a file before anything in it is parsed (da: kontrolleret fil).

    `UploadTooLarge` (413) or `UploadRefused` (422) says what to do. `filename` is what the user
    calls it, with or without folders; it is looked through for CPR numbers too.

    >>> guarded(b"Navn;Timer", "liste.csv").kind.value
    'csv'
    """
    name = PurePosixPath(filename.replace("\\", "/")).name or "fil"
    if looks_like_cpr(filename):
        raise UploadRefused(
            Text(
                da="filens navn indeholder noget, der ligner et CPR-nummer; giv den et andet navn",
                en="the name of the file contains what looks like a CPR number; give it another",
            ),
            file=name,
        )
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > limits.most_bytes:
        raise UploadTooLarge(
            Text(
                da=f"filen fylder {_megabytes(size, 'da')} MB; den må højst fylde "
                f"{_megabytes(limits.most_bytes, 'da')}. Del den, fx efter år",
                en=f"the file is {_megabytes(size, 'en')} MB; at most "
                f"{_megabytes(limits.most_bytes, 'en')} is taken. Divide it, for example by year",
            ),
            field=shown_value(name),
        )
    content = source if isinstance(source, bytes) else source.read_bytes()
    if content.startswith(b"PK"):
        return _packed(source, content, name, limits)
    _refuse_foreign(content, name)
    return Upload(source=source, filename=name, kind=Kind.CSV, limits=limits)


def _packed(source: Path | bytes, content: bytes, name: str, limits: Limits) -> Upload:
    file = PackedFile(content, name, limits)
    contents = file.counted()
    if contents.cpr_places:
        raise _with_cpr(name, contents)
    kind = _kind(file, name)
    notices = contents.notices()
    return Upload(
        source=source,
        filename=name,
        kind=kind,
        limits=limits,
        serials=1904 if contents.from_1904 else 1900,
        notices=notices,
    )


def _kind(file: PackedFile, name: str) -> Kind:
    if "xl/workbook.xml" in file.names:
        return Kind.XLSX
    if "content.xml" in file.names and b"opendocument.spreadsheet" in file.start("mimetype"):
        if b"encryption-data" in file.start("META-INF/manifest.xml"):
            raise _locked(name)
        return Kind.ODS
    for member, what in (
        ("word/document.xml", "Word"),
        ("ppt/presentation.xml", "PowerPoint"),
        ("xl/workbook.bin", "XLSB"),
    ):
        if member in file.names:
            raise _foreign(what, name)
    raise _foreign("zip", name)


def _refuse_foreign(content: bytes, name: str) -> None:
    """Refuse what is neither text nor packed, and say what it is (da: fremmed filtype)."""
    if not content.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n;,"):
        raise UploadRefused(
            Text(
                da="filen er tom; send en liste med overskrifter og rækker",
                en="the file is empty; send a list with headings and rows",
            ),
            file=name,
        )
    if content.startswith(_OLE):
        raise _locked(name) if _ENCRYPTED in content else _foreign("XLS (Excel 97-2003)", name)
    for start, what in _FOREIGN:
        if content.startswith(start):
            raise _foreign(what, name)
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype", b"<html", b"<table", b"<head", b"<meta")):
        raise _foreign("HTML", name)
    if head.startswith((b"<?xml", b"<workbook")):
        raise _foreign("XML", name)
    if content.startswith(_UTF_32):
        raise _foreign("UTF-32", name)
    sample = content[:65536]
    if not content.startswith(_UTF_16):
        if _half_is_nul(sample):
            raise _foreign(Text(da="UTF-16 uden BOM", en="UTF-16 without a BOM"), name)
        signs = sum(sample.count(sign) for sign in range(32) if sign not in b"\t\n\r\x0b\x0c\x1a")
        if signs > max(8, _MOST_SIGNS * len(sample)):
            raise _foreign(
                Text(da="noget, der ikke er tekst", en="something that is not text"), name
            )


def _half_is_nul(sample: bytes) -> bool:
    """Whether every second byte is missing, as in a text of two bytes a sign (da: UTF-16)."""
    return max(sample[0::2].count(0), sample[1::2].count(0)) > len(sample) // 4


def _foreign(what: str | Text, name: str) -> UploadRefused:
    words = what if isinstance(what, Text) else Text(da=what, en=what)
    return UploadRefused(
        Text(
            da=f"filen er hverken CSV, XLSX eller ODS, men {words.da}; {_SAVE_AS.da}",
            en=f"the file is neither CSV, XLSX nor ODS but {words.en}; {_SAVE_AS.en}",
        ),
        file=name,
    )


def _locked(name: str) -> UploadRefused:
    return UploadRefused(
        Text(
            da="filen er beskyttet med adgangskode; gem den uden, og send den",
            en="the file is protected by a password; save it without and send it",
        ),
        file=name,
    )


def _with_cpr(name: str, contents: Contents) -> UploadRefused:
    errors = tuple(
        CellError(
            file=shown_value(name),
            problem=Text(
                da=f"noget i filens {place} ligner et CPR-nummer",
                en=f"something in {place} of the file looks like a CPR number",
            ),
            what_to_do=Text(
                da="fjern det (kommentarer, sidehoveder, navne, formler, kæder), eller gem arket "
                "som CSV",
                en="remove it (comments, page headers, names, formulas, links), or save the "
                "sheet as CSV",
            ),
        )
        for place in contents.cpr_places
    )
    return UploadRefused(
        Text(
            da="filen indeholder noget, der ligner CPR-numre, uden for cellerne; intet er gemt",
            en="the file contains what looks like CPR numbers outside its cells; nothing is kept",
        ),
        file=name,
        errors=errors,
    )


def _megabytes(size: int, language: Literal["da", "en"]) -> str:
    return shown(-(-size // 2**20), 0, language)
