"""What a classifier says about images, and where in them its evidence lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.imaging import Pixels, square
from lesionlab.inference.calibrating import calibrator_of
from lesionlab.inference.engine import load_engine
from lesionlab.inference.signature import check_classifier, check_kind
from lesionlab.records.card import check_weights, read_card

# One image at a time costs an eighth of the rate in float32 and answers a single upload 14 times sooner than
# a padded 16; in bfloat16 the batch of 8 is twice as fast, and so it is a fifth faster where a stream has one core.
BATCH_SIZE = 1
FULL_BATCH_SIZE = 8


@dataclass(frozen=True)
class Prediction:
    """What a classifier says about one image; arrays follow the card's class order."""

    probabilities: NDArray[np.float32]  # [C], as calibrated, at the prior that the card names; they sum to one
    decision: str  # the code of the class decided for: of the largest p / prior where calibrated, which is another
    # question than what is likeliest: it treats rare diagnoses as if all were alike frequent
    maps: NDArray[np.float32]  # [C, h, w], the evidence by place; its mean is the class's logit
    features: NDArray[np.float32]  # [F]
    prediction_set: tuple[str, ...] = ()  # codes, likeliest first, the decision among them; without calibration none


class Predictor:
    """An exported classifier; several threads may predict at once.

    With `streams` above 1 each answers a thread of its own, by one core: the fastest for many images, not for one.

    Raises:
        ModelError: the folder holds no classifier, or one that is damaged or does not fit its card.
    """

    def __init__(self, folder: Path, *, bf16: bool = False, threads: int = 0, streams: int = 1) -> None:
        self.folder = folder
        self.card = read_card(folder)
        check_kind(folder, self.card, "classifier")
        if not self.card.image.std > 0:
            raise ModelError(f"The std in the card of {folder} is not above 0.", "Export the model again.")
        self._calibrator = calibrator_of(self.card)
        weights = check_weights(folder, self.card)
        self._batch_size = FULL_BATCH_SIZE if bf16 or streams > 1 else BATCH_SIZE
        self._engine = load_engine(weights, bf16, batch_size=self._batch_size, threads=threads, streams=streams)
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
            self.of_outputs(outputs["logits"][i], outputs["maps"][i], outputs["features"][i]) for i in range(len(batch))
        ]

    def of_outputs(
        self, logits: NDArray[np.float32], maps: NDArray[np.float32], features: NDArray[np.float32]
    ) -> Prediction:
        """Return the prediction of a network's outputs by the card: logits [C], maps [C, h, w], features [F]."""
        probabilities = self._calibrator.probabilities(logits)
        decision = self.card.classes[int(self._calibrator.balanced(probabilities).argmax())]
        return Prediction(probabilities, decision, maps, features, self._prediction_set(probabilities))

    def _prediction_set(self, probabilities: NDArray[np.float32]) -> tuple[str, ...]:
        sets = self._calibrator.sets(probabilities[None])
        if sets is None:
            return ()
        return tuple(self.card.classes[c] for c in np.argsort(-probabilities, kind="stable") if sets[0, c])
