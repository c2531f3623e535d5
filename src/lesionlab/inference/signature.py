"""Does the graph fit its card? Asked once, when a model is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from lesionlab.core.errors import ModelError
from lesionlab.core.names import a
from lesionlab.inference.engine import Engine, Port
from lesionlab.records.card import ModelCard

Expected = dict[str, tuple[str, tuple[int | None, ...]]]  # name: number type and shape, None where any side will do


def check_kind(folder: Path, card: ModelCard, kind: str) -> None:
    """Refuse a card of another kind, or with a class list that cannot name files and columns.

    Raises:
        ModelError: the card is of another kind, or its classes are repeated, no plain names, or missing where the
            kind needs them.
    """
    if card.kind != kind:
        raise ModelError(f"{folder} is {a(card.kind)}, not {a(kind)}.", f"Name an exported {kind}.")
    missing = not card.classes and card.kind != "extractor"  # no diagnosis shaped a network of random weights
    if missing or len(set(card.classes)) < len(card.classes) or not all(map(_is_plain, card.classes)):
        raise ModelError(f"The classes in the card of {folder} are empty, repeated or no plain names.", _CURE)


def check_generator(engine: Engine, folder: Path, card: ModelCard) -> None:
    """Refuse a generator whose inputs and outputs differ from its card's latent size, class list and image size.

    Raises:
        ModelError: an input or output is absent or has another shape or number type.
    """
    size, classes = card.image.size_px, len(card.classes)
    inputs: Expected = {"latent": ("float32", (None, card.latent_dim)), "mix": ("float32", (None, classes))}
    _compare(folder, engine.inputs, inputs)
    _compare(folder, engine.outputs, {"image": ("float32", (None, 3, size, size))})


def check_classifier(engine: Engine, folder: Path, card: ModelCard) -> None:
    """Refuse a classifier whose inputs and outputs differ from its card's image size and class list.

    Raises:
        ModelError: an input or output is absent or has another shape or number type.
    """
    size, classes = card.image.size_px, len(card.classes)
    _compare(folder, engine.inputs, {"image": ("float32", (None, 3, size, size))})
    outputs: Expected = {
        "logits": ("float32", (None, classes)),
        "features": ("float32", (None, None)),
        "maps": ("float32", (None, classes, None, None)),
    }
    _compare(folder, engine.outputs, outputs)


def check_extractor(engine: Engine, folder: Path, card: ModelCard) -> None:
    """Refuse an extractor whose input and output differ from its card, or whose name cannot name a feature space.

    Raises:
        ModelError: an input or output is absent or has another shape or number type, or the name is no plain word.
    """
    if not _is_plain(card.name) or card.image.std <= 0 or card.feature_dims < 1:
        raise ModelError(
            f"The card of {folder} names '{card.name}', std {card.image.std:g} and {card.feature_dims} features.",
            "A name must be one plain word, and the others above 0: export the model again.",
        )
    size = card.image.size_px
    _compare(folder, engine.inputs, {"image": ("float32", (None, 3, size, size))})
    _compare(folder, engine.outputs, {"features": ("float32", (None, card.feature_dims))})


def _is_plain(word: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]{1,40}", word) is not None


_CURE = "The weights and the card are not of one export: export the model again."


def _compare(folder: Path, ports: Mapping[str, Port], expected: Expected) -> None:
    for name, (dtype, shape) in expected.items():
        if name not in ports:
            raise ModelError(f"The model in {folder} has no '{name}'; it has {', '.join(ports)}.", _CURE)
        found = ports[name]
        if found.dtype != dtype or not _fits(found.shape, shape):
            raise ModelError(
                f"'{name}' of the model in {folder} is {_spell(found.dtype, found.shape)}, "
                f"its card says {_spell(dtype, shape)}.",
                _CURE,
            )


def _fits(found: tuple[int | None, ...], expected: tuple[int | None, ...]) -> bool:
    pairs = zip(found, expected, strict=False)
    return len(found) == len(expected) and all(x == y for x, y in pairs if x is not None and y is not None)


def _spell(dtype: str, shape: tuple[int | None, ...]) -> str:
    return f"{dtype} [{', '.join('any' if side is None else str(side) for side in shape)}]"
