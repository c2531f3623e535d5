"""A generator's run as one page and one animation, from what its folder records alone: needs no torch."""

from __future__ import annotations

import base64
from dataclasses import fields
from pathlib import Path

from lesionlab.core.errors import RunError
from lesionlab.core.files import write_bytes, write_text
from lesionlab.records.card import CARD_NAME, SAMPLES_NAME, ModelCard, read_card
from lesionlab.records.codec import from_plain
from lesionlab.records.monitor import MonitorRecord, read_monitor
from lesionlab.records.options import GanOptions
from lesionlab.records.report_page import render_report
from lesionlab.records.run import RunFolder
from lesionlab.training.progress_animation import evenly, progress_animation, sheets_of
from lesionlab.training.report_curves import curves

SHEETS = 3  # on the page besides the last


def write_report(run: RunFolder) -> Path:
    """Write `progress.webp` and `report.html` into a generator's run folder, finished or not; return the page's path.

    Raises:
        RunError: the run trains a classifier, has not come to its first tick, or a record of it is damaged.
    """
    record = run.read()
    if record.kind != "generator":
        raise RunError(f"{run.path.name} trains a {record.kind}.", "Reports are made of generators' runs.")
    if not run.read_stats():
        raise RunError(f"{run.path.name} has not come to its first tick.", "Ask again when its stats.jsonl has a line.")
    if sheets_of(run):
        write_bytes(run.animation, progress_animation(run))
    write_text(run.report, training_page(run))
    return run.report


def training_page(run: RunFolder) -> str:
    """Return the report of a run as HTML, whole in one file; the same folder gives the same bytes."""
    record = run.read()
    options = from_plain(GanOptions, record.options, str(run.path))
    found = read_monitor(run.path) or MonitorRecord()
    stats = run.read_stats()
    card = read_card(run.export) if (run.export / CARD_NAME).is_file() else None
    return render_report(
        "training.html",
        run=run.path.name,
        record=record,
        options=options,
        settings=[(field.name, getattr(options, field.name)) for field in fields(options)],
        found=found,
        last=stats[-1],
        ended=card is not None,
        hours=_duration(stats[-1]["seconds"]),
        curves=curves(stats, found, options),
        facts=_facts(run, card),
        sheets=[(path.stem.replace("-", " ").lstrip("0"), _embedded(path)) for path in evenly(sheets_of(run), SHEETS)],
        samples=_embedded(run.export / SAMPLES_NAME) if card is not None else "",
        animation=_embedded(run.animation) if run.animation.is_file() else "",
    )


def _embedded(path: Path) -> str:
    return f"data:image/webp;base64,{base64.b64encode(path.read_bytes()).decode()}"


def _facts(run: RunFolder, card: ModelCard | None) -> dict[str, str]:
    record = run.read()
    facts = {"Command": record.command, "Data": record.data, "SHA-256 of its split": record.split_sha256}
    if card is not None:
        facts |= {
            "Architecture": f"{card.architecture}; {card.parameters / 1e6:.2f} million parameters",
            "Training images": f"{card.training.images:,}",
            "SHA-256 of the weights": card.weights_sha256,
            "Licence": f"{card.licence}. {card.attribution}",
            "Made with": ", ".join(f"{name} {version}" for name, version in card.training.versions.items()),
        }
    return facts


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{max(minutes, 1)} min"
