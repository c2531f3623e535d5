"""The figures of a study's outcome as one CSV: a line for each, with its interval and n."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from lesionlab.records.effect import ArmOutcome, Difference, EffectRecord, ShareOutcome

EFFECT_TABLE_NAME = "effect.csv"
COLUMNS = (
    "share", "kind", "arm", "other", "figure", "of", "value", "low", "high", "p_value", "lesions", "folds", "seeds"
)  # fmt: skip
Line = tuple[str | int | float | None, ...]


def effect_table(record: EffectRecord) -> str:
    """Return the table, LF line ends; values are shares, and p-values of diagnoses are Holm's."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for share in record.shares:
        writer.writerows(_rounded(line) for line in _lines(share))
    return buffer.getvalue()


def _lines(share: ShareOutcome) -> Iterator[Line]:
    for arm in share.arms:
        yield from _of_arm(share.share, arm)
    for effect in share.classes:
        for found, p in (
            (effect.over_real, effect.adjusted_over_real),
            (effect.over_replay, effect.adjusted_over_replay),
        ):
            yield _of_difference(share.share, "diagnosis", found, "recall", effect.diagnosis, p)
    for metric in share.metrics:
        for found in (metric.over_real, metric.over_replay):
            yield _of_difference(share.share, "metric", found, metric.name)
    if share.worth is not None and share.verdict is not None:
        worth, read = share.worth, share.verdict
        told = (worth.share, worth.low, worth.high, None, read.over_real.lesions, read.folds, read.seeds)
        yield share.share, "worth", read.synthetic, "", "share_of_new_real_images", "", *told


def _of_arm(share: float, arm: ArmOutcome) -> Iterator[Line]:
    size = (len(arm.folds), len(arm.seeds))
    for m in arm.metrics:
        yield share, "arm", arm.arm, "", m.name, m.of, m.value, m.low, m.high, None, m.n, *size
    kind = "verdict" if arm.decides else "sweep"
    for found in (arm.over_real, arm.over_replay):
        if found is not None:
            yield _of_difference(share, kind, found, "balanced_accuracy")


def _of_difference(
    share: float, kind: str, found: Difference, figure: str, of: str = "", p_value: float | None = None
) -> Line:
    p = found.p_value if p_value is None else p_value
    return (
        share, kind, found.arm, found.other, figure, of, found.estimate, found.low, found.high, p, found.lesions,
        found.folds, found.seeds,
    )  # fmt: skip


def _rounded(line: Line) -> list[str]:
    """Return the cells of a line: numbers to six digits, and nothing where there is none."""
    return ["" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in line]
