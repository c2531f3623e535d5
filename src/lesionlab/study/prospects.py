"""What a study can answer, before anything runs: from simulated ones with its lesions, folds, seeds and rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lesionlab.core.progress import Progress, silent
from lesionlab.records.protocol import Protocol
from lesionlab.study.choosing import perfect_of
from lesionlab.study.debunking import rule_of
from lesionlab.study.power import POWER, Power, power
from lesionlab.study.simulation import World, simulate
from lesionlab.study.verdict import Rule

STUDIES = 60
GAINS = (0.0, 1.0, 2.0, 3.0)  # true gains, in smallest effects of interest


@dataclass(frozen=True)
class Chance:
    """How often simulated studies say each word where synthetic images truly gain so much over all else."""

    gain: float
    words: dict[str, float]

    def of(self, word: str) -> float:
        """Return the share of studies that say a word."""
        return self.words.get(word, 0.0)


@dataclass(frozen=True)
class Prospects:
    """What effects a study can see, and what it would say of some."""

    power: Power
    chances: tuple[Chance, ...]
    world: World


def prospects(protocol: Protocol, lesions: Mapping[str, int], progress: Progress = silent) -> Prospects:
    """Return the prospects of a protocol on data with so many lesions of each diagnosis, 60 studies for each figure.

    How far trainings and generators differ by chance is assumed, as in `World`, until a pilot has shown it.
    """
    world = World(tuple(lesions.values()), folds=protocol.folds, seeds=len(protocol.classifier_seeds))
    every = STUDIES * (1 + len(GAINS))

    def after(before: int) -> Progress:
        def report(done: float, total: float, **figures: float) -> None:
            progress(before + done, every, **figures)

        return report

    seen = power(tuple(lesions), world, after(0), STUDIES)
    rule = rule_of(protocol)
    chances = tuple(
        _chance(replace(world, real=-gain * rule.delta, replay=-gain * rule.delta), rule, after(STUDIES * place))
        for place, gain in enumerate(GAINS, start=1)
    )
    return Prospects(seen, chances, world)


def _chance(world: World, rule: Rule, progress: Progress) -> Chance:
    words: list[str] = []
    for number in range(STUDIES):
        words.append(simulate(world, number).verdict(rule).word)
        progress(number + 1, STUDIES)
    return Chance(-world.real, {word: words.count(word) / STUDIES for word in dict.fromkeys(words)})


def is_pilot(protocol: Protocol) -> bool:
    """Return whether a protocol asks for fewer folds or seeds than a verdict needs."""
    rule = rule_of(protocol)
    return protocol.folds < rule.folds or len(protocol.classifier_seeds) < rule.seeds


def sentences(found: Prospects, protocol: Protocol) -> list[str]:
    """Return what can and what cannot be answered, plainly."""
    rule, said = rule_of(protocol), []
    if is_pilot(protocol):
        seeds = len(protocol.classifier_seeds)
        said.append(
            f"This is a pilot: {protocol.folds} folds and {seeds} classifier seeds, where {rule.folds} and "
            f"{rule.seeds} are asked for. It cannot say helps or hurts, whatever it finds."
        )
    else:
        null, at_delta = found.chances[0].of("no relevant effect"), found.chances[1].of("helps")
        said.append(_whether_seen(found.power, rule.delta))
        said.append(
            f"If they change nothing, {null:.0%} of studies say so; if they gain {_points(rule.delta)} over all else, "
            f"{at_delta:.0%} say helps."
        )
    said += [
        f"At {100 * share:g}% of the real images no arm is filled with held-back ones: nothing will show that more "
        "real images would help, and what synthetic ones are worth beside them stays unknown."
        for share in protocol.real_shares
        if share < 1 and not perfect_of(protocol, share)
    ]
    return said


def _whether_seen(found: Power, delta: float) -> str:
    if found.answers(delta):
        return (
            f"An effect of {_points(found.smallest)} is told from zero in {POWER:.0%} of studies: less than the "
            f"{_points(delta)} that matter. The question can be answered."
        )
    return (
        f"The question cannot be answered in full: an effect of {_points(delta)}, the least that matters, is told from "
        f"zero in fewer than {POWER:.0%} of studies; one of {_points(found.smallest)} is. More lesions, folds or seeds "
        "would help, or a larger delta."
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"
