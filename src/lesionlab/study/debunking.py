"""What a careless or dishonest reader of the same records would have found: each switch leaves out one safeguard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from lesionlab.core.errors import InputError, StudyError
from lesionlab.core.names import did_you_mean
from lesionlab.records.protocol import Protocol
from lesionlab.study.choosing import Choices, choose, evidence_of, replay_of
from lesionlab.study.evidence import Findings
from lesionlab.study.verdict import Evidence, Rule, Verdict, judge

Switch = Literal["hide-replay", "choose-on-test", "best-seed", "one-seed", "one-fold"]

TOLD: dict[Switch, str] = {
    "hide-replay": "Compare with real images alone: whoever sees real images more often gains as well, unseen here.",
    "choose-on-test": "Choose the arm with synthetic images by the very lesions that it is then praised for.",
    "best-seed": "Show the luckiest seed of the synthetic arm against the mean of the others.",
    "one-seed": "Train each arm once: luck of one training passes for an effect.",
    "one-fold": "Test on one fold alone: a fifth of the rare lesions where there are five folds, and one generator.",
}


def switches_of(names: Sequence[str]) -> tuple[Switch, ...]:
    """Return switches by their names.

    Raises:
        InputError: a name is none; the nearest is named.
    """
    for name in names:
        if name not in TOLD:
            raise InputError(f"There is no safeguard '{name[:40]}' to leave out.", did_you_mean(name[:40], TOLD))
    return tuple(switch for switch in TOLD if switch in names)


@dataclass(frozen=True)
class Debunked:
    """What the records say with some safeguards left out."""

    switches: tuple[Switch, ...]
    choices: Choices
    evidence: Evidence
    verdict: Verdict
    lesions: int  # that it rests on


def debunk(findings: Findings, protocol: Protocol, share: float, switches: Sequence[Switch] = ()) -> Debunked:
    """Return the verdict of records with these safeguards left out; with none of them, the honest one.

    A pilot's silence would hide what a missing safeguard does, so the rule asks for no more folds and seeds than are
    left in, where a switch takes some away.

    Raises:
        StudyError: a training that it needs is missing.
    """
    rule = rule_of(protocol)
    choices = choose(findings, protocol)
    if "one-fold" in switches:
        findings = _only(findings, lambda fold, _: fold == protocol.choice_fold)
        rule = replace(rule, folds=1)
    if "one-seed" in switches:
        first = min(protocol.classifier_seeds)
        findings = _only(findings, lambda _, seed: seed == first)
        rule = replace(rule, seeds=1)
    if "choose-on-test" in switches:
        choices = replace(choices, synthetic=_best_on_test(findings, protocol, choices, share))
        every, swept = (findings.grid((arm,), share).seeds for arm in (choices.real, choices.synthetic))
        rule = replace(rule, seeds=rule.seeds - max(0, len(every) - len(swept)))  # an arm of the sweeps has one seed
    if "best-seed" in switches:
        findings = _best_seed(findings, choices.synthetic, share)
        rule = replace(rule, seeds=1)
    evidence = evidence_of(findings, protocol, choices, share)
    if "hide-replay" in switches:
        evidence = replace(evidence, over_replay=evidence.over_real, control=None)
    compared = (choices.synthetic, choices.real, replay_of(protocol, choices.synthetic))
    lesions = len(findings.lesions(findings.grid(compared, share).folds).names)
    return Debunked(tuple(switches), choices, evidence, judge(evidence, rule), lesions)


def rule_of(protocol: Protocol) -> Rule:
    """Return what a verdict asks for: every fold and seed of the protocol, and no fewer than the rule itself does."""
    least = Rule(delta=protocol.delta)
    return replace(
        least, folds=max(least.folds, protocol.folds), seeds=max(least.seeds, len(protocol.classifier_seeds))
    )


def _best_on_test(findings: Findings, protocol: Protocol, choices: Choices, share: float) -> str:
    """Return the synthetic arm that does best on the tested lesions; those not tested everywhere are passed over."""
    folds = findings.grid((choices.real,), share).folds
    there = [
        arm.name
        for arm in protocol.of_role("synthetic")
        if findings.grid((arm.name, choices.real, replay_of(protocol, arm.name)), share).folds == folds
    ]
    if not there:
        raise StudyError("No arm with synthetic images was tested in all folds.", "Run `lesionlab study run`.")
    gains = {name: findings.compare(name, choices.real, share).estimate for name in there}
    return max(there, key=gains.__getitem__)


def _best_seed(findings: Findings, arm: str, share: float) -> Findings:
    """Leave of an arm the seed that did best on the tested lesions; it then stands for all seeds of the others."""
    grid = findings.grid((arm,), share)
    lesions = findings.lesions(grid.folds)

    def recall(seed: int) -> float:
        right = findings.right(arm, share, grid.folds, [seed])
        return float(np.mean([right[lesions.labels == label].mean() for label in np.unique(lesions.labels)]))

    best = max(grid.seeds, key=recall)
    kept = [each for each in findings.tested if each.record.arm != arm or each.record.share != share]
    for each in findings.tested:
        if (each.record.arm, each.record.share, each.record.seed) == (arm, share, best):
            kept += [replace(each, record=replace(each.record, seed=seed)) for seed in grid.seeds]
    return findings.with_records(kept)


def _only(findings: Findings, wanted: Callable[[int, int], bool]) -> Findings:
    return findings.with_records(each for each in findings.tested if wanted(each.record.fold, each.record.seed))
