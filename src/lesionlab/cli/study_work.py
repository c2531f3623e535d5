"""Work on a study as the user asked: find it, show how it stands, do its runs, write what they say."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lesionlab.cli.failures import EXIT_INTERRUPTED
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.stage_options import stage_options
from lesionlab.cli.text import table
from lesionlab.cli.training import explain_missing
from lesionlab.core.notice import NOTICE

if TYPE_CHECKING:
    from lesionlab.data.prepared import PreparedData
    from lesionlab.records.options import ClassifierOptions, GanOptions
    from lesionlab.records.study import PlannedRun, StudyPlan
    from lesionlab.study.folder import StudyFolder

PAGE_NAME, FIGURE_NAME, TABLE_NAME = "report.html", "figure.svg", "table.txt"
SHOWN = ("kid_macro", "coverage", "grid_index", "tstr")
JUDGE = ("width=0.25", "total_kimg=40.0", "warmup_kimg=2.0", "ema_halflife_kimg=2.0")


@dataclass(frozen=True)
class Asked:
    """What the user asked of a study."""

    data: str
    size: int
    kimg: float
    seeds: int
    settings: Sequence[str]
    judge: Sequence[str]
    seed: Sequence[int]
    only: Sequence[str]
    threads: int
    study: str | None
    new: bool
    results: Sequence[Path]
    plan: bool
    report: bool
    sizes: Sequence[int] = ()


def recipe(asked: Asked) -> tuple[GanOptions, range, ClassifierOptions]:
    """Return the recipe of the study, its seeds, and the classifier that learns from synthetic images.

    Raises:
        OptionsError: a setting that is unknown or out of range.
    """
    from lesionlab.records.presets import CLASSIFIER_PRESETS, GAN_PRESETS

    own = [f"image_size_px={asked.size}", f"total_kimg={float(asked.kimg)}"]
    options = stage_options(GAN_PRESETS, "released", None, [*own, *asked.settings])
    judge = stage_options(CLASSIFIER_PRESETS, "released", None, [own[0], *JUDGE, *asked.judge])
    return options, range(asked.seeds), judge


def work_on(asked: Asked, plan: Callable[[PreparedData], StudyPlan]) -> None:
    """Do what was asked of a study, to its end or to Ctrl-C."""
    from lesionlab.data.prepared import open_prepared
    from lesionlab.study.folder import open_study
    from lesionlab.study.plan import choose_runs

    data = open_prepared(asked.data)
    study = open_study(plan(data), asked.study, anew=asked.new)
    runs = choose_runs(study.plan, asked.only, asked.seed)
    typer.echo(f"Study: {study.path}", err=True)
    for folder in asked.results:
        _take_in(study, folder)
    if asked.plan:
        typer.echo(_standing(study, runs, data, asked.threads))
        return
    if not asked.report:
        _carry_out(study, runs, data, asked.threads)
    _report(study)


def _take_in(study: StudyFolder, folder: Path) -> None:
    taken, foreign = study.take_in(folder)
    others = f"; {foreign} are of other runs and were left" if foreign else ""
    typer.echo(f"{taken} new records from {folder}{others}.", err=True)


def _carry_out(study: StudyFolder, runs: Sequence[PlannedRun], data: PreparedData, threads: int) -> None:
    with explain_missing():
        from lesionlab.study.runner import Runner
    command = " ".join(["lesionlab", *sys.argv[1:]])
    runner = Runner(study, data, command, threads, progress_bar)
    try:
        for record in runner.carry_out(runs):
            shown = {m.name: m.value for m in record.measured if m.name in SHOWN}
            told = "  ".join(f"{name} {value:.4f}" for name, value in shown.items())
            typer.echo(f"Done: {record.arm}, seed {record.seed}, {_hours(record.seconds)}  {told}", err=True)
    except KeyboardInterrupt:
        typer.echo("Stopped; what is done is kept, and the run goes on from its last state.", err=True)
        typer.echo(f"  next: lesionlab study {study.plan.kind} --study {study.path.name}", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _report(study: StudyFolder) -> None:
    from lesionlab.core.files import write_text
    from lesionlab.study.chart import standalone
    from lesionlab.study.outcome import outcome
    from lesionlab.study.page import columns, figure_of, findings, study_page
    from lesionlab.study.table import rows

    found = outcome(study.plan, study.read())
    shown = columns(found)
    head = ("", *(column.figure.title for column in shown))
    lines = [(row.title, *(cell.mean for cell in row.cells)) for row in rows(found, shown)]
    without = [(row.without_title, *(cell.mean for cell in row.without)) for row in rows(found, shown) if row.without]
    text = "\n".join([*findings(found), "", table(head, [*lines, *without]), "", NOTICE])
    write_text(study.path / TABLE_NAME, f"{text}\n")
    write_text(study.path / FIGURE_NAME, standalone(figure_of(found)))
    write_text(study.path / PAGE_NAME, study_page(found))
    typer.echo(text)
    typer.echo(f"Page: {study.path / PAGE_NAME}")


def _standing(study: StudyFolder, runs: Sequence[PlannedRun], data: PreparedData, threads: int) -> str:
    """Return what is done and what is left, with the time that it takes here."""
    from lesionlab.study.standing import standing

    with explain_missing():
        from lesionlab.study.timing import seconds_per_kimg
    part = data.part("train")
    with progress_bar("Timing", "s") as progress:
        stand = standing(study, runs, threads, lambda options: seconds_per_kimg(options, part, progress))
    lines = [
        (s.run.arm, str(s.run.seed), f"{s.run.images:,}", s.state, f"{s.kimg:g}", _hours(s.seconds_left)) for s in stand
    ]
    left = [s for s in stand if s.state != "done"]
    whole = sum(s.seconds_left or 0.0 for s in left)
    total = f"{len(left)} of {len(stand)} runs are left: {_hours(whole)} on this machine in one process."
    return f"{table(('run', 'seed', 'images', 'state', 'kimg', 'left'), lines)}\n\n{total}"


def _hours(seconds: float | None) -> str:
    if seconds is None:
        return "?"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
