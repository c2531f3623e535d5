"""What is played: the honest protocol and four leaks, on which data, how long, how often."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

from lesionlab.core.errors import StudyError
from lesionlab.records.codec import to_plain

THEATRE_VERSION = 1

Scene = Literal["honest", "by-image", "saw-test", "mixed", "withheld"]
SCENES: tuple[Scene, ...] = get_args(Scene)
LEAKS: tuple[Scene, ...] = SCENES[1:]

TITLES: dict[Scene, str] = {
    "honest": "Nothing leaks",
    "by-image": "Split by image",
    "saw-test": "The generator saw the test images",
    "mixed": "Synthetic images were mixed in before the split",
    "withheld": "The generator saw real images that the classifier is denied",
}
TOLD: dict[Scene, str] = {
    "honest": "The classifier and its generator learn from one list of real images, of other lesions than are tested.",
    "by-image": "Other pictures of tested lesions take the place of as many training images.",
    "saw-test": "The test images take the place of as many of the images that the generator learns from.",
    "mixed": "Synthetic images take the place of a share of the test lesions; the classifier is the honest one.",
    "withheld": "Withheld real images take the place of as many of the images that the generator learns from.",
}


@dataclass(frozen=True)
class StagedPlan:
    """A theatre before its first training; all scenes have as many real and synthetic images, and the same seeds."""

    data: str
    split_sha256: str
    classes: tuple[str, ...]
    image_size_px: int
    classifier: dict[str, Any]  # options, whole but for seed and threads
    generator: dict[str, Any]  # likewise; empty: one that repeats the images that it saw, turned or mirrored
    share: float  # of each fold's training lesions that the classifier has; the others are withheld
    folds: int = 5
    fold_seed: int = 0
    seeds: tuple[int, ...] = (0, 1)
    dose: float = 0.5  # the chance that a training slot holds a synthetic image
    made_images: int = 100  # synthetic ones of each class
    mixed_share: float = 0.28  # as many of one class were synthetic in a published test set
    kind: Literal["staged"] = "staged"
    version: int = THEATRE_VERSION

    def __post_init__(self) -> None:
        """Refuse what cannot be played."""
        _require(0 < self.share <= 0.5, f"share is {self.share:g}.", "Give one above 0 and at most 0.5.")
        _require(2 <= self.folds <= 20, f"folds is {self.folds}.", "Give 2 to 20.")
        _require(
            bool(self.seeds) and len(set(self.seeds)) == len(self.seeds) and min(self.seeds) >= 0,
            f"seeds are {list(self.seeds)}.",
            "Give one at least, each once, none below 0.",
        )

    @property
    def maker(self) -> str:
        """What makes the synthetic images, in words."""
        return "a DCGAN trained on each list" if self.generator else "a generator that repeats what it saw"

    @property
    def sha256(self) -> str:
        """The hash of everything in it."""
        return hashlib.sha256(json.dumps(to_plain(self), sort_keys=True).encode()).hexdigest()


def _require(condition: bool, cause: str, cure: str) -> None:
    if not condition:
        raise StudyError(cause, cure)
