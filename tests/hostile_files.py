"""Files that people send by mistake, and files that somebody made to do harm.

Each comes with what must happen to it: read, read with faults, refused, refused as too large, or
refused for a CPR number. `word` is in the Danish refusal, in the first fault or in a notice.
"""

import io
import random
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import xlsxwriter

CPR = "010203-1234"
"""No person's: the tests look for it, and for its digits, in whatever is answered."""

Outcome = Literal["read", "faults", "refused", "too_large", "cpr"]


@dataclass(frozen=True, slots=True)
class Expectation:
    outcome: Outcome
    word: str = ""
    rows: int | None = None


HEAD = "Sagsnr;Modtaget;Timer"
ROWS = "S-1;26-03-2020;37,5\nS-2;27-03-2020;30\nS-3;28-03-2020;12,25\n"
LIST = f"{HEAD}\n{ROWS}"
READ = Expectation("read", rows=3)

Expected = Iterator[tuple[str, bytes, Expectation]]


def hostile_files() -> Expected:
    """Every one, its name first."""
    yield from _encodings()
    yield from _texts()
    yield from _values()
    yield from _headings()
    yield from _foreign()
    yield from _cpr_in_texts()
    yield from _sheets()
    yield from _cpr_in_sheets()
    yield from _bombs()
    yield from _broken()


def _encodings() -> Expected:
    danish = LIST.replace("S-1", "Sønder Å")
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "windows-1252"):
        yield f"{encoding}.csv", danish.encode(encoding), READ
    yield "utf-16-be.csv", b"\xfe\xff" + danish.encode("utf-16-be"), READ
    yield "utf-16-no-mark.csv", danish.encode("utf-16-le"), Expectation("refused", "UTF-16")
    yield "utf-16-cut.csv", danish.encode("utf-16")[:-1], Expectation("refused", "UTF-16")
    yield "utf-32.csv", danish.encode("utf-32"), Expectation("refused", "UTF-32")
    half = f"{HEAD}\nSønder;26-03-2020;1\n".encode() + "Nørre;26-03-2020;1\n".encode("cp1252")
    yield "half-and-half.csv", half, Expectation("refused", "række 3")
    marked = b"\xef\xbb\xbf" + danish.encode("cp1252")
    yield "mark-and-cp1252.csv", marked, Expectation("refused", "blander")
    twice = danish.encode().decode("cp1252").encode()
    yield "encoded-twice.csv", twice, Expectation("read", "to gange", rows=3)
    dos = LIST.replace("S-1", "Sønderå").encode("cp850")
    yield "dos.csv", dos, Expectation("refused", "CP850")
    yield "no-sign.csv", LIST.encode() + b"S\x81;26-03-2020;1\n", Expectation("refused", "række 5")
    yield "nul.csv", LIST.replace("S-2", "S\x00").encode(), Expectation("refused", "række 3")
    yield (
        "nul-utf-16.csv",
        LIST.replace("S-2", "S\x00").encode("utf-16"),
        Expectation("refused", "nultegn"),
    )
    yield "right-to-left.csv", LIST.replace("S-2", "\u202e2-S\u200f").encode(), READ
    yield "emoji.csv", LIST.replace("S-2", "👩‍👧 🇩🇰").encode(), READ
    yield "mac-lines.csv", LIST.replace("\n", "\r").encode(), READ
    yield "windows-lines.csv", LIST.replace("\n", "\r\n").encode(), READ
    yield "no-last-line-break.csv", LIST.rstrip().encode(), READ
    yield "control-z.csv", LIST.replace("S-3", "S\x1a").encode(), READ
    yield (
        "surrogates.csv",
        LIST.encode() + b"\xed\xa0\x80;26-03-2020;1\n",
        Expectation("read", rows=4),
    )


def _texts() -> Expected:
    yield "sep.csv", f"sep=,\n{LIST.replace(',', '.').replace(';', ',')}".encode(), READ
    yield "tab.csv", LIST.replace(";", "\t").encode(), READ
    yield "pipe.csv", LIST.replace(";", "|").encode(), READ
    yield "comma.csv", LIST.replace(",", ".").replace(";", ",").encode(), READ
    quoted = f'{HEAD}\n"linje 1\nlinje 2";26-03-2020;1\nS-2;27-03-2020;2\n'
    yield "quoted-line-break.csv", quoted.encode(), Expectation("read", rows=2)
    yield "quoted-delimiter.csv", LIST.replace("S-2", '"S;2"').encode(), READ
    yield "doubled-quotes.csv", LIST.replace("S-2", '"S ""2"""').encode(), READ
    yield "quote-within.csv", LIST.replace("S-2", 'S "2"').encode(), READ
    yield (
        "lone-quote.csv",
        LIST.replace("S-2", '"S-2').encode(),
        Expectation("faults", "anførselstegn"),
    )
    yield (
        "quote-then-text.csv",
        LIST.replace("S-2", '"S"2').encode(),
        Expectation("faults", "anførselstegn"),
    )
    yield (
        "too-many-cells.csv",
        LIST.replace("S-2", "S;2").encode(),
        Expectation("faults", "4 celler"),
    )
    yield "too-few-cells.csv", LIST.replace("S-2;", "").encode(), Expectation("faults", "2 celler")
    yield "trailing-delimiters.csv", LIST.replace("\n", ";;\n").encode(), READ
    yield "blank-lines.csv", LIST.replace("\n", "\n\n;;\n").encode(), READ
    yield (
        "a-million-columns.csv",
        b";".join([b"a"] * 10**6) + b"\n1",
        Expectation("too_large", "1000000 kolonner"),
    )
    yield (
        "a-million-empty-columns.csv",
        b"a" + b";" * 10**6 + b"\n1",
        Expectation("too_large", "1000001 kolonner"),
    )
    yield (
        "a-long-cell.csv",
        LIST.replace("S-2", "x" * 40_000).encode(),
        Expectation("faults", "for lang"),
    )
    yield "one-long-line.csv", b"x" * 20_000_000, Expectation("refused", "overskrifter")
    yield (
        "ten-million-empty-rows.csv",
        LIST.encode() + b"\n" * 10**7,
        Expectation("too_large", "rækker"),
    )
    yield (
        "too-many-rows.csv",
        b"Navn;Timer\n" + b"a;1\n" * 1_100_000,
        Expectation("too_large", "rækker"),
    )
    yield "quotes-alone.csv", b'"' * 2_000_000, Expectation("refused", "overskrifter")
    yield "one-column.csv", b"Navn\nAnna\nBo\nCarl\n", READ


def _values() -> Expected:
    for name, value in {
        "formula-injection": "=cmd|' /C calc'!A0",
        "plus-injection": "+1+1",
        "at-injection": "@SUM(A1)",
        "hyperlink-injection": '"=HYPERLINK(""x"";""y"")"',
        "american-date": "03/26/2020",
        "no-leap-day": "29-02-2019",
        "april-31": "31-04-2020",
        "mixed-decimals": "1.234",
        "two-marks": "1,234.5,6",
        "word-date": "26. marts 2020 kl. 14.30",
        "serial-in-text": "43916",
        "infinity": "inf",
        "not-a-number": "NaN",
        "huge-exponent": "1e999999999",
        "thousand-digits": "9" * 1000,
        "arabic-digits": "٢٦-٠٣-٢٠٢٠",
        "markup": "<script>alert(1)</script>",
        "sql": "') OR 1=1 --",
        "format-string": "%s%n{0.__class__}",
        "path": "../../etc/passwd",
    }.items():
        # Read as the text it is; what it means is for the column's reader to refuse.
        yield f"{name}.csv", LIST.replace("S-2", value).encode(), READ


def _headings() -> Expected:
    title = "Lønliste;;\nUdskrevet;26-03-2020;\n\n"
    yield "title-lines.csv", f"{title}{LIST}".encode(), Expectation("read", "række 4", rows=3)
    yield "long-preamble.csv", ("Bemærkning\n" * 40 + LIST).encode(), Expectation("read", rows=3)
    yield "no-heading.csv", ROWS.encode(), Expectation("refused", "overskrifter")
    yield "only-heading.csv", f"{HEAD}\n".encode(), Expectation("refused", "ingen rækker")
    yield "only-title.csv", b"\n\nhej\n", Expectation("refused", "ingen rækker")
    twice = LIST.replace("Timer", "Sagsnr").encode()
    yield "twice.csv", twice, Expectation("faults", "A og C")
    yield (
        "twice-but-case.csv",
        LIST.replace("Timer", " SAGSNR ").encode(),
        Expectation("faults", "A og C"),
    )
    yield (
        "nameless.csv",
        LIST.replace("Modtaget", "").encode(),
        Expectation("faults", "ingen overskrift"),
    )
    yield "sum-row.csv", f"{LIST}I alt;;79,75\n".encode(), Expectation("read", "række 5", rows=3)
    two = ";Dato;;Timer\nSagsnr;Modtaget;Afsluttet;\nS-1;26-03-2020;27-03-2020;5\n"
    yield "two-lines.csv", two.encode(), Expectation("read", "sat sammen", rows=1)
    long = LIST.replace("Timer", "x" * 5000).encode()
    yield "long-heading.csv", long, READ
    yield "numbers-only.csv", b"1;2;3\n4;5;6\n7;8;9\n", Expectation("refused", "overskrifter")


def _foreign() -> Expected:
    for what, content in {
        "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 8,
        "PNG": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "gzip": b"\x1f\x8b\x08\x00" + bytes(64),
        "7z": b"7z\xbc\xaf\x27\x1c" + bytes(64),
        "RAR": b"Rar!\x1a\x07\x00" + bytes(64),
        "HTML": b"<html><table><tr><td>Navn</td></tr></table></html>",
        "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        "RTF": b"{\\rtf1\\ansi Navn}",
        "SQLite": b"SQLite format 3\x00" + bytes(100),
        "Parquet": b"PAR1" + bytes(100),
        "program": b"\x7fELF\x02\x01\x01" + bytes(100),
    }.items():
        yield f"{what.lower()}.csv", content, Expectation("refused", what)
    yield "html.xls", b"\n <TABLE><TR><TD>x</TD></TR></TABLE>", Expectation("refused", "HTML")
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    yield (
        "old.xls",
        old + bytes(2000) + "Workbook".encode("utf-16-le"),
        Expectation("refused", "XLS"),
    )
    yield (
        "locked.xlsx",
        old + bytes(2000) + "EncryptedPackage".encode("utf-16-le"),
        Expectation("refused", "adgangskode"),
    )
    noise = random.Random(5).randbytes(50_000)
    yield "noise.csv", b"N" + noise, Expectation("refused", "ikke er tekst")
    yield "empty.csv", b"", Expectation("refused", "tom")
    yield "empty.xlsx", b"", Expectation("refused", "tom")
    yield "white-space.csv", b" \r\n\t \n", Expectation("refused", "tom")
    yield "mark-only.csv", b"\xef\xbb\xbf", Expectation("refused", "tom")
    yield "zeros.csv", bytes(5000), Expectation("refused", "tom")
    yield "too-many-bytes.csv", LIST.encode() * 800_000, Expectation("too_large", "MB")
    yield "word.docx", _zipped({"word/document.xml": b"<w/>"}), Expectation("refused", "Word")
    yield "binary.xlsb", _zipped({"xl/workbook.bin": b"\x00"}), Expectation("refused", "XLSB")
    yield "folder.zip", _zipped({"liste.csv": LIST.encode()}), Expectation("refused", "zip")
    yield "csv-named.xlsx", LIST.encode(), READ
    yield "xlsx-named.csv", _plain(), READ


def _cpr_in_texts() -> Expected:
    found = Expectation("cpr")
    digits = CPR.replace("-", "")
    for name, content in {
        "cell": LIST.replace("S-2", CPR),
        "last-cell": f"{LIST}S-4;26-03-2020;{CPR}\n",
        "without-hyphen": LIST.replace("S-2", digits),
        "with-space": LIST.replace("S-2", CPR.replace("-", " ")),
        "within-text": LIST.replace("S-2", f"barnet {CPR} m.fl."),
        "lost-nought": LIST.replace("S-2", digits[1:]),
        "heading": LIST.replace("Timer", f"Timer {CPR}"),
        "title": f"Vedr. {CPR}\n\n{LIST}",
        "quoted": LIST.replace("S-2", f'"a\n{CPR}"'),
        "ragged-row": LIST.replace("S-2", f"S;{CPR}"),
        "sum-row": f"{LIST}I alt {CPR};;\n",
        "two-columns": "Dato;Løbenr;Timer\n010203;1234;1\n020304;2345;2\n311299;9999;3\n",
        "full-width-digits": LIST.replace("S-2", digits.translate(_full_width())),
        "row-5000": LIST + "S;26-03-2020;1\n" * 5000 + f"{CPR};26-03-2020;1\n",
    }.items():
        yield f"cpr-{name}.csv", content.encode(), found
    yield "cpr-utf-16.csv", LIST.replace("S-2", CPR).encode("utf-16"), found
    yield f"liste {CPR}.csv", LIST.encode(), Expectation("cpr")
    many = HEAD + "\n" + f"{CPR};26-03-2020;1\n" * 100_000
    yield "cpr-a-hundred-thousand.csv", many.encode(), Expectation("cpr", "100000")


def _full_width() -> dict[int, int]:
    return {ord("0") + n: 0xFF10 + n for n in range(10)}


def _sheets() -> Expected:
    def with_title(book: xlsxwriter.Workbook) -> None:
        sheet = _filled(book, "Sager", top=4)
        sheet.merge_range("A1:C1", "Sagsliste for Familierådgivningen")

    yield "title.xlsx", _book(with_title), Expectation("read", "række 5", rows=3)

    def merged(book: xlsxwriter.Workbook) -> None:
        sheet = _filled(book, "Sager")
        sheet.merge_range("A6:A7", "Flettet")
        sheet.write_row("B6", [1, 2])
        sheet.write_row("B7", [1, 2])

    yield "merged.xlsx", _book(merged), Expectation("read", "A6:A7", rows=5)

    def joined(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Sager")
        sheet.write("A1", "Sag")
        sheet.merge_range("B1:C1", "Dato")
        sheet.write_row("B2", ["Ind", "Ud"])
        sheet.write_row("A3", ["S-1", 43916, 43917])

    yield "merged-heading.xlsx", _book(joined), Expectation("read", "sat sammen", rows=1)

    def formulas(book: xlsxwriter.Workbook) -> None:
        sheet = _filled(book, "Sager")
        sheet.write_formula("C5", '=WEBSERVICE("http://127.0.0.1/x")', value=5)
        sheet.write("A5", "S-4")

    yield "formulas.xlsx", _book(formulas), Expectation("read", "formler", rows=4)

    def errors(book: xlsxwriter.Workbook) -> None:
        sheet = _filled(book, "Sager")
        sheet.write_row("A5", ["S-4"])
        sheet.write_formula("C5", "=1/0", value="#DIV/0!")

    yield "error-values.xlsx", _book(errors), Expectation("read", "fejlværdier", rows=4)

    def injected(book: xlsxwriter.Workbook) -> None:
        sheet = _filled(book, "Sager")
        sheet.write_string("A5", "=cmd|' /C calc'!A0")

    yield "injection.xlsx", _book(injected), Expectation("read", rows=4)

    def serials(book: xlsxwriter.Workbook) -> None:
        sheet = _filled(book, "Sager")
        sheet.write_row("A5", ["S-4", 43916, 1])

    yield "serials.xlsx", _book(serials), Expectation("read", rows=4)
    yield "dates-1904.xlsx", _book(lambda b: _filled(b, "Sager"), date_1904=True), READ

    def hidden_first(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("Skjult").write("A1", "x")
        _filled(book, "Sager").activate()
        book.worksheets()[0].hide()
        book.worksheets()[1].set_first_sheet()

    yield "hidden-first.xlsx", _book(hidden_first), READ

    def hidden_rows(book: xlsxwriter.Workbook) -> None:
        _filled(book, "Sager").set_row(2, None, None, {"hidden": True})

    yield "hidden-rows.xlsx", _book(hidden_rows), Expectation("read", "skjulte", rows=3)

    def empty_first(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("Tomt")
        _filled(book, "Sager")

    yield "empty-first.xlsx", _book(empty_first), READ
    yield (
        "all-empty.xlsx",
        _book(lambda b: b.add_worksheet("Tomt")),
        Expectation("refused", "intet synligt ark"),
    )

    def twice(book: xlsxwriter.Workbook) -> None:
        _filled(book, "Sager").write("C1", "Sagsnr")

    yield "twice.xlsx", _book(twice), Expectation("faults", "A og C")

    def nameless(book: xlsxwriter.Workbook) -> None:
        _filled(book, "Sager").write("D4", "uden navn")

    yield "nameless.xlsx", _book(nameless), Expectation("faults", "ingen overskrift")

    def far_away(book: xlsxwriter.Workbook) -> None:
        _filled(book, "Sager").write("XFD1048576", "langt væk")

    yield "far-away.xlsx", _book(far_away), Expectation("too_large")
    dimension = _sheet_xml().replace(
        b"<sheetData>", b'<dimension ref="A1:XFD10000000"/><sheetData>'
    )
    yield "declared-rows.xlsx", _raw_xlsx(dimension), READ
    wide = b"".join(b'<c r="%s1"><v>1</v></c>' % _letters(n).encode() for n in range(100_000))
    yield (
        "too-wide.xlsx",
        _raw_xlsx(_sheet_xml(b'<row r="1">' + wide + b"</row>")),
        Expectation("too_large"),
    )
    empty_rows = b"".join(b'<row r="%d"/>' % n for n in range(5, 400_000))
    yield "empty-rows.xlsx", _raw_xlsx(_sheet_xml(empty_rows)), READ
    macros = {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(100)}
    yield "macros.xlsm", _plain(macros), Expectation("read", "makroer", rows=3)
    links = {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    yield "links.xlsx", _plain(links), Expectation("read", "kæder", rows=3)
    yield "plain.ods", _ods(), READ
    yield (
        "no-strings.xlsx",
        _raw_xlsx(_sheet_xml(b'<row r="5"><c r="A5" t="s"><v>99</v></c></row>')),
        (Expectation("refused", "kan ikke læses")),
    )
    shared = b"<sst>" + b"<si><t>" + b"x" * 30_000_000 + b"</t></si></sst>"
    yield "huge-string.xlsx", _plain({"xl/sharedStrings.xml": shared}), Expectation("too_large")


def _cpr_in_sheets() -> Expected:
    found = Expectation("cpr")

    def cpr(fill) -> bytes:
        def filled(book: xlsxwriter.Workbook) -> None:
            fill(book, _filled(book, "Sager"))

        return _book(filled)

    digits = CPR.replace("-", "")
    yield "cpr-text.xlsx", cpr(lambda b, s: s.write("A3", CPR)), found
    yield "cpr-number.xlsx", cpr(lambda b, s: s.write("A3", 3112991234)), found
    yield "cpr-nine.xlsx", cpr(lambda b, s: s.write("A3", int(digits))), found
    yield "cpr-heading.xlsx", cpr(lambda b, s: s.write("C1", CPR)), found
    yield "cpr-nameless-column.xlsx", cpr(lambda b, s: s.write("F200", CPR)), found
    yield "cpr-sheet-name.xlsx", cpr(lambda b, s: b.add_worksheet(CPR)), found
    yield "cpr-other-sheet.xlsx", cpr(lambda b, s: b.add_worksheet("B").write("D9", CPR)), found
    yield "cpr-hidden-sheet.xlsx", cpr(lambda b, s: _hidden(b).write("D9", CPR)), found
    yield "cpr-very-hidden.xlsx", cpr(lambda b, s: _very_hidden(b).write("D9", digits)), found
    yield "cpr-comment.xlsx", cpr(lambda b, s: s.write_comment("A2", f"Barnet {CPR}")), found
    yield "cpr-header.xlsx", cpr(lambda b, s: s.set_header(f"&L{CPR}")), found
    yield "cpr-defined-name.xlsx", cpr(lambda b, s: b.define_name("barn", f'="{CPR}"')), found
    yield (
        "cpr-formula.xlsx",
        cpr(lambda b, s: s.write_formula("E2", f'=LEN("{CPR}")', value=1)),
        found,
    )
    yield (
        "cpr-link.xlsx",
        cpr(lambda b, s: s.write_url("E2", f"https://example.com/{CPR}", string="x")),
        found,
    )
    yield "cpr-property.xlsx", cpr(lambda b, s: b.set_properties({"title": CPR})), found
    yield "cpr-text-box.xlsx", cpr(lambda b, s: s.insert_textbox("E5", f"se {CPR}")), found
    yield (
        "cpr-validation.xlsx",
        cpr(lambda b, s: s.data_validation("A2", {"validate": "list", "source": [CPR, "x"]})),
        found,
    )

    def rich(book: xlsxwriter.Workbook, sheet) -> None:
        bold = book.add_format({"bold": True})
        sheet.write_rich_string("A3", "0102", bold, "03-12", "34")

    yield "cpr-in-pieces.xlsx", cpr(rich), found
    yield "cpr-member.xlsx", _plain({f"xl/media/{CPR}.png": b"x"}), found
    yield (
        "cpr-cache.xlsx",
        _plain({"xl/pivotCache/pivotCacheRecords1.xml": f'<r><s v="{CPR}"/></r>'.encode()}),
        found,
    )
    yield "cpr-cell.ods", _ods(CPR), found
    note = f"S<office:annotation><text:p>{CPR}</text:p></office:annotation>"
    yield "cpr-comment.ods", _ods(note), found
    yield "cpr-sheet-name.ods", _ods(sheet=CPR), found


def _bombs() -> Expected:
    too_large = Expectation("too_large", "pakkes ud")
    blank = b" " * 60_000_000
    yield "bomb.xlsx", _raw_xlsx(_sheet_xml(blank)), too_large
    yield "bomb-member.xlsx", _plain({"xl/media/image1.png": blank}), too_large
    yield "bomb.ods", _ods(tail=blank.decode()), too_large
    yield (
        "bomb-in-bomb.xlsx",
        _plain({"x.zip": _zipped({"y": bytes(2**20)})}),
        Expectation("refused", "pakket fil"),
    )
    yield (
        "nested.xlsx",
        _plain({"xl/embeddings/a.xlsx": _plain()}),
        Expectation("refused", "pakket fil"),
    )
    noise = random.Random(6).randbytes(1_000_000).hex().encode()
    yield (
        "lying-small.xlsx",
        _lying(_raw_xlsx(_sheet_xml(noise)), 100),
        Expectation("refused", "selv siger"),
    )
    yield "lying-bomb.xlsx", _lying(_raw_xlsx(_sheet_xml(blank)), 100), Expectation("too_large")
    yield "overlapping.xlsx", _overlapping(), Expectation("refused", "overlapper")
    yield (
        "many-members.xlsx",
        _plain({f"m{n}": b"" for n in range(300)}),
        Expectation("refused", "dele"),
    )
    yield (
        "twenty-thousand-members.zip",
        _zipped(dict.fromkeys(map(str, range(20_000)), b"")),
        (Expectation("refused", "dele")),
    )
    yield "same-name-twice.xlsx", _twice(), Expectation("refused", "samme navn")
    doctype = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    laughs = b"".join(
        b'<!ENTITY lol%d "%s">' % (n, b"&lol%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    bomb = doctype + laughs + b"]>" + _sheet_xml()
    refused = Expectation("refused", "DOCTYPE")
    yield "billion-laughs.xlsx", _raw_xlsx(bomb), refused
    yield "doctype-strings.xlsx", _plain({"xl/sharedStrings.xml": doctype + b"]><sst/>"}), refused
    yield "doctype-properties.xlsx", _plain({"docProps/core.xml": doctype + b"]><x/>"}), refused
    wide = (doctype + b"]><sst/>").decode().encode("utf-16")
    yield "doctype-utf-16.xlsx", _plain({"xl/sharedStrings.xml": wide}), refused
    wider = (doctype + b"]><sst/>").decode().encode("utf-32")
    yield "doctype-utf-32.xlsx", _plain({"xl/sharedStrings.xml": wider}), refused
    late = b"<x>" + b" " * (2**18 - 8) + b"<!DOCTYPE x></x>"
    yield "doctype-in-the-seam.xlsx", _plain({"xl/theme/theme1.xml": late}), refused
    yield "billion-laughs.ods", _ods(head=(doctype + laughs + b"]>").decode()), refused
    outside = b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>' + _sheet_xml()
    yield "outside-entity.xlsx", _raw_xlsx(outside), refused
    repeated = (
        '<table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell></table:table-row>"
    )
    yield "repeated.ods", _ods(rows=repeated), Expectation("refused", "kan ikke læses")
    empty = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    yield "repeated-empty.ods", _ods(rows=empty), READ


def _broken() -> Expected:
    refused = Expectation("refused")
    whole = _plain()
    yield "cut-in-half.xlsx", whole[: len(whole) // 2], Expectation("refused", "ødelagt")
    yield "cut-at-end.xlsx", whole[:-5], Expectation("refused", "ødelagt")
    yield "four-bytes.xlsx", b"PK\x03\x04", Expectation("refused", "ødelagt")
    yield "prefixed.xlsx", b"PK" + b"x" * 100 + whole, Expectation("refused", "ødelagt")
    yield "followed.xlsx", whole + b"x" * 100, Expectation("refused")
    spoiled = bytearray(whole)
    at = spoiled.find(b"xl/worksheets/sheet1.xml") + 60
    spoiled[at : at + 40] = bytes(40)
    yield "spoiled.xlsx", bytes(spoiled), refused
    yield "encrypted.xlsx", _flagged(whole, 1), Expectation("refused", "adgangskode")
    yield (
        "other-packing.xlsx",
        _zipped({"xl/workbook.xml": b"<x/>"}, zipfile.ZIP_BZIP2),
        Expectation("refused", "pakket på en måde"),
    )
    yield "no-sheet.xlsx", _zipped({"xl/workbook.xml": b"<workbook/>"}), refused
    yield "no-xml.xlsx", _raw_xlsx(b"this is no XML <<<>>>"), refused
    yield "not-closed.xlsx", _raw_xlsx(_sheet_xml()[:-60]), refused
    deep = b"<a>" * 200_000
    yield "deep.xlsx", _raw_xlsx(deep), refused
    yield (
        "locked.ods",
        _ods(manifest="<manifest:encryption-data/>"),
        Expectation("refused", "adgangskode"),
    )
    yield (
        "no-table.ods",
        _zipped(
            {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}
        ),
        refused,
    )
    yield (
        "bad-reference.xlsx",
        _raw_xlsx(_sheet_xml(b'<row r="5"><c r="??"><v>1</v></c></row>')),
        refused,
    )
    names = _raw_xlsx(_sheet_xml(), workbook_sheet="../../../../etc/passwd")
    yield "path-name.xlsx", names, READ


def _filled(book: xlsxwriter.Workbook, name: str, top: int = 0):
    sheet = book.add_worksheet(name)
    sheet.write_row(top, 0, ["Sagsnr", "Modtaget", "Timer"])
    for row in range(3):
        sheet.write_row(top + 1 + row, 0, [f"S-{row}", date(2020, 3, 26), 37.5])
    return sheet


def _hidden(book: xlsxwriter.Workbook):
    sheet = book.add_worksheet("Skjult")
    sheet.hide()
    return sheet


def _very_hidden(book: xlsxwriter.Workbook):
    sheet = book.add_worksheet("Meget skjult")
    sheet.very_hidden()
    return sheet


def _book(fill, **options: object) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"default_date_format": "dd-mm-yyyy", **options})
    fill(book)
    book.close()
    return written.getvalue()


def _zipped(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, packing)
    return written.getvalue()


def _plain(extra: dict[str, bytes] | None = None) -> bytes:
    return _raw_xlsx(_sheet_xml(), extra or {})


def _sheet_xml(more: bytes = b"") -> bytes:
    rows = [["Sagsnr", "Modtaget", "Timer"], *(["S", "26-03-2020", "1"] for _ in range(3))]
    written = b"".join(
        b'<row r="%d">%s</row>'
        % (
            at,
            b"".join(
                b'<c r="%s%d" t="inlineStr"><is><t>%s</t></is></c>'
                % (_letters(column).encode(), at, cell.encode())
                for column, cell in enumerate(row)
            ),
        )
        for at, row in enumerate(rows, 1)
    )
    return (
        b'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats'
        b'.org/spreadsheetml/2006/main"><sheetData>' + written + more + b"</sheetData></worksheet>"
    )


def _raw_xlsx(
    sheet: bytes, extra: dict[str, bytes] | None = None, workbook_sheet: str = "Sager"
) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>'.encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet '
            f'name="{workbook_sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>"
        ).encode(),
        "xl/worksheets/sheet1.xml": sheet,
    }
    return _zipped(members | (extra or {}))


def _ods(
    cell: str = "S",
    *,
    sheet: str = "Sager",
    head: str = "",
    rows: str = "",
    tail: str = "",
    manifest: str = "",
) -> bytes:
    def row(*cells: str) -> str:
        written = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{each}</text:p>'
            "</table:table-cell>"
            for each in cells
        )
        return f"<table:table-row>{written}</table:table-row>"

    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"{head}<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="{sheet}">{row("Sagsnr", "Modtaget", "Timer")}'
        f"{row(cell, '26-03-2020', '1')}{row('S', '26-03-2020', '1')}"
        f"{row('S', '26-03-2020', '1')}{rows}</table:table>{tail}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return _zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": (
                '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
                f'manifest:1.0">{manifest}</manifest:manifest>'
            ).encode(),
            "content.xml": content.encode(),
        }
    )


def _letters(column: int) -> str:
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _directory(content: bytes) -> Iterator[int]:
    """Where the entries of the directory at the end begin."""
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        yield at
        at = content.find(b"PK\x01\x02", at + 1)


def _lying(content: bytes, size: int) -> bytes:
    """The large members say that they have so many bytes unpacked."""
    changed = bytearray(content)
    for at in _directory(content):
        (true,) = struct.unpack_from("<I", content, at + 24)
        if true < 100_000:
            continue
        struct.pack_into("<I", changed, at + 24, size)
        (local,) = struct.unpack_from("<I", content, at + 42)
        struct.pack_into("<I", changed, local + 22, size)
    return bytes(changed)


def _flagged(content: bytes, flag: int) -> bytes:
    changed = bytearray(content)
    for at in _directory(content):
        (flags,) = struct.unpack_from("<H", content, at + 8)
        struct.pack_into("<H", changed, at + 8, flags | flag)
    return bytes(changed)


def _overlapping() -> bytes:
    """All members lie where the first does: one kernel of bytes, counted many times."""
    content = _zipped(dict.fromkeys(("xl/workbook.xml", "a", "b", "c"), b"x" * 1000))
    changed = bytearray(content)
    for at in _directory(content):
        struct.pack_into("<I", changed, at + 42, 0)
    return bytes(changed)


def _twice() -> bytes:
    content = _plain({"xl/worksheets/sheet2.xml": _sheet_xml()})
    return content.replace(b"xl/worksheets/sheet2.xml", b"xl/worksheets/sheet1.xml")
