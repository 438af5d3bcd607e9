"""Options that several commands take in the same words (da: valgmuligheder)."""

from typing import Annotated

import typer

from capacity.wording import Language

Lang = Annotated[Language, typer.Option(help="Svarets sprog (language of the answer).")]
On = Annotated[
    str | None, typer.Option(help="Dagen, hvis regler gælder; i dag, hvis udeladt (date).")
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        envvar="CASELOAD_DATABASE",
        help="Databasens fil, eller postgresql://… (the database's file or address).",
    ),
]
