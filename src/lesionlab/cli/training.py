"""What `gan train` and `classifier train` share: choose options, start or go on, stop well, say what comes next."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lesionlab.cli.failures import EXIT_INTERRUPTED
from lesionlab.cli.jobs import submit
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.stage_options import options_as_toml, stage_options
from lesionlab.cli.training_choices import DEFAULT_DATA, Choices
from lesionlab.core.errors import InputError, MissingPartError, RunError
from lesionlab.core.home import runs_folder
from lesionlab.core.progress import Progress, silent
from lesionlab.records.card import CARD_NAME
from lesionlab.records.job import Stage as StageNoun
from lesionlab.records.job import TrainingRequest
from lesionlab.records.presets import DEFAULT_PRESET, Preset, finetuned
from lesionlab.records.run import RunFolder, find_run

if TYPE_CHECKING:
    from lesionlab.data.prepared import PreparedData

TRAINING_PACKAGES = ("torch", "torchvision", "onnx", "onnxscript", "safetensors")


@dataclass(frozen=True)
class Stage:
    """One of the two stages: its word on the command line, its presets and where its run functions are."""

    noun: StageNoun
    kind: str
    presets: Mapping[str, Preset[Any]]
    load: Callable[[], tuple[Callable[..., RunFolder], Callable[..., None]]]  # imports torch
    then: str  # the command to go on with, after which the run's number is put
    beforehand: Callable[[Any], None] = lambda options: None  # said or fetched before a run begins


def train(stage: Stage, choices: Choices) -> None:
    """Start a run or go on with one, to its end or to Ctrl-C; or put it into the queue."""
    if choices.queue:
        _into_the_queue(stage, choices)
        return
    if choices.resume is not None:
        _resume(stage, choices)
        return
    if choices.end:
        raise InputError("--end says that a run is to end, and none is named.", "Name it: --resume RUN --end.")
    if choices.origin is not None:
        _go_on_from(stage, choices, find_run(choices.origin, runs_folder()))
        return
    preset = choices.preset or DEFAULT_PRESET
    options = stage_options(stage.presets, preset, choices.config, choices.settings)
    head = f"{stage.noun} train, preset {preset}: {stage.presets[preset].description}"
    _start(stage, choices, options, head, ["--preset", preset])


def _go_on_from(stage: Stage, choices: Choices, origin: RunFolder) -> None:
    if choices.preset:
        raise InputError(
            "--from takes the options of its run, changed for few images, and --preset names others.",
            "Leave out one of the two; --set changes single options.",
        )
    with explain_missing():
        from lesionlab.training.fine_tuning import parent_options
    name = origin.path.name
    preset = Preset(name, "its options, changed for few images", finetuned(parent_options(origin)))
    options = stage_options({name: preset}, name, choices.config, choices.settings)
    kept = origin.split if origin.split.is_file() else None
    found = replace(choices, data=choices.data or origin.read().data, split=choices.split or kept)
    head = f"{stage.noun} train, from {name}: {preset.description}"
    _start(stage, found, options, head, ["--from", name], origin=origin)


def _start(stage: Stage, choices: Choices, options: Any, head: str, begun: list[str], **more: Any) -> None:
    listed = options_as_toml(options, head)
    if choices.dry_run:
        typer.echo(listed)
        return
    data = _open(choices.data or DEFAULT_DATA, choices.split)
    start, _ = _load(stage)
    typer.echo(listed)
    stage.beforehand(options)
    if choices.only:
        more["only"] = tuple(dict.fromkeys(choices.only))
    if choices.job:
        more["job"] = choices.job
    with _comparing(data) as progress:
        run = start(options, data, _command(stage, choices, begun), runs_folder(), progress, **more)
    _go_on(stage, run, data)


def _resume(stage: Stage, choices: Choices) -> None:
    if any((choices.preset, choices.config, choices.settings, choices.dry_run, choices.origin, choices.only)):
        raise InputError(
            "A resumed run keeps the options that it began with.",
            "Leave out --preset, --config, --set, --from, --only and --dry-run, or start a new run.",
        )
    run = find_run(choices.resume or "", runs_folder())
    record = run.read()
    if record.kind != stage.kind:
        raise RunError(f"{run.path.name} trains a {record.kind}, not a {stage.kind}.", "Name another run.")
    if run.done:
        typer.echo(f"{run.path.name} is done.")
        _say_what_came(stage, run)
        return
    kept = run.split if run.split.is_file() else None
    _go_on(stage, run, _open(choices.data or record.data, choices.split or kept), end=choices.end)


def _go_on(stage: Stage, run: RunFolder, data: PreparedData, *, end: bool = False) -> None:
    _, go_on = _load(stage)
    typer.echo(f"Run: {run.path}", err=True)
    try:
        with progress_bar("Training", "kimg") as progress:
            go_on(run, data, progress, end=end)
    except KeyboardInterrupt:
        kept = f"the state is saved in {run.state}" if run.state.is_file() else "nothing was trained yet"
        typer.echo(f"Stopped; {kept}.", err=True)
        typer.echo(f"  next: lesionlab {stage.noun} train --resume {_short_name(run)}", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    _say_what_came(stage, run)


def _say_what_came(stage: Stage, run: RunFolder) -> None:
    if not (run.export / CARD_NAME).is_file():
        typer.echo(f"No export; the figures are in {run.stats}, the best weights in {run.state}")
        return
    typer.echo(f"Export: {run.export}")
    typer.echo(f"  next: {stage.then} {_short_name(run)}")


def _open(name: str, split: Path | None) -> PreparedData:
    from lesionlab.data.prepared import open_prepared

    return open_prepared(name, split)


def _comparing(data: PreparedData) -> AbstractContextManager[Progress]:
    """Draw the comparison of added images with held-out ones, where there are any."""
    return nullcontext(silent) if data.record.additions is None else progress_bar("Comparing", "images")


def _load(stage: Stage) -> tuple[Callable[..., RunFolder], Callable[..., None]]:
    with explain_missing():
        return stage.load()


@contextmanager
def explain_missing() -> Iterator[None]:
    """Say what to install where the block imports a package of training that is not there.

    Raises:
        MissingPartError: it is not.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in TRAINING_PACKAGES:
            raise
        raise MissingPartError(
            f"Training needs '{package}', which is not installed.",
            'Run `pip install "lesionlab[train]"` (about 5.5 GB with the CUDA libraries that it brings).',
        ) from error


def _into_the_queue(stage: Stage, choices: Choices) -> None:
    """Check what can be known here without the packages of training, and leave the rest to a worker."""
    begun = ["--preset", choices.preset] if choices.preset else []
    if choices.resume is not None:
        run = find_run(choices.resume, runs_folder())
        begun = ["--resume", run.path.name, *(["--end"] if choices.end else [])]
    elif choices.origin is not None:
        begun = ["--from", find_run(choices.origin, runs_folder()).path.name]
    else:
        stage_options(stage.presets, choices.preset or DEFAULT_PRESET, choices.config, choices.settings)
    whole = replace(choices, split=_resolved(choices.split), config=_resolved(choices.config))
    submit(TrainingRequest(stage.noun, (*begun, *_arguments(whole))))


def _resolved(path: Path | None) -> Path | None:
    return None if path is None else path.resolve()


def _command(stage: Stage, choices: Choices, begun: list[str]) -> str:
    data = ["--data", choices.data or DEFAULT_DATA]
    return shlex.join(["lesionlab", stage.noun, "train", *data, *begun, *_arguments(replace(choices, data=None))])


def _arguments(choices: Choices) -> list[str]:
    words = ["--data", choices.data] if choices.data else []
    for code in choices.only:
        words += ["--only", code]
    words += ["--split", str(choices.split)] if choices.split else []
    words += ["--config", str(choices.config)] if choices.config else []
    for setting in choices.settings:
        words += ["--set", setting]
    return words


def _short_name(run: RunFolder) -> str:
    if run.path.parent == runs_folder() and run.path.name[:5].isdigit():
        return str(int(run.path.name[:5]))
    return shlex.quote(str(run.path))
