"""`lesionlab gan`: train a generator, sample synthetic lesions, ask a classifier about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from lesionlab.cli.gan_publish import publish
from lesionlab.cli.gan_project import project
from lesionlab.cli.gan_report import report
from lesionlab.cli.gan_sample import sample
from lesionlab.cli.gan_walk import walk
from lesionlab.cli.keep_report import CardChoice, OutChoice, keep_report
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training import (
    Choices,
    ConfigChoice,
    DataChoice,
    DryRunChoice,
    PresetChoice,
    ResumeChoice,
    SettingChoice,
    SplitChoice,
    Stage,
)
from lesionlab.cli.training import train as train_stage
from lesionlab.records.presets import GAN_PRESETS
from lesionlab.records.run import RunFolder

app = typer.Typer(help="Train a generator; sample synthetic lesions.", no_args_is_help=True, rich_markup_mode=None)


def _load() -> tuple[Callable[..., RunFolder], Callable[..., None]]:
    from lesionlab.training.gan_run import continue_gan, start_gan

    return start_gan, continue_gan


app.command(short_help="Write synthetic lesions as PNG files or shards.")(sample)

app.command(short_help="Write a walk through latent space as an animation.")(walk)

app.command(short_help="Write a synthetic set for others to use.")(publish)

app.command(short_help="Find the synthetic images that come nearest to given ones.")(project)

app.command(short_help="Tell how a training went, as a page.")(report)

STAGE = Stage("gan", "generator", GAN_PRESETS, _load, "lesionlab gan sample --model")


@app.command(short_help="Train a generator, or go on with a run.")
def train(
    data: DataChoice = None,
    split: SplitChoice = None,
    preset: PresetChoice = None,
    config: ConfigChoice = None,
    settings: SettingChoice = None,
    resume: ResumeChoice = None,
    dry_run: DryRunChoice = False,
) -> None:
    """Train a generator on the training part; Ctrl-C stops it so that it can go on later.

    Presets: released, quick (32 px), tiny (16 px). With --dry-run the options are printed as a TOML file.
    """
    train_stage(STAGE, Choices(data, preset, config, settings or [], resume, dry_run, split))


@app.command(short_help="Ask a classifier what it sees in a generator's images.")
def evaluate(
    model: Annotated[str, typer.Option(help="A generator: name, run or folder.")] = "released",
    classifier: Annotated[str, typer.Option(help="The classifier that judges.")] = "released",
    count: Annotated[int, typer.Option(help="Images of each diagnosis.")] = 100,
    seed: Annotated[int, typer.Option(help="The first seed; image i of a diagnosis has seed + i.")] = 0,
    out: OutChoice = None,
    to_card: CardChoice = False,
) -> None:
    """Count how often a classifier decides for the diagnosis that was asked for, before any filter."""
    from lesionlab.cli.sample_folder import check_count
    from lesionlab.evaluation.generator import evaluate_generator
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.predictor import Predictor
    from lesionlab.inference.sampler import Sampler

    check_count(count)
    sampler, predictor = Sampler(find_model(model, "generator")), Predictor(find_model(classifier, "classifier"))
    with progress_bar("Evaluating", "images") as progress:
        found = evaluate_generator(sampler, predictor, count, seed, progress)
    keep_report(found, sampler.folder, out, to_card)
