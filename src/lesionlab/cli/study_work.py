"""Work on a study as the user asked: plan or find it, show how it stands, do its runs, write what they say."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from lesionlab.cli.failures import EXIT_INTERRUPTED
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.stage_options import stage_options
from lesionlab.cli.study_report import take_in, write_report
from lesionlab.cli.text import table
from lesionlab.cli.training import explain_missing
from lesionlab.cli.training_choices import DEFAULT_DATA
from lesionlab.core.errors import InputError

if TYPE_CHECKING:
    from lesionlab.data.prepared import PreparedData
    from lesionlab.records.options import ClassifierOptions, GanOptions
    from lesionlab.records.study import PlannedRun, StudyPlan
    from lesionlab.study.folder import StudyFolder
    from lesionlab.study.standing import Standing

DEFAULT_SIZE_PX, DEFAULT_KIMG, DEFAULT_SEEDS = 32, 300, 2
SHOWN = ("kid_macro", "coverage", "grid_index", "tstr", "copies")
JUDGE = ("width=0.25", "total_kimg=40.0", "warmup_kimg=2.0", "ema_halflife_kimg=2.0")
# Options of a run that are a study's own, and where they are chosen.
OF_THE_STUDY = {"image_size_px": "--size", "total_kimg": "--kimg", "seed": "--seeds", "threads": "--threads"}


@dataclass(frozen=True)
class Asked:
    """What the user asked of a study; None or empty: nothing was said."""

    kind: Literal["ladder", "sizes"]
    data: str | None
    size: int | None
    kimg: float | None
    seeds: int | None
    settings: Sequence[str]
    judge: Sequence[str]
    images: Sequence[int]
    seed: Sequence[int]
    only: Sequence[str]
    threads: int
    study: str | None
    new: bool
    results: Sequence[Path]
    plan: bool

    @property
    def planning(self) -> list[str]:
        """The words of the command that say what is planned."""
        words: list[str] = []
        for option, value in (("--size", self.size), ("--kimg", self.kimg), ("--seeds", self.seeds)):
            words += [] if value is None else [option, f"{value:g}"]
        for option, values in (("--images", self.images), ("--set", self.settings), ("--judge", self.judge)):
            words += [word for value in values for word in (option, str(value))]
        return words


def recipe(asked: Asked) -> tuple[GanOptions, range, ClassifierOptions]:
    """Return the recipe of the study, its seeds, and the classifier that learns from synthetic images.

    Raises:
        OptionsError: a setting that is unknown or out of range.
        InputError: a setting for which the study has an option of its own.
    """
    from lesionlab.records.presets import CLASSIFIER_PRESETS, GAN_PRESETS

    _refuse_of_the_study("--set", asked.settings, OF_THE_STUDY)
    _refuse_of_the_study("--judge", asked.judge, {k: v for k, v in OF_THE_STUDY.items() if k != "total_kimg"})
    size = f"image_size_px={asked.size or DEFAULT_SIZE_PX}"
    kimg = DEFAULT_KIMG if asked.kimg is None else asked.kimg
    options = stage_options(GAN_PRESETS, "released", None, [size, f"total_kimg={float(kimg)}", *asked.settings])
    judge = stage_options(CLASSIFIER_PRESETS, "released", None, [size, *JUDGE, *asked.judge])
    return options, range(DEFAULT_SEEDS if asked.seeds is None else asked.seeds), judge


def _refuse_of_the_study(option: str, settings: Sequence[str], own: dict[str, str]) -> None:
    for setting in settings:
        key = setting.partition("=")[0].strip()
        if key in own:
            raise InputError(f"{option} {setting}: {key} is the same in all runs of a study.", f"Use {own[key]}.")


def work_on(asked: Asked, plan: Callable[[PreparedData], StudyPlan]) -> None:
    """Do what was asked of a study, to its end or to Ctrl-C."""
    from lesionlab.study.plan import choose_runs

    data, study = _planned(asked, plan) if asked.study is None else _found(asked, asked.study)
    runs = choose_runs(study.plan, asked.only, asked.seed)
    typer.echo(f"Study: {study.path}", err=True)
    for folder in asked.results:
        take_in(study, folder)
    if asked.plan:
        typer.echo(_standing(study, runs, data, asked.threads))
        return
    _carry_out(study, runs, data, asked.threads)
    write_report(study)


def _planned(asked: Asked, plan: Callable[[PreparedData], StudyPlan]) -> tuple[PreparedData, StudyFolder]:
    from lesionlab.data.prepared import open_prepared
    from lesionlab.study.folder import open_study

    data = open_prepared(asked.data or DEFAULT_DATA)
    command = shlex.join(["lesionlab", "study", asked.kind, "--data", data.name, *asked.planning])
    return data, open_study(replace(plan(data), command=command), anew=asked.new)


def _found(asked: Asked, name: str) -> tuple[PreparedData, StudyFolder]:
    from lesionlab.data.prepared import open_prepared
    from lesionlab.study.folder import find_study

    if asked.planning or asked.new:
        raise InputError(
            "A study that goes on keeps the plan that it began with.",
            f"Leave out {' '.join(asked.planning) or '--new'}, or leave out --study for a study with another plan.",
        )
    study = find_study(name, asked.kind)
    return open_prepared(asked.data or study.plan.data), study


def _carry_out(study: StudyFolder, runs: Sequence[PlannedRun], data: PreparedData, threads: int) -> None:
    with explain_missing():
        from lesionlab.study.runner import Runner
    from lesionlab.study.outcome import mean_of

    try:
        for record in Runner(study, data, threads, progress_bar).carry_out(runs):
            values = {name: mean_of(record.measured, name) for name in SHOWN}
            told = "  ".join(f"{name} {value:.4f}" for name, value in values.items() if value is not None)
            typer.echo(f"Done: {record.arm}, seed {record.seed}, {_hours(record.seconds)}  {told}", err=True)
    except KeyboardInterrupt:
        typer.echo("Stopped; what is done is kept, and the run goes on from its last state.", err=True)
        typer.echo(f"  next: lesionlab study {study.plan.kind} --study {study.path.name}", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _standing(study: StudyFolder, runs: Sequence[PlannedRun], data: PreparedData, threads: int) -> str:
    """Return what is done and what is left, with the time that it takes here."""
    from lesionlab.study.standing import standing

    with explain_missing():
        from lesionlab.study.timing import seconds_per_kimg
    part = data.part("train")
    with progress_bar("Timing", "s") as progress:
        stand = standing(study, runs, threads, lambda options: seconds_per_kimg(options, part, progress))
    lines = [_line(each) for each in stand]
    left = [each for each in stand if each.state != "done"]
    whole = sum(each.seconds_left or 0.0 for each in left)
    total = f"{len(left)} of {len(stand)} runs are left: about {_hours(whole)} on this machine in one process."
    return f"{table(('run', 'seed', 'images', 'state', 'kimg', 'left'), lines)}\n\n{total}"


def _line(stand: Standing) -> tuple[str, ...]:
    run = stand.run
    return (run.arm, str(run.seed), f"{run.images:,}", stand.state, f"{stand.kimg:g}", _hours(stand.seconds_left))


def _hours(seconds: float | None) -> str:
    if seconds is None:
        return "?"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
