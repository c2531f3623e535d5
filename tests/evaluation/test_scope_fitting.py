import dataclasses

import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.evaluation.scope_fitting import balanced_axes, fit_scope
from lesionlab.inference.scope import Scope

STEPS = 0.03  # of a byte, in the units of the axes


def test_along_its_axes_statistics_vary_alike_and_their_mean_square_is_one():
    draw = np.random.default_rng(0)
    mixed = draw.normal(size=(4000, 3)) @ np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 3.0]]) + 5
    axes = balanced_axes(mixed.astype(np.float32), np.zeros(4000, np.int64))
    along = axes.project(mixed.astype(np.float32))
    assert np.cov(along.T) == pytest.approx(np.eye(3) / 3, abs=0.02)
    assert np.abs(axes.rounded(mixed.astype(np.float32)) - along).max() < STEPS


def test_a_rare_diagnosis_counts_as_much_as_a_frequent_one():
    statistics = np.concatenate([np.zeros((990, 1)), np.full((10, 1), 4.0)]).astype(np.float32)
    axes = balanced_axes(statistics, np.repeat([0, 1], [990, 10]))
    assert axes.mean == pytest.approx([2.0])
    assert np.abs(axes.project(statistics)[[0, -1], 0]) == pytest.approx([1, 1], abs=0.01)


def test_at_most_one_in_twenty_of_any_diagnosis_is_refused(tiny_data):
    part = tiny_data.part("train")
    found = fit_scope(part, "a" * 64)
    facts = found.facts
    assert facts.images == {code: int((part.labels == label).sum()) for label, code in enumerate(part.classes)}
    assert max(facts.refused.values()) <= 0.05
    assert facts.split_sha256 == tiny_data.split.sha256
    assert 0 < facts.quality.least_brightness < facts.quality.most_brightness < 1
    scope = Scope(found)
    noise = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)
    assert scope.refuses(list(noise)).all()
    assert scope.oddness(list(part.images(32))).max() < STEPS  # it has seen these


def test_an_image_is_held_against_other_lesions_than_its_own(tiny_data):
    part = tiny_data.part("train")
    apart = fit_scope(part, "a" * 64).facts.limit
    twins = fit_scope(dataclasses.replace(part, groups=tuple(part.image_ids)), "a" * 64).facts.limit
    assert twins <= apart  # with each picture a lesion of its own, its sibling would vouch for it
    with pytest.raises(InputError, match="0 others to compare with"):
        fit_scope(dataclasses.replace(part, groups=("one lesion",) * len(part.groups)), "a" * 64)
