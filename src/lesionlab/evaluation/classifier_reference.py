"""Make the reference of a classifier: the features of the images that it learned from, kept small."""

from __future__ import annotations

import numpy as np

from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part
from lesionlab.inference.classifier_reference import CasesFacts, ClassifierReference
from lesionlab.inference.compact_features import axes_of
from lesionlab.inference.predictor import Predictor

AXES = 64  # the features of one layer lie in few dimensions: more axes hardly change who is nearest
BATCH = 64


def make_classifier_reference(predictor: Predictor, learned: Part, progress: Progress = silent) -> ClassifierReference:
    """Return the reference of a classifier that learned from these images, in the order of its groups.csv.

    Raises:
        DataError: the classifier's size is not prepared.
    """
    images = learned.images(predictor.card.image.size_px)
    found = []
    for start in range(0, len(images), BATCH):
        found += [each.features for each in predictor.predict(list(images[start : start + BATCH]))]
        progress(min(start + BATCH, len(images)), len(images))
    features = np.stack(found)
    axes = axes_of(features, AXES)
    names, sources = np.unique(np.array(learned.column("source")), return_inverse=True)
    card = predictor.card
    return ClassifierReference(
        facts=CasesFacts(card.weights_sha256, card.groups_sha256, tuple(str(name) for name in names)),
        axes=axes,
        features=axes.rounded(features),
        labels=learned.labels.astype(np.int8),
        sources=sources.astype(np.int8),
    )
