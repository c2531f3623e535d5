"""Charts as SVG: panels over one axis, with steps, curves, dots and rulers; light and dark by the page's own styles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from lesionlab.core.resources import frontend_folder
from lesionlab.study.scale import Scale, number, scale

WIDTH = 1040
LEFT, RIGHT = 68, 168  # room for figures at the left and for the names of rulers at the right
TOP, PANEL, GAP = 72, 148, 52
LABEL_LINE, LABEL_CHARS = 15, 11
KEY_Y, KEY_CHAR, KEY_GAP = 24, 6.8, 48
RULER_APART = 13.0
STYLES = ("tokens.css", "chart.css")


@dataclass(frozen=True)
class Dot:
    """One value at a place on the axis: of the kind "seed", "other-seed", "without" or "without-seed"."""

    at: float
    value: float
    kind: str
    told: str  # what a pointer over it says


@dataclass(frozen=True)
class Ruler:
    """A value that all others are held against, as a line across; `own` where it is a recipe's and needed runs."""

    name: str
    value: float
    own: bool = False


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
    more_means: Sequence[float | None] = ()  # a second curve, dotted


@dataclass(frozen=True)
class Axis:
    """The places along which all panels are drawn: their labels, and on a curve where each lies in 0..1."""

    labels: Sequence[str]
    places: Sequence[float] = ()  # none: each is a stair, all of one width
    title: str = ""

    def x(self, at: float) -> float:
        """Return the x of a place given by its number; on stairs also of what lies between two."""
        if not self.places:
            return LEFT + (at + 0.5) * (WIDTH - LEFT - RIGHT) / len(self.labels)
        return LEFT + 14 + self.places[int(at)] * (WIDTH - LEFT - RIGHT - 28)


def chart(
    title: str, description: str, axis: Axis, panels: Sequence[Panel], keys: Sequence[tuple[str, str]] = ()
) -> str:
    """Return the chart as one `<svg>` element, styled by the classes of `chart.css`.

    `keys` say what is drawn: "mean", "other", "ruler" or the kind of a dot, each with a few words.
    """
    key = title.lower().replace(" ", "-")  # two charts may stand on one page
    names = [_wrapped(label) for label in axis.labels]
    height = TOP + len(panels) * (PANEL + GAP) - 18 + LABEL_LINE * max(map(len, names)) + (20 if axis.title else 0)
    parts = [
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="{key}-title {key}-description" width="{WIDTH}" height="{height}">',
        f'<title id="{key}-title">{escape(title)}</title>',
        f'<desc id="{key}-description">{escape(description)}</desc>',
        f'<rect class="chart-ground" width="{WIDTH}" height="{height}"/>',
        *_keys(keys),
    ]
    for place, panel in enumerate(panels):
        parts += _panel(panel, axis, TOP + place * (PANEL + GAP))
    parts += _labels(axis, names, TOP + len(panels) * (PANEL + GAP) - GAP + 20)
    return "\n".join([*parts, "</svg>"]) + "\n"


def standalone(svg: str) -> str:
    """Return a chart as a file of its own: with the styles of the pages inside, and nothing to fetch."""
    sheets = ((frontend_folder() / "static" / name).read_text(encoding="utf-8") for name in STYLES)
    head, rest = svg.split(">", 1)
    return f"{head}>\n<style>\n{''.join(sheets)}</style>{rest}"


def _keys(keys: Sequence[tuple[str, str]]) -> list[str]:
    parts, x = [], LEFT - 52.0
    for kind, text in keys:
        if kind in ("mean", "other", "ruler"):
            of = "chart-mean chart-other" if kind == "other" else f"chart-{kind}"
            parts.append(f'<path class="{of}" d="M{x:.1f} {KEY_Y}h20"/>')
        else:
            parts.append(_mark(kind, x + 10, KEY_Y))
        parts.append(f'<text class="chart-hint" x="{x + 27:.1f}" y="{KEY_Y + 4}">{escape(text)}</text>')
        x += KEY_GAP + KEY_CHAR * len(text)
    return parts


def _panel(panel: Panel, axis: Axis, top: int) -> list[str]:
    values = [v for v in (*panel.means, *panel.more_means, *(dot.value for dot in panel.dots)) if v is not None]
    rulers = [ruler.value for ruler in panel.rulers]
    bar = scale(values, rulers, top, PANEL, logarithmic=panel.logarithmic, limits=panel.limits)
    hint = f"{panel.hint}; logarithmic" if bar.logarithmic else panel.hint
    parts = [
        f'<text class="chart-title" x="{LEFT - 52}" y="{top - 15}">{escape(panel.title)}</text>',
        f'<text class="chart-hint" x="{WIDTH - RIGHT}" y="{top - 15}" text-anchor="end">{escape(hint)}</text>',
    ]
    for tick in bar.ticks:
        y = bar.y(tick)
        parts.append(f'<path class="chart-line" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        label = number(tick, panel.digits)
        parts.append(f'<text class="chart-tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    parts += _rulers(panel, bar)
    parts.append(_path(panel.more_means, axis, bar.y, "chart-mean chart-other"))
    parts.append(_path(panel.means, axis, bar.y, "chart-mean"))
    parts += [_dot(dot, axis.x(dot.at), bar.y(dot.value)) for dot in panel.dots]
    return [part for part in parts if part]


def _path(means: Sequence[float | None], axis: Axis, y: Callable[[float], float], kind: str) -> str:
    drawn, pen_down = [], False
    for place, mean in enumerate(means):
        if mean is None:
            pen_down = False
            continue
        line = "L" if pen_down else "M"
        if axis.places:
            drawn.append(f"{line}{axis.x(place):.1f} {y(mean):.1f}")
        else:
            drawn.append(f"{line}{axis.x(place - 0.5):.1f} {y(mean):.1f}H{axis.x(place + 0.5):.1f}")
        pen_down = True
    return f'<path class="{kind}" d="{"".join(drawn)}"/>' if drawn else ""


def _dot(dot: Dot, x: float, y: float) -> str:
    return f"<g><title>{escape(dot.told)}</title>{_mark(dot.kind, x, y)}</g>"


def _mark(kind: str, x: float, y: float) -> str:
    if kind.startswith("without"):
        half = 5.5 if kind == "without" else 4.5
        diamond = f"M{x:.1f} {y - half:.1f}l{half} {half}l-{half} {half}l-{half} -{half}z"
        return f'<path class="chart-{kind}" d="{diamond}"/>'
    return f'<circle class="chart-{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'


def _rulers(panel: Panel, bar: Scale) -> list[str]:
    shown = sorted((r for r in panel.rulers if bar.holds(r.value)), key=lambda ruler: -bar.y(ruler.value))
    parts, above = [], math.inf
    for ruler in shown:
        y = bar.y(ruler.value)
        beside = above = min(y, above - RULER_APART)
        text = f"{ruler.name} {number(ruler.value, panel.digits)}"
        own = " chart-own" if ruler.own else ""
        end = WIDTH - RIGHT
        parts += [
            f'<path class="chart-ruler{own}" d="M{LEFT} {y:.1f}H{end}L{end + 8} {beside:.1f}"/>',
            f'<text class="chart-ruler-name{own}" x="{end + 12}" y="{beside + 4:.1f}">{escape(text)}</text>',
        ]
    return parts


def _labels(axis: Axis, names: Sequence[Sequence[str]], top: float) -> list[str]:
    parts = [
        f'<text class="chart-label" x="{axis.x(place):.1f}" y="{top + line * LABEL_LINE:.1f}" '
        f'text-anchor="middle">{escape(text)}</text>'
        for place, lines in enumerate(names)
        for line, text in enumerate(lines)
    ]
    if axis.title:
        y = top + LABEL_LINE * max(map(len, names)) + 6
        middle = (LEFT + WIDTH - RIGHT) / 2
        title = escape(axis.title)
        parts.append(f'<text class="chart-hint" x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{title}</text>')
    return parts


def _wrapped(label: str) -> list[str]:
    """Break a label into lines, at spaces and after hyphens."""
    lines: list[str] = []
    for word in label.replace("-", "- ").split():
        joint = "" if lines and lines[-1].endswith("-") else " "
        if lines and len(lines[-1] + joint + word) <= LABEL_CHARS:
            lines[-1] += joint + word
        else:
            lines.append(word)
    return lines
