"""The outcome of a study of synthetic images: all that is said of it, worked out once and read anywhere.

Differences and metrics are shares, 0.03 being three points. No field is ever NaN: what cannot be told is None.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lesionlab.core.errors import StudyError
from lesionlab.core.files import write_json
from lesionlab.core.notice import NOTICE
from lesionlab.records.card import Metric
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.ledger import Opening
from lesionlab.records.protocol import Protocol, Version

EFFECT_VERSION = 1
EFFECT_NAME = "effect.json"


@dataclass(frozen=True)
class Difference:
    """How much better one arm is than another, over the folds and seeds that both have."""

    arm: str
    other: str
    estimate: float
    low: float  # the bounds of the 95% interval
    high: float
    low_90: float  # of the 90% interval: what "no relevant effect" is judged by
    high_90: float
    p_value: float
    lesions: int
    folds: int
    seeds: int

    @property
    def told(self) -> bool:
        """Whether the 95% interval leaves zero out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Reading:
    """What the records say at one share of the real images with some safeguards left out; with none, the verdict."""

    switches: tuple[str, ...]  # the safeguards that are left out, in the order of `EffectRecord.switches`
    word: str  # helps, hurts, no relevant effect, inconclusive or no verdict
    reason: str
    synthetic: str  # the arms compared
    real: str
    replay: str  # blank where it is hidden
    folds: int
    seeds: int
    over_real: Difference
    over_replay: Difference | None  # None where replay is hidden
    control: Difference | None = None  # the perfect generator over replay, where real images are held back


@dataclass(frozen=True)
class ClassEffect:
    """What the synthetic images do to the recall of one diagnosis; secondary to the verdict."""

    diagnosis: str
    over_real: Difference
    over_replay: Difference
    adjusted_over_real: float  # p-values by Holm's method over all diagnoses
    adjusted_over_replay: float


@dataclass(frozen=True)
class MetricEffect:
    """What the synthetic images do to a metric beside balanced accuracy, its intervals from the folds; secondary."""

    name: str
    over_real: Difference
    over_replay: Difference


@dataclass(frozen=True)
class WorthRecord:
    """The gain by synthetic images as a share of that by as many new real ones; no bounds where none is excluded."""

    share: float | None
    low: float | None = None
    high: float | None = None

    @property
    def bounded(self) -> bool:
        """Whether it has an interval."""
        return self.share is not None and self.low is not None and self.high is not None


@dataclass(frozen=True)
class ReliabilityBin:
    """Lesions of like confidence: how many, their mean confidence in the likeliest diagnosis, how often it was true."""

    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class ArmOutcome:
    """One arm at one share of the real images."""

    arm: str
    title: str
    fill: str
    dose: float
    pretraining: float
    real_images: int  # that a training saw, as a mean over the folds
    folds: tuple[int, ...]
    seeds: tuple[int, ...]
    lesions: int
    decides: bool  # whether the verdict rests on it; else it is of a sweep
    metrics: tuple[Metric, ...]  # balanced accuracy first
    over_real: Difference | None = None
    over_replay: Difference | None = None  # over repeats of real images in the same slots
    confusion: tuple[tuple[int, ...], ...] = ()  # rows the truth; each lesion counts once for each seed
    reliability: tuple[ReliabilityBin, ...] = ()

    def metric(self, name: str, of: str = "") -> Metric | None:
        """Return a metric by its name; `of` one diagnosis."""
        return next((each for each in self.metrics if (each.name, each.of) == (name, of)), None)


@dataclass(frozen=True)
class ShareOutcome:
    """All that is known at one share of the real images."""

    share: float
    arms: tuple[ArmOutcome, ...]
    readings: tuple[Reading, ...] = ()  # the verdict first; none at a share that no verdict was asked at
    classes: tuple[ClassEffect, ...] = ()
    metrics: tuple[MetricEffect, ...] = ()
    worth: WorthRecord | None = None
    missing: str = ""  # why there is no verdict yet

    @property
    def verdict(self) -> Reading | None:
        """The reading with every safeguard."""
        return self.reading(())

    def reading(self, switches: Sequence[str]) -> Reading | None:
        """Return what is found without some safeguards, in any order; None where the records do not tell."""
        return next((each for each in self.readings if set(each.switches) == set(switches)), None)

    def arm(self, name: str) -> ArmOutcome | None:
        """Return an arm by its name."""
        return next((each for each in self.arms if each.arm == name), None)


@dataclass(frozen=True)
class ChoiceRecord:
    """How the compared arms were chosen: by the validation lesions of one fold, before any lesion was tested."""

    real: str
    synthetic: str
    fold: int
    scores: dict[str, float]  # balanced accuracy of each candidate there


@dataclass(frozen=True)
class Check:
    """A question about leaks and fairness that the records answer."""

    title: str
    passed: bool
    told: str


@dataclass(frozen=True)
class TrainingLine:
    """One training, and the hashes of all that it rests on."""

    name: str
    diverged: bool
    kimg: float
    seconds: float
    machine: str
    finished: str
    command: str
    real_sha256: str
    slots_sha256: str
    generator_sha256: str
    probabilities_sha256: str


@dataclass(frozen=True)
class EffectRecord:
    """The whole outcome of a study of synthetic images."""

    protocol: Protocol
    frozen: Version
    earlier: tuple[Version, ...]  # protocols on the same data that were frozen before
    images_sha256: str
    split_sha256: str
    classes: tuple[str, ...]
    images: int
    lesions_per_class: dict[str, int]
    choice: ChoiceRecord | None
    shares: tuple[ShareOutcome, ...]
    checks: tuple[Check, ...]
    openings: tuple[Opening, ...]  # every opening of a test part
    trainings: tuple[TrainingLine, ...]
    environment: dict[str, str]  # versions of what the trainings ran on
    switches: dict[str, str]  # each safeguard that a reading may leave out, in words
    left: int = 0  # trainings that verdicts still wait for
    notice: str = NOTICE
    version: int = field(default=EFFECT_VERSION)

    @property
    def lesions(self) -> int:
        """All lesions, each tested once."""
        return sum(self.lesions_per_class.values())


def write_effect(folder: Path, record: EffectRecord) -> Path:
    """Write `effect.json` into a folder."""
    write_json(folder / EFFECT_NAME, to_plain(record))
    return folder / EFFECT_NAME


def read_effect(path: Path) -> EffectRecord:
    """Read an outcome.

    Raises:
        StudyError: it is missing, damaged or of another version.
    """
    cure = "Make it again: `lesionlab study report`."
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise StudyError(f"{path} is missing or damaged.", cure) from error
    if isinstance(plain, dict) and plain.get("version") != EFFECT_VERSION:
        raise StudyError(f"{path} is of version {plain.get('version')}; this one reads {EFFECT_VERSION}.", cure)
    return from_plain(EffectRecord, plain, str(path), StudyError)
