"""What a card tells about a classifier's probabilities: how they were fitted, on what, and its prediction sets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PredictionSets:
    """The limits of class-conditional prediction sets: a class belongs to one up to its limit.

    A class is as strange as 1 less its probability were all classes alike frequent.
    """

    alpha: float  # the share of lesions whose diagnosis may lie outside its set
    limits: dict[str, float | None]  # of each class; None: too few lesions for the promise, so in every set
    pooled: tuple[str, ...]  # the classes with too few lesions for a limit of their own: they share one


@dataclass(frozen=True)
class Calibration:
    """Beside the card's temperature and prior: a bias for each class, and the lesions that all this was fitted on."""

    biases: dict[str, float]  # added to logit / temperature before the softmax
    data: str  # name of the prepared data set
    split_sha256: str
    half_seed: int  # of the half of the validation part that was calibrated on; the other half chooses
    images: int
    lesions_per_class: dict[str, int]  # of that half: each lesion counted once
    sets: PredictionSets
    chose: bool = False  # whether these lesions chose the stopping point as well, which flatters the probabilities
