"""The command `caseload`: the answers of the service in a terminal, and the service itself.

Each command reads its words, asks the same functions as the service and writes what they say.
What takes time to load is imported by the command that needs it, so that the others start at once.
"""

import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from api.database_commands import COMMANDS
from api.fit_command import fit
from api.import_commands import import_file
from api.key_commands import audit, keys
from api.observed_commands import observed, review_size
from api.option_names import note_command
from api.options import Database, Lang, On
from api.quantities import count, levels, number, share
from api.quick_start import load_numba, quickly
from api.synthetic_command import synthetic
from api.terminal import (
    curve_written,
    day,
    numbers_written,
    provisional,
    read,
    read_if_written,
    refusals_in,
)
from capacity.errors import InvalidInput
from capacity.wording import Language, Text

if TYPE_CHECKING:
    from capacity.department import Department
    from simulations.input_band import InputBand
    from simulations.questions import StaffingQuestion
    from simulations.staffing import StaffingCurve

main = typer.Typer(
    help="Timer, fuldtidsstillinger, sagstal og frister (hours, FTE, caseload and deadlines).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@main.callback(invoke_without_command=True)
def _program(
    context: typer.Context,
    show_version: Annotated[
        bool, typer.Option("--version", help="Vis programmets version (show the version).")
    ] = False,
) -> None:
    if show_version:
        from importlib.metadata import version

        typer.echo(version("caseload-planner"))
        raise typer.Exit
    note_command(context)


@main.command()
def fte(
    staff: Annotated[str, typer.Argument(help="Antal x ugetimer: 20x37;8x30;4x25,5 (staff).")],
    non_case_hours: Annotated[
        str, typer.Option(help="Ugetimer til andet end sager, i alt (hours on other duties).")
    ] = "0",
    sick_days: Annotated[
        str | None, typer.Option(help="Sygedage om året pr. ansat; ellers reglens (sick days).")
    ] = None,
    full_time_hours: Annotated[
        str | None, typer.Option(help="Ugetimer på fuld tid; ellers aftalens (full-time hours).")
    ] = None,
    on: On = None,
    lang: Lang = "da",
) -> None:
    """Fra timer til fuldtidsstillinger (from hours to FTE)."""
    from capacity import roster as staffing
    from capacity.rulebook import rulebook

    with refusals_in(lang):
        book, asked_on = rulebook(), _day(on)
        full_time = read_if_written(number, "full_time_hours", full_time_hours)
        if full_time is None:
            full_time = book["agreement.full_time_hours"].on(asked_on).number
        roster = staffing.with_non_case_hours(
            staffing.roster_from_short_form(staff), read(number, "non_case_hours", non_case_hours)
        )
        year = staffing.available_hours(
            roster,
            asked_on,
            book,
            sick_days=read_if_written(number, "sick_days", sick_days),
        )
        rows = (
            (Text(da="ansatte", en="people"), staffing.headcount(roster, asked_on), 0),
            (
                Text(da="ansættelsestimer om ugen", en="contracted hours a week"),
                staffing.contracted_hours(roster, asked_on),
                2,
            ),
            (
                Text(da="fuldtidsstillinger, ansat", en="contracted FTE"),
                staffing.contracted_fte(roster, asked_on, full_time),
                2,
            ),
            (
                Text(da="fuldtidsstillinger til sager", en="case-carrying FTE"),
                staffing.case_fte(roster, asked_on, full_time),
                2,
            ),
            (
                Text(
                    da=f"effektive timer til sager i {asked_on.year}",
                    en=f"available hours for cases in {asked_on.year}",
                ),
                year,
                2,
            ),
        )
        typer.echo(numbers_written(rows, lang))


@main.command()
def ratio(  # noqa: PLR0913  (one option each)
    open_cases: Annotated[str, typer.Option(help="Åbne sager i alt (open cases).")],
    case_fte: Annotated[str, typer.Option(help="Fuldtidsstillinger til sager (case FTE).")],
    on: On = None,
    unit: Annotated[
        str, typer.Option(help="Hvad en sag er: child, family (what a case is).")
    ] = "child",
    children_per_case: Annotated[
        str | None, typer.Option(help="Børn pr. sag, når en sag er en familie.")
    ] = None,
    area: Annotated[str, typer.Option(help="Det vejledende sagstals område.")] = (
        "children_families"
    ),
    target: Annotated[str | None, typer.Option(help="Eget mål for sager pr. stilling.")] = None,
    lang: Lang = "da",
) -> None:
    """Sagstal over for det vejledende sagstal (caseload beside the guideline)."""
    from capacity.caseload import CaseUnit, caseload, caseload_sentence
    from capacity.rulebook import rulebook

    with refusals_in(lang):
        if unit not in set(CaseUnit):
            raise InvalidInput(
                Text(
                    da=f"”{unit}” er ikke en enhed; skriv en af {', '.join(CaseUnit)}",
                    en=f"“{unit}” is no unit; write one of {', '.join(CaseUnit)}",
                ),
                field="unit",
            )
        found = caseload(
            open_cases=read(count, "open_cases", open_cases),
            case_fte=read(number, "case_fte", case_fte),
            on=_day(on),
            unit=CaseUnit(unit),
            book=rulebook(),
            area=area,
            target=read_if_written(number, "target", target),
            children_per_case=read_if_written(number, "children_per_case", children_per_case),
        )
        row = (Text(da="sager pr. fuldtidsstilling", en="cases per FTE"), found.cases_per_fte, 1)
        typer.echo(numbers_written((row,), lang))
        typer.echo(caseload_sentence(found).in_language(lang))


@main.command()
def compliance(
    in_time: Annotated[str, typer.Argument(help="Sager til tiden (cases in time).")],
    due: Annotated[str, typer.Argument(help="Forfaldne sager (cases due).")],
    other: Annotated[
        tuple[str, str] | None,
        typer.Option(help="En anden optælling: til tiden og forfaldne (another count)."),
    ] = None,
    not_yet_due: Annotated[
        str, typer.Option(help="Endnu ikke forfaldne; vises, tælles ikke (not yet due).")
    ] = "0",
    method: Annotated[str, typer.Option(help="Interval: wilson, clopper-pearson.")] = "wilson",
    lang: Lang = "da",
) -> None:
    """Fra optælling til andel til tiden (from counts to a share in time)."""
    from capacity.compliance import (
        compliance_difference,
        compliance_difference_sentence,
        compliance_sentence,
        observed_compliance,
    )

    with refusals_in(lang):
        one = observed_compliance(
            read(count, "in_time", in_time),
            read(count, "due", due),
            method=method,
            not_yet_due=read(count, "not_yet_due", not_yet_due),
        )
        sentences = [compliance_sentence(one)]
        against = read_if_written(
            lambda pair: observed_compliance(*(count(each) for each in pair), method=method),
            "other",
            other,
        )
        if against is not None:
            difference = compliance_difference(one, against)
            sentences.append(compliance_difference_sentence(difference))
        typer.echo("\n".join(each.in_language(lang) for each in sentences))


@main.command()
def curve(  # noqa: PLR0913  (one option each)
    department: Annotated[str, typer.Argument(help="Demoafdeling eller slug@version.")],
    team: Annotated[str | None, typer.Option(help="Teamet; ellers det, der vises først.")] = None,
    deadline: Annotated[str | None, typer.Option(help="Fristens regel (the deadline).")] = None,
    extra: Annotated[
        str | None,
        typer.Option(
            help="Ekstra fuldtidsstillinger: 0;1;2,5 eller 0..6 eller 0..6/2 (extra FTE)."
        ),
    ] = None,
    extra_from: Annotated[
        str | None, typer.Option(help="De ekstras første dag (first day of the extra staff).")
    ] = None,
    fuller_work: Annotated[
        str | None,
        typer.Option(help="Andel 0-1 af de ekstra timer til grundigere arbejde (fuller work)."),
    ] = None,
    inflow: Annotated[
        str | None, typer.Option(help="Tilgangen i forhold til den vante, 1 (inflow, a factor).")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Første dag (first day).")] = None,
    to: Annotated[str | None, typer.Option(help="Dagen efter den sidste (the day after).")] = None,
    seed: Annotated[
        str | None, typer.Option(help="Samme frø, samme held (same seed, same luck).")
    ] = None,
    replications: Annotated[
        str | None, typer.Option(help="Antal gentagelser (replications).")
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            help="I stedet: så mange, at hver andel er ±så mange procentpoint (percentage points)."
        ),
    ] = None,
    assumptions: Annotated[
        bool, typer.Option(help="Vis også de andre antagelsessæt (other sets of assumptions).")
    ] = False,
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Frister til tiden ved flere stillinger (deadlines kept with more staff).

    Hvad der ikke skrives, er som på siden (what is left out is as on the page).
    """
    from api.curve_terms import curve_question, precision_of

    with refusals_in(lang), quickly():
        runs = read_if_written(count, "replications", replications)
        points = read_if_written(number, "precision", precision)
        asked = curve_question(
            _department(department, database),
            team=team,
            deadline=deadline,
            begins=read_if_written(day, "from", from_),
            ends=read_if_written(day, "to", to),
            extra_fte=read_if_written(levels, "extra", extra),
            extra_from=read_if_written(day, "extra_from", extra_from),
            fuller_work=read_if_written(share, "fuller_work", fuller_work),
            inflow=read_if_written(number, "inflow", inflow),
            seed=read_if_written(count, "seed", seed),
            replications=runs,
            precision=precision_of(points, runs),
        )
        (simulated, band), spread = _with_progress(asked, lang), None
        if assumptions:
            from capacity.rulebook import rulebook
            from simulations.ensemble import spread as spread_of

            spread = spread_of(asked, rulebook())
        typer.echo(curve_written(simulated, lang, band, spread))


@main.command()
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Indlæs demoafdelingerne (load the demo).")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            help="Adressen, ellers 127.0.0.1; andre end denne maskines kræver nøgler (address)."
        ),
    ] = None,
    port: Annotated[str | None, typer.Option(help="Porten, ellers 8000 (port).")] = None,
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Start tjenesten (start the service).

    Uden --database gemmes afdelinger i din egen programmappe; med --demo alene gemmes intet.
    Hver indstilling kan også skrives som en miljøvariabel: CASELOAD_PORT=8001 (settings by
    environment).
    """
    with quickly():
        from api.serving import run

    with refusals_in(lang):
        run(database, demo=demo, host=host, port=port, language=lang)


@main.command()
def work(database: Database = None, lang: Lang = "da") -> None:
    """Lav tjenestens store beregninger i en proces for sig (do the service's jobs).

    Flere kan dele én database. Det, der er regnet, når den stoppes, går ikke tabt.
    """
    with quickly():
        from api.jobs.working import work as work_on

    with refusals_in(lang):
        work_on(database, lang)


for command in (*COMMANDS, audit, synthetic, fit, observed, review_size):
    main.command()(command)
main.command("import")(import_file)
main.add_typer(keys, name="keys")


def _day(written: str | None) -> date:
    if written is not None:
        return read(day, "on", written)
    from api.today import today

    return today()


def _department(address: str, database: str | None) -> "Department":
    if database is None:
        from api.documents import load_example

        return load_example(address)
    from api.store.departments import stored_department

    return stored_department(database, address)


def _with_progress(
    asked: "StaffingQuestion", language: Language
) -> "tuple[StaffingCurve, InputBand | None]":
    """Simulate, with a bar on the error stream where somebody watches it.

    With the curve comes what a fit leaves open of the inputs, where it does.
    """
    load_numba()
    from dataclasses import replace

    from capacity.rulebook import rulebook
    from simulations.input_band import band_replications, input_band
    from simulations.questions import LEAST_REPLICATIONS
    from simulations.staffing import partial_curves, staffing_curve

    book = rulebook()
    if not sys.stderr.isatty():
        simulated = staffing_curve(asked, book)
        return simulated, input_band(simulated, book)
    few = replace(asked, replications=LEAST_REPLICATIONS, precision=None)
    typer.echo(provisional(next(partial_curves(few, book)), language), err=True)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    # A precision settles how many there are to be only when the first of them have been seen.
    more = band_replications(asked)
    total = asked.replications + more if asked.precision is None else None
    label = Text(da="simulerer", en="simulating").in_language(language)
    unit = Text(da="gentagelser", en="replications").in_language(language)
    with Progress(
        TextColumn(label),
        BarColumn(),
        TextColumn("{task.completed:.0f} " + unit),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task(label, total=total)
        simulated = staffing_curve(
            asked, book, on_progress=lambda done: progress.update(task, completed=done)
        )
        before = simulated.replications
        band = input_band(
            simulated, book, on_progress=lambda done: progress.update(task, completed=before + done)
        )
        return simulated, band
