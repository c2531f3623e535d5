"""The report of a study of synthetic images: its outcome as page, JSON and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lesionlab.cli.progress import progress_bar
from lesionlab.core.errors import StudyError
from lesionlab.core.notice import NOTICE

if TYPE_CHECKING:
    from lesionlab.records.effect import EffectRecord
    from lesionlab.study.effect_page import Beside
    from lesionlab.study.frozen import FrozenStudy

PAGE_NAME = "report.html"


def effect_study(name: str) -> FrozenStudy | None:
    """Return the study of synthetic images of this name; None where it is another kind of study, or none."""
    from lesionlab.study.frozen import FROZEN_NAME, existing, find_frozen

    named = [study.path.name for study in existing()]
    numbers = [path[:5] for path in named]
    known = name in named or (name.isdigit() and f"{int(name):05d}" in numbers)
    return find_frozen(name) if known or (Path(name) / FROZEN_NAME).is_file() else None


def kept_outcome(name: str) -> Path | None:
    """Return the outcome that lies alone in a folder, without the records that it was made from."""
    from lesionlab.records.effect import EFFECT_NAME

    path = Path(name) / EFFECT_NAME
    return path if path.is_file() else None


def report_study(study: FrozenStudy, to: Path | None, beside: Sequence[str]) -> None:
    """Work the outcome of a study out from its records, and write it as page, JSON and CSV."""
    from lesionlab.study.effect import effect_of

    pictures = [_picture(name) for name in beside]  # refused before anything is worked out
    with progress_bar("Reading", "sets of safeguards") as progress:
        record = effect_of(study, progress)
    _write(record, to or study.path, pictures)


def report_kept(path: Path, to: Path | None, beside: Sequence[str]) -> None:
    """Write page and CSV of an outcome again."""
    from lesionlab.records.effect import read_effect

    _write(read_effect(path), to or path.parent, [_picture(name) for name in beside])


def _write(record: EffectRecord, folder: Path, pictures: Sequence[Beside]) -> None:
    from lesionlab.core.files import write_text
    from lesionlab.records.effect import write_effect
    from lesionlab.records.effect_table import EFFECT_TABLE_NAME, effect_table
    from lesionlab.study.effect_page import effect_page

    write_effect(folder, record)
    write_text(folder / EFFECT_TABLE_NAME, effect_table(record))
    write_text(folder / PAGE_NAME, effect_page(record, pictures))
    for line in _told(record):
        typer.echo(line)
    typer.echo(f"Page: {folder / PAGE_NAME}\n{NOTICE}")


def _picture(name: str) -> Beside:
    from lesionlab.study.effect_page import Beside
    from lesionlab.study.folder import find_study
    from lesionlab.study.outcome import outcome
    from lesionlab.study.page import figure_of, findings

    study = find_study(name)
    found = outcome(study.plan, study.read())
    if not found.runs:
        raise StudyError(f"{study.path.name} has no record yet.", f"Run it: `lesionlab study {study.plan.kind}`.")
    title = "What the generator's recipe is worth" if study.plan.kind == "ladder" else "What fewer images cost it"
    return Beside(title, figure_of(found), tuple(findings(found)))


def _told(record: EffectRecord) -> list[str]:
    from lesionlab.records import effect_words as words

    lines = [words.state(record)] if record.left else []
    for share in record.shares:
        if share.verdict is not None:
            lines.append(f"{words.of_real(share.share)}: {words.answer(share.verdict)}. {share.verdict.reason}")
            lines += [f"  {words.worth_told(share.worth)}"] if share.worth else []
        elif share.missing:
            lines.append(f"{words.of_real(share.share)}: {words.missing(share)}")
    failed = [check for check in record.checks if not check.passed]
    return [*lines, *(f"NOT SO: {check.title}. {check.told}" for check in failed)]
