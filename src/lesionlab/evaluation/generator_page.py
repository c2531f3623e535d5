"""A generator's report as one page, whole in one file."""

from __future__ import annotations

import base64
from pathlib import Path

from lesionlab.evaluation.generator import GeneratorReport
from lesionlab.evaluation.generator_text import PLAIN, SCOPES
from lesionlab.records.card import SAMPLES_NAME, Metric, figure, read_card
from lesionlab.records.report_page import render_report


def generator_page(report: GeneratorReport, folder: Path) -> str:
    """Return a report as HTML, beside the sheet of samples in the generator's export; the same gives the same bytes.

    Raises:
        ModelError: the export has no card that can be read.
    """
    card, sheet = read_card(folder), folder / SAMPLES_NAME
    sheets = [f"data:image/webp;base64,{base64.b64encode(sheet.read_bytes()).decode()}"] if sheet.is_file() else []
    names = dict.fromkeys(metric.name for metric in report.metrics)
    return render_report(
        "generator.html",
        {"figure": figure},
        report=report,
        card=card,
        sheets=sheets,
        scopes=SCOPES,
        tables=[_table(name, [metric for metric in report.metrics if metric.name == name]) for name in names],
        each=report.images // len(report.classes),
        facts={
            "Weights": report.model_sha256,
            "Classifier": report.judge_sha256,
            **({"Split": report.split_sha256} if report.part else {}),
            "Trained by": card.training.command,
            "Licence": f"{card.licence}. {card.attribution}",
        },
    )


def _table(name: str, metrics: list[Metric]) -> dict[str, object]:
    title, _, plain = PLAIN.get(name, name).partition(": ")
    return {
        "title": title,
        "plain": plain,
        "metrics": metrics,
        "ruler": list(dict.fromkeys(other for metric in metrics for other in metric.ruler)),
        "seen": metrics[0].space or f"judged by {metrics[0].judge}",
        "caveats": [metric for metric in metrics if metric.caveat and metric.of in SCOPES],
    }
