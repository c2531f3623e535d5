import numpy as np
import prdc as reference
import pytest
import torch
from torch_fidelity.metric_prc import prc_features_to_metric

from lesionlab.core.errors import InputError
from lesionlab.metrics.prdc import Prdc, prdc


def features(n: int, shift: float = 0.0, seed: int = 0, d: int = 16) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return np.maximum(draw.normal(1 + shift, 1, (n, d)), 0).astype(np.float32)


def test_points_on_a_line_by_hand():
    real = np.array([[0.0], [1.0], [3.0], [10.0]], np.float32)
    fake = np.array([[0.5], [1.5], [20.0], [22.0]], np.float32)
    # Real balls: [-1, 1], [0, 2], [1, 5], [3, 17]; synthetic balls: [-.5, 1.5], [.5, 2.5], [18, 22], [20, 24].
    assert prdc(real, fake, 1) == Prdc(precision=2 / 4, recall=2 / 4, density=4 / 4, coverage=3 / 4)


@pytest.mark.parametrize(("n", "m", "k"), [(300, 300, 5), (700, 300, 3), (90, 400, 1)])
def test_it_is_the_reference_s_figure(n, m, k, capsys):
    real, fake = features(n), features(m, shift=0.2, seed=1)
    theirs = reference.compute_prdc(real.astype(float), fake.astype(float), k)
    ours = prdc(real, fake, k)
    assert vars(ours) == pytest.approx(theirs, abs=1e-5)
    assert 0.1 < ours.precision < 1


@pytest.mark.parametrize("k", [3, 5])
def test_precision_and_recall_are_torch_fidelity_s(k):
    real, fake = features(600), features(500, shift=0.3, seed=1)
    theirs = prc_features_to_metric(
        *(torch.from_numpy(each.astype(np.float64)) for each in (fake, real)),  # theirs come first
        prc_neighborhood=k, prc_batch_size=10_000, save_cpu_ram=False, verbose=False,
    )  # fmt: skip
    ours = prdc(real, fake, k)
    assert ours.precision == pytest.approx(theirs["precision"], abs=1e-5)
    assert ours.recall == pytest.approx(theirs["recall"], abs=1e-5)


def test_a_tight_cluster_within_a_wide_cloud_is_precise_and_recalls_little():
    draw = np.random.default_rng(0)
    wide = draw.normal(0, 3, (500, 8)).astype(np.float32)
    tight = draw.normal(0, 0.3, (500, 8)).astype(np.float32)
    found, turned = prdc(wide, tight), prdc(tight, wide)
    assert found.precision > 0.9
    assert found.recall < 0.1
    assert found.coverage < 0.2
    assert turned.precision < 0.1
    assert turned.recall > 0.9


def test_a_set_with_itself_is_perfect():
    same = features(300)
    assert prdc(same, same) == Prdc(1, 1, pytest.approx(6 / 5), 1)


def test_equal_distributions_have_the_density_and_the_coverage_that_theory_gives():
    """Naeem 2020, section 3.2: density 1, coverage 1 - (n - 1) ... (n - k) / ((2n - 1) ... (2n - k))."""
    found = [prdc(features(300, seed=2 * s), features(300, seed=2 * s + 1), 5) for s in range(10)]
    assert np.mean([each.density for each in found]) == pytest.approx(1, abs=0.05)
    theory = 1 - np.prod([(300 - i) / (600 - i) for i in range(1, 6)])
    assert np.mean([each.coverage for each in found]) == pytest.approx(theory, abs=0.01)


def test_total_collapse_onto_a_real_image_covers_next_to_nothing():
    real = features(600)
    found = prdc(real, np.repeat(real[:1], 600, axis=0))
    assert found.precision == 1
    assert found.coverage < 0.2
    assert found.recall == pytest.approx(1 / 600)


def test_a_lost_class_costs_recall_and_coverage_and_noise_costs_precision():
    draw = np.random.default_rng(3)
    centres, classes = draw.normal(0, 4, (7, 16)), np.arange(700) % 7
    real, fake = ((centres[classes] + draw.normal(0, 1, (700, 16))).astype(np.float32) for _ in range(2))
    lost = fake.copy()
    lost[classes == 3] = fake[classes == 4]
    good, without, noisy = prdc(real, fake), prdc(real, lost), prdc(real, fake + draw.normal(0, 1, fake.shape))
    assert without.recall < good.recall - 0.1
    assert without.coverage < good.coverage - 0.1
    assert noisy.precision < good.precision - 0.3


def test_the_replayed_training_set_is_perfect_here_which_is_why_copies_are_looked_for_elsewhere():
    training = features(400)
    assert prdc(training, training[::-1]).coverage == 1


def test_too_few_images_for_k_neighbours_are_refused():
    with pytest.raises(InputError, match="5 images are too few"):
        prdc(features(5), features(9), 5)
    assert prdc(features(6), features(6), 5).coverage == 1
