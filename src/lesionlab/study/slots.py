"""What fills the training slots of an arm, and the proof that nothing among it may not be there."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import StudyError
from lesionlab.core.seeds import derive_seed
from lesionlab.data.arm import TrainingArm
from lesionlab.data.prepared import Part
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.records.protocol import ProtocolArm
from lesionlab.study.fold_data import FoldData
from lesionlab.study.subsets import groups_sha256
from lesionlab.training.filling import Filling

Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Slots:
    """The real images of an arm and what takes their place, at the protocol's size."""

    real: Part
    images: NDArray[np.uint8]  # [n, S, S, 3], of the real images
    filling: Filling | None
    generator_sha256: str  # of the weights behind the synthetic images; blank without any
    sha256: str  # of all that decides which image a slot holds, but for the seed


def slots_of(arm: ProtocolArm, folds: FoldData, fold: int, share: float, pool: SyntheticSet | None) -> Slots:
    """Return the slots of an arm in a fold; a `pool` of synthetic images is needed where the arm shows any.

    Raises:
        StudyError: the pool is missing.
        LeakError: the pool's generator or filter saw other real images than the arm has.
    """
    real = folds.shared(fold, share).part("train")
    size = folds.protocol.image_size_px
    images = real.images(size)
    synthetic = arm.fill in ("raw", "filtered", "shuffled")
    if synthetic and pool is None:
        raise StudyError(f"'{arm.name}' shows synthetic images, and none were given.", "Train its generator first.")
    TrainingArm(real, (pool,) if synthetic and pool is not None else (), folds.folds)
    filling, told, generator = None, [], ""
    if synthetic and pool is not None:
        labels = pool.labels(real.classes)
        shown = shuffled(labels, derive_seed("shuffled", fold)) if arm.fill == "shuffled" else labels
        filling = Filling(pool.pixels(size), shown, arm.dose, arm.pretraining)
        told = [[image.sha256, int(label)] for image, label in zip(pool.images, shown, strict=True)]
        generator = pool.images[0].model_sha256
    elif arm.fill == "replay":
        filling = Filling(images, real.labels, arm.dose, arm.pretraining)
        told = [[image_id, int(label)] for image_id, label in zip(real.image_ids, real.labels, strict=True)]
    elif arm.fill == "perfect":
        rest = folds.held_back(fold, share)
        filling = Filling(rest.images(size), rest.labels, arm.dose, arm.pretraining)
        told = [[image_id, int(label)] for image_id, label in zip(rest.image_ids, rest.labels, strict=True)]
    whole = [groups_sha256(real), size, arm.fill, arm.dose, arm.pretraining, told]
    return Slots(real, images, filling, generator, hashlib.sha256(json.dumps(whole).encode()).hexdigest())


def shuffled(labels: Labels, seed: int) -> Labels:
    """Return labels [n] of which none is its own, as many of each class as there were, as far as that can be.

    The images are turned on by half of them in the order of their classes, shuffled within each: where no class has
    more than half of the images, each image comes by the label of another.
    """
    draw = np.random.Generator(np.random.Philox(key=seed))
    order = np.lexsort((draw.random(len(labels)), labels))
    found = np.empty_like(labels)
    found[order] = labels[np.roll(order, len(labels) // 2)]
    return found
