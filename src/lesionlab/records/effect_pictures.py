"""Forest plots of a study: differences with their intervals, a row each, around zero and what is too small."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lesionlab.records.effect import Difference, EffectRecord, Reading, ShareOutcome
from lesionlab.records.effect_words import between, points
from lesionlab.records.figures import ticks

WIDTH, ROW, HEAD, TOP, FOOT = 760, 30, 34, 12, 34
NAMES, VALUES = 248, 160  # room for the rows' names at the left and their figures at the right
NAME_CHARS = 36

Place = Callable[[float], float]


@dataclass(frozen=True)
class Row:
    """One difference: its name, and whether the verdict rests on it."""

    name: str
    found: Difference
    decides: bool = True


@dataclass(frozen=True)
class Group:
    """Rows under a title."""

    title: str
    rows: Sequence[Row]


def share_forest(record: EffectRecord, share: ShareOutcome) -> Markup:
    """Return the plot of all differences at one share: those of the verdict, what they are made of, the sweeps."""
    read, groups = share.verdict, list[Group]()
    if read is not None:
        groups.append(Group("What the verdict rests on", _verdict_rows(read)))
        replay = share.arm(read.replay)
        if replay is not None and replay.over_real is not None:
            name = f"{read.replay} over {read.real}"
            groups.append(Group("What repeats do, or luck", [Row(name, replay.over_real)]))
    swept = [arm for arm in share.arms if not arm.decides or read is None]
    for title, rows in (
        ("Others, over the best arm without synthetic images", [(arm.arm, arm.over_real) for arm in swept]),
        ("Others, over repeats in the same slots", [(arm.arm, arm.over_replay) for arm in swept]),
    ):
        groups.append(Group(title, [Row(name, found, decides=False) for name, found in rows if found is not None]))
    said = "; ".join(f"{row.name} {points(row.found.estimate)}" for group in groups for row in group.rows)
    return forest(f"Differences in balanced accuracy: {said}", groups, record.protocol.delta, "balanced accuracy")


def _verdict_rows(read: Reading) -> list[Row]:
    rows = [Row(f"{read.synthetic} over {read.real}, best without", read.over_real)]
    if read.over_replay is not None:
        rows.append(Row(f"{read.synthetic} over {read.replay}, repeats", read.over_replay))
    if read.control is not None:
        rows.append(Row(f"{read.control.arm} over {read.control.other}, new real", read.control))
    return rows


def class_forest(record: EffectRecord, share: ShareOutcome) -> Markup:
    """Return the plot of what synthetic images do to each diagnosis."""
    groups = [
        Group("Over the best arm without them", [Row(each.diagnosis, each.over_real) for each in share.classes]),
        Group("Over repeats", [Row(each.diagnosis, each.over_replay) for each in share.classes]),
    ]
    said = "; ".join(f"{each.diagnosis} {points(each.over_replay.estimate)}" for each in share.classes)
    return forest(f"Differences in recall over repeats: {said}", groups, record.protocol.delta, "recall")


def forest(told: str, groups: Sequence[Group], delta: float, unit: str) -> Markup:
    """Return the plot as an SVG element, its axis in points of a `unit`; the band is too small to matter, +-`delta`."""
    groups = [group for group in groups if group.rows]
    every = [row.found for group in groups for row in group.rows]
    reach = max([1.3 * delta, *(max(abs(each.low), abs(each.high)) for each in every)]) * 1.05
    height = TOP + FOOT + sum(HEAD + ROW * len(group.rows) for group in groups)
    base = height - FOOT

    def x(share: float) -> float:
        return NAMES + (share + reach) / (2 * reach) * (WIDTH - NAMES - VALUES)

    parts = [_band(x(-delta), x(delta), base)]
    for tick in ticks(-100 * reach, 100 * reach):
        parts.append(_upright("grid", x(tick / 100), base))
        parts.append(_text(x(tick / 100), base + 16, f"{tick:+g}" if tick else "0", "middle"))
    parts.append(_upright("moment", x(0), base))
    parts.append(_text(x(0), height - 2, f"points of {unit}", "middle", "label"))
    y = float(TOP)
    for group in groups:
        parts.append(_text(0, y + 21, group.title, "start", "forest-title"))
        y += HEAD
        for row in group.rows:
            parts += _row(row, x, y + ROW / 2)
            y += ROW
    return Markup('<svg class="curves forest-plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, told, Markup("").join(parts)
    )


def _row(row: Row, x: Place, y: float) -> list[Markup]:
    found, look = row.found, "curve-0" if row.decides else "curve-1"
    name = row.name if len(row.name) <= NAME_CHARS else row.name[: NAME_CHARS - 1] + "…"
    stroke = Markup('<path class="{} forest-reach" d="M{:.1f} {:.1f}H{:.1f}"/>')
    dot = Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="4.5"><title>{}</title></circle>')
    said = f"{row.name}: {points(found.estimate)} points, {between(found)}"
    return [
        _text(NAMES - 14, y + 4, name, "end", "label"),
        stroke.format(look, x(found.low), y, x(found.high)),
        dot.format(look, x(found.estimate), y, said),
        _text(WIDTH, y + 4, f"{points(found.estimate)}  ({between(found)})", "end", "label"),
    ]


def _band(left: float, right: float, base: float) -> Markup:
    return Markup('<rect class="forest-band" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
        left, TOP, right - left, base - TOP
    )


def _upright(kind: str, x: float, base: float) -> Markup:
    return Markup('<path class="{}" d="M{:.1f} {}V{}"/>').format(kind, x, TOP, base)


def _text(x: float, y: float, text: str, anchor: str, kind: str = "tick") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(kind, x, y, anchor, text)
