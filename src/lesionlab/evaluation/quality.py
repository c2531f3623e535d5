"""Synthetic images against real ones in one feature space: each figure with its interval and its ruler."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.evaluation.halvings import Halving, Halvings
from lesionlab.metrics.fid import fid, fid_caveat
from lesionlab.metrics.intervals import interval
from lesionlab.metrics.kid import kid
from lesionlab.metrics.quality import quality
from lesionlab.metrics.space import Features
from lesionlab.metrics.two_sample import two_sample
from lesionlab.records.card import Metric

NEAREST_K = 5
DRAWS = 40
RULER_DRAWS = 10  # of what is but roughly told: spoilt images and other generators
MACRO = "macro"
REAL = "real images"
ALIKE = ("mel", "bkl")  # held against each other: two diagnoses that a careless eye confuses
ALIKE_NAME = "mel against bkl"

Pair = Callable[[Halving], tuple[Features, Features]]  # the reference, and what is held against it
Scopes = dict[str, dict[str, NDArray[np.float64]]]  # class, "macro" or "" for all -> figure -> its value on each draw


@dataclass(frozen=True)
class Sets:
    """All images of an evaluation, as features float32 [n, d] of one space.

    `changed` are the real images again, row by row, each set spoilt in one way; `beside` those of other generators,
    row by row of the same diagnoses as `fake`.
    """

    space: str
    real: Features
    fake: Features
    changed: Mapping[str, Features]
    beside: Mapping[str, Features]


def quality_metrics(
    sets: Sets, halvings: Halvings, classes: Sequence[str], template: Metric, progress: Progress = silent
) -> list[Metric]:
    """Return the figures of the mean over the classes, of all images and of each class; `template` names the part.

    A figure is the mean over the halvings of half of the real images against as many synthetic ones; its interval is
    the spread over them, as halves vary as much as new sets of the full size do (`metrics.intervals`).
    """
    pairs = _pairs(sets)
    found = {}
    for number, (name, pair) in enumerate(pairs.items()):
        some = halvings if name in ("", REAL) else replace(halvings, each=halvings.each[:RULER_DRAWS])
        found[name] = by_scope(pair, some, classes)
        progress(number + 1, len(pairs))
    found[ALIKE_NAME] = _mel_against_bkl(sets.real, halvings, classes)
    own = found.pop("")
    metrics = []
    for scope, values in own.items():
        sizes = _sizes(scope, halvings, classes)
        for name, drawn in values.items():
            value = float(drawn.mean())
            low, high = interval(value, drawn)
            metrics.append(
                replace(
                    template,
                    name=name,
                    value=value,
                    n=sum(sizes),
                    of=scope,
                    space=sets.space,
                    low=min(low, value),  # of a few images most draws may give one and the same share
                    high=max(high, value),
                    ruler={
                        who: float(by[scope][name].mean()) for who, by in found.items() if name in by.get(scope, {})
                    },
                    caveat=_caveat(name, scope, sizes, sets.real.shape[1]),
                )
            )
    return metrics


def _pairs(sets: Sets) -> dict[str, Pair]:
    """Return what is held against half of the real images; the generator's own images go without a name."""

    def others(features: Features) -> Pair:
        return lambda halving: (sets.real[halving.one], features[halving.other])

    def made(features: Features) -> Pair:
        return lambda halving: (sets.real[halving.one], features[halving.fake])

    ruler = {name: others(features) for name, features in {REAL: sets.real, **sets.changed}.items()}
    return {"": made(sets.fake), **ruler, **{name: made(features) for name, features in sets.beside.items()}}


def by_scope(pair: Pair, halvings: Halvings, classes: Sequence[str]) -> Scopes:
    """Return the figures of each draw: of the mean over the classes, of all images, and of each class."""
    rows = {classes[label]: halvings.scope(label) for label in halvings.sizes}
    drawn: list[dict[str, dict[str, float]]] = []
    for halving in halvings.each:
        real, other = pair(halving)
        of_class = {code: figures(real[some], other[some]) for code, some in rows.items()}
        drawn.append({MACRO: _mean(list(of_class.values())), "": figures(real, other), **of_class})
    return {
        scope: {name: np.array([each[scope][name] for each in drawn]) for name in drawn[0][scope]} for scope in drawn[0]
    }


def figures(real: Features, other: Features) -> dict[str, float]:
    """Return every figure that two sets of n features each allow; those of neighbours want more than five."""
    if len(real) <= NEAREST_K:
        return {"kid": kid(real, other), "fid": fid(real, other)}
    found = quality(real, other, NEAREST_K)
    return {
        "kid": found.kid,
        "fid": found.fid,
        "precision": found.prdc.precision,
        "recall": found.prdc.recall,
        "density": found.prdc.density,
        "coverage": found.prdc.coverage,
        "two_sample_accuracy": two_sample(real, other, permutations=0).accuracy,
    }


def _mean(of_class: list[dict[str, float]]) -> dict[str, float]:
    names = dict.fromkeys(name for values in of_class for name in values)
    return {name: float(np.mean([values[name] for values in of_class if name in values])) for name in names}


def _mel_against_bkl(real: Features, halvings: Halvings, classes: Sequence[str]) -> Scopes:
    """Return how far the real images of each of the two lie from those of the other, where both have one n."""
    labels = {code: classes.index(code) for code in ALIKE if code in classes}
    if len({halvings.sizes.get(label, -number) for number, label in enumerate(labels.values())}) != 1:
        return {}
    found: Scopes = {}
    for code, foe in (ALIKE, ALIKE[::-1]):
        own, its = halvings.scope(labels[code]), halvings.scope(labels[foe])
        drawn = [figures(real[h.one[own]], real[h.other[its]]) for h in halvings.each[:RULER_DRAWS]]
        found[code] = {name: np.array([each[name] for each in drawn]) for name in drawn[0]}
    return found


def _sizes(scope: str, halvings: Halvings, classes: Sequence[str]) -> list[int]:
    return list(halvings.sizes.values()) if scope in ("", MACRO) else [halvings.sizes[classes.index(scope)]]


def _caveat(name: str, scope: str, sizes: Sequence[int], dims: int) -> str:
    if name == "fid":
        n = min(sizes) if scope == MACRO else sum(sizes)
        return fid_caveat(n, n, dims)
    few = sum(size <= NEAREST_K for size in sizes)
    if scope == MACRO and few and name != "kid":
        return f"of {len(sizes) - few} classes: the others have {NEAREST_K} images or fewer"
    return ""
