"""The parameters of the service in the words of a terminal (da: valgmuligheder i ord).

What is refused and what is asked for is told alike everywhere, by the names that the service has:
`seen_on`, `map=…`. In a terminal the same thing is an option, `--seen-on` or `--map "…"`. Which
there are is asked of the command that runs, so that no list of them has to be kept.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # typer is loaded by the terminal alone
    import typer

_OTHERWISE = {"values": "value", "extra_fte": "extra", "slug": "new_department"}
"""What an option is called where the service has another name for it."""
_PAIR = re.compile(
    r"\b(map|values|study_map)=(?!…)([^;?]*?=(?:(?:…/)?[a-z0-9_]+(?:[-/][a-z0-9]+)*|-|…)(?=[\s;,.)?:]|$))"
)
"""Of a column or a word: what it is stands behind a second equals sign."""
_NONE: Mapping[str, str] = MappingProxyType({})
_of_command: ContextVar[Mapping[str, str]] = ContextVar("options", default=_NONE)


def note_command(context: "typer.Context") -> None:
    """Note which options the command has that is about to run (da: kommandoens valgmuligheder)."""
    from typer.core import TyperGroup, TyperOption

    group, name = context.command, context.invoked_subcommand
    command = group.get_command(context, name) if isinstance(group, TyperGroup) and name else None
    found: dict[str, str] = {}
    for each in command.params if command is not None else ():
        option = next((spelt for spelt in each.opts if spelt.startswith("--")), None)
        if option is not None and isinstance(each, TyperOption):
            found[(each.name or "").rstrip("_")] = option
            found[option.removeprefix("--").replace("-", "_")] = option
    found |= {name: found[own] for name, own in _OTHERWISE.items() if own in found}
    _of_command.set(found)


def option_names(otherwise: Mapping[str, str] = _NONE) -> Mapping[str, str]:
    """Return what the parameters are called as options of the command that runs.

    (da: valgmuligheder.) `otherwise` says what else some of them are called here.
    """
    return {**_of_command.get(), **otherwise}


def as_options(words: str, options: Mapping[str, str]) -> str:
    """Write the parameters of a sentence as a terminal has them (da: som valgmuligheder).

    A name that may be an ordinary word is a parameter only where an equals sign is behind it.

    >>> known = {"seen_on": "--seen-on", "map": "--map", "values": "--value", "unit": "--unit"}
    >>> as_options("skriv også unit=… (child, family), seen_on=… (the unit)", known)
    'skriv også --unit … (child, family), --seen-on … (the unit)'
    >>> as_options("skriv hvad det er: values=team:Team B=… (der er boern); ? for ukendt", known)
    'skriv hvad det er: --value "team:Team B=…" (der er boern); ? for ukendt'
    >>> as_options("skriv map=Felt 12=closed, eller map=Felt 12=-, hvis den ikke bruges", known)
    'skriv --map "Felt 12=closed", eller --map "Felt 12=-", hvis den ikke bruges'
    >>> as_options("skriv values=case_type:Opfølgning=stoette/opfoelgning-2 (der er to)", known)
    'skriv --value "case_type:Opfølgning=stoette/opfoelgning-2" (der er to)'
    >>> as_options("a later seen_on, or leave_out=true", {**known, "leave_out": "--leave-out"})
    'a later --seen-on, or --leave-out'
    """
    if not options:
        return words

    def quoted(found: re.Match[str]) -> str:
        option = options.get(found[1])
        return found[0] if option is None else f'{option} "{found[2]}"'

    names = "|".join(re.escape(each) for each in options)
    alone = "|".join(re.escape(each) for each in options if "_" in each) or "(?!)"
    words = _PAIR.sub(quoted, words)
    words = re.sub(rf"\b({names})=true\b", lambda found: options[found[1]], words)
    words = re.sub(rf"\b({names})=(?=\S)", lambda found: f"{options[found[1]]} ", words)
    return re.sub(rf"(?<![\w-])({alone})(?![\w=-])", lambda found: options[found[1]], words)
