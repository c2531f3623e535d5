"""The two models behind the pages: loaded at first use, once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from flask import current_app
from numpy.typing import NDArray

from lesionlab.core.errors import LesionLabError, ModelError
from lesionlab.core.imaging import Pixels
from lesionlab.core.names import did_you_mean
from lesionlab.inference.filters import Novel
from lesionlab.inference.nearest_cases import NearestCases
from lesionlab.inference.predictor import FULL_BATCH_SIZE, Prediction, Predictor
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.reference import REFERENCE_NAME
from lesionlab.inference.sampler import Sampler
from lesionlab.inference.scope import Scope, scope_of
from lesionlab.records.card import ModelCard
from lesionlab.web.batching import CAPACITY, MicroBatcher
from lesionlab.web.client import client_gone
from lesionlab.web.config import ROLES, WebConfig
from lesionlab.web.copies import novelty_filter

_EXTENSION = "lesionlab.models"
COMPARED = 32  # images that one pass compares with the training images: a few seconds


class UnknownRoleError(LesionLabError):
    """A model asked for by a role that no model has."""

    http_status = 404
    code = "unknown_role"


class ModelsInUse:
    """The generator and the classifier of one app.

    A model that fails to load is tried again at the next request, so that a mended file needs no restart.
    """

    def __init__(self, config: WebConfig) -> None:
        self.config = config
        self._sampler: Sampler | None = None
        self._predictor: Predictor | None = None
        self._scope: Scope | None = None
        self._cases: NearestCases | None = None
        self._novel: Novel | None = None
        self.copies_queue: MicroBatcher[Pixels, float] = MicroBatcher(self._ratios, most=COMPARED, capacity=CAPACITY)
        self._loading = threading.Lock()
        self.queue: MicroBatcher[Pixels, Prediction] = MicroBatcher(
            self._predict, most=FULL_BATCH_SIZE, capacity=CAPACITY, at_once=2
        )

    def sampler(self) -> Sampler:
        """Return the generator's sampler.

        Raises:
            ModelError: the model is missing or damaged.
        """
        with self._loading:
            if self._sampler is None:
                self._sampler = Sampler(self.config.generator)
            return self._sampler

    def predictor(self) -> Predictor:
        """Return the classifier's predictor.

        Raises:
            ModelError: the model is missing or damaged.
        """
        with self._loading:
            if self._predictor is None:
                self._predictor = Predictor(self.config.classifier)
            return self._predictor

    def scope(self) -> Scope | None:
        """Return what lies in the classifier's scope; None where its export does not tell.

        Raises:
            ModelError: what it tells is damaged.
        """
        with self._loading:
            if self._scope is None:
                self._scope = scope_of(self.config.classifier)
            return self._scope

    def cases(self) -> NearestCases | None:
        """Return the classifier's training cases, to be compared with; None where its export has none.

        Raises:
            ModelError: they are damaged.
        """
        with self._loading:
            if self._cases is None and (self.config.classifier / REFERENCE_NAME).is_file():
                self._cases = NearestCases(self.config.classifier)
            return self._cases

    def novel(self) -> Novel:
        """Return what tells copies of the generator's training images, and their limit.

        Raises:
            NoReferenceError: the generator's export does not know them.
            ModelError: what it knows is damaged.
        """
        with self._loading:
            if self._novel is None:
                self._novel = novelty_filter(self.config.generator)
            return self._novel

    def ratios(self, images: Sequence[Pixels]) -> list[float]:
        """Return how far each image, uint8 [S, S, 3], is from a copy of a training image: 0 for a copy; see `novel`.

        Raises:
            BusyError, GoneError: see `MicroBatcher.ask`.
            NoReferenceError, ModelError: see `novel`.
        """
        return self.copies_queue.ask(images, gone=client_gone())

    def _ratios(self, images: list[Pixels]) -> list[float]:
        return [float(ratio) for ratio in self.novel().scores(np.stack(images), [])] if images else []

    def card(self, role: str) -> ModelCard:
        """Return the card of a role's model, loading it first.

        Raises:
            UnknownRoleError: there is no such role.
            ModelError: the model is missing or damaged.
        """
        if role == "generator":
            return self.sampler().card
        if role == "classifier":
            return self.predictor().card
        raise UnknownRoleError(f"There is no model '{role[:40]}' here.", did_you_mean(role[:40], ROLES))

    def problem(self, role: str) -> LesionLabError | None:
        """Return what keeps a role's model from working, or None."""
        try:
            self.card(role)
        except ModelError as error:
            return error
        return None

    def sample(self, recipes: Sequence[Recipe]) -> NDArray[np.uint8]:
        """Return the images of these recipes: uint8 [n, S, S, 3]."""
        return self.sampler().sample(recipes)

    def predict_all(self, images: Sequence[Pixels]) -> list[Prediction]:
        """Return the classifier's answer for each image: uint8 [H, W, 3] each.

        Raises:
            BusyError, GoneError: see `MicroBatcher.ask`.
            ModelError: the classifier is missing or damaged.
        """
        return self.queue.ask(images, gone=client_gone())

    def predict(self, pixels: Pixels) -> Prediction:
        """Return the classifier's answer for one image: uint8 [H, W, 3]."""
        return self.predict_all([pixels])[0]

    def _predict(self, images: list[Pixels]) -> list[Prediction]:
        return self.predictor().predict(images)


def use_models(app_extensions: dict[str, object], config: WebConfig) -> ModelsInUse:
    """Put the models of `config` into an app's extensions, and return them."""
    models = ModelsInUse(config)
    app_extensions[_EXTENSION] = models
    return models


def models_in_use() -> ModelsInUse:
    """Return the models of the app that handles the current request."""
    models = current_app.extensions[_EXTENSION]
    assert isinstance(models, ModelsInUse)
    return models
