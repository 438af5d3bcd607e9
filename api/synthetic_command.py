"""The command that writes the lists of a department that does not exist (da: syntetiske lister)."""

from pathlib import Path
from typing import Annotated

import typer

from api.options import Lang
from api.quantities import count
from api.quick_start import quickly
from api.terminal import LOADING, read, refusals_in, told_if_slow
from capacity.errors import InvalidInput
from capacity.wording import Text

_PLAYING = Text(
    da="simulerer afdelingens fortid; første gang oversættes beregningskernen",
    en="simulating the department's past; the first time the calculation is compiled",
)


def synthetic(
    folder: Annotated[Path, typer.Option(help="Mappen, filerne skrives i (folder).")],
    size: Annotated[str, typer.Option(help="Størrelsen: small, medium, large.")] = "small",
    seed: Annotated[str, typer.Option(help="Samme frø, samme filer (same seed, same files).")] = (
        "1"
    ),
    form: Annotated[
        str, typer.Option(help="dansk (som et fagsystem), dansk-utf8 eller plain.")
    ] = "dansk",
    lang: Lang = "da",
) -> None:
    """Skriv en opdigtet afdelings lister at prøve med (lists of a made-up department).

    Sagsliste, personaleliste, fravær, tidsregistrering og afdelingen, som den virkelig er.
    """
    with refusals_in(lang), quickly():
        with told_if_slow(LOADING, lang):
            from api.synthetic_files import synthetic_files
            from api.synthetic_forms import Form
            from capacity.rulebook import rulebook
            from simulations.synthetic_truths import Size

        with told_if_slow(_PLAYING, lang):
            files = synthetic_files(
                Size(_one_of(size, tuple(Size), "size")),
                rulebook(),
                seed=read(count, "seed", seed),
                form=Form(_one_of(form, tuple(Form), "form")),
            )
        _refuse_to_overwrite(folder, tuple(each.name for each in files))
        for each in files:
            (folder / each.name).write_bytes(each.content)
            typer.echo(folder / each.name)


def _one_of(written: str, choices: tuple[str, ...], field: str) -> str:
    if written not in choices:
        raise InvalidInput(
            Text(
                da=f"”{written}” kendes ikke; skriv en af {', '.join(choices)}",
                en=f"“{written}” is not known; write one of {', '.join(choices)}",
            ),
            field=field,
        )
    return written


def _refuse_to_overwrite(folder: Path, names: tuple[str, ...]) -> None:
    """Make the folder if need be; `InvalidInput` where a file is there already, or no folder."""
    taken = [name for name in names if (folder / name).exists()]
    if taken:
        raise InvalidInput(
            Text(
                da=f"der ligger allerede {', '.join(taken)} i mappen; vælg en anden mappe",
                en=f"there are already {', '.join(taken)} in the folder; choose another folder",
            ),
            field="folder",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            Text(
                da=f"mappen kan ikke laves ({error.strerror}); vælg en anden mappe",
                en=f"the folder cannot be made ({error.strerror}); choose another folder",
            ),
            field="folder",
        ) from error
