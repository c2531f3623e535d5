"""How large an effect a study can see, before anything runs: from simulated ones with its lesions, folds and seeds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lesionlab.core.progress import Progress, silent
from lesionlab.metrics.contrast import LEVEL, Contrast, contrast
from lesionlab.metrics.student import quantile
from lesionlab.study.simulation import REAL, SYNTHETIC, World, simulate

STUDIES = 60
POWER = 0.8


@dataclass(frozen=True)
class Power:
    """Differences, as shares of balanced accuracy or of one recall, that four studies of five tell from zero."""

    smallest: float
    of_class: dict[str, float]

    def answers(self, delta: float) -> bool:
        """Return whether an effect of the smallest size of interest would be told from zero four times of five."""
        return self.smallest <= delta


def power(classes: tuple[str, ...], world: World, progress: Progress = silent, studies: int = STUDIES) -> Power:
    """Return what studies of this world can see, in balanced accuracy and in each class's recall.

    The world's noise of trainings and generators is an assumption until a pilot has measured it; its effect is none.
    """
    null = replace(world, real=0.0, replay=0.0)
    every: list[Contrast] = []
    of_class: dict[str, list[Contrast]] = {code: [] for code in classes}
    for number in range(studies):
        study = simulate(null, number)
        gain = study.differences(SYNTHETIC, REAL)
        every.append(contrast(gain, study.labels, study.folds))
        for label, code in enumerate(classes):
            of_class[code].append(contrast(gain, study.labels, study.folds, only=label))
        progress(number + 1, studies)
    return Power(_seen(every), {code: _seen(found) for code, found in of_class.items()})


def _seen(null: list[Contrast]) -> float:
    """Return the effect that lies beyond the interval's reach with the wanted power, given what null studies show."""
    reach = float(np.mean([quantile((1 + LEVEL) / 2, each.df) * each.error for each in null]))
    spread = float(np.std([each.estimate for each in null]))
    return reach + quantile(POWER, float("inf")) * spread
