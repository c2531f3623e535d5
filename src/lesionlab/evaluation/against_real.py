"""Hold a generator's images against real images of a part that it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from lesionlab.core.errors import InputError
from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part
from lesionlab.evaluation.copies import copy_metrics
from lesionlab.evaluation.halvings import Halvings, halvings
from lesionlab.evaluation.nearest import Near, nearest_pairs
from lesionlab.evaluation.quality import ALIKE, DRAWS, REAL, RULER_DRAWS, Sets, quality_metrics
from lesionlab.evaluation.sampled import labels_of, sampled
from lesionlab.inference.novelty import Novelty
from lesionlab.inference.sampler import Sampler
from lesionlab.metrics.grid_index import grid_index
from lesionlab.metrics.intervals import interval
from lesionlab.metrics.space import Embedded, Extractor, Features, check_comparable
from lesionlab.metrics.spoilt import Pixels, blurs
from lesionlab.records.card import BESIDE, Metric
from lesionlab.records.split import EXTERNAL

GRID_FROM_PX = 32  # smaller images have no grid index


@dataclass(frozen=True)
class Against:
    """Real images that the generator never saw, the space to see them in, and other generators to stand beside it."""

    part: Part
    extractor: Extractor
    beside: Mapping[str, Sampler] = field(default_factory=dict)
    novelty: Novelty | None = None  # what finds copies, where the generator's export has a reference


@dataclass(frozen=True)
class Images:
    """All images of an evaluation, as `quality.Sets` has them in a feature space."""

    real: Pixels
    fake: Pixels
    changed: Mapping[str, Pixels]
    beside: Mapping[str, Pixels]

    def seen_by(self, extractor: Extractor) -> Sets:
        """Return their features.

        Raises:
            InputError: some set has another number of images than the real one.
        """
        real = Embedded(extractor.space, extractor.features(self.real))

        def comparable(images: Pixels) -> Features:
            seen = Embedded(extractor.space, extractor.features(images))
            check_comparable(real, seen)
            return seen.features

        changed = {name: comparable(images) for name, images in self.changed.items()}
        beside = {name: comparable(images) for name, images in self.beside.items()}
        return Sets(extractor.space.key, real.features, comparable(self.fake), changed, beside)


def measured(
    sampler: Sampler, against: Against, first_seed: int, progress: Progress = silent
) -> tuple[list[Metric], list[Near]]:
    """Return KID, FID, precision, recall, density, coverage, two-sample accuracy, grid index and copies, with rulers.

    The generator makes as many images of each class as the part has; those that come nearest to a training image come
    back beside the figures.

    Raises:
        InputError: a generator to stand beside makes images of another size.
        DataError: the part has no class with 2 lesions, or is not prepared at the generator's size.
    """
    size, part = sampler.card.image.size_px, against.part
    for name, other in against.beside.items():
        if other.card.image.size_px != size:
            raise InputError(
                f"{name} makes images of {other.card.image.size_px} px, this generator of {size} px.",
                "Put a generator of the same size beside it.",
            )
    counts: list[int] = np.bincount(part.labels, minlength=len(part.classes)).tolist()
    real = part.images(size)
    beside = {BESIDE + name: sampled(other, counts, first_seed, progress) for name, other in against.beside.items()}
    images = Images(real, sampled(sampler, counts, first_seed, progress), blurs(real), beside)
    alike = [part.classes.index(code) for code in ALIKE if code in part.classes]
    halved = halvings(part.labels, part.groups, labels_of(counts), DRAWS, alike)
    template = Metric("", 0.0, 0, "images", part.name, data=part.data.name if part.name == EXTERNAL else "")
    found = quality_metrics(images.seen_by(against.extractor), halved, part.classes, template, progress)
    found += grid_metrics(images, halved, template)
    if against.novelty is None:
        return found, []
    made, unseen = (images.fake, labels_of(counts)), (real, part.labels)
    copies, compared = copy_metrics(against.novelty, made, unseen, part.classes, template, progress)
    return [*found, *copies], nearest_pairs(compared, sampler, counts, first_seed)


def grid_metrics(images: Images, halved: Halvings, template: Metric) -> list[Metric]:
    """Return the grid index of all images, where they are large enough to have one."""
    size = images.real.shape[1]
    if size < GRID_FROM_PX:
        return []
    drawn = np.array([grid_index(images.fake[each.fake]) for each in halved.each])
    low, high = interval(float(drawn.mean()), drawn)
    few = halved.each[:RULER_DRAWS]
    others = {REAL: images.real, **images.changed}
    ruler = {name: np.mean([grid_index(pixels[each.other]) for each in few]) for name, pixels in others.items()}
    ruler |= {name: np.mean([grid_index(made[each.fake]) for each in few]) for name, made in images.beside.items()}
    metric = replace(template, name="grid_index", value=float(drawn.mean()), n=halved.n, space=f"pixels/{size}px")
    return [replace(metric, low=low, high=high, ruler={name: float(value) for name, value in ruler.items()})]
