"""What a packed file (XLSX, ODS) holds, counted while it is unpacked (da: pakket fil).

The directory at the end of the file says where its members are and how large; where two members
share bytes, or a member is larger than it says, the file was made to do harm. Python's `zipfile`
would read a directory of a million members into memory, so its size is looked at first.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath

from api.privacy import looks_like_cpr
from api.uploads.cells import UploadRefused, UploadTooLarge, shown_value
from api.uploads.civil_registration import MAY_BE_CPR
from api.uploads.limits import Limits
from capacity.wording import Text

_PIECE = 2**18
_SEAM = 4096
"""So much of a piece is looked at again with the next, so that nothing hides between two."""
_SLACK = 2**20
"""Below so many bytes unpacked nobody asks for a ratio: an empty sheet is one long repetition."""
_END = b"PK\x05\x06"
_FORBIDDEN = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)")
_PICTURES = ("xl/media/", "Pictures/", "Thumbnails/", "docProps/thumbnail")
_SHEET = re.compile(r"xl/(?:worksheets|macrosheets|dialogsheets|chartsheets)/[^/]+\.xml")

_RUN_TAGS = re.compile(
    r"</?(?:\w+:)?(?:r|t|rPr|b|i|u|sz|color|rFont|family|charset|scheme|span|p)(?:\s[^<>]*)?>"
)
"""What divides a text in pieces that are read as one (da: formatering)."""
_TAGS = re.compile(r"<[^<>]*>")
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SHOWN_ATTRIBUTES = re.compile(
    r"(?:name|v|c|u|caption|display|location|tooltip|title|descr|Target|prompt|error|author|"
    r'href|formula|alt)="([^"]*)"'
)
_OUTSIDE_CELLS = re.compile(
    rb'<f[ >][^<]*|table:(?:formula|name|condition)="[^"]*|xlink:href="[^"]*'
)
_NOTE, _NOTE_END = b"<office:annotation", b"</office:annotation>"
_MOST_TEXT = 8 * 2**20


@dataclass(slots=True)
class Contents:
    """What was met while a file was unpacked (da: indhold)."""

    from_1904: bool = False
    formulas: bool = False
    hidden: bool = False
    error_values: bool = False
    macros: bool = False
    links: bool = False
    cpr_places: list[str] = field(default_factory=list)

    def notices(self) -> tuple[Text, ...]:
        """Say what no cell shows (da: bemærkninger)."""
        told = (
            (
                self.formulas,
                "filen har formler; læst er de værdier, der sidst blev gemt",
                "the file has formulas; read are the values that were saved last",
            ),
            (
                self.hidden,
                "filen har skjulte rækker, kolonner eller ark; skjulte rækker og kolonner læses "
                "også",
                "the file has hidden rows, columns or sheets; hidden rows and columns are read too",
            ),
            (
                self.error_values,
                "filen har celler med fejlværdier (fx #DIV/0!); de læses som tomme",
                "the file has cells with error values (such as #DIV/0!); they are read as empty",
            ),
            (
                self.macros,
                "filens makroer køres ikke",
                "the macros of the file are not run",
            ),
            (
                self.links,
                "filens kæder til andre filer følges ikke",
                "the links of the file to other files are not followed",
            ),
        )
        return tuple(Text(da=da, en=en) for there, da, en in told if there)


class PackedFile:
    """A zip file, opened for counting (da: pakket fil)."""

    def __init__(self, content: bytes, filename: str, limits: Limits) -> None:
        self._content, self._filename, self._limits = content, filename, limits
        self._members = self._directory()
        self.names = frozenset(member.filename for member in self._members)

    def start(self, name: str) -> bytes:
        """Return the beginning of a member, empty where there is none (da: begyndelse)."""
        for member in self._members:
            if member.filename == name:
                return next(self._pieces(member), b"")
        return b""

    def counted(self) -> Contents:
        """Unpack every member once, and refuse what was made to do harm (da: optalt)."""
        contents, unpacked = Contents(), 0
        ratio = self._limits.most_ratio * len(self._content)
        for member in self._members:
            look = _Look(member.filename, contents)
            for piece in self._pieces(member):
                unpacked += len(piece)
                if unpacked > self._limits.most_unpacked_bytes or unpacked > max(_SLACK, ratio):
                    raise self._too_large()
                if look.forbids(piece):
                    raise self._refused(
                        "filen har en DOCTYPE eller ENTITY, som intet regneark har",
                        "the file has a DOCTYPE or ENTITY, which no spreadsheet has",
                    )
                if look.size == len(piece) and piece.startswith(
                    (b"PK\x03\x04", b"Rar!", b"7z\xbc")
                ):
                    raise self._refused(
                        "filen har en anden pakket fil i sig",
                        "the file holds another packed file",
                    )
            if look.size != member.file_size:
                raise self._refused(
                    "filen er ikke så stor, som den selv siger", "the file lies about its size"
                )
            look.end()
        return contents

    def _directory(self) -> list[zipfile.ZipInfo]:
        end = self._content.rfind(_END, -65557)
        if end < 0 or len(self._content) < end + 22:
            raise self._damaged()
        count, size, offset = struct.unpack_from("<HII", self._content, end + 10)
        if count > self._limits.most_members or size > 2048 * self._limits.most_members:
            raise self._refused(
                f"filen består af {count} dele; højst {self._limits.most_members} læses",
                f"the file has {count} members; at most {self._limits.most_members} are read",
            )
        (comment,) = struct.unpack_from("<H", self._content, end + 20)
        # Something before, between or after: two readers may see two files in it.
        if offset + size != end or end + 22 + comment != len(self._content):
            raise self._damaged()
        try:
            with zipfile.ZipFile(BytesIO(self._content)) as file:
                members = file.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise self._damaged() from error
        if len({member.filename.casefold() for member in members}) < len(members):
            raise self._refused("filen har to dele med samme navn", "two members have one name")
        if any(member.flag_bits & 0x41 for member in members):
            raise self._refused(
                "filen er beskyttet med adgangskode", "the file is protected by a password"
            )
        if any(member.compress_type not in (0, 8) for member in members):
            raise self._refused(
                "filen er pakket på en måde, som intet regneark bruger",
                "the file is packed in a way that no spreadsheet uses",
            )
        free_from = 0
        for member in sorted(members, key=lambda member: member.header_offset):
            if member.header_offset < free_from or self._data(member)[1] > offset:
                raise self._refused("filens dele overlapper", "the members of the file overlap")
            free_from = self._data(member)[1]
        return members

    def _data(self, member: zipfile.ZipInfo) -> tuple[int, int]:
        """From where to where a member's packed bytes lie (da: placering)."""
        at = member.header_offset
        if self._content[at : at + 4] != b"PK\x03\x04" or at + 30 > len(self._content):
            raise self._damaged()
        name, extra = struct.unpack_from("<HH", self._content, at + 26)
        here = self._content[at + 30 : at + 30 + name]
        if here != member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437"):
            raise self._refused(
                "en del af filen har to navne", "a member of the file has two names"
            )
        start = at + 30 + name + extra
        return start, start + member.compress_size

    def _pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Unpack a member piece by piece, none larger than `_PIECE` (da: stykker)."""
        start, end = self._data(member)
        packed = memoryview(self._content)[start:end]
        if member.compress_type == zipfile.ZIP_STORED:
            for at in range(0, len(packed), _PIECE):
                yield bytes(packed[at : at + _PIECE])
            return
        unpacker, check = zlib.decompressobj(-15), 0
        try:
            for at in range(0, len(packed), _PIECE):
                waiting: bytes | memoryview = packed[at : at + _PIECE]
                while waiting and not unpacker.eof:
                    piece = unpacker.decompress(waiting, _PIECE)
                    waiting = unpacker.unconsumed_tail
                    check = zlib.crc32(piece, check)
                    yield piece
            while not unpacker.eof and (piece := unpacker.decompress(b"", _PIECE)):
                check = zlib.crc32(piece, check)
                yield piece
        except zlib.error as error:
            raise self._damaged() from error
        if not unpacker.eof or check != member.CRC:
            raise self._damaged()

    def _too_large(self) -> UploadTooLarge:
        return UploadTooLarge(
            Text(
                da="filen er for stor eller for indviklet, når den pakkes ud; gem arket som CSV, "
                "eller del det",
                en="the file is too large or too complicated when it is unpacked; save the sheet "
                "as CSV, or divide it",
            ),
            field=shown_value(self._filename),
        )

    def _damaged(self) -> UploadRefused:
        return self._refused(
            "filen er ødelagt eller kun halvt sendt", "the file is damaged or was cut off"
        )

    def _refused(self, da: str, en: str) -> UploadRefused:
        return UploadRefused(
            Text(
                da=f"{da}; gem den på ny som XLSX eller CSV, og send den",
                en=f"{en}; save it anew as XLSX or CSV and send that",
            ),
            file=self._filename,
        )


class _Look:
    """What is looked for in one member while it passes (da: gennemsyn)."""

    def __init__(self, name: str, contents: Contents) -> None:
        self.size = 0
        self._name, self._contents = name, contents
        self._seam = b""
        self._is_sheet = _SHEET.fullmatch(name) is not None
        self._is_content = name == "content.xml"
        self._after_cells: bytearray | None = None
        self._whole: bytearray | None = None
        self._is_text = name.endswith((".xml", ".rels", ".vml", ".xhtml", ".svg"))
        if self._is_text and not self._is_sheet and not self._is_content:
            # Shared texts are read through cell by cell.
            self._whole = None if name.endswith("sharedStrings.xml") else bytearray()
        if "vbaProject" in name:
            contents.macros = True
        if name.startswith("xl/externalLinks/"):
            contents.links = True
        if looks_like_cpr(name):
            self._found()

    def forbids(self, piece: bytes) -> bool:
        """Take in a piece; whether it has what no spreadsheet has (da: forbudt)."""
        self.size += len(piece)
        if not self._is_text and not (self.size == len(piece) and _begins_as_xml(piece)):
            return False
        self._is_text = True
        if b"\x00" in piece:  # UTF-16 and UTF-32 hide their ASCII between these
            piece = piece.replace(b"\x00", b"")
        seen = self._seam + piece
        self._seam = seen[-_SEAM:]
        if b"<!" in seen and _FORBIDDEN.search(seen):
            return not self._name.startswith(_PICTURES) or self._name.endswith(".xml")
        if self._is_sheet or self._is_content:
            self._look_between_cells(seen, piece)
        elif self._whole is not None and len(self._whole) < _MOST_TEXT:
            self._whole += piece
        return False

    def end(self) -> None:
        """Look through what was kept (da: til sidst)."""
        if self._whole:
            text = self._whole.decode(errors="replace")
            if self._name == "xl/workbook.xml":
                self._contents.from_1904 = bool(re.search(r'date1904="(?:1|true)"', text))
                self._contents.hidden |= 'state="hidden"' in text or 'state="veryHidden"' in text
            self._look_for_cpr(text)
        if self._after_cells:
            self._look_for_cpr(self._after_cells.decode(errors="replace"))

    def _look_between_cells(self, seen: bytes, piece: bytes) -> None:
        contents = self._contents
        contents.hidden |= b' hidden="1"' in seen or b'table:visibility="' in seen
        contents.error_values |= b' t="e"' in seen
        formulas = b"<f>" in seen or b"<f " in seen or b"table:formula=" in seen
        contents.formulas |= formulas
        if self._is_content:
            formulas |= b"<office:annotation" in seen or b"xlink:" in seen
            formulas |= b"table:named" in seen or b"table:condition" in seen
        if self._after_cells is not None:
            if len(self._after_cells) < _MOST_TEXT:
                self._after_cells += piece
        elif self._is_sheet and (at := seen.find(b"</sheetData>")) >= 0:
            self._after_cells = bytearray(seen[at:])
        if formulas:
            between = b"><".join(_OUTSIDE_CELLS.findall(seen)) + b"><" + b"".join(_notes(seen))
            self._look_for_cpr(between.decode(errors="replace") + ">")

    def _look_for_cpr(self, text: str) -> None:
        if not MAY_BE_CPR.search(text) and not MAY_BE_CPR.search(_RUN_TAGS.sub("", text)):
            return
        text = _GUID.sub("", text)
        joined = _TAGS.sub("|", _RUN_TAGS.sub("", text))
        attributes = "|".join(found[1] for found in _SHOWN_ATTRIBUTES.finditer(text))
        if looks_like_cpr(joined) or looks_like_cpr(attributes):
            self._found()

    def _found(self) -> None:
        place = "navn" if looks_like_cpr(self._name) else PurePosixPath(self._name).name
        if place not in self._contents.cpr_places and len(self._contents.cpr_places) < 20:
            self._contents.cpr_places.append(place)


def _begins_as_xml(piece: bytes) -> bool:
    return piece[:64].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def _notes(seen: bytes) -> Iterator[bytes]:
    """What is written in the comments of an ODS sheet, also where a piece cuts one (da: noter)."""
    at = seen.find(_NOTE)
    end = seen.find(_NOTE_END)
    if end >= 0 and (at < 0 or end < at):
        yield seen[:end]
    while at >= 0:
        end = seen.find(_NOTE_END, at)
        yield seen[at : end if end >= 0 else len(seen)]
        at = seen.find(_NOTE, end) if end >= 0 else -1
