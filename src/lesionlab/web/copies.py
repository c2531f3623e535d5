"""What tells copies of training images, where the generator's export holds what it takes."""

from __future__ import annotations

from pathlib import Path

from lesionlab.core.errors import LesionLabError
from lesionlab.inference.catalogue import list_models
from lesionlab.inference.extractor import FeatureExtractor
from lesionlab.inference.filters import Novel
from lesionlab.inference.novelty import Novelty
from lesionlab.inference.reference import REFERENCE_NAME, read_reference
from lesionlab.records.card import ModelCard, read_card


class NoReferenceError(LesionLabError):
    """Copies cannot be told: the export does not know its training images."""

    http_status = 409
    code = "no_reference"


def novelty_filter(generator: Path) -> Novel:
    """Return the filter that withholds copies, with the extractors of its reference from the usual places.

    Raises:
        NoReferenceError: the export holds no reference.
        ModelError: the reference is damaged, or an extractor of it is not here.
        LeakError: which images an extractor saw is unknown.
    """
    if not (generator / REFERENCE_NAME).is_file():
        raise NoReferenceError(
            f"The generator's export holds no {REFERENCE_NAME}, so copies of its training images cannot be told.",
            "Make it with `lesionlab gan reference`, where its training data is at hand.",
        )
    wanted = {space.sha256 for space in read_reference(generator, read_card(generator)).facts.spaces}
    folders = {
        model.card.weights_sha256: model.folder
        for model in list_models()
        if isinstance(model.card, ModelCard) and model.card.kind == "extractor" and model.card.weights_sha256 in wanted
    }
    extractors = [FeatureExtractor(folder) for folder in folders.values()]
    return Novel(generator, Novelty(generator, extractors), list(folders.values()))
