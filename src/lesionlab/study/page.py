"""A study as a page, whole in one file, from its plan and records alone."""

from __future__ import annotations

import json

from markupsafe import Markup

from lesionlab.records.report_page import render_report
from lesionlab.records.study import Measured
from lesionlab.study.findings import ladder_findings, size_findings
from lesionlab.study.outcome import COPIES, COVERAGE, GRID, KID, ON_REAL, TAUGHT, TSTR, Figure, Outcome
from lesionlab.study.size_curve import size_curve
from lesionlab.study.staircase import staircase, value_of
from lesionlab.study.table import Column, rows, ruler_rows

RULED = (KID, COVERAGE, GRID)


def columns(found: Outcome) -> tuple[Column, ...]:
    """Return the columns of a study's table."""
    if found.plan.kind == "ladder":
        return tuple(Column(figure, value_of(found, figure)) for figure in (KID, COVERAGE, GRID, TSTR))

    def plain(figure: Figure) -> Column:
        return Column(figure, lambda arm, seed: found.value(figure.name, arm, seed))

    return (plain(KID), plain(COVERAGE), plain(TAUGHT), Column(ON_REAL, found.on_real), plain(COPIES))


def figure_of(found: Outcome) -> str:
    """Return the picture of a study as SVG."""
    return staircase(found) if found.plan.kind == "ladder" else size_curve(found)


def findings(found: Outcome) -> list[str]:
    """Return what the records say, in sentences."""
    return ladder_findings(found) if found.plan.kind == "ladder" else size_findings(found)


def study_page(found: Outcome) -> str:
    """Return the page of a study as HTML; the same records give the same bytes."""
    shown = columns(found)
    return render_report(
        "study.html",
        plan=found.plan,
        sentences=findings(found),
        figure=Markup(figure_of(found)),  # made here, from numbers and escaped words
        columns=[column.figure for column in shown],
        rows=rows(found, shown),
        ruled=RULED,
        rulers=ruler_rows(found, RULED),
        protocol=protocol(found.protocol()),
        judge=json.dumps(found.plan.judge, sort_keys=True),
        runs=tuple(found.runs.values()),
        left=found.left(),
        chosen=any(arm.options.get("kid_kimg") for arm in found.plan.arms),
        minutes=lambda seconds: f"{seconds / 60:.1f}",
    )


def protocol(measured: tuple[Measured, ...]) -> list[tuple[str, str, str]]:
    """Return how each figure that is shown was measured: its name, n and feature spaces."""
    told = []
    for name in dict.fromkeys(m.name for m in measured):
        mine = [m for m in measured if m.name == name]
        spaces = ", ".join(m.space for m in mine if m.space) or "no feature space"
        told.append((name, f"{mine[0].n:,} {mine[0].unit}", spaces))
    return told
