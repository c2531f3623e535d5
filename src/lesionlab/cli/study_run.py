"""`lesionlab study run|verdict`: carry out a protocol, and say what its records say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.cli.failures import EXIT_INTERRUPTED
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.text import table
from lesionlab.cli.training import explain_missing
from lesionlab.cli.training_choices import DataChoice
from lesionlab.core.notice import NOTICE

if TYPE_CHECKING:
    from lesionlab.data.prepared import PreparedData
    from lesionlab.metrics.contrast import Contrast
    from lesionlab.records.protocol import Protocol
    from lesionlab.study.debunking import Debunked
    from lesionlab.study.frozen import FrozenStudy

ThreadsChoice = Annotated[int, typer.Option("--threads", help="CPU threads of a training; 0: as many as there are.")]


def run(
    protocol: Annotated[Path, typer.Argument(metavar="FILE.toml", help="A protocol; see `study init`.")],
    data: DataChoice = None,
    threads: ThreadsChoice = 0,
) -> None:
    """Freeze a protocol and do all that its verdicts rest on: choose arms, then train them in every fold.

    Run again, it goes on; several processes may work on one protocol at once.
    """
    from lesionlab.data.prepared import open_prepared
    from lesionlab.records.protocol import read_protocol

    asked = read_protocol(protocol)
    study = carry_out(asked, open_prepared(data or asked.data), threads, f"lesionlab study run {protocol}")
    typer.echo(f"All that the verdicts rest on is done.\n  next: lesionlab study verdict {study.path.name}")


def carry_out(asked: Protocol, prepared: PreparedData, threads: int, again: str) -> FrozenStudy:
    """Freeze a protocol and do all that its verdicts rest on, to the end or to Ctrl-C; `again` goes on with it."""
    from lesionlab.study.fold_data import FoldData
    from lesionlab.study.frozen import freeze

    with explain_missing():
        from lesionlab.study.trial_runner import TrialRunner
    images = FoldData(prepared, asked).images()
    study = freeze(asked, images, prepared.split.sha256, prepared.split.classes)
    typer.echo(f"Study: {study.path}", err=True)
    try:
        for record in TrialRunner(study, prepared, threads, progress_bar).confirm():
            fate = ", diverged" if record.diverged else ""
            typer.echo(f"Done: {record.name}, {record.seconds / 60:.1f} min{fate}", err=True)
    except KeyboardInterrupt:
        typer.echo("Stopped; what is done is kept, and the training at hand begins again.", err=True)
        typer.echo(f"  next: {again}", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    return study


def verdict(
    study: Annotated[str, typer.Argument(help="A study of synthetic images: number, name or folder.")],
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SAFEGUARD",
            help="Leave out a safeguard and see what becomes of the verdict: hide-replay, choose-on-test, best-seed, "
            "one-seed or one-fold; may be repeated.",
        ),
    ] = None,
) -> None:
    """Say whether synthetic images help, from the records alone: neither torch nor the images are needed."""
    from lesionlab.study.debunking import debunk, switches_of
    from lesionlab.study.evidence import Findings
    from lesionlab.study.frozen import find_frozen

    found = find_frozen(study)
    switches = switches_of(without or [])
    findings = Findings(found.images, found.frozen.classes, found.tested())
    for share in found.protocol.real_shares:
        typer.echo(verdict_text(debunk(findings, found.protocol, share, switches), share))
    typer.echo(NOTICE)


def verdict_text(found: Debunked, share: float) -> str:
    """Return what the records say at a share of the real images: the word, why, and both comparisons."""
    from lesionlab.study.debunking import TOLD

    evidence, choices = found.evidence, found.choices
    lines = [
        ("over the best arm without them", *_figures(evidence.over_real)),
        ("over replay", *_figures(evidence.over_replay)),
    ]
    if evidence.control is not None:
        lines.append(("held-back real images over replay", *_figures(evidence.control)))
    return "\n".join(
        [
            f"With {share:.0%} of the real images: {found.verdict.word}. {found.verdict.reason}",
            *(f"  without a safeguard: {TOLD[switch]}" for switch in found.switches),
            f"  arms: {choices.synthetic} with synthetic images, {choices.real} without; {evidence.folds} folds, "
            f"{evidence.seeds} seeds",
            table(("balanced accuracy, points", "gain", "95% interval"), lines),
            "",
        ]
    )


def _figures(contrast: Contrast) -> tuple[str, str]:
    low, high = contrast.interval()
    return f"{100 * contrast.estimate:+.1f}", f"{100 * low:+.1f} to {100 * high:+.1f}"
