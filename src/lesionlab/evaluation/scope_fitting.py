"""Find what a classifier's training images look like, and the limit beyond which a picture is out of its scope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.picture_quality import SIDE_PX, picture_quality
from lesionlab.core.picture_statistics import SEEN_PX, picture_statistics
from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import derive_seed
from lesionlab.data.prepared import Part
from lesionlab.inference.quality_words import spot_share
from lesionlab.inference.scope import oddness
from lesionlab.records.scope import QualityLimits, ScopeFacts

FALSE_REFUSALS = 0.05  # of any diagnosis; half of what may be refused of lesions never seen
FOLDS = 5
STEADY = 0.01  # of the mean variance, added to each axis: those along which hardly anything varies must not decide
TAIL = 0.01
QUALITY_OF = 2000  # training images are enough for limits at one in a hundred

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Shape:
    """The mean of picture statistics [s], and axes [s, s] along which each varies by one."""

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]

    def oddness(self, statistics: Floats) -> NDArray[np.float64]:
        """Return how far statistics [n, s] lie off: float64 [n], about 1 for images of the same kind."""
        return oddness(statistics, self.mean, self.axes)


def fit_scope(learned: Part, groups_sha256: str, progress: Progress = silent) -> ScopeFacts:
    """Return the scope of a classifier that learned from these images, the training part of its split.

    Raises:
        DataError: the pixels are damaged.
    """
    statistics = picture_statistics(list(learned.images(learned.data.size_for(SEEN_PX))))
    shape = fit_shape(statistics, learned.labels)
    unseen = judged_unseen(statistics, learned.labels, learned.groups)
    of_class = {
        code: unseen[learned.labels == label]
        for label, code in enumerate(learned.classes)
        if np.any(learned.labels == label)
    }
    limit = max(_limit(values) for values in of_class.values())
    return ScopeFacts(
        groups_sha256=groups_sha256,
        split_sha256=learned.data.split.sha256,
        mean=_rounded(shape.mean),
        axes=tuple(_rounded(row) for row in shape.axes),
        limit=round(limit, 6),
        false_refusals=FALSE_REFUSALS,
        refused={code: float((values > limit).mean()) for code, values in of_class.items()},
        images={code: len(values) for code, values in of_class.items()},
        quality=quality_limits(learned, progress),
    )


def fit_shape(statistics: Floats, labels: Labels) -> Shape:
    """Return the shape of picture statistics [n, s], each diagnosis counting alike, however rare."""
    share = 1 / np.bincount(labels)[labels]
    share /= share.sum()
    values = statistics.astype(np.float64)
    mean = share @ values
    centred = values - mean
    variances, directions = np.linalg.eigh(centred.T @ (centred * share[:, None]))
    return Shape(mean, directions / np.sqrt(variances + STEADY * variances.mean()))


def judged_unseen(statistics: Floats, labels: Labels, groups: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the oddness of each image [n], by the shape of the images of other lesions."""
    folds = np.array([derive_seed("scope fold", group) % FOLDS for group in groups])
    found = np.empty(len(labels))
    for fold in range(FOLDS):
        held_out = folds == fold
        found[held_out] = fit_shape(statistics[~held_out], labels[~held_out]).oddness(statistics[held_out])
    return found


def quality_limits(learned: Part, progress: Progress = silent) -> QualityLimits:
    """Return limits that all but one in a hundred of the training images keep."""
    draw = np.random.default_rng(derive_seed("quality limits"))
    rows = np.sort(draw.permutation(len(learned.indices))[:QUALITY_OF])
    pixels = learned.data.take_pixels(learned.data.size_for(SIDE_PX), learned.indices[rows])
    scores: dict[str, list[float]] = {}
    for number, picture in enumerate(pixels):
        for name, score in (*picture_quality(picture).items(), ("spot", spot_share(picture))):
            scores.setdefault(name, []).append(score)
        progress(number + 1, len(pixels))

    def tail(name: str, share: float) -> float:
        return round(float(np.quantile(scores[name], share)), 4)

    return QualityLimits(
        least_sharpness=tail("sharpness", TAIL),
        least_brightness=tail("brightness", TAIL),
        most_brightness=tail("brightness", 1 - TAIL),
        most_clipped=tail("clipped", 1 - TAIL),
        most_black_border=tail("black_border", 1 - TAIL),
        least_spot=tail("spot", TAIL),
    )


def _limit(values: Floats) -> float:
    """Return the value beyond which no more than the share of false refusals lies."""
    return float(np.sort(values)[len(values) - 1 - int(FALSE_REFUSALS * len(values))])


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)
