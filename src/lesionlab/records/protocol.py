"""The protocol of a study of synthetic images, as one TOML file: everything that could change its verdict."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from lesionlab.core.errors import StudyError
from lesionlab.records.codec import from_plain, to_plain

PROTOCOL_VERSION = 1
PROTOCOL_NAME = "protocol.toml"

Fill = Literal["none", "replay", "raw", "filtered", "shuffled", "perfect"]
Role = Literal["real", "synthetic", "control", "alone"]


@dataclass(frozen=True)
class Version:
    """A protocol that was frozen: its hash, and when."""

    protocol_sha256: str
    frozen_at: str  # UTC, ISO 8601


@dataclass(frozen=True)
class ProtocolArm:
    """One way to fill the training slots.

    A slot is one image in a batch; which diagnosis it has is drawn alike in all arms. With the chance `dose` it holds
    what `fill` says in place of a real image: a repeat of another real one (replay), a synthetic one (raw, filtered,
    or shuffled: of another diagnosis than it says), or a real one that the arm's real images do not hold (perfect).
    """

    name: str
    title: str
    role: Role  # real: a candidate without synthetic images; synthetic: one with; control; alone: nothing but synthetic
    fill: Fill = "none"
    dose: float = 0.0
    pretraining: float = 0.0  # the share of the steps, at their beginning, whose slots are all filled; none after it
    classifier: dict[str, Any] = field(default_factory=dict)  # options that are other than the study's

    @property
    def shows_synthetic(self) -> bool:
        """Whether some of its slots hold synthetic images."""
        return self.fill in ("raw", "filtered", "shuffled")


@dataclass(frozen=True)
class Protocol:
    """A study before its first run. Frozen then: another protocol is another version, and the report lists both."""

    title: str
    data: str
    arms: tuple[ProtocolArm, ...]
    generator: dict[str, Any]  # options of every generator, whole but for its seed
    classifier: dict[str, Any]  # options of every classifier, whole but for its seed
    image_size_px: int = 64
    folds: int = 5
    fold_seed: int = 0
    real_shares: tuple[float, ...] = (1.0, 0.25)  # of each fold's real training lesions, in every arm
    classifier_seeds: tuple[int, ...] = (0, 1)
    metric: Literal["balanced_accuracy"] = "balanced_accuracy"  # of lesions
    delta: float = 0.02  # the smallest effect of interest
    pool_images: int = 1000  # synthetic ones of each diagnosis, that slots are filled from
    choice_fold: int = 0  # arms are chosen on the validation lesions of this fold alone
    sweep_shares: tuple[float, ...] = ()  # shares of the real images with one seed, intervals, no verdict
    sweep_doses: tuple[float, ...] = ()  # doses, likewise
    version: int = PROTOCOL_VERSION

    def __post_init__(self) -> None:
        """Refuse a protocol that cannot be carried out, or whose verdict would mean nothing."""
        _require(bool(self.arms), "The protocol has no arm.", "Begin with the one that `study init` writes.")
        names = [arm.name for arm in self.arms]
        twice = sorted({name for name in names if names.count(name) > 1})
        _require(not twice, f"Two arms are called '{', '.join(twice)}'.", "Give each a name of its own.")
        for role in ("real", "synthetic"):
            there = any(arm.role == role for arm in self.arms)
            _require(there, f"The protocol has no arm of the role '{role}'.", "The verdict compares the best of each.")
        _require(
            any(arm.fill == "replay" and arm.role == "control" for arm in self.arms),
            "The protocol has no arm that repeats real images (fill = replay, role = control).",
            "Without it nobody can tell a generator's worth from that of seeing real images more often.",
        )
        for arm in self.arms:
            _check_arm(arm)
        _require(0 < self.delta < 1, f"delta is {self.delta}.", "Give a share between 0 and 1; 0.02 is two points.")
        _require(2 <= self.folds <= 20, f"folds is {self.folds}.", "Give 2 to 20; 5 is usual.")
        _require(
            0 <= self.choice_fold < self.folds,
            f"choice_fold is {self.choice_fold}, of {self.folds} folds.",
            f"Give one from 0 to {self.folds - 1}.",
        )
        _require(self.pool_images > 0, f"pool_images is {self.pool_images}.", "Give a number above 0.")
        seeds = self.classifier_seeds
        _require(
            bool(seeds) and len(set(seeds)) == len(seeds) and min(seeds) >= 0,
            f"classifier_seeds are {list(seeds)}.",
            "Give one at least, each once, none below 0.",
        )
        shares = self.real_shares
        _require(
            bool(shares) and len(set(shares)) == len(shares) and all(0 < share <= 1 for share in shares),
            f"real_shares are {list(shares)}.",
            "Give each once, above 0 and at most 1.",
        )
        self._check_sweeps()

    def _check_sweeps(self) -> None:
        shares, doses = self.sweep_shares, self.sweep_doses
        _require(
            len(set(shares)) == len(shares) and all(0 < share <= 1 for share in shares),
            f"sweep_shares are {list(shares)}.",
            "Give each once, above 0 and at most 1.",
        )
        _require(
            len(set(doses)) == len(doses) and all(0 < dose < 1 for dose in doses),
            f"sweep_doses are {list(doses)}.",
            "Give each once, above 0 and below 1.",
        )
        names = [arm.name for arm in self.every_arm]
        twice = sorted({name for name in names if names.count(name) > 1})
        _require(not twice, f"An arm of the sweeps would be called '{', '.join(twice)}' as well.", "Rename the arm.")

    @property
    def sha256(self) -> str:
        """The hash of everything in it, however the file is laid out."""
        return hashlib.sha256(json.dumps(to_plain(self), sort_keys=True).encode()).hexdigest()

    @property
    def every_arm(self) -> tuple[ProtocolArm, ...]:
        """All arms, with those that a sweep makes of them: another dose, of synthetic images and of repeats."""
        replays = sorted(
            (arm for arm in self.of_role("control") if arm.fill == "replay"), key=lambda arm: arm.pretraining
        )
        bases = [*(arm for arm in self.of_role("synthetic") if not arm.pretraining), *replays[:1]]
        return (*self.arms, *(dosed(arm, dose) for dose in self.sweep_doses for arm in bases if arm.dose != dose))

    def arm(self, name: str) -> ProtocolArm:
        """Return the arm of this name, also one that a sweep makes."""
        return next(arm for arm in self.every_arm if arm.name == name)

    def replay_in(self, arm: ProtocolArm) -> ProtocolArm | None:
        """Return the control that fills the slots of an arm with repeats of real images; None where there is none."""
        slots = (arm.dose, arm.pretraining)
        for other in self.every_arm:
            if (
                other.fill == "replay"
                and (other.dose, other.pretraining) == slots
                and arm.fill not in ("none", "replay")
            ):
                return other
        return None

    def of_role(self, role: Role) -> tuple[ProtocolArm, ...]:
        """Return the arms of a role, in their order."""
        return tuple(arm for arm in self.arms if arm.role == role)


def dosed(arm: ProtocolArm, dose: float) -> ProtocolArm:
    """Return what a sweep makes of an arm: the same at another dose."""
    name = f"{arm.name}-dose{100 * dose:g}".replace(".", "-")
    return replace(arm, name=name, dose=dose, pretraining=0.0)


def read_protocol(path: Path) -> Protocol:
    """Read a protocol.

    Raises:
        StudyError: it is missing, no TOML, has an unknown or missing key, or contradicts itself.
    """
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StudyError(f"There is no protocol {path}.", "Write one with `lesionlab study init`.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StudyError(f"{path} is no TOML: {error}.", "Mend the line that it names.") from error
    if plain.get("version", PROTOCOL_VERSION) != PROTOCOL_VERSION:
        raise StudyError(
            f"{path} is of version {plain['version']}; this LesionLab reads version {PROTOCOL_VERSION}.",
            "Use the LesionLab that wrote it, or begin a new study.",
        )
    return from_plain(Protocol, plain, str(path), StudyError)


def protocol_as_toml(protocol: Protocol) -> str:
    """Return a protocol as TOML that `read_protocol` reads back."""
    plain: dict[str, Any] = to_plain(protocol)
    arms = plain.pop("arms")
    tables = {name: plain.pop(name) for name in ("generator", "classifier")}
    blocks = ["\n".join(_lines(plain))]
    blocks += ["\n".join([f"[{name}]", *_lines(values)]) for name, values in tables.items()]
    for arm in arms:
        options = arm.pop("classifier")
        inline = ", ".join(_lines(options))
        own = [f"classifier = {{ {inline} }}"] if options else []
        blocks.append("\n".join(["[[arms]]", *_lines(arm), *own]))
    return "\n\n".join(blocks) + "\n"


def _lines(values: dict[str, Any]) -> list[str]:
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]


def _check_arm(arm: ProtocolArm) -> None:
    told = f"The arm '{arm.name}'"
    _require(
        arm.name.replace("-", "").isalnum() and arm.name == arm.name.lower(),
        f"{told} is not called by small letters, digits and hyphens.",
        "Rename it: it names files.",
    )
    _require(0 <= arm.dose <= 1, f"{told} has a dose of {arm.dose}.", "Give a chance from 0 to 1.")
    _require(
        (arm.dose > 0) == (arm.fill != "none"),
        f"{told} has the fill '{arm.fill}' at a dose of {arm.dose:g}.",
        "Give both, or neither: fill = none and dose = 0.",
    )
    _require(
        arm.role != "real" or arm.fill == "none",
        f"{told} is a candidate without synthetic images, and has the fill '{arm.fill}'.",
        "Give it the role 'synthetic' or 'control'.",
    )
    _require(
        arm.role not in ("synthetic", "alone") or arm.fill in ("raw", "filtered"),
        f"{told} is to show what synthetic images do, and has the fill '{arm.fill}'.",
        "Give it the fill 'raw' or 'filtered', or the role 'control'.",
    )
    _require(
        arm.role != "alone" or arm.dose == 1,
        f"{told} is to train on synthetic images alone, at a dose of {arm.dose:g}.",
        "Give dose = 1.",
    )
    _require(
        0 <= arm.pretraining < 1 and (arm.pretraining == 0 or arm.dose == 1),
        f"{told} pretrains for a share of {arm.pretraining:g} at a dose of {arm.dose:g}.",
        "Give a share below 1, and dose = 1: while it pretrains, every slot is filled.",
    )


def _require(condition: bool, cause: str, cure: str) -> None:
    if not condition:
        raise StudyError(cause, cure)
