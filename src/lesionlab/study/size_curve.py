"""The size curve: each figure of the full recipe against the number of training images."""

from __future__ import annotations

import math
from collections.abc import Callable

from lesionlab.metrics.authenticity import FALSE_ALARMS
from lesionlab.study.chart import Axis, Dot, Panel, Ruler, chart
from lesionlab.study.outcome import COPIES, COVERAGE, KID, TAUGHT, Figure, Outcome

FIGURES = (KID, COVERAGE, TAUGHT, COPIES)
KEYS = (
    ("mean", "mean of the seeds"),
    ("seed", "a seed"),
    ("other", "taught by the same real images"),
    ("ruler", "to hold them against"),
)


def size_curve(found: Outcome) -> str:
    """Return the curve as SVG: a panel a figure; dots are seeds, dotted a classifier taught by the real images."""
    arms = found.plan.steps()
    images = [_images(found, arm.name) for arm in arms]
    low, high = math.log(min(images)), math.log(max(images))
    places = [(math.log(n) - low) / (high - low or 1.0) for n in images]
    axis = Axis([f"{n:,}" for n in images], places, title="training images (logarithmic)")
    plan = found.plan
    description = (
        f"Four figures of the full recipe at {plan.image_size_px} pixels after {plan.kimg:g} thousand images shown, by "
        f"the number of training images, {min(images):,} to {max(images):,}. Lines are means over the "
        f"seeds ({len(plan.seeds)}), circles the seeds. The values stand in the table."
    )
    return chart("The size curve", description, axis, [_panel(found, figure) for figure in FIGURES], KEYS)


def _images(found: Outcome, arm: str) -> int:
    counts = [run.images for run in found.plan.runs if run.arm == arm]
    return round(sum(counts) / len(counts))


def _panel(found: Outcome, figure: Figure) -> Panel:
    means, dots = _series(found, figure, lambda arm, seed: found.value(figure.name, arm, seed), "seed", "")
    more: list[float | None] = []
    if figure is TAUGHT:
        more, others = _series(found, figure, found.on_real, "other-seed", ", on the real images themselves")
        dots = [*others, *dots]
    rulers = [Ruler(name, value) for name, value in found.rulers(figure.name).items()]
    if figure is TAUGHT:
        rulers.append(Ruler("chance", 1 / len(found.plan.classes)))
    if figure is COPIES:
        rulers.append(Ruler("false alarms", FALSE_ALARMS))
    return Panel(
        figure.title,
        figure.better,
        means,
        dots,
        rulers,
        figure.logarithmic,
        figure.limits,
        figure.digits,
        more_means=more,
    )


def _series(
    found: Outcome, figure: Figure, value: Callable[[str, int], float | None], kind: str, what: str
) -> tuple[list[float | None], list[Dot]]:
    means: list[float | None] = []
    dots = []
    for number, arm in enumerate(found.plan.steps()):
        read = {seed: v for seed in found.plan.seeds if (v := value(arm.name, seed)) is not None}
        means.append(sum(read.values()) / len(read) if read else None)
        for seed, v in read.items():
            dots.append(Dot(number, v, kind, f"{arm.title}, seed {seed}{what}: {v:.{figure.digits}f}"))
    return means, dots
