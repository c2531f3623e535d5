"""What each leak buys, as one figure: a point and an interval for each, and a line at nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from html import escape

from lesionlab.study.chart import standalone
from lesionlab.study.theatre.gains import Gain
from lesionlab.study.theatre.plan import TITLES, TOLD, StagedPlan

WIDTH, ROW, TOP, BOTTOM = 1040, 62, 108, 52
LEFT, RIGHT = 430, 40
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
MOST_TICKS = 8


def picture(plan: StagedPlan, honest: float, gains: Sequence[Gain]) -> str:
    """Return the figure as an SVG file of its own; the same records give the same bytes."""
    ends = [end for gain in gains for end in (*gain.gain.interval(), 0.0)]
    step = next((step for step in STEPS if (max(ends) - min(ends)) / step <= MOST_TICKS), 1.0)
    low, high = min(ends) // step * step, (max(ends) // step + 1) * step

    def x(value: float) -> float:
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    height = TOP + ROW * len(gains) + BOTTOM
    title = "What each leak buys, in points of balanced accuracy"
    told = (
        f"Staged on '{plan.data}' with {plan.maker}: {gains[0].lesions:,} lesions, {gains[0].folds} folds, "
        f"{gains[0].seeds} seeds. Bars: 95%.",
        f"On the same lesions, with as many images, the honest protocol has {100 * honest:.1f}%.",
    )
    parts = [
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="leaks-title leaks-description" width="{WIDTH}" height="{height}">',
        f'<title id="leaks-title">{title}</title>',
        f'<desc id="leaks-description">{escape("; ".join(map(gain_words, gains)))}</desc>',
        f'<rect class="chart-ground" width="{WIDTH}" height="{height}"/>',
        f'<text class="chart-title" x="16" y="30">{title}</text>',
        *(
            f'<text class="chart-hint" x="16" y="{50 + 17 * line}">{escape(each)}</text>'
            for line, each in enumerate(told)
        ),
    ]
    foot = TOP + ROW * len(gains)
    for number in range(round((high - low) / step) + 1):
        value = low + number * step
        kind = "chart-mean chart-other" if abs(value) < step / 2 else "chart-line"
        parts.append(f'<path class="{kind}" d="M{x(value):.1f} {TOP - 18}V{foot}"/>')
        label = f"{100 * value:+.0f}" if abs(value) > step / 2 else "honest"
        parts.append(f'<text class="chart-tick" x="{x(value):.1f}" y="{foot + 20}" text-anchor="middle">{label}</text>')
    for place, gain in enumerate(gains):
        parts += _row(gain, TOP + ROW * place, x(gain.gain.estimate), *map(x, gain.gain.interval()))
    return standalone("\n".join([*parts, "</svg>"]) + "\n")


def _row(gain: Gain, top: int, at: float, low: float, high: float) -> list[str]:
    middle = top + 14
    diamond = f"M{at:.1f} {middle - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5z"
    figures = f"{_figures(gain)}; {gain.planted:,.0f} planted a fold"
    return [
        f'<text class="chart-label" x="16" y="{top + 12}">{escape(TITLES[gain.scene])}</text>',
        f'<text class="chart-hint" x="16" y="{top + 29}">{escape(figures)}</text>',
        f"<g><title>{escape(TOLD[gain.scene])}</title>",
        f'<path class="chart-mean" d="M{low:.1f} {middle}H{high:.1f}"/><path class="chart-without" d="{diamond}"/></g>',
    ]


def gain_words(gain: Gain) -> str:
    """Return what a leak buys in words."""
    return f"{TITLES[gain.scene]}: {_figures(gain)}"


def _figures(gain: Gain) -> str:
    low, high = gain.gain.interval()
    return f"{100 * gain.gain.estimate:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"


def as_csv(honest: float, gains: Sequence[Gain]) -> str:
    """Return the table behind the figure, LF line ends."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(
        (
            "scene",
            "balanced_accuracy",
            "gain",
            "low_95",
            "high_95",
            "planted",
            "real_images",
            "lesions",
            "folds",
            "seeds",
        )
    )
    first = gains[0]
    writer.writerow(
        ("honest", f"{honest:.4f}", "", "", "", 0, f"{first.images:.1f}", first.lesions, first.folds, first.seeds)
    )
    for each in gains:
        figures = (each.accuracy, each.gain.estimate, *each.gain.interval())
        rest = (f"{each.planted:.1f}", f"{each.images:.1f}", each.lesions, each.folds, each.seeds)
        writer.writerow((each.scene, *(f"{figure:.4f}" for figure in figures), *rest))
    return buffer.getvalue()
