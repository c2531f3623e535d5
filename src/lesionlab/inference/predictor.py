"""What a classifier says about images, and where in them its evidence lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.imaging import Pixels, square
from lesionlab.inference.engine import load_engine
from lesionlab.inference.signature import check_classifier, check_kind
from lesionlab.metrics.classification import softmax
from lesionlab.records.card import check_weights, read_card

# One image at a time costs an eighth of the rate in float32 and answers a single upload 14 times sooner than
# a padded 16; in bfloat16 the batch of 8 is twice as fast.
BATCH_SIZE = 1
BATCH_SIZE_BF16 = 8


@dataclass(frozen=True)
class Prediction:
    """What a classifier says about one image; arrays follow the card's class order."""

    probabilities: NDArray[np.float32]  # [C], calibrated by the card's temperature; they sum to one
    decision: str  # the code of the class decided for
    maps: NDArray[np.float32]  # [C, h, w], the evidence by place; its mean is the class's logit
    features: NDArray[np.float32]  # [F]


class Predictor:
    """An exported classifier; several threads may predict at once.

    Raises:
        ModelError: the folder holds no classifier, or one that is damaged or does not fit its card.
    """

    def __init__(self, folder: Path, *, bf16: bool = False, threads: int = 0) -> None:
        self.folder = folder
        self.card = read_card(folder)
        check_kind(folder, self.card, "classifier")
        if self.card.temperature <= 0 or self.card.image.std <= 0:
            raise ModelError(f"Temperature or std in the card of {folder} is not above 0.", "Export the model again.")
        weights = check_weights(folder, self.card)
        self._batch_size = BATCH_SIZE_BF16 if bf16 else BATCH_SIZE
        self._engine = load_engine(weights, bf16, batch_size=self._batch_size, threads=threads)
        check_classifier(self._engine, folder, self.card)

    @property
    def precision(self) -> str:
        """The arithmetic in use: "float32" or "bfloat16"."""
        return self._engine.precision

    def predict(self, images: Sequence[Pixels]) -> list[Prediction]:
        """Return a prediction for each image, uint8 [H, W, 3] RGB of any size, in their order.

        Raises:
            InputError: an image has another shape or number type.
        """
        prepared = [self._prepare(image) for image in images]
        predictions: list[Prediction] = []
        for start in range(0, len(prepared), self._batch_size):
            predictions += self._predict_batch(prepared[start : start + self._batch_size])
        return predictions

    def _prepare(self, image: Pixels) -> NDArray[np.float32]:
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
            raise InputError(
                f"An image is {image.dtype} {list(image.shape)}.", "Give uint8 [height, width, 3] RGB with pixels."
            )
        spec = self.card.image
        values = square(image, spec.size_px).astype(np.float32) / np.float32(255)
        return ((values - np.float32(spec.mean)) / np.float32(spec.std)).transpose(2, 0, 1)

    def _predict_batch(self, batch: list[NDArray[np.float32]]) -> list[Prediction]:
        padded = np.stack([*batch, *[batch[0]] * (self._batch_size - len(batch))])
        outputs = self._engine.run({"image": padded})
        if not np.isfinite(outputs["logits"]).all():
            raise ModelError(f"The classifier in {self.folder} gives values that are no numbers.", "Train it again.")
        return [
            Prediction(
                probabilities=softmax(outputs["logits"][i], self.card.temperature),
                decision=self.card.classes[int(outputs["logits"][i].argmax())],
                maps=outputs["maps"][i],
                features=outputs["features"][i],
            )
            for i in range(len(batch))
        ]
