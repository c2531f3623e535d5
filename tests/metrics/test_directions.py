"""What is worse must score worse: the generator metrics on drawn lesions, seen in one small feature space."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.data.procedural import procedural_lesion
from lesionlab.metrics.authenticity import authenticity, copy_limit, membership_auc, training_of
from lesionlab.metrics.fid import fid
from lesionlab.metrics.kid import kid
from lesionlab.metrics.prdc import prdc
from lesionlab.metrics.two_sample import two_sample

EACH = 36  # lesions of each class
SIZE = 32


@functools.cache
def lesions(first: int) -> np.ndarray:
    return np.stack([procedural_lesion(code, first + n, SIZE) for code in HAM10000_CODES for n in range(EACH)])


def features(images: np.ndarray) -> np.ndarray:
    """Answers of random filters in units of their spread over other lesions: a frozen space, as ours are, but tiny."""
    mean, spread = calibration()
    return ((answers(images) - mean) / spread).astype(np.float32)


@functools.cache
def calibration() -> tuple[np.ndarray, np.ndarray]:
    found = answers(np.stack([procedural_lesion(code, 2000 + n, SIZE) for code in HAM10000_CODES for n in range(18)]))
    return found.mean(axis=0), found.std(axis=0)


def answers(images: np.ndarray) -> np.ndarray:
    """Return means and deviations of what 32 rectified filters see, fine and coarse; they look for edges."""
    filters = np.random.default_rng(0).normal(size=(75, 32)) / 8
    filters -= 0.9 * filters.mean(axis=0)
    found = []
    for scale in (1, 2):
        coarse = images.reshape(len(images), SIZE // scale, scale, SIZE // scale, scale, 3).mean(axis=(2, 4)) / 128 - 1
        windows = sliding_window_view(coarse, (5, 5), axis=(1, 2))[:, ::2, ::2]
        seen = np.maximum(windows.reshape(*windows.shape[:3], 75) @ filters, 0)
        found += [seen.mean(axis=(1, 2)), seen.std(axis=(1, 2))]
    return np.concatenate(found, axis=1)


def blur(images: np.ndarray, px: int) -> np.ndarray:
    reach = np.arange(-2 * px, 2 * px + 1)
    weights = np.exp(-0.5 * (reach / px) ** 2)
    found = images.astype(float)
    for axis in (1, 2):
        found = sum(w * np.roll(found, r, axis) for w, r in zip(weights / weights.sum(), reach, strict=True))
    return np.round(found).astype(np.uint8)


def noise(images: np.ndarray) -> np.ndarray:
    grain = np.random.default_rng(5).normal(0, 20, images.shape)
    return np.clip(images + grain, 0, 255).astype(np.uint8)


def grid(images: np.ndarray) -> np.ndarray:
    squares = np.indices((SIZE, SIZE)).sum(axis=0) % 2 * 24.0 - 12
    return np.clip(images + squares[None, ..., None], 0, 255).astype(np.uint8)


def collapse(images: np.ndarray) -> np.ndarray:
    return np.repeat(images[::EACH], EACH, axis=0)


def lose_classes(images: np.ndarray) -> np.ndarray:
    """Draw new lesions of the next three classes in place of the first three: each image fine, three classes gone."""
    found = images.copy()
    found[: 3 * EACH] = lesions(900)[3 * EACH : 6 * EACH]
    return found


HARM: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "blur": functools.partial(blur, px=2), "noise": noise, "grid": grid, "collapse": collapse, "lost": lose_classes,
}  # fmt: skip


@pytest.mark.parametrize("harm", list(HARM))
def test_harm_shows_in_kid_and_fid(harm):
    real, other = features(lesions(0)), features(lesions(500))
    worse = features(HARM[harm](lesions(500)))
    assert kid(real, worse) > max(5 * abs(kid(real, other)), 1e-5)
    assert fid(real, worse) > 1.5 * fid(real, other)


@pytest.mark.parametrize("harm", ["blur", "noise", "grid"])
def test_what_looks_unreal_costs_precision_and_density_and_is_told_apart(harm):
    real, other = features(lesions(0)), features(lesions(500))
    worse = features(HARM[harm](lesions(500)))
    assert prdc(real, worse).precision < prdc(real, other).precision - 0.1
    assert prdc(real, worse).density < prdc(real, other).density - 0.1
    assert two_sample(real, worse, 200).accuracy > two_sample(real, other, 200).accuracy + 0.1


@pytest.mark.parametrize("harm", ["collapse", "lost"])
def test_what_is_missing_costs_recall_and_coverage(harm):
    real, other = features(lesions(0)), features(lesions(500))
    worse = features(HARM[harm](lesions(500)))
    assert prdc(real, worse).coverage < prdc(real, other).coverage - 0.05
    assert prdc(real, worse).recall < prdc(real, other).recall


def test_more_blur_scores_worse():
    real = features(lesions(0))
    found = [kid(real, features(blur(lesions(500), px))) for px in (1, 2, 4)]
    assert found == sorted(found)


def test_identical_sets_are_perfect_and_two_draws_are_at_the_floor():
    real, other = features(lesions(0)), features(lesions(500))
    assert kid(real, real) <= 0
    assert fid(real, real) == pytest.approx(0, abs=1e-6)
    assert abs(kid(real, other)) < 0.1 * kid(real, features(blur(lesions(500), 2)))
    assert two_sample(real, other).p_value > 0.01


def test_the_replayed_training_set_looks_perfect_to_all_but_those_that_look_for_copies():
    training, held_out = lesions(0), lesions(500)
    reference = training_of(features(training), np.arange(len(training)))
    replayed = features(np.rot90(training, 1, axes=(1, 2)))  # each image turned by a quarter
    views = np.stack([features(turn(np.rot90(training, 1, axes=(1, 2)))) for turn in eight_ways()])
    honest = np.stack([features(turn(held_out)) for turn in eight_ways()])
    assert prdc(features(training), replayed).coverage > 0.9
    limit = copy_limit(authenticity(honest, reference).ratios)
    assert np.mean(authenticity(views, reference).ratios < limit) > 0.99
    unseen = np.stack([features(turn(lesions(900))) for turn in eight_ways()])
    assert np.mean(authenticity(unseen, reference).ratios < limit) < 0.05
    assert membership_auc(features(training), features(held_out), views.reshape(-1, views.shape[-1])) > 0.99
    assert two_sample(features(training), features(training)[::-1]).accuracy < 0.05


def eight_ways() -> list[Callable[[np.ndarray], np.ndarray]]:
    def turned(images: np.ndarray, quarters: int, mirrored: bool) -> np.ndarray:
        return np.rot90(images[:, :, ::-1] if mirrored else images, quarters, axes=(1, 2))

    return [functools.partial(turned, quarters=q, mirrored=m) for q in range(4) for m in (False, True)]
