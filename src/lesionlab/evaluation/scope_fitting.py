"""Find what a classifier's training images look like, and the limit beyond which a picture is out of its scope."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.picture_quality import SIDE_PX, picture_quality
from lesionlab.core.picture_statistics import SEEN_PX, picture_statistics
from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import derive_seed
from lesionlab.data.prepared import Part
from lesionlab.inference.compact_features import Axes, axes_along
from lesionlab.inference.quality_words import spot_share
from lesionlab.inference.scope_file import ScopeRecord
from lesionlab.metrics.neighbours import nearest
from lesionlab.records.scope import QualityLimits, ScopeFacts

FALSE_REFUSALS = 0.05  # of any diagnosis; half of what may be refused of lesions never seen
STEADY = 0.01  # of the mean variance, added to each axis: those along which hardly anything varies must not decide
TAIL = 0.01
QUALITY_OF = 2000  # training images are enough for limits at one in a hundred

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]


def fit_scope(learned: Part, groups_sha256: str, progress: Progress = silent) -> ScopeRecord:
    """Return the scope of a classifier that learned from these images, the training part of its split.

    Raises:
        DataError: the pixels are damaged.
        InputError: the images are of one lesion.
    """
    statistics = picture_statistics(list(learned.images(learned.data.size_for(SEEN_PX))))
    axes = balanced_axes(statistics, learned.labels)
    training = axes.rounded(statistics)
    _, groups = np.unique(np.array(learned.groups), return_inverse=True)
    # As each would be judged had its lesion never been seen.
    distances = nearest(training, training, 1, (groups, groups)).distances[:, 0]
    of_class = {
        code: distances[learned.labels == label]
        for label, code in enumerate(learned.classes)
        if np.any(learned.labels == label)
    }
    limit = max(_limit(values) for values in of_class.values())
    facts = ScopeFacts(
        groups_sha256=groups_sha256,
        split_sha256=learned.data.split.sha256,
        limit=limit,
        false_refusals=FALSE_REFUSALS,
        refused={code: float((values > limit).mean()) for code, values in of_class.items()},
        images={code: len(values) for code, values in of_class.items()},
        quality=quality_limits(learned, progress),
    )
    return ScopeRecord(facts, axes, training)


def balanced_axes(statistics: NDArray[np.float32], labels: Labels) -> Axes:
    """Return axes on which picture statistics [m, s] vary alike, each diagnosis counting alike, however rare."""
    share = 1 / np.bincount(labels)[labels]
    share /= share.sum()
    values = statistics.astype(np.float64)
    mean = share @ values
    centred = values - mean
    variances, directions = np.linalg.eigh(centred.T @ (centred * share[:, None]))
    whitened = directions / np.sqrt(variances + STEADY * variances.mean())
    return axes_along(statistics, mean, whitened / np.sqrt(share @ np.square(centred @ whitened).sum(axis=1)))


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
