"""FID, KID, precision and recall of two sets of features beside torch-fidelity's, from the same features."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric

from benchmarks.comparison import Comparison, compare
from benchmarks.inferring import check_agreement
from lesionlab.metrics.quality import quality
from lesionlab.metrics.space import Features

NEAREST_K = 3  # torch-fidelity's
KID_SUBSETS = 100  # torch-fidelity's; of 1,000 images each, where there are as many. Ours takes all pairs
SHARES = 0.002  # by which precision and recall may differ: the reference decides its near ties in float32


def comparisons(count: int = 10_000, dims: int = 512, rounds: int = 3) -> Iterator[Comparison]:
    """Measure `count` features against as many, after both ways have agreed."""
    real, fake = features(count, dims, 0.0, 0), features(count, dims, 0.05, 1)
    found = quality(real, fake, NEAREST_K)
    fid, kid, spread, precision, recall = torch_fidelity(real, fake)
    check_agreement(abs(found.fid / fid - 1), 1e-4, "FIDs")
    check_agreement(abs(found.kid - kid), 3 * spread / KID_SUBSETS**0.5, "KIDs")
    check_agreement(max(abs(found.prdc.precision - precision), abs(found.prdc.recall - recall)), SHARES, "shares")
    name = f"FID, KID, PR of {count:,} features of {dims}"
    ours, plain = (lambda: quality(real, fake, NEAREST_K)), (lambda: torch_fidelity(real, fake))
    yield compare(name, "torch-fidelity", "images", 2 * count, ours, plain, rounds, memory=True)


def features(count: int, dims: int, shift: float, seed: int) -> Features:
    """Return features as a network's last layer has them, float32 [count, dims]: some directions vary far more."""
    mix = np.random.default_rng(99).normal(size=(dims, dims)) * np.exp(-np.arange(dims) / 80)[:, None] / 4
    drawn = np.random.default_rng(seed).normal(size=(count, dims)) @ mix
    return np.maximum(drawn + 0.2 + shift, 0).astype(np.float32)


def torch_fidelity(real: Features, fake: Features) -> tuple[float, float, float, float, float]:
    """Return FID, KID and its spread over the subsets, precision and recall."""
    fakes, reals = torch.from_numpy(fake), torch.from_numpy(real)  # theirs come first
    statistics = [fid_features_to_statistics(each) for each in (fakes, reals)]
    fid = fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]
    size = min(1_000, len(real))
    kid = kid_features_to_metric(fakes, reals, kid_subsets=KID_SUBSETS, kid_subset_size=size, verbose=False)
    shares = prc_features_to_metric(fakes, reals, prc_neighborhood=NEAREST_K, verbose=False)
    mean, spread = kid["kernel_inception_distance_mean"], kid["kernel_inception_distance_std"]
    return fid, mean, spread, shares["precision"], shares["recall"]
