"""What the tests of the pages that look ahead share: a page as a tree, and what stands in it."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from capacity.units import exact
from capacity.wording import Language, percent

Element = ElementTree.Element
LANGUAGES: tuple[Language, ...] = ("da", "en")
CITY = "fjordkoebing-2026"


def opened_service() -> Iterator[TestClient]:
    """The service with its demo, in memory; its pages wait for every answer."""
    settings = Settings(database=None, demo=True, patience=600, log_level="error")
    with TestClient(create_app(settings), base_url="http://localhost") as opened:
        assert opened.app.state.warm.wait(timeout=600)  # type: ignore[attr-defined]
        yield opened


def page(client: TestClient, path: str, status: int = 200, **query: str) -> Element:
    """The page as a tree: what is not well-formed does not parse."""
    answer = client.get(f"{path}?{urlencode(query)}")
    assert answer.status_code == status, answer.text[:500]
    return ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))


def text(element: Element) -> str:
    written = "".join(element.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(written.split())


def of_class(root: Element, kind: str) -> list[Element]:
    return [each for each in root.iter() if kind in each.get("class", "").split()]


def findings(root: Element) -> list[str]:
    return [text(each) for each in of_class(root, "finding")]


def rows(client: TestClient, root: Element, path: str) -> list[dict[str, Any]]:
    """What the address below the page's table answers."""
    address = next(
        each.get("href", "")
        for each in root.iter("a")
        if path in each.get("href", "")
        and "format=json" in each.get("href", "")
        and not any(part in each.get("href", "") for part in ("&month=", "&in_time=", "&within="))
    )
    answered = client.get(address)
    assert answered.status_code == 200, answered.text
    found: list[dict[str, Any]] = answered.json()["rows"]
    return found


def in_percent(value: Any, language: Language = "da", digits: int = 0) -> str:
    return percent(exact(value), language, digits)


def bare(shown: str, language: Language) -> float:
    """A number as it is printed, read as a person reads it."""
    grouped = shown.replace("." if language == "da" else ",", "").replace("\N{MINUS SIGN}", "-")
    number = re.search(r"-?[\d]+(?:[.,]\d+)?", grouped)
    assert number, shown
    return float(number[0].replace(",", "."))


def check_figures(client: TestClient, root: Element, language: Language) -> int:
    """Every opened number is what its cell answers, to the last digit; how many there were."""
    compared = 0
    for figure in of_class(root, "figure"):
        cell = next(
            (
                each.get("href", "")
                for each in figure.iter("a")
                if "format=text" in each.get("href", "") and "field=" in each.get("href", "")
            ),
            None,
        )
        if cell is None:
            continue
        value = text(next(figure.iter("b")))
        answered = client.get(cell)
        assert answered.status_code == 200, answered.text
        written = answered.text.strip()
        assert "\n" not in written
        if re.fullmatch(r"\d{4}-\d\d-\d\d", written):
            assert written[:4] in value
        else:
            mark = "," if language == "da" else "."
            decimals = len(value.split()[0].rstrip("%").partition(mark)[2])
            found = float(written.replace(mark, "."))
            if "%" in value or "field=difference" in cell:
                found *= 100
            if value.startswith("<"):
                assert 0 < found < 0.5
            else:
                assert abs(abs(found) - bare(value, language)) <= 0.51 * 10**-decimals
        compared += 1
    return compared


def check_soundness(root: Element) -> None:
    """Ids once each, references that find one, captions, labels, nothing inline."""
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    for each in root.iter():
        for name in (each.get("aria-labelledby") or each.get("aria-describedby") or "").split():
            assert name in ids
        if (each.get("href") or "").startswith("#"):
            assert each.get("href", "")[1:] in ids
        assert not each.get("style")
        assert not any(name.startswith("on") for name in each.keys())  # noqa: SIM118
    assert all(table.find("caption") is not None for table in root.iter("table"))
    labelled = {id(field) for label in root.iter("label") for field in label.iter()}
    fields = [each for each in root.iter() if each.tag in ("input", "select")]
    assert all(id(each) in labelled for each in fields if each.get("type") != "hidden")
    levels = [int(each.tag[1]) for each in root.iter() if re.fullmatch("h[1-6]", each.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def check_addresses(client: TestClient, root: Element) -> int:
    """Every address of ours on the page answers; how many there were."""
    found = {each.get("href", "").partition("#")[0] for each in root.iter("a")}
    cells = sorted(each for each in found if "&month=" in each or "&within=" in each)
    # Each cell is a simulation of its own: the first and the last of them stand for all.
    own = {each for each in found if each.startswith("/v1/")} - set(cells[1:-1])
    assert {client.get(each).status_code for each in own} <= {200}
    return len(own)
