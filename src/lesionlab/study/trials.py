"""The trainings of a study: which arms, at which share of the real images, in which folds, with which seeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lesionlab.records.protocol import Protocol, Role, dosed
from lesionlab.records.tested import tested_name
from lesionlab.study.choosing import PERFECT, WHOLE, Choices, replay_of


@dataclass(frozen=True)
class Trial:
    """One training of a classifier."""

    arm: str
    share: float
    fold: int
    seed: int

    @property
    def name(self) -> str:
        """The name that its record goes by."""
        return tested_name(self.arm, self.share, self.fold, self.seed)


def choosing_trials(protocol: Protocol, role: Role) -> tuple[Trial, ...]:
    """Return the trainings that an arm of a role is chosen by: every candidate, in one fold, with every seed."""
    arms = [arm.name for arm in protocol.of_role(role)]
    return _all(arms, (max(protocol.real_shares),), (protocol.choice_fold,), protocol.classifier_seeds)


def confirming_trials(protocol: Protocol, choices: Choices) -> tuple[Trial, ...]:
    """Return the trainings that the verdicts rest on: the chosen arms and their controls in every fold.

    The perfect generator is asked only where real images are held back. What is trained on synthetic images alone comes
    last: no verdict waits for it.
    """
    folds, seeds = range(protocol.folds), protocol.classifier_seeds
    compared = (choices.real, replay_of(protocol, choices.synthetic), choices.synthetic)
    perfect = [arm.name for arm in protocol.of_role("control") if arm.fill == PERFECT]
    alone = [arm.name for arm in protocol.of_role("alone")]
    found: list[Trial] = []
    for share in protocol.real_shares:
        arms = [*compared, *(perfect if share < WHOLE else [])]
        found += _all(arms, (share,), folds, seeds)
    return (*found, *_all(alone, (max(protocol.real_shares),), folds, seeds))


def sweeping_trials(protocol: Protocol, choices: Choices) -> tuple[Trial, ...]:
    """Return the trainings that no verdict rests on, with one seed: other arms, other doses, other shares.

    Doses are those of the chosen arm with synthetic images, or of the first that does not pretrain, and of repeats.
    """
    first, folds = (min(protocol.classifier_seeds),), range(protocol.folds)
    compared = (choices.real, replay_of(protocol, choices.synthetic), choices.synthetic)
    others = [arm.name for arm in protocol.arms if arm.role != "alone" and arm.fill != PERFECT]
    perfect = [arm.name for arm in protocol.of_role("control") if arm.fill == PERFECT]
    every = [*_all([*others, *_doses(protocol, choices)], protocol.real_shares, folds, first)]
    for share in protocol.sweep_shares:
        if share in protocol.real_shares:
            continue  # all that would be swept there is done for its verdict
        every += _all([*compared, *(perfect if share < WHOLE else [])], (share,), folds, first)
    done = set(confirming_trials(protocol, choices))
    done |= {*choosing_trials(protocol, "real"), *choosing_trials(protocol, "synthetic")}
    return tuple(trial for trial in every if trial not in done)


def _doses(protocol: Protocol, choices: Choices) -> list[str]:
    """Return the names of the arms at other doses that are swept."""
    plain = [arm for arm in protocol.of_role("synthetic") if not arm.pretraining]
    swept = next((arm for arm in plain if arm.name == choices.synthetic), plain[0] if plain else None)
    known = {arm.name for arm in protocol.arms}
    mine = set() if swept is None else {dosed(swept, dose).name for dose in protocol.sweep_doses}
    return [
        arm.name for arm in protocol.every_arm if arm.name not in known and (arm.fill == "replay" or arm.name in mine)
    ]


def _all(arms: Iterable[str], shares: Iterable[float], folds: Iterable[int], seeds: Iterable[int]) -> tuple[Trial, ...]:
    """Return each combination, fold by fold: a fold's generator serves all of its arms."""
    named, levels, numbers = list(arms), list(shares), list(seeds)
    return tuple(
        Trial(arm, share, fold, seed) for share in levels for fold in folds for seed in numbers for arm in named
    )
