"""Curves as SVG: lines over a common axis, with levels to compare them with and moments to look at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 54, 12, 14, 30  # room for the axes' numbers
MOST_POINTS = 600  # of a line; more are thinned to the highest and the lowest of each stretch
TICKS = 5


@dataclass(frozen=True)
class Line:
    """A named line through points (x, y) in the order of x; values that are not finite are left out."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Level:
    """A height to compare lines with."""

    name: str
    y: float


@dataclass(frozen=True)
class Moment:
    """A place on the x axis to look at; `bad` ones are drawn in the colour of warnings."""

    name: str
    x: float
    bad: bool = False


@dataclass(frozen=True)
class Axis:
    """A range of values laid along a stretch of the drawing, linearly or by their logarithm."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies; on a logarithmic axis what is not positive lies on the lower edge."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        share = (self._scaled(value) - low) / (high - low)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def _scaled(self, value: float) -> float:
        return math.log10(max(value, self.low, 1e-300)) if self.log else value


def line_chart(
    title: str,
    lines: Sequence[Line],
    levels: Sequence[Level] = (),
    moments: Sequence[Moment] = (),
    unit: str = "kimg",
    log: bool = False,
) -> Markup:
    """Return a chart as an SVG element that takes its colours from the page; classes are those of `curves.css`."""
    kept = [Line(line.name, thinned(_finite(line.points))) for line in lines]
    xs = [x for line in kept for x, _ in line.points] + [moment.x for moment in moments]
    ys = [y for line in kept for _, y in line.points] + [level.y for level in levels]
    across = Axis(min(xs, default=0.0), _above(xs), LEFT, WIDTH - RIGHT)
    up = _upward(ys, log)
    parts = [*_grid(up), *_numbers(across, unit)]
    parts += [_level(level, up) for level in levels if up.low <= level.y <= up.high]
    parts += [_moment(moment, across) for moment in moments]
    parts += [_line(number, line, across, up) for number, line in enumerate(kept)]
    return Markup('<svg class="curves" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, _told(title, kept), Markup("").join(parts)
    )


def thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Return at most `MOST_POINTS` points: of each stretch the lowest and the highest, in their order."""
    if len(points) <= MOST_POINTS:
        return points
    size = math.ceil(2 * len(points) / MOST_POINTS)
    kept: list[tuple[float, float]] = []
    for start in range(0, len(points), size):
        stretch = points[start : start + size]
        ends = {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
        kept += sorted(ends)
    return kept


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers between two values, about five of them: steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / TICKS
    power = 10 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= rough * (1 - 1e-9))
    return [number * step for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def decades(low: float, high: float) -> list[float]:
    """Return the powers of ten between two positive values, or round numbers where there are fewer than two."""
    powers = [10.0**n for n in range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)]
    return powers if len(powers) > 1 else [tick for tick in ticks(low, high) if tick > 0]


def _finite(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]


def _above(values: Sequence[float]) -> float:
    low, high = min(values, default=0.0), max(values, default=1.0)
    return high if high > low else low + 1.0


def _upward(ys: Sequence[float], log: bool) -> Axis:
    positive = [y for y in ys if y > 0]
    if log and positive:
        low = min(positive)
        return Axis(low / 1.15, max(*positive, low * 1.5) * 1.15, HEIGHT - BOTTOM, TOP, log=True)
    low, high = min(ys, default=0.0), _above(ys)
    margin = 0.06 * (high - low)
    return Axis(low - margin * (low != 0), high + margin, HEIGHT - BOTTOM, TOP)


def _grid(up: Axis) -> list[Markup]:
    drawn = []
    for tick in decades(up.low, up.high) if up.log else ticks(up.low, up.high):
        y = _px(up.place(tick))
        drawn.append(Markup('<path class="grid" d="M{} {}H{}"/>').format(LEFT, y, WIDTH - RIGHT))
        text = Markup('<text class="tick" x="{}" y="{}" dy="0.32em" text-anchor="end">{}</text>')
        drawn.append(text.format(LEFT - 8, y, _number(tick)))
    return drawn


def _numbers(across: Axis, unit: str) -> list[Markup]:
    text = Markup('<text class="tick" x="{}" y="{}" text-anchor="{}">{}</text>')
    values = ticks(across.low, across.high)
    drawn = [text.format(_px(across.place(x)), HEIGHT - 8, "middle", _number(x)) for x in values[:-1]]
    return [*drawn, text.format(_px(across.place(values[-1])), HEIGHT - 8, "end", f"{_number(values[-1])} {unit}")]


def _level(level: Level, up: Axis) -> Markup:
    y = up.place(level.y)
    label = Markup('<text class="label" x="{}" y="{}" text-anchor="end">{}</text>')
    below = y < TOP + 14
    drawn = Markup('<path class="level" d="M{} {}H{}"/>').format(LEFT, _px(y), WIDTH - RIGHT)
    return drawn + label.format(WIDTH - RIGHT, _px(y + 12 if below else y - 5), level.name)


def _moment(moment: Moment, across: Axis) -> Markup:
    x = across.place(moment.x)
    right = x > (LEFT + WIDTH) / 2
    look = "moment bad" if moment.bad else "moment"
    drawn = Markup('<path class="{}" d="M{} {}V{}"/>').format(look, _px(x), TOP, HEIGHT - BOTTOM)
    text = Markup('<text class="label{}" x="{}" y="{}" text-anchor="{}">{}</text>')
    place = (_px(x - 5 if right else x + 5), TOP + 9, "end" if right else "start")
    return drawn + text.format(" bad" if moment.bad else "", *place, moment.name)


def _line(number: int, line: Line, across: Axis, up: Axis) -> Markup:
    if len(line.points) == 1:
        ((x, y),) = line.points
        dot = Markup('<circle class="curve-{}" cx="{}" cy="{}" r="3"/>')
        return dot.format(number, _px(across.place(x)), _px(up.place(y)))
    places = " ".join(f"{_px(across.place(x))},{_px(up.place(y))}" for x, y in line.points)
    return Markup('<polyline class="curve-{}" points="{}"/>').format(number, places)


def _told(title: str, lines: Sequence[Line]) -> str:
    """Say in words where each line begins and ends."""
    ends = [
        f"{line.name} from {_number(line.points[0][1])} to {_number(line.points[-1][1])}"
        for line in lines
        if line.points
    ]
    return f"{title}: {'; '.join(ends) or 'nothing yet'}"


def _px(place: float) -> str:
    return f"{place:.1f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def key(number: int) -> Markup:
    """Return a short stroke in the look of a chart's line, for a legend."""
    return Markup(
        '<svg class="curves key" viewBox="0 0 22 8" aria-hidden="true"><path class="{}" d="M1 4H21"/></svg>'
    ).format(f"curve-{escape(number)}")
