"""`/charts/…`: a page's chart as a file that stands alone, for a notat (da: figurer som filer).

The picture is the page's own, with its colours for paper inside it, what it shows above it and
where it came from below it. As PNG it is drawn with a font that lies here, so that it comes out the
same on a machine that has none.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import resvg_py
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.freezing import NotReady
from api.pages import dials, today
from api.pages.caseload import caseload_part
from api.pages.curve import curve_part, levels_written, question_of
from api.pages.dials import plan_of
from api.pages.frame import STATIC, Frame, frame_of
from api.pages.printing import rendered
from api.pages.what_if import parts_of
from api.store.departments import StoreDependency
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.wording import Language, Text, shown

router = APIRouter(include_in_schema=False)

FONTS = Path(__file__).parent.parent / "fonts"
_FAMILY = "Noto Sans"
_PIXELS_A_UNIT = 3
_ABOVE, _BELOW = 30, 40
_SVG = "http://www.w3.org/2000/svg"
_VARIABLE = re.compile(r"(--[\w-]+):\s*([^;]+);")
_CHART_RULE = re.compile(r"^svg [^{]+\{[^}]*\}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A part of a page with a chart in it, and where its numbers came from (da: tegning)."""

    part: object
    origin: Text


@dataclass(frozen=True, slots=True)
class ChartFile:
    """A chart that can be fetched as a file (da: figur).

    `terms` are what its page knows, `template` prints the picture from `part`.
    """

    terms: Mapping[str, str | None]
    template: str
    drawing: Callable[[Request, Frame, Department], Drawing]


@router.get("/charts/{name}.{kind}")
async def chart_file(
    name: str, kind: Literal["svg", "png"], request: Request, store: StoreDependency
) -> Response:
    """Return a chart of a page as a file (da: figur som fil)."""
    chart = CHARTS.get(name)
    if chart is None:
        known = ", ".join(CHARTS)
        raise InvalidInput(
            Text(da=f"figurerne hedder {known}", en=f"the charts are called {known}"), field="name"
        )
    frame = frame_of(request, "/charts", chart.terms, store)
    for refused in frame.refusals.values():
        raise refused
    if frame.department is None:
        raise InvalidInput(Text(da="her er ingen afdelinger", en="there are no departments here"))
    picture = await run_in_threadpool(_drawn, request, frame, chart, frame.department)
    return await sent(picture, name, kind, frame.asked.language)


async def sent(
    picture: str, name: str, kind: Literal["svg", "png"], language: Language
) -> Response:
    """Answer with a picture that stands alone (da: send figuren)."""
    content = picture.encode() if kind == "svg" else await run_in_threadpool(png, picture)
    return Response(
        content,
        media_type={"svg": "image/svg+xml", "png": "image/png"}[kind],
        headers={
            "Content-Security-Policy": f"default-src 'none'; style-src '{_style_hash()}'",
            "Content-Disposition": f'inline; filename="{name}.{kind}"',
            "Content-Language": language,
            "Cache-Control": "no-cache",
        },
    )


def standing_alone(chart: str, origin: tuple[str, str]) -> str:
    """Put a page's chart into a picture of its own (da: selvstændig figur).

    Its title stands above it, its origin in two lines below, and the colours are those of paper.
    """
    drawn = ElementTree.fromstring(chart)
    _, _, width, height = (float(each) for each in drawn.get("viewBox", "").split())
    title = drawn.findtext("title", "")
    tall = height + _ABOVE + _BELOW
    whole = ElementTree.Element(
        "svg",
        {
            "xmlns": _SVG,
            "role": "img",
            "viewBox": f"0 0 {width:g} {tall:g}",
            "width": f"{width:g}",
            "height": f"{tall:g}",
            "aria-labelledby": drawn.get("aria-labelledby", ""),
        },
    )
    names = [each for each in drawn if each.tag in ("title", "desc")]
    whole.extend(names)
    style = ElementTree.SubElement(whole, "style")
    style.text = _style()
    area = {"class": "sheet", "width": f"{width:g}", "height": f"{tall:g}"}
    ElementTree.SubElement(whole, "rect", area)
    heading = ElementTree.SubElement(whole, "text", {"class": "heading", "x": "4", "y": "20"})
    heading.text = title
    shapes = ElementTree.SubElement(whole, "g", {"transform": f"translate(0 {_ABOVE})"})
    shapes.extend(each for each in drawn if each not in names)
    for number, line in enumerate(origin):
        below = {"class": "origin", "x": "4", "y": f"{tall - 24 + 14 * number:g}"}
        ElementTree.SubElement(whole, "text", below).text = line
    return ElementTree.tostring(whole, encoding="unicode")


def png(picture: str) -> bytes:
    """Draw a picture that stands alone as pixels (da: som PNG)."""
    return resvg_py.svg_to_bytes(
        svg_string=picture,
        zoom=_PIXELS_A_UNIT,
        skip_system_fonts=True,
        font_files=[str(each) for each in sorted(FONTS.glob("*.ttf"))],
        font_family=_FAMILY,
        sans_serif_family=_FAMILY,
    )


@cache
def _style() -> str:
    """The rules of the style sheet that draw charts, each colour written out as on paper."""
    sheet = (STATIC / "planner.css").read_text(encoding="utf-8")
    first = sheet[sheet.index(":root {") : sheet.index("}", sheet.index(":root {"))]
    colours = dict(_VARIABLE.findall(first))
    rules = "\n".join(_CHART_RULE.findall(sheet))
    for name, colour in colours.items():
        rules = rules.replace(f"var({name})", colour)
    return (
        f'svg {{ font-family: "{_FAMILY}", "Segoe UI", Arial, sans-serif; }}\n{rules}\n'
        f"svg .sheet {{ fill: {colours['--paper']}; }}\n"
        f"svg .heading {{ font-size: 15px; font-weight: 700; fill: {colours['--ink']}; }}\n"
        f"svg .origin {{ font-size: 9.5px; fill: {colours['--faint']}; }}"
    )


@cache
def _style_hash() -> str:
    """What lets the picture's own style stand under the strict policy, and nothing else."""
    return f"sha256-{b64encode(sha256(_style().encode()).digest()).decode()}"


def _drawn(request: Request, frame: Frame, chart: ChartFile, department: Department) -> str:
    language: Language = frame.asked.language
    drawing = chart.drawing(request, frame, department)
    picture = rendered(chart.template, language, frame=frame, asked=frame.asked, part=drawing.part)
    origin = drawing.origin.in_language(language)
    whose = f"{department.name.in_language(language)} · {department.address}"
    return standing_alone(picture, (whose, origin))


def _guideline(request: Request, frame: Frame, department: Department) -> Drawing:
    book = rulebook()
    origin = Text(da=f"regelsæt {book.fingerprint}", en=f"rules {book.fingerprint}")
    return Drawing(caseload_part(department, book), origin)


def _staffing(request: Request, frame: Frame, department: Department) -> Drawing:
    chosen = frame.asked.terms
    levels = chosen["extra_fte"] or levels_written()
    question = question_of(department, chosen["team"], chosen["deadline"], levels)
    part = curve_part(question, request.app.state.curves)
    if part is None:
        raise NotReady(
            Text(
                da="kurven beregnes endnu; hent figuren igen om lidt",
                en="the curve is still being simulated; fetch the chart again shortly",
            )
        )
    simulated = part.model_version, question.seed, part.replications
    return Drawing(part, simulated_origin(*simulated))


def _what_if(request: Request, frame: Frame, department: Department) -> Drawing:
    *_, part = parts_of(plan_of(frame.asked, department), request.app.state.runs)
    simulated = part.model_version, part.plan.after.seed, part.replications
    return Drawing(part, simulated_origin(*simulated))


def simulated_origin(model_version: str, seed: int, replications: int) -> Text:
    """Where simulated numbers came from, and that they are of a model."""
    return Text(
        da=f"I denne model: version {model_version}, frø {seed}, "
        f"{shown(replications, 0, 'da')} simulerede år · rettidighed, ikke lovmedholdelighed",
        en=f"In this model: version {model_version}, seed {seed}, "
        f"{shown(replications, 0, 'en')} simulated years · timeliness, not lawfulness",
    )


CHARTS: Mapping[str, ChartFile] = {
    "guideline": ChartFile(today.TERMS, "parts/guideline_chart.html", _guideline),
    "staffing": ChartFile(today.TERMS, "parts/staffing_chart.html", _staffing),
    "what-if": ChartFile(dials.TERMS, "parts/what_if_chart.html", _what_if),
}
