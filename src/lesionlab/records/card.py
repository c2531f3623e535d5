"""The card of an exported model: all that is needed to use it rightly and to judge it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from lesionlab.core.errors import ModelError
from lesionlab.core.files import sha256_of, write_json
from lesionlab.core.notice import NOTICE, SKIN_TONE_LIMIT
from lesionlab.records.calibration import Calibration
from lesionlab.records.codec import from_plain, to_plain

CARD_VERSION = 2
Kind = Literal["generator", "classifier", "extractor"]
CARD_NAME = "card.json"
WEIGHTS_NAME = "model.onnx"
PROBE_NAME = "probe.npz"  # inputs and torch's own float32 outputs: any engine can be checked against them
SAMPLES_NAME = "samples.webp"
BESIDE = "beside "  # what the name of another generator follows where it is a ruler


@dataclass(frozen=True)
class ImageSpec:
    """How pixels become a model's input: centre square, `size_px`, then (value/255 - mean) / std."""

    size_px: int
    mean: float = 0.5
    std: float = 0.5


@dataclass(frozen=True)
class Metric:
    """One measured number with its protocol: never without n and its unit."""

    name: str
    value: float
    n: int
    unit: Literal["lesions", "images"]
    part: str  # the part of the split it was measured on, or "synthetic"
    judge: str = ""  # the model that judged, by the head of its hash, where it is not the card's own
    data: str = ""  # the external set it was measured on, by name
    of: str = ""  # the class that it is of, "macro" for the mean over classes, or what was looked for; blank: all
    space: str = ""  # what images were seen in: the key of a feature space
    low: float | None = None  # the bounds of a 95% interval
    high: float | None = None
    ruler: dict[str, float] = field(default_factory=dict)  # the same figure of other images, at the same n and classes
    caveat: str = ""  # what must be said beside it

    @property
    def text(self) -> str:
        """The value with three digits that tell something, such as `0.612`, `0.00123` or `84.1`."""
        return figure(self.value)


@dataclass(frozen=True)
class Parent:
    """The model whose weights a training began with; what it saw, the new one has seen too."""

    name: str
    weights_sha256: str
    classes: tuple[str, ...]
    images: int  # that it was trained on
    kimg: float


@dataclass(frozen=True)
class Training:
    """What made the weights: enough to make them again."""

    command: str
    options: dict[str, Any]
    data: str  # name of the prepared data set
    split_sha256: str
    images: int  # images of the training part
    images_per_class: dict[str, int]
    kimg: float
    seconds: float
    versions: dict[str, str]
    images_per_source: dict[str, int] = field(default_factory=dict)
    parent: Parent | None = None


@dataclass(frozen=True)
class ModelCard:
    """An exported model's facts: kind, input, classes, training, metrics, licence and limits."""

    kind: Kind
    name: str  # an extractor's names its feature space, so it is one plain word
    architecture: str
    image: ImageSpec
    classes: tuple[str, ...]
    weights_sha256: str
    parameters: int
    training: Training
    groups_sha256: str  # of groups.csv: the real images that it saw
    licence: str  # inherited from the training images, like the attribution
    attribution: str
    latent_dim: int = 0  # generators only
    feature_dims: int = 0  # extractors only: how many features an image has
    temperature: float = 1.0  # classifiers only: logits are divided by it before the softmax
    prior: dict[str, float] = field(default_factory=dict)  # classifiers only: the prior of `probabilities`
    calibration: Calibration | None = None  # classifiers only; None: as trained, with the prior of the training
    metrics: tuple[Metric, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()  # rows: truth, or what was asked for; columns: decision
    confusion_part: str = ""
    notice: str = NOTICE
    limits: tuple[str, ...] = (SKIN_TONE_LIMIT,)
    companions: dict[str, str] = field(default_factory=dict)  # place in its release -> hash of the weights
    card_version: int = CARD_VERSION


def figure(value: float) -> str:
    """Return a figure with three digits that tell something, three places at least and five at most below ten."""
    size = abs(value)
    if 0 < size < 0.0001:
        return f"{value:.5f}"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if 0.1 <= size < 10 or size == 0 else f"{value:.3g}"


def write_card(folder: Path, card: ModelCard) -> None:
    """Write `card.json` into an export folder."""
    write_json(folder / CARD_NAME, to_plain(card))


def read_card(folder: Path) -> ModelCard:
    """Read and check `card.json` of an export folder.

    Raises:
        ModelError: no card, damaged JSON, another card version, or unknown or missing keys.
    """
    path = folder / CARD_NAME
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{folder} holds no {CARD_NAME}.", "Give the folder of an exported model.") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(f"{path} is damaged: {error}.", "Export the model again.") from error
    version = plain.get("card_version") if isinstance(plain, dict) else None
    if version != CARD_VERSION:
        raise ModelError(
            f"{path} has card version {version}; this LesionLab reads version {CARD_VERSION}.",
            "Export the model again with this version, or use the LesionLab that wrote it.",
        )
    return from_plain(ModelCard, plain, str(path), ModelError)


def check_weights(folder: Path, card: ModelCard) -> Path:
    """Return the path of the weights after comparing their SHA-256 with the card's.

    Raises:
        ModelError: the file is missing or differs from the one the card was written for.
    """
    path = folder / WEIGHTS_NAME
    if not path.is_file():
        raise ModelError(f"{folder} holds no {WEIGHTS_NAME}.", "Export the model again, or fetch it again.")
    found = sha256_of(path)
    if found != card.weights_sha256:
        raise ModelError(
            f"{path} ({path.stat().st_size:,} bytes) has SHA-256 {found[:12]}..., its card says "
            f"{card.weights_sha256[:12]}....",
            "The file is cut or changed: fetch or export it again.",
        )
    return path
