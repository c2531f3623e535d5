"""`lesionlab models`: which models there are, and whether they are whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.cli.failures import EXIT_USER, report
from lesionlab.cli.text import table
from lesionlab.core.errors import ModelError

if TYPE_CHECKING:
    from lesionlab.inference.catalogue import ListedModel
    from lesionlab.records.card import ModelCard

app = typer.Typer(help="List the models there are; verify them.", no_args_is_help=True, rich_markup_mode=None)

HEAD = ("NAME", "KIND", "SIZE", "CLASSES", "KEY METRIC", "SHA-256", "FOLDER")


@app.command("list", short_help="List the models there are.")
def list_all() -> None:
    """List the released models, your own and those of your runs."""
    from lesionlab.inference.catalogue import list_models

    listed = list_models()
    if not listed:
        raise ModelError("There is no model yet.", "Train one with `lesionlab gan train`, or install LesionLab again.")
    typer.echo(table(HEAD, [_row(model) for model in listed]))


def _row(model: ListedModel) -> tuple[str, ...]:
    from lesionlab.core.errors import LesionLabError

    card = model.card
    if isinstance(card, LesionLabError):
        return (model.name, "unreadable", "", "", card.cause, "", str(model.folder))
    size, classes = f"{card.image.size_px} px", str(len(card.classes))
    return (model.name, card.kind, size, classes, _key_metric(card), card.weights_sha256[:12], str(model.folder))


def _key_metric(card: ModelCard) -> str:
    if not card.metrics:
        return "none yet"
    metric = card.metrics[0]
    return f"{metric.name.replace('_', ' ')} {metric.value:.3f} ({metric.part}, n = {metric.n:,} {metric.unit})"


@app.command(short_help="Compare files with their pinned hashes.")
def verify(
    folder: Annotated[
        Path | None, typer.Argument(help="A release or an exported model.", show_default="the released models")
    ] = None,
) -> None:
    """Compare every file of a release, or of one exported model, with the hashes pinned for it."""
    from lesionlab.core.resources import released_folder
    from lesionlab.records.card import CARD_NAME, check_weights, read_card
    from lesionlab.records.release import read_release, verify_release

    chosen = folder or released_folder()
    if (chosen / CARD_NAME).is_file():
        card = read_card(chosen)
        check_weights(chosen, card)
        typer.echo(f"OK: the weights of {card.name} have the hash of their card, {card.weights_sha256[:12]}.")
        return
    release = read_release(chosen)
    problems = verify_release(chosen)
    for problem in problems:
        report(problem, f"Restore {chosen} from where it came from, or install LesionLab again.")
    if problems:
        raise typer.Exit(EXIT_USER)
    typer.echo(f"OK: {len(release.files)} files of release {release.name} have the hashes pinned for them.")


@app.command(short_help="Pin a set of models by hash.")
def pin(
    folder: Annotated[Path, typer.Argument(help="A folder with generator/ and classifier/.")],
    name: Annotated[str, typer.Option(help="The name of the release.")],
) -> None:
    """Write release.json: the hash of every file in a set of models that belong together."""
    from lesionlab.records.release import RELEASE_NAME, pin_release

    release = pin_release(folder, name)
    total = sum(file.size_bytes for file in release.files.values())
    typer.echo(f"Pinned {len(release.files)} files, {total / 2**20:.1f} MB, in {folder / RELEASE_NAME}")
    typer.echo(f"  next: lesionlab models verify {folder}")
