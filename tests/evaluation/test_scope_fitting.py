import numpy as np
import pytest

from lesionlab.evaluation.scope_fitting import fit_scope, fit_shape, judged_unseen
from lesionlab.inference.scope import Scope


def test_along_its_axes_what_was_fitted_varies_by_one():
    draw = np.random.default_rng(0)
    statistics = draw.normal(size=(4000, 3)) @ np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 3.0]]) + 5
    shape = fit_shape(statistics, np.zeros(4000, np.int64))
    along = (statistics - shape.mean) @ shape.axes
    assert np.cov(along.T) == pytest.approx(np.eye(3), abs=0.08)
    assert np.sqrt(np.square(shape.oddness(statistics)).mean()) == pytest.approx(1, abs=0.03)


def test_a_rare_diagnosis_counts_as_much_as_a_frequent_one():
    statistics = np.concatenate([np.zeros((990, 1)), np.full((10, 1), 4.0)])
    shape = fit_shape(statistics, np.repeat([0, 1], [990, 10]))
    assert shape.mean == pytest.approx([2.0])
    assert shape.oddness(statistics)[[0, -1]] == pytest.approx([1, 1], abs=0.01)


def test_each_image_is_judged_by_other_lesions_alone():
    draw = np.random.default_rng(1)
    statistics, groups = draw.normal(size=(400, 2)), tuple(f"L{row // 2}" for row in range(400))
    statistics[-2:] += 60  # one lesion far off, of two images
    labels = np.zeros(400, np.int64)
    seen, unseen = fit_shape(statistics, labels).oddness(statistics), judged_unseen(statistics, labels, groups)
    assert unseen[-2:].min() > 3 * seen[-2:].max()


def test_at_most_one_in_twenty_of_any_diagnosis_is_refused(tiny_data):
    part = tiny_data.part("train")
    facts = fit_scope(part, "a" * 64)
    assert facts.images == {code: int((part.labels == label).sum()) for label, code in enumerate(part.classes)}
    assert max(facts.refused.values()) <= 0.05
    assert facts.split_sha256 == tiny_data.split.sha256
    scope = Scope(facts)
    noise = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)
    assert scope.refuses(list(noise)).all()
    assert not scope.refuses(list(part.images(32))).all()
    assert 0 < facts.quality.least_brightness < facts.quality.most_brightness < 1
