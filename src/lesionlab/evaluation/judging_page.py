"""What a classifier makes of a batch of synthetic images, as text and as one page, whole in one file."""

from __future__ import annotations

import base64

from lesionlab.core.imaging import encode_webp, sheet
from lesionlab.evaluation.confusion_table import confusion_table
from lesionlab.evaluation.generator_text import SCOPES, metric_table
from lesionlab.evaluation.judging import AGREEMENT, OUT_OF_SCOPE, Batch, Judged, sheet_rows
from lesionlab.records.card import Metric, figure
from lesionlab.records.report_page import render_report

MEANING = (
    "Agreement says that a classifier trained on real images tells the classes apart in these images. It says nothing "
    "of clinical relevance; above the classifier's own recall it means caricature, not quality."
)


def judged_text(report: Judged) -> str:
    """Return what was found as tables for people."""
    blocks = [metric_table(metrics) for name in (AGREEMENT, OUT_OF_SCOPE) if (metrics := _named(report, name))]
    return "\n".join(
        [
            f"{report.images:,} synthetic images, judged by {report.judge}",
            report.standing,
            "",
            *(line for block in blocks for line in [*block, ""]),
            "Decisions (rows: asked for, columns: decided)",
            *confusion_table(report.classes, report.confusion, "agreement"),
            "",
            MEANING,
            report.notice,
        ]
    )


def judged_page(report: Judged, batch: Batch) -> str:
    """Return the page as HTML, the sheet inside it; the same values give the same bytes."""
    picture = base64.b64encode(encode_webp(sheet(sheet_rows(batch)))).decode()
    return render_report(
        "judging.html",
        {"figure": figure},
        report=report,
        sheet=f"data:image/webp;base64,{picture}",
        asked=[metric.of for metric in _named(report, AGREEMENT) if metric.of not in SCOPES],
        scopes=SCOPES,
        tables={"Agreement": _named(report, AGREEMENT), "Out of scope": _named(report, OUT_OF_SCOPE)},
        meaning=MEANING,
        facts={"Classifier": report.judge_sha256, **{f"Generator {n + 1}": g for n, g in enumerate(report.generators)}},
    )


def _named(report: Judged, name: str) -> list[Metric]:
    return [metric for metric in report.metrics if metric.name == name]
