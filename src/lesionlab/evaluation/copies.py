"""How many of a generator's images are copies of training images, and how much they give away about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import derive_seed
from lesionlab.evaluation.halvings import Labels
from lesionlab.evaluation.quality import REAL
from lesionlab.evaluation.shares import share_interval
from lesionlab.inference.novelty import Compared, Novelty
from lesionlab.metrics.classification import area_under_roc
from lesionlab.metrics.intervals import halves, interval
from lesionlab.metrics.neighbours import nearest
from lesionlab.metrics.space import Features
from lesionlab.metrics.spoilt import Pixels
from lesionlab.records.card import Metric
from lesionlab.records.split import EXTERNAL

DRAWS = 200
CHANCE = "chance"


def copy_metrics(
    novelty: Novelty,
    fake: tuple[Pixels, Labels],
    real: tuple[Pixels, Labels],
    classes: Sequence[str],
    template: Metric,
    progress: Progress = silent,
) -> tuple[list[Metric], Compared]:
    """Return the share of copies, of all images and of each class, the median ratio and membership inference.

    `fake` and `real` are images uint8 [n, S, S, 3] with labels [n]; the real ones are of lesions that the generator did
    not learn from. What the synthetic images were compared with comes back too.
    """
    template = replace(template, space=novelty.reference.facts.key, n=len(fake[1]), unit="images")
    seen_fake, seen_real = novelty.views(fake[0], progress), novelty.views(real[0], progress)
    compared, others = novelty.compare_views(seen_fake), novelty.compare_views(seen_real)
    copied, alarms = compared.ratios < novelty.limit, others.ratios < novelty.limit
    found = [_share(copied, alarms, template)]
    for label, code in enumerate(classes):
        if (fake[1] == label).any() and (real[1] == label).any():
            found.append(_share(copied[fake[1] == label], alarms[real[1] == label], replace(template, of=code)))
    found.append(_median(compared.ratios, others.ratios, template))
    if template.part != EXTERNAL:  # images of elsewhere differ from the training images by more than membership
        found.append(_membership(novelty, seen_fake, seen_real, real[1], template))
    return found, compared


def _share(copied: NDArray[np.bool_], alarms: NDArray[np.bool_], template: Metric) -> Metric:
    low, high = share_interval(int(copied.sum()), len(copied))
    ruler = {REAL: float(alarms.mean())}
    value = float(copied.mean())
    return replace(template, name="copies", value=value, n=len(copied), low=low, high=high, ruler=ruler)


def _median(ratios: NDArray[np.float64], others: NDArray[np.float64], template: Metric) -> Metric:
    value = float(np.median(ratios))
    some = halves(len(ratios), DRAWS, derive_seed("authenticity"))
    low, high = interval(value, np.array([np.median(ratios[half]) for half in some]))
    ruler = {REAL: float(np.median(others))}
    return replace(template, name="authenticity", value=value, low=low, high=high, ruler=ruler)


def _membership(
    novelty: Novelty, fake: Sequence[Features], real: Sequence[Features], labels: Labels, template: Metric
) -> Metric:
    """Tell training images from others of the same diagnoses by how near a synthetic image comes to each."""
    members = _members(novelty.reference.labels, labels)
    drawn = []
    for synthetic, others, space in zip(fake, real, novelty.reference.spaces, strict=True):
        known = synthetic.reshape(-1, synthetic.shape[-1])
        near = -nearest(space.training.features[members], known, 1).distances[:, 0]
        far = -nearest(others[0], known, 1).distances[:, 0]
        pairs = zip(_halves(len(near), 0), _halves(len(far), 1), strict=True)
        drawn.append([area_under_roc(near, far), *(area_under_roc(near[a], far[b]) for a, b in pairs)])
    values = np.mean(drawn, axis=0)
    low, high = interval(float(values[0]), values[1:])
    value = replace(template, name="membership_auc", value=float(values[0]), n=len(members), low=low, high=high)
    return replace(value, ruler={CHANCE: 0.5})


def _halves(n: int, side: int) -> NDArray[np.bool_]:
    return halves(n, DRAWS, derive_seed("membership", side))


def _members(learned: NDArray[np.int8], labels: Labels) -> NDArray[np.intp]:
    """Return rows of training images with the class mix of the others, as many where there are enough."""
    draw = np.random.default_rng(derive_seed("members"))
    counts = enumerate(np.bincount(labels).tolist())
    return np.concatenate([draw.permutation(np.flatnonzero(learned == label))[:count] for label, count in counts])
