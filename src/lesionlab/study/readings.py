"""What the records of a study say, as outcomes keep it: the verdict, and what is found without each safeguard."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from lesionlab.core.errors import StudyError
from lesionlab.core.progress import Progress, silent
from lesionlab.metrics.contrast import Contrast
from lesionlab.records.effect import Difference, Reading
from lesionlab.records.protocol import Protocol
from lesionlab.study.choosing import perfect_of, replay_of
from lesionlab.study.debunking import TOLD, Debunked, Switch, debunk
from lesionlab.study.evidence import Findings
from lesionlab.study.verdict import EQUIVALENCE_LEVEL


def readings(findings: Findings, protocol: Protocol, share: float, progress: Progress = silent) -> tuple[Reading, ...]:
    """Return what is found at a share with every set of safeguards left out, the verdict first.

    A set that the records do not allow, such as a choice among arms of which one alone was tested, is passed over.

    Raises:
        StudyError: a training that the verdict rests on is missing.
    """
    found = [reading_of(debunk(findings, protocol, share), protocol, share)]
    for number, switches in enumerate(subsets(), start=1):
        progress(number, 2 ** len(TOLD) - 1)
        try:
            found.append(reading_of(debunk(findings, protocol, share, switches), protocol, share))
        except StudyError:
            continue
    return tuple(found)


def subsets() -> Iterator[tuple[Switch, ...]]:
    """Yield every set of one safeguard or more, the small ones first."""
    for size in range(1, len(TOLD) + 1):
        yield from combinations(TOLD, size)


def reading_of(found: Debunked, protocol: Protocol, share: float) -> Reading:
    """Return what was found as it is kept."""
    chosen, evidence, replay = found.choices, found.evidence, replay_of(protocol, found.choices.synthetic)
    hidden = "hide-replay" in found.switches

    def kept(other: str, contrast: Contrast, arm: str = chosen.synthetic) -> Difference:
        return difference(arm, other, contrast, found.lesions, evidence.folds, evidence.seeds)

    return Reading(
        switches=found.switches,
        word=found.verdict.word,
        reason=found.verdict.reason,
        synthetic=chosen.synthetic,
        real=chosen.real,
        replay="" if hidden else replay,
        folds=evidence.folds,
        seeds=evidence.seeds,
        over_real=kept(chosen.real, evidence.over_real),
        over_replay=None if hidden else kept(replay, evidence.over_replay),
        control=None if evidence.control is None else kept(replay, evidence.control, perfect_of(protocol, share)),
    )


def difference(arm: str, other: str, found: Contrast, lesions: int, folds: int, seeds: int) -> Difference:
    """Return a contrast of two arms as it is kept."""
    low, high = found.interval()
    low_90, high_90 = found.interval(EQUIVALENCE_LEVEL)
    return Difference(arm, other, found.estimate, low, high, low_90, high_90, found.p_value, lesions, folds, seeds)
