"""Studies with a known truth: lesions hard for all arms alike, trainings and generators good and bad by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.seeds import derive_seed
from lesionlab.metrics.contrast import contrast
from lesionlab.study.verdict import Evidence, Rule, Verdict, judge

REAL, REPLAY, SYNTHETIC = range(3)


@dataclass(frozen=True)
class World:
    """How a simulated study comes about; what is on the probit scale moves a recall of one half by 40 points a unit.

    `training` and `generator` are standard deviations, on that scale, of what one training, or one fold's generator,
    adds to the recall of each class.
    """

    lesions: tuple[int, ...]  # of each class
    real: float = 0.0  # balanced accuracy of the arm without synthetic images, less that of the synthetic arm
    replay: float = 0.0  # likewise, of the arm with repeats
    training: float = 0.1
    generator: float = 0.1
    recall: float = 0.7  # of a middling class
    shared: float = 0.8  # of a lesion's difficulty, the share of its variance that is the same for all trainings
    folds: int = 5
    seeds: int = 2


@dataclass(frozen=True)
class Simulated:
    """One study: whether each arm and seed was right about each lesion, bool [3 arms, seeds, L]."""

    right: NDArray[np.bool_]
    labels: NDArray[np.int64]
    folds: NDArray[np.int64]

    def differences(self, arm: int, other: int) -> NDArray[np.float64]:
        """Return for each lesion how much oftener one arm is right, as a mean over seeds: float64 [L]."""
        mean = self.right.mean(axis=1)
        return np.asarray(mean[arm] - mean[other], np.float64)

    def verdict(self, rule: Rule) -> Verdict:
        """Return what the study says."""
        over = [contrast(self.differences(SYNTHETIC, other), self.labels, self.folds) for other in (REAL, REPLAY)]
        return judge(Evidence(over[0], over[1], len(set(self.folds.tolist())), self.right.shape[1]), rule)


def simulate(world: World, seed: int) -> Simulated:
    """Return the study of a world that this seed draws; its true differences are those of the world, on average."""
    draw = np.random.Generator(np.random.Philox(key=derive_seed("simulated study", seed)))
    labels = np.repeat(np.arange(len(world.lesions)), world.lesions)
    folds = np.concatenate([draw.permutation(np.arange(n) % world.folds) for n in world.lesions])
    shape = (world.folds, world.seeds, len(world.lesions))
    ease = draw.normal(0, 0.3, len(world.lesions))
    of_lesion = math.sqrt(world.shared) * draw.standard_normal(len(labels))
    of_generator = draw.normal(0, world.generator, (world.folds, len(world.lesions))) if world.generator else None
    right = np.empty((3, world.seeds, len(labels)), dtype=bool)
    for arm, gap in ((REAL, world.real), (REPLAY, world.replay), (SYNTHETIC, 0.0)):
        noise = draw.normal(0, world.training, shape)
        spread = world.training
        if arm == SYNTHETIC and of_generator is not None:
            noise += of_generator[:, None]
            spread = math.hypot(world.training, world.generator)
        # A noisy training is worse on average; widening the threshold alike keeps the recall that is asked for.
        threshold = _threshold(world.recall + gap, ease) * math.sqrt(1 + spread**2)
        for number in range(world.seeds):
            luck = math.sqrt(1 - world.shared) * draw.standard_normal(len(labels))
            right[arm, number] = of_lesion + luck < (threshold + noise[:, number])[folds, labels]
    return Simulated(right, labels, folds)


def _threshold(mean_recall: float, ease: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the threshold of each class that gives the classes this mean recall, by Newton's steps: float64 [C]."""
    level = 0.0
    for _ in range(20):
        recalls = [0.5 * math.erfc(-(level + each) / math.sqrt(2)) for each in ease]
        slopes = [math.exp(-((level + each) ** 2) / 2) / math.sqrt(2 * math.pi) for each in ease]
        level -= (float(np.mean(recalls)) - mean_recall) / float(np.mean(slopes))
    return level + ease


def verdicts(world: World, rule: Rule, studies: int, first_seed: int = 0) -> dict[str, int]:
    """Return how many of so many simulated studies give each word."""
    words = [simulate(world, first_seed + number).verdict(rule).word for number in range(studies)]
    return {word: words.count(word) for word in dict.fromkeys(words)}


def upper_bound(happened: int, of: int, level: float = 0.95) -> float:
    """Return the one-sided upper bound of a rate, exactly (Clopper & Pearson 1934), from how often it was seen."""
    low, high = happened / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(happened, of, middle) > 1 - level else (low, middle)
    return high


def _at_most(happened: int, of: int, rate: float) -> float:
    """Return the chance of seeing something so often at most."""
    if rate <= 0 or rate >= 1:
        return float(rate <= 0 or happened >= of)
    logs: Sequence[float] = [
        math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * math.log(rate)
        + (of - k) * math.log1p(-rate)
        for k in range(happened + 1)
    ]  # fmt: skip
    return math.fsum(map(math.exp, logs))
