"""Filters of synthetic images: each gives a score, and what lies below its limit is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError, LeakError, ModelError
from lesionlab.core.files import sha256_of
from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part
from lesionlab.data.synthetic_set import chosen_on, saw_of
from lesionlab.inference.calibrating import evenly
from lesionlab.inference.novelty import Novelty
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.reference import REFERENCE_NAME
from lesionlab.records.sampling import FilterUse
from lesionlab.records.seen_groups import SeenGroups, read_seen_groups
from lesionlab.records.synthetic import Choice, Saw

SURE_AS = 0.05  # of the real images decided rightly, so many lie below the limit
BATCH = 64


class Filter(Protocol):
    """Something that judges images of a generator, and tells which real images it knows."""

    @property
    def use(self) -> FilterUse:
        """Its name, what judges, and the least score of an image that is kept."""

    @property
    def saw(self) -> tuple[Saw, ...]:
        """The real images that it was made from."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What of it was chosen by looking at real images."""

    def scores(self, images: NDArray[np.uint8], diagnoses: Sequence[str]) -> NDArray[np.float64]:
        """Return a score for each image, uint8 [n, S, S, 3], made as these diagnoses: float64 [n]."""


class Agreement:
    """Keeps an image for which a classifier gives the diagnosis asked for at least the probability `limit`.

    It is that of all diagnoses alike frequent, so that no rare one is withheld because it is rare.

    Raises:
        InputError: the limit is outside 0..1.
        LeakError: which lesions the classifier saw is unknown.
    """

    def __init__(self, predictor: Predictor, limit: float, choices: tuple[Choice, ...] = ()) -> None:
        if not 0 <= limit <= 1:
            raise InputError(f"Agreement {limit:g} is outside 0..1.", "Give a probability, such as 0.5.")
        self.predictor = predictor
        self.use = FilterUse("agreement", predictor.card.weights_sha256, limit)
        self.saw = (saw_of("filter", predictor.folder),)
        self.choices = choices

    @classmethod
    def from_validation(cls, predictor: Predictor, part: Part, progress: Progress = silent) -> Agreement:
        """Return the filter that asks to be as sure as the classifier is of real validation images.

        The limit is the 5% quantile of the probability of the true diagnosis over the images that it decides rightly.

        Raises:
            ModelError: the class lists differ, or it decides no image rightly.
            LeakError: the classifier learned from some of the images: it would be surer of them than it should.
        """
        learned = read_seen_groups(predictor.folder, predictor.card).images("train") & set(part.image_ids)
        if learned:
            raise LeakError(
                f"The classifier learned from {len(learned):,} of the {len(part.image_ids):,} images of the "
                f"{part.name} part of '{part.data.name}'.",
                "Name the data and the split that it was trained on, or give the limit as a number.",
            )
        if predictor.card.classes != part.classes:
            raise ModelError(
                f"The classifier knows {', '.join(predictor.card.classes)}; the data has {', '.join(part.classes)}.",
                "Give the limit as a number, or use a classifier of this data.",
            )
        limit = _limit(predictor, part, progress)
        return cls(predictor, limit, (chosen_on("threshold", part),))

    def scores(self, images: NDArray[np.uint8], diagnoses: Sequence[str]) -> NDArray[np.float64]:
        """Return the classifier's probability of the diagnosis asked for, all alike frequent: float64 [n]."""
        columns = [self.predictor.card.classes.index(code) for code in diagnoses]
        found = self.predictor.predict(list(images))
        shares = [evenly(self.predictor.card, prediction.probabilities) for prediction in found]
        return np.array([float(of[c]) for of, c in zip(shares, columns, strict=True)], np.float64)

    def check(self, codes: Sequence[str]) -> None:
        """Refuse diagnoses that the classifier does not know.

        Raises:
            ModelError: there is one.
        """
        unknown = [code for code in codes if code not in self.predictor.card.classes]
        if unknown:
            raise ModelError(
                f"Classifier {self.predictor.card.name} does not know {', '.join(unknown)}, which is asked for.",
                "Name a classifier with the classes of the generator.",
            )


class Novel:
    """Keeps an image that does not come so near to a training image of its generator that it counts as a copy.

    `spaces` are the folders of the extractors that the comparison is made with.

    Raises:
        LeakError: which lesions the generator or an extractor saw is unknown.
    """

    def __init__(self, generator: Path, novelty: Novelty, spaces: Sequence[Path] = ()) -> None:
        reference = sha256_of(generator / REFERENCE_NAME)
        learned = tuple(row for row in saw_of("generator", generator).seen.rows if row.use == "train")
        facts = novelty.reference.facts
        self._novelty = novelty
        self.use = FilterUse("novelty", reference, novelty.limit)
        self.saw = (
            Saw("novelty reference", reference, SeenGroups(learned)),
            *(saw_of("feature space", space) for space in spaces),
        )
        self.choices = (Choice("threshold", facts.part, facts.split_sha256, novelty.reference.held_out),)

    def scores(self, images: NDArray[np.uint8], diagnoses: Sequence[str]) -> NDArray[np.float64]:
        """Return the ratio of distances, 0 for a copy and about 1 for a lesion of its own: float64 [n]."""
        return self._novelty.ratios(images)


def _limit(predictor: Predictor, part: Part, progress: Progress) -> float:
    images = part.images(predictor.card.image.size_px)
    sure = []
    for start in range(0, len(images), BATCH):
        labels = part.labels[start : start + BATCH].tolist()
        found = predictor.predict(list(images[start : start + BATCH]))
        sure += [
            float(evenly(predictor.card, p.probabilities)[label])
            for p, label in zip(found, labels, strict=True)
            if p.decision == part.classes[label]
        ]
        progress(start + len(labels), len(images))
    if not sure:
        raise ModelError(
            f"The classifier decides none of {len(images):,} validation images rightly.", "Use a better one."
        )
    return round(float(np.quantile(sure, SURE_AS)), 6)
