"""`lesionlab study report`: what the records of a study say, as page, figure and table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.cli.study_effect_report import effect_study, kept_outcome, report_kept, report_study
from lesionlab.cli.text import table
from lesionlab.core.errors import InputError
from lesionlab.core.notice import NOTICE

if TYPE_CHECKING:
    from lesionlab.study.folder import StudyFolder
    from lesionlab.study.outcome import Outcome

PAGE_NAME, FIGURE_NAME, TABLE_NAME = "report.html", "figure.svg", "table.txt"


def report(
    study: Annotated[str, typer.Argument(help="A study: number, name or folder.")],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="Write there instead, with plan and records.")
    ] = None,
    results: Annotated[
        list[Path] | None,
        typer.Option("--results", metavar="FOLDER", help="Take in records of runs done elsewhere; may be repeated."),
    ] = None,
    beside: Annotated[
        list[str] | None,
        typer.Option("--beside", metavar="STUDY", help="Show this ladder or size curve in it; may be repeated."),
    ] = None,
) -> None:
    """Write what the records of a study say; the same records give the same bytes.

    Of a ladder or a size curve report.html, figure.svg and table.txt; of a study of synthetic images report.html,
    effect.json and effect.csv. It needs plan or protocol and the records alone: neither torch nor the images.
    """
    from lesionlab.study.folder import copy_study, find_study

    effect, kept = effect_study(study), kept_outcome(study)
    if effect is not None or kept is not None:
        if results:
            raise InputError("--results takes in runs of a ladder or a size curve.", "Copy records into its records/.")
        if effect is not None:
            report_study(effect, to, beside or [])
        elif kept is not None:
            report_kept(kept, to, beside or [])
        return
    if beside:
        raise InputError("--beside is for the report of a study of synthetic images.", "Leave it out.")
    found = find_study(study)
    for folder in results or []:
        take_in(found, folder)
    if to is not None:
        found = copy_study(found, to)
    write_report(found)


def take_in(study: StudyFolder, folder: Path) -> None:
    """Take the records of another folder into a study, and tell how many."""
    taken, foreign = study.take_in(folder)
    others = f"; {foreign} are of other runs and were left" if foreign else ""
    typer.echo(f"{taken} new records from {folder}{others}.", err=True)


def write_report(study: StudyFolder) -> None:
    """Write page, figure and table into the folder of a study, and print the table."""
    from lesionlab.core.files import write_text
    from lesionlab.study.chart import standalone
    from lesionlab.study.outcome import outcome
    from lesionlab.study.page import figure_of, study_page

    found = outcome(study.plan, study.read())
    text = _text(found)
    write_text(study.path / TABLE_NAME, text)
    write_text(study.path / FIGURE_NAME, standalone(figure_of(found)))
    write_text(study.path / PAGE_NAME, study_page(found))
    typer.echo(text, nl=False)
    typer.echo(f"Page: {study.path / PAGE_NAME}")


def _text(found: Outcome) -> str:
    from lesionlab.study.page import columns, findings
    from lesionlab.study.table import rows

    shown, told = columns(found), rows(found, columns(found))
    head = ("", *(column.figure.short for column in shown))
    lines = [(row.title, *(cell.mean for cell in row.cells)) for row in told]
    lines += [(row.without_title, *(cell.mean for cell in row.without)) for row in told if row.without]
    return "\n".join([*findings(found), "", table(head, lines), "", NOTICE, ""])
