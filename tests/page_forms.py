"""A page's forms as a browser without scripts fills them in and sends them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from fastapi.testclient import TestClient

Element = ElementTree.Element
Fields = list[tuple[str, str]]


def tree(answer: Any) -> Element:
    """The page as a tree: what is not well-formed does not parse."""
    return ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))


def text(element: Element) -> str:
    written = "".join(element.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(written.split())


def of_class(root: Element, kind: str) -> list[Element]:
    return [each for each in root.iter() if kind in each.get("class", "").split()]


def alerts(root: Element) -> str:
    return " ".join(text(each) for each in root.iter() if each.get("role") == "alert")


def form_to(root: Element, path: str) -> Element:
    """The form of a page that is sent to an address."""
    return next(
        each for each in root.iter("form") if each.get("action", "").partition("?")[0] == path
    )


def fields_of(form: Element) -> Fields:
    """What a browser would send of a form, but for the button."""
    found: Fields = []
    for each in form.iter():
        name = each.get("name")
        if name is None or each.tag == "button":
            continue
        if each.tag == "select":
            options = list(each.iter("option"))
            chosen = next((one for one in options if one.get("selected")), options[0])
            found.append((name, chosen.get("value", "")))
        elif each.tag == "textarea":
            found.append((name, (each.text or "").removeprefix("\n")))
        elif each.get("type") in ("checkbox", "radio"):
            if each.get("checked"):
                found.append((name, each.get("value", "on")))
        elif each.get("type") != "file":
            found.append((name, each.get("value", "")))
    return found


def written(fields: Fields, changes: Mapping[tuple[str, int], str]) -> Fields:
    """The fields with other values, each by its name and its place among those of the name."""
    left, seen = dict(changes), dict[str, int]()
    found: Fields = []
    for name, value in fields:
        place = seen.get(name, 0)
        seen[name] = place + 1
        found.append((name, left.pop((name, place), value)))
    assert not left, left
    return found


def sent(client: TestClient, form: Element, fields: Fields, do: str = "", **headers: str) -> Any:
    body = urlencode([*fields, ("do", do)] if do else fields)
    return client.post(
        form.get("action", ""),
        content=body,
        headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
    )
