"""`lesionlab gan`: train a generator, sample synthetic lesions, ask a classifier about them."""

from __future__ import annotations

from collections.abc import Callable

import typer

from lesionlab.cli.gan_evaluate import evaluate
from lesionlab.cli.gan_project import project
from lesionlab.cli.gan_publish import publish
from lesionlab.cli.gan_reference import reference
from lesionlab.cli.gan_report import report
from lesionlab.cli.gan_sample import sample
from lesionlab.cli.gan_teach import teach
from lesionlab.cli.gan_walk import walk
from lesionlab.cli.training import Stage
from lesionlab.cli.training import train as train_stage
from lesionlab.cli.training_choices import (
    Choices,
    ConfigChoice,
    DataChoice,
    DryRunChoice,
    EndChoice,
    FromChoice,
    JobChoice,
    OnlyChoice,
    PresetChoice,
    QueueChoice,
    ResumeChoice,
    SettingChoice,
    SplitChoice,
)
from lesionlab.records.presets import GAN_PRESETS
from lesionlab.records.run import RunFolder

app = typer.Typer(help="Train a generator; sample synthetic lesions.", no_args_is_help=True, rich_markup_mode=None)


def _load() -> tuple[Callable[..., RunFolder], Callable[..., None]]:
    from lesionlab.training.gan_run import continue_gan, start_gan

    return start_gan, continue_gan


app.command(short_help="Write synthetic lesions as PNG files or shards.")(sample)

app.command(short_help="Write a walk through latent space as an animation.")(walk)

app.command(short_help="Find the synthetic images that come nearest to given ones.")(project)

app.command(short_help="Write a synthetic set for others to use.")(publish)

app.command(short_help="Tell how a training went, as a page.")(report)

app.command(short_help="Measure a generator against real images; ask a classifier about its images.")(evaluate)

app.command(short_help="Train a classifier on synthetic images alone, and test it on real lesions.")(teach)

app.command(short_help="Keep with a generator what tells copies of its training images.")(reference)

STAGE = Stage("gan", "generator", GAN_PRESETS, _load, "lesionlab gan sample --model")


@app.command(short_help="Train a generator, or go on with a run.")
def train(
    data: DataChoice = None,
    split: SplitChoice = None,
    preset: PresetChoice = None,
    config: ConfigChoice = None,
    settings: SettingChoice = None,
    origin: FromChoice = None,
    only: OnlyChoice = None,
    resume: ResumeChoice = None,
    end: EndChoice = False,
    dry_run: DryRunChoice = False,
    queue: QueueChoice = False,
    job: JobChoice = "",
) -> None:
    """Train a generator on the training part; Ctrl-C stops it so that it can go on later.

    Presets: released, quick (32 px), tiny (16 px). With --dry-run the options are printed as a TOML file.
    """
    chosen = tuple(only or ())
    asked = Choices(data, preset, config, settings or [], resume, dry_run, split, origin, chosen, end, queue, job)
    train_stage(STAGE, asked)
