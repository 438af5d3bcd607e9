"""`caseload keys` and `caseload audit`: who may use the service, and what they did with it."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.options import Database, Lang
from api.terminal import day, read, refusals_in
from capacity.errors import InvalidInput
from capacity.wording import Text

keys = typer.Typer(
    help="Nøgler til tjenesten (keys to the service).", no_args_is_help=True, rich_markup_mode=None
)


@keys.command()
def create(
    label: Annotated[str, typer.Option(help="Hvem nøglen er til (whom the key is for).")],
    expires: Annotated[str, typer.Option(help="Den sidste dag, den virker (its last day).")],
    scope: Annotated[
        str, typer.Option(help="read: læse; plan: også gemme; admin: også slette (what it opens).")
    ] = "read",
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Lav en nøgle, og vis den denne ene gang (make a key, shown this once)."""
    from api.caller import Scope
    from api.store.keys import opened_keys

    with refusals_in(lang):
        if scope not in set(Scope):
            raise InvalidInput(
                Text(
                    da=f"”{scope}” er ingen rækkevidde; skriv en af {', '.join(Scope)}",
                    en=f"“{scope}” is no scope; write one of {', '.join(Scope)}",
                ),
                field="scope",
            )
        until = _end_of(expires)
        with opened_keys(_named(database)) as store:
            key, secret = store.add_key(label, Scope(scope), expires_at=until)
        said = Text(
            da=f"Nøgle nr. {key.id} til {key.label} ({key.scope}, til og med {expires}).\n"
            "Gem den nu: den kan ikke vises igen.",
            en=f"Key {key.id} for {key.label} ({key.scope}, through {expires}).\n"
            "Keep it now: it cannot be shown again.",
        )
        typer.echo(said.in_language(lang), err=True)
        typer.echo(secret)


@keys.command("list")
def listed(database: Database = None, lang: Lang = "da") -> None:
    """Vis alle nøgler, uden det hemmelige (show all keys, without the secrets)."""
    from api.store.keys import opened_keys

    now = datetime.now(UTC)
    with refusals_in(lang):
        with opened_keys(_named(database)) as store:
            rows = store.all_keys()
        state = {
            "open": Text(da="virker", en="works"),
            "expired": Text(da="udløbet", en="expired"),
            "revoked": Text(da="tilbagekaldt", en="revoked"),
        }
        for each in rows:
            now_is = "revoked" if each.revoked_at else "open" if each.opens_at(now) else "expired"
            last = (each.expires_at - timedelta(seconds=1)).astimezone(_copenhagen()).date()
            typer.echo(
                f"{each.id:>4}  {each.scope:<5}  {last}  "
                f"{state[now_is].in_language(lang):<12}  {each.label}"
            )
        if not rows:
            typer.echo(Text(da="Ingen nøgler", en="No keys").in_language(lang))


@keys.command()
def revoke(
    number: Annotated[int, typer.Argument(help="Nøglens nummer (its number).")],
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Tilbagekald en nøgle; den virker ikke efter fem sekunder (revoke a key)."""
    from api.store.keys import opened_keys

    with refusals_in(lang):
        with opened_keys(_named(database)) as store:
            key = store.revoke(number)
        said = Text(
            da=f"Nøgle nr. {key.id} til {key.label} er tilbagekaldt",
            en=f"Key {key.id} for {key.label} is revoked",
        )
        typer.echo(said.in_language(lang))


def audit(
    limit: Annotated[int, typer.Option(min=1, help="Antal rækker (rows).")] = 50,
    before: Annotated[
        int | None, typer.Option(help="Kun rækker før dette nummer (before this number).")
    ] = None,
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Vis, hvem der har gemt og slettet, de nyeste først (show who stored or deleted what)."""
    from api.store.audit import newest_in

    with refusals_in(lang):
        for each in newest_in(_named(database), limit, before=before):
            typer.echo(
                f"{each.id:>6}  {each.at:%Y-%m-%d %H:%M:%S}Z  {each.who}  {each.did}  "
                f"{each.about}  {each.status}  {each.request_id}"
            )


def _end_of(written: str) -> datetime:
    """Return the moment after a day in Denmark: a deadline is met through its day (da: udløb)."""
    last = read(day, "expires", written)
    try:
        following = last + timedelta(days=1)
    except OverflowError as error:
        raise InvalidInput(
            Text(da="dagen er uden for kalenderen", en="the day is outside the calendar"),
            field="expires",
        ) from error
    return datetime.combine(following, time(), _copenhagen()).astimezone(UTC)


def _copenhagen() -> ZoneInfo:
    return ZoneInfo("Europe/Copenhagen")


def _named(database: str | None) -> str:
    if database is not None:
        return database
    from api.serving import own_file

    return str(own_file())
