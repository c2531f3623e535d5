"""`lesionlab study plan`: what a protocol asks for, how long it takes here, and what it can answer; nothing runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.cli.progress import progress_bar
from lesionlab.cli.study_run import ThreadsChoice
from lesionlab.cli.text import table
from lesionlab.cli.training import explain_missing
from lesionlab.cli.training_choices import DataChoice
from lesionlab.core.notice import NOTICE

if TYPE_CHECKING:
    from lesionlab.data.prepared import PreparedData
    from lesionlab.records.protocol import Protocol
    from lesionlab.study.fold_data import FoldData
    from lesionlab.study.prospects import Prospects
    from lesionlab.study.workload import Rates, StageWork

STAGES = {"choice": "to choose the arms", "verdict": "for the verdicts", "sweeps": "for the sweeps"}
WORDS = ("helps", "no relevant effect", "inconclusive", "hurts")


def plan(
    protocol: Annotated[Path, typer.Argument(metavar="FILE.toml", help="A protocol; see `study init`.")],
    data: DataChoice = None,
    threads: ThreadsChoice = 0,
) -> None:
    """Say what a protocol asks for, how many hours it takes here, and what it can answer, before anything runs.

    Hours come from a few steps of a generator and of a classifier; what can be answered from simulated studies with
    the lesions of this data. Nothing is frozen, and no image is tested.
    """
    from lesionlab.data.prepared import open_prepared
    from lesionlab.records.protocol import read_protocol
    from lesionlab.study.fold_data import FoldData
    from lesionlab.study.prospects import is_pilot, prospects, sentences
    from lesionlab.study.workload import workload

    asked = read_protocol(protocol)
    prepared = open_prepared(data or asked.data)
    folds = FoldData(prepared, asked)
    work = workload(asked)
    typer.echo(f"{asked.title}\n{_about(asked, prepared)}\n")
    typer.echo(_hours_table(work, _rates(asked, folds, threads)))
    diagnosis_of = {row.lesion: row.diagnosis for row in folds.images().rows}
    lesions = {code: list(diagnosis_of.values()).count(code) for code in prepared.split.classes}
    with progress_bar("Simulating", "studies") as progress:
        found = prospects(asked, lesions, progress)
    typer.echo(f"\n{_power_table(found, lesions)}\n")
    if not is_pilot(asked):
        typer.echo(f"{_chance_table(found)}\n")
    for sentence in sentences(found, asked):
        typer.echo(sentence)
    typer.echo(f"  next: lesionlab study run {protocol}\n{NOTICE}")


def _about(protocol: Protocol, data: PreparedData) -> str:
    shares = ", ".join(f"{100 * share:g}%" for share in protocol.real_shares)
    return (
        f"protocol {protocol.sha256[:12]} on {data.name}: {len(protocol.arms)} arms, {protocol.folds} folds, "
        f"{len(protocol.classifier_seeds)} seeds, verdicts with {shares} of the real images"
    )


def _rates(protocol: Protocol, folds: FoldData, threads: int) -> Rates:
    """Time a generator and a classifier on the real images of the first fold."""
    from lesionlab.core.errors import StudyError
    from lesionlab.records.codec import from_plain
    from lesionlab.records.options import ClassifierOptions, GanOptions
    from lesionlab.study.workload import Rates

    with explain_missing():
        from lesionlab.study.timing import classifier_seconds_per_kimg, seconds_per_kimg
    part = folds.shared(0, max(protocol.real_shares)).part("train")
    judge = from_plain(
        ClassifierOptions, {**protocol.classifier, "threads": threads}, "the protocol's classifier", StudyError
    )
    with progress_bar("Timing a classifier", "s") as progress:
        training = classifier_seconds_per_kimg(judge, part, progress) * judge.total_kimg
    if "total_kimg" not in protocol.generator:  # a world of known truth, whose sampler learns nothing
        return Rates(training, 0.0, training)
    recipe = from_plain(GanOptions, {**protocol.generator, "threads": threads}, "the protocol's generator", StudyError)
    with progress_bar("Timing a generator", "s") as progress:
        generator = seconds_per_kimg(recipe, part, progress) * recipe.total_kimg
    return Rates(training, generator, training)


def _hours_table(work: tuple[StageWork, ...], rates: Rates) -> str:
    lines = [
        (STAGES[each.stage], str(len(each.trials)), str(len(each.generators)), _hours(rates.of(each))) for each in work
    ]
    whole = sum(rates.of(each) for each in work if each.stage != "sweeps")
    head = ("", "trainings", "generators", "hours here")
    return (
        f"{table(head, lines)}\n\nThe verdicts take about {_hours(whole)} hours on this machine in one process; "
        "several may share a study.\nSampling and testing add some per cent; classifiers for filters are counted."
    )


def _power_table(found: Prospects, lesions: dict[str, int]) -> str:
    lines = [("all", f"{sum(lesions.values()):,}", f"{100 * found.power.smallest:.1f}")]
    lines += [(code, f"{n:,}", f"{100 * found.power.of_class[code]:.1f}") for code, n in lesions.items()]
    return table(("effect seen in four studies of five", "lesions", "points"), lines)


def _chance_table(found: Prospects) -> str:
    lines = [
        (f"{100 * chance.gain:+.1f} points", *(f"{chance.of(word):.0%}" for word in WORDS)) for chance in found.chances
    ]
    return table(("if synthetic images truly give", *(f"it says {word}" for word in WORDS)), lines)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f}"
