"""Pictures of a classifier's report: recalls with their intervals, and confidence against accuracy."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from lesionlab.core.diagnoses import describe
from lesionlab.evaluation.shares import share_interval
from lesionlab.metrics.calibration import Bin
from lesionlab.records.card import Metric

WIDTH, ROW, TOP, RIGHT = 640, 30, 8, 74
NAMES = 240  # room for the names of diagnoses
SIDE, LEFT, BOTTOM = 400, 54, 40  # of the picture of confidence
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def recall_forest(recalls: Sequence[Metric]) -> Markup:
    """Return the recall of each class with its 95% interval as an SVG element, a row a class."""
    height = TOP + ROW * len(recalls) + 26
    parts = [_upright(_across(tick), TOP, height - 26) for tick in TICKS]
    parts += [_text(_across(tick), height - 8, f"{tick:g}", "middle") for tick in TICKS]
    for number, metric in enumerate(recalls):
        y = TOP + ROW * (number + 0.5)
        parts.append(_text(NAMES - 14, y + 4, describe(metric.of).name, "end", "label"))
        if metric.low is not None and metric.high is not None:
            parts.append(_stroke(_across(metric.low), y, _across(metric.high), y))
        parts.append(_dot(_across(metric.value), y, f"{metric.of}: {metric.text}"))
        parts.append(_text(WIDTH - 2, y + 4, f"n = {metric.n:,}", "end"))
    told = "; ".join(f"{metric.of} {metric.text}" for metric in recalls)
    return _picture(WIDTH, height, f"Recall of each diagnosis: {told}", parts)


def reliability_picture(bins: Sequence[Bin]) -> Markup:
    """Return accuracy against confidence as an SVG element: a dot for each bin with its 95% interval."""
    base, end = SIDE - BOTTOM, SIDE - 12

    def x(share: float) -> float:
        return LEFT + share * (end - LEFT)

    def y(share: float) -> float:
        return base - share * (base - 12)

    parts = [Markup('<path class="grid" d="M{} {:.1f}H{}"/>').format(LEFT, y(tick), end) for tick in TICKS]
    parts += [_text(LEFT - 8, y(tick) + 4, f"{tick:g}", "end") for tick in TICKS]
    parts += [_text(x(tick), base + 17, f"{tick:g}", "middle") for tick in TICKS]
    parts.append(Markup('<path class="level" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>').format(x(0), y(0), x(1), y(1)))
    parts.append(_text(x(0.5), SIDE - 4, "confidence in the likeliest diagnosis", "middle", "label"))
    parts.append(_text(LEFT + 6, 24, "how often it is right", "start", "label"))
    for each in bins:
        low, high = share_interval(round(each.accuracy * each.n), each.n)
        parts.append(_stroke(x(each.confidence), y(low), x(each.confidence), y(high)))
        told = f"{each.n} lesions: confidence {each.confidence:.2f}, right {each.accuracy:.2f}"
        parts.append(_dot(x(each.confidence), y(each.accuracy), told))
    told = "; ".join(f"{each.confidence:.2f} to {each.accuracy:.2f}" for each in bins)
    return _picture(SIDE, SIDE, f"Confidence against accuracy: {told}", parts)


def _across(share: float) -> float:
    return NAMES + share * (WIDTH - NAMES - RIGHT)


def _picture(width: int, height: int, told: str, parts: Sequence[Markup]) -> Markup:
    svg = Markup('<svg class="curves" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return svg.format(width, height, told, Markup("").join(parts))


def _upright(x: float, top: float, bottom: float) -> Markup:
    return Markup('<path class="grid" d="M{:.1f} {:.1f}V{:.1f}"/>').format(x, top, bottom)


def _stroke(x: float, y: float, to_x: float, to_y: float) -> Markup:
    return Markup('<polyline class="curve-0" points="{:.1f},{:.1f} {:.1f},{:.1f}"/>').format(x, y, to_x, to_y)


def _dot(x: float, y: float, told: str) -> Markup:
    return Markup('<circle class="curve-0" cx="{:.1f}" cy="{:.1f}" r="4"><title>{}</title></circle>').format(x, y, told)


def _text(x: float, y: float, text: str, anchor: str, kind: str = "tick") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(kind, x, y, anchor, text)
