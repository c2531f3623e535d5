"""The staircase: each figure of the ladder, step by step, with the recipe without each step beside it."""

from __future__ import annotations

from collections.abc import Callable

from lesionlab.study.chart import Axis, Dot, Panel, Ruler, chart
from lesionlab.study.ladder import FULL, without_of
from lesionlab.study.outcome import COVERAGE, GRID, KID, TSTR, Figure, Outcome

FIGURES = (KID, COVERAGE, GRID, TSTR)
SEED_AT, WITHOUT_AT = -0.2, 0.25  # from the middle of a stair
TSTR_TARGET = 0.6
KEYS = (
    ("mean", "mean of the seeds"),
    ("seed", "a seed"),
    ("without", "the full recipe without this step"),
    ("without-seed", "a seed of it"),
    ("ruler", "to hold them against"),
)


def staircase(found: Outcome) -> str:
    """Return the staircase as SVG: a panel a figure, a stair a step; dots are seeds, diamonds the recipe without it."""
    steps = found.plan.steps()
    axis = Axis([arm.title for arm in steps])
    plan = found.plan
    description = (
        f"Four figures of conditional DCGANs at {plan.image_size_px} pixels after {plan.kimg:g} thousand images, for "
        f"{len(steps)} steps from the faithful DCGAN to the full recipe. Stairs are means over the "
        f"seeds ({len(plan.seeds)}), circles the seeds, diamonds the full recipe without the step. "
        "The values stand in the table."
    )
    return chart("The ladder", description, axis, [_panel(found, figure) for figure in FIGURES], KEYS)


def _panel(found: Outcome, figure: Figure) -> Panel:
    value = value_of(found, figure)
    dots: list[Dot] = []
    means: list[float | None] = []
    for number, arm in enumerate(found.plan.steps()):
        mine = _values(found, arm.name, value)
        means.append(_mean(mine))
        dots += [_dot(number + SEED_AT, v, "seed", f"{arm.title}, seed {seed}", figure) for seed, v in mine.items()]
        without = without_of(arm.name)
        if without:
            theirs = _values(found, without, value)
            told = f"Full recipe without: {arm.title}"
            dots += [
                _dot(number + WITHOUT_AT, v, "without-seed", f"{told}, seed {s}", figure) for s, v in theirs.items()
            ]
            mean = _mean(theirs)
            if mean is not None:
                dots.append(_dot(number + WITHOUT_AT, mean, "without", f"{told}, mean", figure))
    rulers = [Ruler(name, v) for name, v in found.rulers(figure.name).items()]
    full = _mean(_values(found, FULL, value))
    if full is not None:
        rulers.append(Ruler("full recipe", full, own=True))
    if figure is TSTR:
        rulers.append(Ruler("aim", TSTR_TARGET))
    return Panel(figure.title, figure.better, means, dots, rulers, figure.logarithmic, figure.limits, figure.digits)


def value_of(found: Outcome, figure: Figure) -> Callable[[str, int], float | None]:
    """Return how a figure of the ladder is read off a run: TSTR corrected for chance, the others as measured."""
    if figure is TSTR:
        return found.above_chance
    return lambda arm, seed: found.value(figure.name, arm, seed)


def _values(found: Outcome, arm: str, value: Callable[[str, int], float | None]) -> dict[int, float]:
    read = {seed: value(arm, seed) for seed in found.plan.seeds if (arm, seed) in found.runs}
    return {seed: v for seed, v in read.items() if v is not None}


def _mean(values: dict[int, float]) -> float | None:
    return sum(values.values()) / len(values) if values else None


def _dot(at: float, value: float, kind: str, told: str, figure: Figure) -> Dot:
    return Dot(at, value, kind, f"{told}: {value:.{figure.digits}f}")
