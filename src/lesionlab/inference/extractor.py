"""What a frozen network sees of images: features of one space, named by the hash of its weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import ModelError
from lesionlab.core.imaging import Pixels
from lesionlab.inference.engine import load_engine
from lesionlab.inference.signature import check_extractor, check_kind
from lesionlab.records.card import check_weights, read_card
from lesionlab.records.feature_space import FeatureSpace

BATCH_SIZE = 16  # always, the last one padded: an image has the same features in whatever company


class FeatureExtractor:
    """An exported extractor, in float32; several threads may ask at once. Its card's name is that of its space.

    Raises:
        ModelError: the folder holds no extractor, or one that is damaged or does not fit its card.
    """

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        self.folder = folder
        self.card = read_card(folder)
        check_kind(folder, self.card, "extractor")
        self._engine = load_engine(check_weights(folder, self.card), batch_size=BATCH_SIZE, threads=threads)
        check_extractor(self._engine, folder, self.card)
        card = self.card
        self.space = FeatureSpace(card.name, card.weights_sha256, card.feature_dims, card.image.size_px)

    def features(self, images: Pixels) -> NDArray[np.float32]:
        """Return the features float32 [n, d] of images uint8 [n, S, S, 3] of the space's size.

        Raises:
            InputError: images of another size or number type.
            ModelError: the network gives values that are no numbers.
        """
        self.space.check_images(images)
        found = np.empty((len(images), self.space.dims), np.float32)
        for start in range(0, len(images), BATCH_SIZE):
            some = images[start : start + BATCH_SIZE]
            found[start : start + len(some)] = self._engine.run({"image": self._prepare(some)})["features"][: len(some)]
        if not np.isfinite(found).all():
            raise ModelError(f"The extractor in {self.folder} gives values that are no numbers.", "Export it again.")
        return found

    def _prepare(self, images: Pixels) -> NDArray[np.float32]:
        spec = self.card.image
        padded = np.zeros((BATCH_SIZE, *images.shape[1:]), np.float32)
        padded[: len(images)] = images
        values = (padded / np.float32(255) - np.float32(spec.mean)) / np.float32(spec.std)
        return np.ascontiguousarray(values.transpose(0, 3, 1, 2))
