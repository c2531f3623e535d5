"""`lesionlab study theatre`: known leaks staged beside the honest protocol, and what each buys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lesionlab.cli.failures import EXIT_INTERRUPTED
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.study_run import ThreadsChoice
from lesionlab.cli.text import table
from lesionlab.cli.training import explain_missing
from lesionlab.core.notice import NOTICE

if TYPE_CHECKING:
    from lesionlab.data.prepared import PreparedData
    from lesionlab.study.theatre.record import TheatreFolder

FIGURE_NAME, TABLE_NAME = "leaks.svg", "leaks.csv"


def theatre(
    data: Annotated[
        str | None, typer.Option("--data", help="A prepared data set, by name or folder.", show_default="drawn lesions")
    ] = None,
    size: Annotated[int, typer.Option("--size", help="Pixels a side.")] = 16,
    share: Annotated[float, typer.Option(help="Of each fold's real images, those that the classifier has.")] = 0.1,
    generator: Annotated[
        Literal["copies", "dcgan"],
        typer.Option(
            help="copies: one at its worst, that repeats what it saw, turned or mirrored; dcgan: a trained one."
        ),
    ] = "copies",
    generator_kimg: Annotated[float, typer.Option("--generator-kimg", help="Thousand images shown to each.")] = 100,
    kimg: Annotated[float, typer.Option("--kimg", help="Thousand images shown to each classifier.")] = 6.4,
    folds: Annotated[int, typer.Option("--folds", help="Each lesion is tested in one.")] = 5,
    seeds: Annotated[int, typer.Option("--seeds", help="Classifier seeds of each scene: 0, 1, ...")] = 2,
    show: Annotated[
        str | None, typer.Option("--show", metavar="THEATRE", help="Train nothing: table and figure of these records.")
    ] = None,
    threads: ThreadsChoice = 0,
) -> None:
    """Stage known leaks, each beside the honest protocol on the same lesions at equal numbers, and say what each buys.

    Nothing of it can enter a study or a release. Run again, it goes on; several processes may share the folds.
    """
    from lesionlab.core.home import studies_folder
    from lesionlab.study.theatre.record import find_theatre

    if show is not None:
        _tell(find_theatre(show, studies_folder()))
        return
    prepared = _prepared(data, size)
    with explain_missing():
        from lesionlab.study.theatre.runner import Theatre
    from lesionlab.study.theatre.first_plan import first_plan
    from lesionlab.study.theatre.record import open_theatre

    trained = generator_kimg if generator == "dcgan" else None
    folder = open_theatre(first_plan(prepared, size, share, kimg, trained, folds, range(seeds)))
    typer.echo(f"Theatre: {folder.path}", err=True)
    try:
        for record in Theatre(folder, prepared, threads, progress_bar).play():
            typer.echo(f"Played: {record.name}, {record.seconds / 60:.1f} min", err=True)
    except KeyboardInterrupt:
        typer.echo("Stopped; what is done is kept. Run the same command again: it goes on.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    _tell(folder)


def _prepared(name: str | None, size: int) -> PreparedData:
    from lesionlab.data.prepared import open_prepared
    from lesionlab.study.theatre.first_plan import drawn_data

    if name is not None:
        return open_prepared(name)
    with progress_bar("Drawing", "lesions") as progress:
        return drawn_data(size, progress)


def _tell(folder: TheatreFolder) -> None:
    """Write table and figure beside the records, and print the table."""
    from lesionlab.core.files import write_text
    from lesionlab.study.theatre.gains import gains_of
    from lesionlab.study.theatre.picture import as_csv, picture
    from lesionlab.study.theatre.plan import TITLES, TOLD

    honest, gains = gains_of(folder.plan, folder.records())
    lines = [(TITLES["honest"], f"{100 * honest:.1f}", "", "", "0")]
    for each in gains:
        low, high = each.gain.interval()
        buys, interval = f"{100 * each.gain.estimate:+.1f}", f"{100 * low:+.1f} to {100 * high:+.1f}"
        lines.append((TITLES[each.scene], f"{100 * each.accuracy:.1f}", buys, interval, f"{each.planted:,.0f}"))
    first = gains[0]
    typer.echo(table(("staged", "balanced accuracy", "buys", "95% interval", "planted"), lines))
    typer.echo(
        f"{first.lesions:,} lesions of '{folder.plan.data}', {first.folds} folds, {first.seeds} seeds; "
        f"{first.images:,.0f} real training images a fold in every scene; {folder.plan.maker}."
    )
    for each in gains:
        typer.echo(f"  {TITLES[each.scene]}: {TOLD[each.scene]}")
    write_text(folder.path / FIGURE_NAME, picture(folder.plan, honest, gains))
    write_text(folder.path / TABLE_NAME, as_csv(honest, gains))
    typer.echo(f"Figure and table: {folder.path / FIGURE_NAME}, {folder.path / TABLE_NAME}\n{NOTICE}")
