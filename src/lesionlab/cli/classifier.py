"""`lesionlab classifier`: train one, evaluate it, ask it about images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from lesionlab.cli.classifier_calibrate import calibrate
from lesionlab.cli.classifier_judge import judge
from lesionlab.cli.classifier_maps import maps
from lesionlab.cli.classifier_reference import reference
from lesionlab.cli.classifier_scope import scope
from lesionlab.cli.failures import EXIT_USER
from lesionlab.cli.keep_report import CardChoice, OutChoice, keep_report
from lesionlab.cli.part_options import LedgerChoice, PurposeChoice
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training import Stage, explain_missing
from lesionlab.cli.training import train as train_stage
from lesionlab.cli.training_choices import (
    DEFAULT_DATA,
    Choices,
    ConfigChoice,
    DataChoice,
    DryRunChoice,
    EndChoice,
    JobChoice,
    PresetChoice,
    QueueChoice,
    ResumeChoice,
    SettingChoice,
    SplitChoice,
)
from lesionlab.core.errors import InputError
from lesionlab.core.notice import NOTICE
from lesionlab.records.options import IMAGENET, ClassifierOptions
from lesionlab.records.presets import CLASSIFIER_PRESETS
from lesionlab.records.run import RunFolder

app = typer.Typer(help="Train a classifier, evaluate it, classify images.", no_args_is_help=True, rich_markup_mode=None)


def _load() -> tuple[Callable[..., RunFolder], Callable[..., None]]:
    from lesionlab.training.classifier_run import continue_classifier, start_classifier

    return start_classifier, continue_classifier


def _beforehand(options: ClassifierOptions) -> None:
    """Say that nothing will be exported, where that is so, and fetch published weights that are not there yet."""
    if not options.releasable:
        typer.echo(
            "The classic head is for training only: this run will export no model, and nothing of it is released."
        )
    if options.pretrained == IMAGENET:
        with explain_missing():
            from lesionlab.models.pretrained import pretrained_file
        with progress_bar("Fetching", "MB") as progress:
            pretrained_file(options.pretrained, progress)


STAGE = Stage(
    "classifier", "classifier", CLASSIFIER_PRESETS, _load, "lesionlab classifier evaluate --model", _beforehand
)

PretrainedChoice = Annotated[
    str | None,
    typer.Option(
        "--pretrained",
        metavar="imagenet|FILE",
        help="Begin with torchvision's VGG-19 weights, fetched or from a file; sets width=1.",
    ),
]
AveragedChoice = Annotated[
    bool, typer.Option("--average-orientations", help="Average over the eight views of each image: 8 times as slow.")
]
ModelChoice = Annotated[str, typer.Option("--model", help="A classifier: name, run or folder; see `models list`.")]


@app.command(short_help="Train a classifier, or go on with a run.")
def train(
    data: DataChoice = None,
    split: SplitChoice = None,
    preset: PresetChoice = None,
    config: ConfigChoice = None,
    settings: SettingChoice = None,
    pretrained: PretrainedChoice = None,
    resume: ResumeChoice = None,
    end: EndChoice = False,
    dry_run: DryRunChoice = False,
    queue: QueueChoice = False,
    job: JobChoice = "",
) -> None:
    """Train a classifier on the training part; Ctrl-C stops it so that it can go on later.

    Presets: released, small-cnn (to compare with), quick (32 px), tiny (16 px). With --dry-run the options are printed
    as a TOML file.
    """
    begun = [f"pretrained={pretrained}", "width=1"] if pretrained is not None else []
    chosen = [*begun, *(settings or [])]
    asked = Choices(data, preset, config, chosen, resume, dry_run, split, end=end, queue=queue, job=job)
    train_stage(STAGE, asked)


app.command(short_help="Fit a classifier's probabilities, on lesions that chose nothing.")(calibrate)


@app.command(short_help="Measure a classifier lesion by lesion.")
def evaluate(
    model: ModelChoice = "released",
    data: Annotated[str, typer.Option(help="A prepared data set, by name or folder.")] = DEFAULT_DATA,
    split: SplitChoice = None,
    part: Annotated[
        Literal["validation", "test", "external"], typer.Option(help="The part to measure on.")
    ] = "validation",
    purpose: PurposeChoice = "",
    ledger: LedgerChoice = None,
    out: OutChoice = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the report here, as a page.")] = None,
    to_card: CardChoice = False,
    averaged: AveragedChoice = False,
) -> None:
    """Measure a classifier lesion by lesion; each opening of the test part is written down.

    Decisions with 95% intervals, how far its probabilities and prediction sets may be trusted, and figures by stratum.
    """
    from lesionlab.cli.evaluation_part import open_part
    from lesionlab.core.files import write_text
    from lesionlab.evaluation.classifier import evaluate_classifier
    from lesionlab.evaluation.classifier_page import classifier_page
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.predictor import Predictor

    if averaged and to_card:
        raise InputError(
            "--to-card excludes --average-orientations: a card tells what the model does with an image as it is.",
            "Leave out one of the two.",
        )
    predictor = Predictor(find_model(model, "classifier"))
    opened = open_part(data, part, predictor.folder, purpose, ledger, split)
    with progress_bar("Evaluating", "images") as progress:
        found = evaluate_classifier(predictor, opened, progress, averaged=averaged)
    keep_report(found, predictor.folder, out, to_card)
    if html is not None:
        write_text(html, classifier_page(found, predictor.folder))
        typer.echo(f"Page: {html}")


@app.command(short_help="Classify images.")
def predict(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Images, or folders with images in or below them.")
    ],
    model: ModelChoice = "released",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="OUT.png", help="Write where the evidence lies (one image only).")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="TABLE", help="Fill a .csv or .parquet file; stopped, the same command goes on with it."),
    ] = None,
    bf16: Annotated[
        bool, typer.Option("--bf16", help="Compute in bfloat16 where the processor has it: faster, less exact.")
    ] = False,
    averaged: AveragedChoice = False,
) -> None:
    """Classify images. A file that cannot be read stops none of the others; the exit code is then 2.

    Where the model knows its scope, a picture that is no dermoscopic one gets no result, and the table says so.
    """
    from lesionlab.cli.image_files import find_images
    from lesionlab.cli.predict_files import check_outputs, streams_for, tell_answers
    from lesionlab.cli.predict_table import fill_table
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.prediction_stream import Asking
    from lesionlab.inference.predictor import Predictor
    from lesionlab.inference.scope import scope_of

    paths = find_images(files)
    check_outputs(paths, map_file, out, as_json)
    predictor = Predictor(find_model(model, "classifier"), bf16=bf16, streams=streams_for(len(paths)))
    asked = Asking(predictor, scope_of(predictor.folder), averaged)
    if out is not None:
        failed = fill_table(out, asked, paths)
        typer.echo(NOTICE)
    else:
        failed = tell_answers(asked, paths, as_json, map_file)
    if failed:
        raise typer.Exit(EXIT_USER)


app.command(short_help="Keep with a classifier what tells its scope and the nearest training cases.")(reference)

app.command(short_help="Measure which pictures a classifier refuses to answer.")(scope)

app.command(short_help="Test whether class activation maps show what a classifier goes by.")(maps)

app.command(short_help="Ask a classifier about a whole batch of synthetic images.")(judge)
