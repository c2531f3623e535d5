"""`lesionlab models`: which models there are, and whether they are whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.cli.failures import EXIT_USER, report
from lesionlab.cli.models_extractor import extractor
from lesionlab.cli.text import table
from lesionlab.core.errors import ModelError

if TYPE_CHECKING:
    from lesionlab.inference.catalogue import ListedModel
    from lesionlab.records.card import ModelCard

app = typer.Typer(help="List the models there are; verify them.", no_args_is_help=True, rich_markup_mode=None)
app.command(short_help="Make a feature space to compare images in.")(extractor)

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
    return f"{metric.name.replace('_', ' ')} {metric.text} ({metric.part}, n = {metric.n:,} {metric.unit})"


@app.command(short_help="Compare files with their pinned hashes.")
def verify(
    folder: Annotated[
        Path | None, typer.Argument(help="A release or an exported model.", show_default="the released models")
    ] = None,
) -> None:
    """Compare a release, or one exported model, with its hashes, and this machine's engine with torch."""
    from lesionlab.core.resources import released_folder
    from lesionlab.records.card import CARD_NAME, check_weights, read_card
    from lesionlab.records.release import members, read_release, verify_release

    chosen = folder or released_folder()
    if (chosen / CARD_NAME).is_file():
        card = read_card(chosen)
        check_weights(chosen, card)
        typer.echo(f"OK: the weights of {card.name} have the hash of their card, {card.weights_sha256[:12]}.")
        _check_groups([chosen])
        _check_engine([chosen])
        return
    pinned = read_release(chosen)
    problems = verify_release(chosen)
    for problem in problems:
        report(problem, f"Restore {chosen} from where it came from, or install LesionLab again.")
    if problems:
        raise typer.Exit(EXIT_USER)
    typer.echo(f"OK: {len(pinned.files)} files of release {pinned.name} have the hashes pinned for them.")
    folders = [chosen / place for place in members(chosen)]
    _check_groups(folders)
    _check_engine(folders)


def _check_groups(folders: list[Path]) -> None:
    """Compare the list of lesions that each model saw with the hash in its card."""
    from lesionlab.records.card import read_card
    from lesionlab.records.seen_groups import read_seen_groups

    for folder in folders:
        card = read_card(folder)
        seen = read_seen_groups(folder, card)
        counts = f"{len(seen.images()):,} images of {len(seen.groups()):,} lesion groups"
        typer.echo(f"OK: {card.name} saw {counts}, as its card says.")


def _check_engine(folders: list[Path]) -> None:
    """Run each export's probe on this machine and compare with what torch gave when it was exported."""
    from lesionlab.inference.probe import TOLERANCE, probe_difference

    for folder in folders:
        difference = probe_difference(folder)
        if difference > TOLERANCE:
            raise ModelError(
                f"This machine's engine differs from torch by {difference:.1e} on the probe of {folder}; "
                f"{TOLERANCE:.1e} is allowed.",
                "Report it with the output of `lesionlab --version` and the name of your processor.",
            )
        typer.echo(f"OK: the engine agrees with torch on the probe of {folder.name} within {difference:.1e}.")


@app.command(short_help="Make a release of a generator, a classifier and extractors.")
def release(
    generator: Annotated[str, typer.Option(help="A generator: name, run or folder.")],
    classifier: Annotated[str, typer.Option(help="A classifier: name, run or folder.")],
    name: Annotated[str, typer.Option(help="The name of the release.")],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="The folder that becomes the release.")],
    extractor: Annotated[
        list[str] | None, typer.Option(help="An extractor: name or folder; may be repeated.", show_default="none")
    ] = None,
) -> None:
    """Copy exports that belong together into a folder; their cards name each other, release.json pins every file."""
    from lesionlab.inference.catalogue import find_model
    from lesionlab.records.release import RELEASE_NAME, make_release

    exports = {"generator": find_model(generator, "generator"), "classifier": find_model(classifier, "classifier")}
    extractors = [find_model(each, "extractor") for each in extractor or ()]
    made = make_release(to.resolve(), name, exports, extractors)
    total = sum(file.size_bytes for file in made.files.values())
    typer.echo(f"Pinned {len(made.files)} files, {total / 2**20:.1f} MB, in {to / RELEASE_NAME}")
    typer.echo(f"  next: lesionlab models verify {to}")
