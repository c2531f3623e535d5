import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from lesionlab.core.errors import InputError
from lesionlab.metrics.authenticity import authenticity, copy_limit, membership_auc, training_of


def draws(n: int, seed: int, d: int = 12) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def test_ratios_on_a_line_by_hand():
    training = training_of(np.array([[0.0], [1.0], [5.0]], np.float32), np.array([7, 7, 8]))
    assert training.spreads.tolist() == [5, 4, 4]  # the second image shows the lesion of the first
    one_view, other_view = np.array([[2.0], [5.5], [3.0]]), np.array([[9.0], [4.9], [1.0]])
    found = authenticity(np.stack([one_view, other_view]).astype(np.float32), training)
    assert found.ratios.tolist() == pytest.approx([1 / 4, 0.1 / 4, 0])
    assert found.nearest.tolist() == [1, 2, 1]
    assert found.orientations.tolist() == [0, 1, 1]


def test_distances_are_scikit_learn_s():
    features, images = draws(300, 0), draws(200, 1)
    found = authenticity(images[None], training_of(features, np.arange(300)))
    spreads = NearestNeighbors(n_neighbors=2).fit(features).kneighbors(features)[0][:, 1]
    distances, indices = NearestNeighbors(n_neighbors=1).fit(features).kneighbors(images)
    assert np.array_equal(found.nearest, indices[:, 0])
    assert np.allclose(found.ratios, distances[:, 0] / spreads[indices[:, 0]], rtol=1e-5)


def test_a_copy_is_found_in_whichever_orientation_it_was_turned():
    features = draws(100, 0)
    views = np.stack([draws(40, 10 + turn) for turn in range(8)])
    views[5, 3] = features[17] + 0.01
    found = authenticity(views, training_of(features, np.arange(100)))
    assert found.ratios.argmin() == 3
    assert (found.nearest[3], found.orientations[3]) == (17, 5)
    assert found.ratios[3] < 0.05


def test_the_nearer_to_a_training_image_the_lower_the_ratio():
    features = draws(200, 0)
    training = training_of(features, np.arange(200))
    noise = draws(200, 1)
    medians = [np.median(authenticity((features + share * noise)[None], training).ratios) for share in (0, 0.1, 0.3, 1)]
    assert medians[0] == 0
    assert medians == sorted(medians)
    assert medians[-1] > 0.8


def test_an_exact_copy_scores_zero_even_of_an_image_that_two_lesions_share():
    features = np.repeat(draws(5, 0), 2, axis=0)
    found = authenticity(features[None], training_of(features, np.arange(10)))
    assert found.ratios.tolist() == [0] * 10


def test_the_limit_lets_one_held_out_image_in_a_hundred_ring():
    ratios = np.random.default_rng(0).permutation(np.arange(1, 1001) / 100)
    limit = copy_limit(ratios)
    assert limit == pytest.approx(0.11)
    assert np.count_nonzero(ratios < limit) == 10
    assert copy_limit(ratios[:50]) == ratios[:50].min()
    assert np.count_nonzero(ratios < copy_limit(ratios, 0.05)) == 50


def test_a_generator_overfitted_on_a_hundred_images_rings_and_an_honest_one_does_not():
    features = draws(100, 0, d=32)
    training = training_of(features, np.arange(100))
    limit = copy_limit(authenticity(draws(1_000, 1, d=32)[None], training).ratios)
    replayed = features[np.arange(500) % 100] + 0.1 * draws(500, 2, d=32)
    honest = draws(500, 3, d=32)
    assert np.mean(authenticity(replayed[None], training).ratios < limit) > 0.99
    assert np.mean(authenticity(honest[None], training).ratios < limit) < 0.03


def test_membership_is_the_area_under_scikit_learn_s_curve():
    members, others, synthetic = draws(150, 0), draws(120, 1), draws(300, 2)
    index = NearestNeighbors(n_neighbors=1).fit(synthetic)
    distances = index.kneighbors(np.concatenate((members, others)))[0][:, 0]
    theirs = roc_auc_score(np.arange(270) < 150, -distances)
    assert membership_auc(members, others, synthetic) == pytest.approx(theirs, abs=1e-5)
    assert 0.4 < theirs < 0.6


def test_replaying_the_training_images_gives_them_away():
    members, others = draws(150, 0), draws(120, 1)
    assert membership_auc(members, others, members[:100] + 0.1 * draws(100, 2)) > 0.8
    assert membership_auc(members, others, members) == 1


def test_a_training_part_of_one_lesion_has_no_other_to_compare_with():
    with pytest.raises(InputError, match="0 others to compare with"):
        training_of(draws(4, 0), np.zeros(4, int))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="do not match 3 lesion groups"):
        training_of(draws(4, 0), np.arange(3))
    training = training_of(draws(4, 0), np.arange(4))
    with pytest.raises(InputError, match="name no orientations"):
        authenticity(draws(4, 0), training)
    with pytest.raises(InputError, match="cannot be compared"):
        authenticity(draws(4, 0, d=5)[None], training)


@pytest.mark.parametrize(("count", "share"), [(0, 0.01), (10, 1.0), (10, -0.1)])
def test_a_limit_from_nothing_is_refused(count, share):
    with pytest.raises(InputError, match="No limit with"):
        copy_limit(np.ones(count), share)
