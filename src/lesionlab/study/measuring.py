"""Measure images against the validation part, as every run of a study is measured: same n, class mix and spaces.

The spaces are those for choosing, VGG-19 of random weights (Naeem et al. 2020): a study is what recipes are chosen by.
"""

from __future__ import annotations

from functools import cache, cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import derive_seed
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.metrics.grid_index import grid_index
from lesionlab.metrics.kid import kid
from lesionlab.metrics.prdc import prdc
from lesionlab.metrics.space import Features
from lesionlab.metrics.spoilt import blurs
from lesionlab.records.study import Measured
from lesionlab.study.copies import CopyDetector, views_of
from lesionlab.study.subsets import groups_sha256
from lesionlab.training.gan_monitor_images import random_spaces

Pixels = NDArray[np.uint8]
Labels = NDArray[np.int64]

COPY_SPACES = 2  # of the spaces, those in which copies are looked for
LEAST = 2  # images of a class, for KID
GRID_FROM_PX = 32  # smaller images have no grid index


class Measurer:
    """The validation part in each feature space, to hold images of its class mix against."""

    def __init__(self, data: PreparedData, image_size_px: int) -> None:
        self.part, self.size = data.part("validation"), image_size_px
        self.pixels = self.part.images(image_size_px)
        self.spaces = random_spaces(image_size_px, torch.device("cpu"))
        self.real = [space.features(self.pixels) for space in self.spaces]
        self.rulers = cache(self._rulers)  # by seed
        self._training = data.part("train")
        self._detectors: dict[str, CopyDetector] = {}  # by list of training images

    @property
    def counts(self) -> list[int]:
        """The images of each class."""
        counts: list[int] = np.bincount(self.part.labels, minlength=len(self.part.classes)).tolist()
        return counts

    def measure(self, images: Pixels, labels: Labels, progress: Progress = silent, ruler: str = "") -> list[Measured]:
        """Return KID by class and in all, precision, recall, density, coverage and grid index of images [n, S, S, 3].

        They must be as many of each class as the part has.
        """
        assert np.bincount(labels, minlength=len(self.part.classes)).tolist() == self.counts
        found: list[Measured] = []
        for number, (space, real) in enumerate(zip(self.spaces, self.real, strict=True)):
            values = self._compare(real, space.features(images), labels)
            found += [
                Measured(name, value, self._n(name), space=space.space.key, ruler=ruler)
                for name, value in values.items()
            ]
            progress(number + 1, len(self.spaces))
        if self.size >= GRID_FROM_PX:
            found.append(Measured("grid_index", grid_index(images), len(images), ruler=ruler))
        return found

    def _compare(self, real: Features, fake: Features, labels: Labels) -> dict[str, float]:
        by_class = {
            code: kid(real[self.part.labels == label], fake[labels == label])
            for label, (code, count) in enumerate(zip(self.part.classes, self.counts, strict=True))
            if count >= LEAST
        }
        shares = prdc(real, fake)
        return {
            "kid_macro": float(np.mean(list(by_class.values()))),
            "kid": kid(real, fake),
            **{f"kid_{code}": value for code, value in by_class.items()},
            "precision": shares.precision,
            "recall": shares.recall,
            "density": shares.density,
            "coverage": shares.coverage,
        }

    def _n(self, name: str) -> int:
        code = name.removeprefix("kid_")
        return self.counts[self.part.classes.index(code)] if code in self.part.classes else len(self.pixels)

    def copies(self, images: Pixels, training: Part) -> Measured:
        """Return the share of images [n, S, S, 3] that count as copies of these training images; see `copies`."""
        spaces, digest = self.spaces[:COPY_SPACES], groups_sha256(training)
        if digest not in self._detectors:
            self._detectors[digest] = CopyDetector(training, self.size, spaces, self._held_out)
        keys = " & ".join(space.space.key for space in spaces)
        share = self._detectors[digest].share(views_of(images, spaces))
        return Measured("copies", share, len(images), space=keys)

    @cached_property
    def _held_out(self) -> list[Features]:
        return views_of(self.pixels, self.spaces[:COPY_SPACES])

    def _rulers(self, seed: int) -> list[Measured]:
        """Return the same figures of images that are real: others, drawn from training, and the part's own blurred."""
        chosen = drawn(self._training, self.counts, seed)
        others = self._training.images(self.size)[chosen]
        found = self.measure(others, self._training.labels[chosen], ruler="real images")
        return [*found, *self._blurred, *self._melanoma_against_keratosis()]

    @cached_property
    def _blurred(self) -> list[Measured]:
        spoilt = blurs(self.pixels).items()
        return [m for name, images in spoilt for m in self.measure(images, self.part.labels, ruler=name)]

    def _melanoma_against_keratosis(self) -> list[Measured]:
        """Return KID between the two classes that a careless eye confuses, where the part has both."""
        if not {"mel", "bkl"} <= set(self.part.classes):
            return []
        rows = [np.flatnonzero(self.part.labels == self.part.classes.index(code)) for code in ("mel", "bkl")]
        n = min(map(len, rows))
        return [
            Measured("kid_macro", kid(*(real[r[:n]] for r in rows)), n, space=space.space.key, ruler="mel against bkl")
            for space, real in zip(self.spaces, self.real, strict=True)
            if n >= LEAST
        ]


def drawn(part: Part, counts: list[int], seed: int) -> NDArray[np.int64]:
    """Return places of images of a part, `counts` of each class, drawn by a seed; with repeats where it has too few."""
    random = np.random.Generator(np.random.Philox(key=derive_seed("rulers", seed)))
    rows = [np.flatnonzero(part.labels == label) for label in range(len(counts))]
    taken = [random.choice(r, count, replace=count > len(r)) for r, count in zip(rows, counts, strict=True)]
    return np.concatenate(taken).astype(np.int64)
