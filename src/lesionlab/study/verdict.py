"""The one word that a study may say, and the rule by which it says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lesionlab.metrics.contrast import LEVEL, Contrast

Word = Literal["helps", "hurts", "no relevant effect", "inconclusive", "no verdict"]
EQUIVALENCE_LEVEL = 0.90  # two one-sided tests at 5% (Schuirmann 1987)


@dataclass(frozen=True)
class Rule:
    """What a verdict asks for; fixed in the protocol before the first run."""

    delta: float = 0.02  # the smallest effect of interest, in balanced accuracy
    folds: int = 5  # independent generators; with fewer, or fewer seeds, a study is a pilot
    seeds: int = 2  # classifier seeds, the same in all arms


@dataclass(frozen=True)
class Evidence:
    """All that a verdict is made of: both comparisons of the best arm with synthetic images, and what they rest on."""

    over_real: Contrast  # against the best arm without them
    over_replay: Contrast  # against the same slots filled with repeats of the real images
    folds: int
    seeds: int
    control: Contrast | None = None  # the perfect generator against replay, where the protocol has that arm


@dataclass(frozen=True)
class Verdict:
    """The word, and in one sentence why no other."""

    word: Word
    reason: str


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    """Return the verdict of a study.

    *helps*: against both, the 95% interval lies above zero and the estimate at `delta` or above; *hurts*: mirrored; *no
    relevant effect*: against both, the 90% interval lies within +-delta; else *inconclusive*. A pilot, or a study whose
    perfect generator does not beat replay, gives no verdict.
    """
    if evidence.folds < rule.folds or evidence.seeds < rule.seeds:
        return Verdict(
            "no verdict",
            f"This is a pilot: {evidence.folds} independent generators and {evidence.seeds} classifier seeds, where "
            f"{rule.folds} and {rule.seeds} are asked for.",
        )
    if evidence.control is not None and evidence.control.interval()[0] <= 0:
        return Verdict(
            "no verdict",
            "Even held-back real images in the synthetic slots do not beat repeats: the study has no power to tell.",
        )
    both = (evidence.over_real, evidence.over_replay)
    if all(_beyond(each.estimate, each.interval()[0], rule.delta) for each in both):
        return Verdict("helps", f"Every comparison excludes zero and comes to {_points(rule.delta)} or more.")
    if all(_beyond(-each.estimate, -each.interval()[1], rule.delta) for each in both):
        return Verdict("hurts", f"Every comparison excludes zero and comes to -{_points(rule.delta)} or less.")
    if all(_within(each.interval(EQUIVALENCE_LEVEL), rule.delta) for each in both):
        return Verdict("no relevant effect", f"Every 90% interval lies within {_points(rule.delta)} of zero.")
    return Verdict("inconclusive", _doubt(evidence, rule))


def _beyond(estimate: float, bound: float, delta: float) -> bool:
    return bound > 0 and estimate >= delta


def _within(interval: tuple[float, float], delta: float) -> bool:
    return -delta < interval[0] and interval[1] < delta


def _doubt(evidence: Evidence, rule: Rule) -> str:
    """Return which comparison leaves the question open, and how."""
    named = {"the best arm without synthetic images": evidence.over_real, "replay": evidence.over_replay}
    for name, each in named.items():
        low, high = each.interval()
        if low <= 0 <= high:
            return (
                f"Against {name} the {LEVEL:.0%} interval reaches from {100 * low:+.1f} to {100 * high:+.1f} points: "
                f"neither zero nor {_points(rule.delta)} is excluded on both sides."
            )
    if evidence.over_real.estimate * evidence.over_replay.estimate < 0:
        return "The two comparisons point in opposite directions."
    return f"An effect is there, but the estimate lies below {_points(rule.delta)} in one comparison."


def _points(share: float) -> str:
    return f"{100 * share:g} points"
