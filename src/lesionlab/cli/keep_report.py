"""Where the report of an evaluation goes besides the screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lesionlab.evaluation.classifier import ClassifierReport
    from lesionlab.evaluation.generator import GeneratorReport

OutChoice = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Also write the report here, as JSON.")]
CardChoice = Annotated[bool, typer.Option("--to-card", help="Also write the figures into the model's card.")]


def keep_report(
    report: ClassifierReport | GeneratorReport, model_folder: Path, out: Path | None, to_card: bool
) -> None:
    """Print a report, and write it where the user asked for it."""
    from lesionlab.core.files import write_json
    from lesionlab.evaluation.card_metrics import write_to_card
    from lesionlab.records.card import CARD_NAME
    from lesionlab.records.codec import to_plain

    typer.echo(report.to_text())
    if out is not None:
        write_json(out, to_plain(report))
        typer.echo(f"Report: {out}")
    if to_card:
        write_to_card(model_folder, report)
        typer.echo(f"Card: {model_folder / CARD_NAME}")
