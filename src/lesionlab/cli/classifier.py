"""`lesionlab classifier`: train one, evaluate it, ask it about images."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from lesionlab.cli.failures import EXIT_USER, report
from lesionlab.cli.keep_report import CardChoice, OutChoice, keep_report
from lesionlab.cli.part_options import LedgerChoice, PurposeChoice
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training import (
    DEFAULT_DATA,
    Choices,
    ConfigChoice,
    DataChoice,
    DryRunChoice,
    EndChoice,
    PresetChoice,
    ResumeChoice,
    SettingChoice,
    SplitChoice,
    Stage,
)
from lesionlab.cli.training import train as train_stage
from lesionlab.core.notice import NOTICE
from lesionlab.records.presets import CLASSIFIER_PRESETS
from lesionlab.records.run import RunFolder

app = typer.Typer(help="Train a classifier, evaluate it, classify images.", no_args_is_help=True, rich_markup_mode=None)


def _load() -> tuple[Callable[..., RunFolder], Callable[..., None]]:
    from lesionlab.training.classifier_run import continue_classifier, start_classifier

    return start_classifier, continue_classifier


STAGE = Stage("classifier", "classifier", CLASSIFIER_PRESETS, _load, "lesionlab classifier evaluate --model")

ModelChoice = Annotated[str, typer.Option("--model", help="A classifier: name, run or folder; see `models list`.")]


@app.command(short_help="Train a classifier, or go on with a run.")
def train(
    data: DataChoice = None,
    split: SplitChoice = None,
    preset: PresetChoice = None,
    config: ConfigChoice = None,
    settings: SettingChoice = None,
    resume: ResumeChoice = None,
    end: EndChoice = False,
    dry_run: DryRunChoice = False,
) -> None:
    """Train a classifier on the training part; Ctrl-C stops it so that it can go on later.

    Presets: released, quick (32 px), tiny (16 px). With --dry-run the options are printed as a TOML file.
    """
    train_stage(STAGE, Choices(data, preset, config, settings or [], resume, dry_run, split, end=end))


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
    to_card: CardChoice = False,
) -> None:
    """Measure a classifier lesion by lesion; each opening of the test part is written down."""
    from lesionlab.cli.evaluation_part import open_part
    from lesionlab.evaluation.classifier import evaluate_classifier
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.predictor import Predictor

    predictor = Predictor(find_model(model, "classifier"))
    opened = open_part(data, part, predictor.folder, purpose, ledger, split)
    with progress_bar("Evaluating", "images") as progress:
        found = evaluate_classifier(predictor, opened, progress)
    keep_report(found, predictor.folder, out, to_card)


@app.command(short_help="Classify images.")
def predict(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Images, or folders of images.")],
    model: ModelChoice = "released",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="OUT.png", help="Write where the evidence lies (one image only).")
    ] = None,
) -> None:
    """Classify images. A file that cannot be read stops none of the others; the exit code is then 2."""
    from lesionlab.cli.predict_files import Answers, check_map, find_images, predict_files, write_map
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.predictor import Predictor

    paths = find_images(files)
    check_map(map_file, paths)
    predictor = Predictor(find_model(model, "classifier"))
    answers = Answers(predictor.card)
    for answer in predict_files(predictor, paths):
        if answer.error is not None:
            report(f"{answer.path}: {answer.error[0]}", answer.error[1])
        if not as_json:
            typer.echo(answers.as_text(answer), nl=answer.prediction is not None)
        answers.add(answer)
        if map_file is not None and answer.prediction is not None:
            write_map(map_file, answer, predictor.card)
    typer.echo(json.dumps(answers.as_json(), indent=2, ensure_ascii=False) if as_json else NOTICE)
    if map_file is not None and not answers.failed and not as_json:
        typer.echo(f"Map: {map_file}")
    if answers.failed:
        raise typer.Exit(EXIT_USER)
