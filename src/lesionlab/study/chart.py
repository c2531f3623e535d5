"""Charts as SVG: panels over one axis, with steps, curves, dots and rulers; light and dark by the page's own styles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from lesionlab.core.resources import frontend_folder

WIDTH = 1040
LEFT, RIGHT = 68, 168  # room for figures at the left and for the names of rulers at the right
TOP, PANEL, GAP = 30, 148, 46
LABEL_LINE, LABEL_CHARS = 15, 14
RULER_APART = 13.0
STYLES = ("tokens.css", "chart.css")


@dataclass(frozen=True)
class Dot:
    """One value at a place on the axis: "seed", "mean" or "without" (the recipe without something)."""

    at: float
    value: float
    kind: str
    told: str  # what a pointer over it says


@dataclass(frozen=True)
class Ruler:
    """A value that needs no run, as a line across."""

    name: str
    value: float


@dataclass(frozen=True)
class Panel:
    """One figure over the axis: `means` are drawn as stairs or as a curve, None where nothing is known."""

    title: str
    hint: str  # which way is better
    means: Sequence[float | None]
    dots: Sequence[Dot]
    rulers: Sequence[Ruler] = ()
    logarithmic: bool = False
    limits: tuple[float, float] | None = None
    digits: int = 3
    more_means: Sequence[float | None] = field(default=())  # a second curve, dashed


@dataclass(frozen=True)
class Axis:
    """The places along which all panels are drawn: their labels, and where each lies in 0..1."""

    labels: Sequence[str]
    places: Sequence[float]
    stairs: bool  # each place is a stair as wide as the next one is away; otherwise a point on a curve
    title: str = ""

    def x(self, at: float) -> float:
        """Return the x of a place given by its number, or between two."""
        low = min(int(at), len(self.places) - 1)
        high = min(low + 1, len(self.places) - 1)
        if self.stairs:
            return LEFT + (at + 0.5) * (WIDTH - LEFT - RIGHT) / len(self.places)
        place = self.places[low] + (at - low) * (self.places[high] - self.places[low])
        return LEFT + 14 + place * (WIDTH - LEFT - RIGHT - 28)


def chart(title: str, description: str, axis: Axis, panels: Sequence[Panel]) -> str:
    """Return the chart as one `<svg>` element, styled by the classes of `chart.css`."""
    names = [_wrapped(label) for label in axis.labels]
    height = TOP + len(panels) * (PANEL + GAP) - 12 + LABEL_LINE * max(map(len, names)) + (20 if axis.title else 0)
    parts = [
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="chart-title chart-description" width="{WIDTH}" height="{height}">',
        f'<title id="chart-title">{escape(title)}</title>',
        f'<desc id="chart-description">{escape(description)}</desc>',
        f'<rect class="chart-ground" width="{WIDTH}" height="{height}"/>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, axis, TOP + number * (PANEL + GAP))
    parts += _labels(axis, names, TOP + len(panels) * (PANEL + GAP) - GAP + 20)
    return "\n".join([*parts, "</svg>"]) + "\n"


def standalone(svg: str) -> str:
    """Return a chart as a file of its own: with the styles of the pages inside, and nothing to fetch."""
    sheets = ((frontend_folder() / "static" / name).read_text(encoding="utf-8") for name in STYLES)
    head, rest = svg.split(">", 1)
    return f"{head}>\n<style>\n{''.join(sheets)}</style>{rest}"


def _panel(panel: Panel, axis: Axis, top: int) -> list[str]:
    scale = _scale(panel, top)
    middle = (
        f'<text class="chart-hint" x="{WIDTH - RIGHT}" y="{top - 10}" text-anchor="end">{escape(panel.hint)}</text>'
    )
    parts = [f'<text class="chart-title" x="{LEFT - 52}" y="{top - 10}">{escape(panel.title)}</text>', middle]
    for tick in scale.ticks:
        y = scale.y(tick)
        parts.append(f'<path class="chart-line" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        label = _number(tick, panel.digits)
        parts.append(f'<text class="chart-tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    parts += _rulers(panel, scale)
    parts.append(_path(panel.means, axis, scale.y, "chart-mean"))
    if panel.more_means:
        parts.append(_path(panel.more_means, axis, scale.y, "chart-mean chart-other"))
    parts += [_dot(dot, axis.x(dot.at), scale.y(dot.value)) for dot in panel.dots]
    return [part for part in parts if part]


def _path(means: Sequence[float | None], axis: Axis, y: Callable[[float], float], kind: str) -> str:
    drawn, pen_down = [], False
    for number, mean in enumerate(means):
        if mean is None:
            pen_down = False
            continue
        if axis.stairs:
            left, right = axis.x(number - 0.5), axis.x(number + 0.5)
            drawn.append(f"{'L' if pen_down else 'M'}{left:.1f} {y(mean):.1f}H{right:.1f}")
        else:
            drawn.append(f"{'L' if pen_down else 'M'}{axis.x(number):.1f} {y(mean):.1f}")
        pen_down = True
    return f'<path class="{kind}" d="{"".join(drawn)}"/>' if drawn else ""


def _dot(dot: Dot, x: float, y: float) -> str:
    told = f"<title>{escape(dot.told)}</title>"
    if dot.kind.startswith("without"):
        diamond = f"M{x:.1f} {y - 5.5:.1f}l5.500 5.500l-5.500 5.500l-5.500 -5.500z"
        return f'<path class="chart-{dot.kind}" d="{diamond}">{told}</path>'
    return f'<circle class="chart-{dot.kind}" cx="{x:.1f}" cy="{y:.1f}" r="4">{told}</circle>'


def _rulers(panel: Panel, scale: Scale) -> list[str]:
    shown = sorted((r for r in panel.rulers if scale.holds(r.value)), key=lambda ruler: -scale.y(ruler.value))
    parts, above = [], math.inf
    for ruler in shown:
        y = scale.y(ruler.value)
        beside = above = min(y, above - RULER_APART)
        text = f"{ruler.name} {_number(ruler.value, panel.digits)}"
        parts += [
            f'<path class="chart-ruler" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}L{WIDTH - RIGHT + 8} {beside:.1f}"/>',
            f'<text class="chart-ruler-name" x="{WIDTH - RIGHT + 12}" y="{beside + 4:.1f}">{escape(text)}</text>',
        ]
    return parts


def _labels(axis: Axis, names: Sequence[Sequence[str]], top: float) -> list[str]:
    parts = [
        f'<text class="chart-label" x="{axis.x(number):.1f}" y="{top + line * LABEL_LINE:.1f}" '
        f'text-anchor="middle">{escape(text)}</text>'
        for number, lines in enumerate(names)
        for line, text in enumerate(lines)
    ]
    if axis.title:
        y = top + LABEL_LINE * max(map(len, names)) + 6
        middle = (LEFT + WIDTH - RIGHT) / 2
        parts.append(f'<text class="chart-hint" x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{axis.title}</text>')
    return parts


@dataclass(frozen=True)
class Scale:
    """Where a value lies in a panel."""

    low: float
    high: float
    top: float
    ticks: tuple[float, ...]
    logarithmic: bool

    def y(self, value: float) -> float:
        """Return the y of a value."""
        low, high, at = (self._bent(v) for v in (self.low, self.high, value))
        return self.top + PANEL * (1 - (at - low) / (high - low))

    def holds(self, value: float) -> bool:
        """Return whether a value lies within."""
        return self.low <= value <= self.high

    def _bent(self, value: float) -> float:
        return math.log10(value) if self.logarithmic else value


def _scale(panel: Panel, top: float) -> Scale:
    values = [v for v in (*panel.means, *panel.more_means, *(dot.value for dot in panel.dots)) if v is not None]
    if panel.limits is not None:
        low, high = panel.limits
    elif not values:
        return Scale(0.0, 1.0, top, (), False)
    else:
        highest = max(values)
        # A ruler far above every value would press them all to the ground: its value stands in the table.
        near = [ruler.value for ruler in panel.rulers if ruler.value <= 1.5 * highest]
        low, high = min([*values, *near]), max([*values, *near])
    if panel.logarithmic:
        low, high = low / 1.15, high * 1.15
        return Scale(low, high, top, tuple(t for t in _logarithmic_ticks(low, high) if low <= t <= high), True)
    if panel.limits is None:
        low = min(0.0, low * 1.05)
        high += 0.05 * (high - low) or 1.0
    return Scale(low, high, top, tuple(_ticks(low, high)), False)


def _ticks(low: float, high: float) -> Iterable[float]:
    rough = (high - low) / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _logarithmic_ticks(low: float, high: float) -> Iterable[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [factor * 10.0**power for power in powers for factor in (1, 2, 5)]


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _wrapped(label: str) -> list[str]:
    lines: list[str] = []
    for word in label.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LABEL_CHARS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
