import numpy as np
import pytest

from lesionlab.evaluation.halvings import halvings
from lesionlab.evaluation.quality import Sets, figures, quality_metrics
from lesionlab.records.card import Metric

CLASSES = ("mel", "bkl", "df")
LABELS = np.repeat([0, 1, 2], [60, 60, 9])
TEMPLATE = Metric("", 0.0, 0, "images", "validation")


def draws(seed: int, shift: float = 0.0) -> np.ndarray:
    features = np.random.default_rng(seed).normal(size=(len(LABELS), 6))
    features[:, 0] += 3 * LABELS + shift
    return features.astype(np.float32)


@pytest.fixture(scope="module")
def measured() -> dict[tuple[str, str], Metric]:
    halved = halvings(LABELS, [str(n) for n in range(len(LABELS))], LABELS, 12, alike=(0, 1))
    sets = Sets("squares@0/8px", draws(0), draws(1, 1.0), {"blur 2 px": draws(0, 2.0)}, {"beside other": draws(2)})
    return {(m.name, m.of): m for m in quality_metrics(sets, halved, CLASSES, TEMPLATE)}


def test_every_figure_tells_n_space_and_interval(measured):
    assert {of for _, of in measured} == {"macro", "", *CLASSES}
    for (name, of), metric in measured.items():
        assert metric.n == {"macro": 64, "": 64, "mel": 30, "bkl": 30, "df": 4}[of]
        assert (metric.space, metric.part, metric.unit) == ("squares@0/8px", "validation", "images")
        assert metric.low <= metric.value <= metric.high, name


def test_the_ruler_stands_at_the_same_n_and_tells_worse_from_better(measured):
    for name in ("kid", "fid"):
        metric = measured[name, "macro"]
        ruler = metric.ruler
        assert set(ruler) == {"real images", "blur 2 px", "beside other"}
        assert ruler["real images"] < metric.value < ruler["blur 2 px"]
        assert ruler["beside other"] < metric.value


def test_two_diagnoses_are_held_against_each_other_where_they_have_one_n(measured):
    assert measured["kid", "mel"].ruler["mel against bkl"] > measured["kid", "mel"].value
    assert measured["kid", "bkl"].ruler["mel against bkl"] == pytest.approx(
        measured["kid", "mel"].ruler["mel against bkl"], rel=0.2
    )
    assert "mel against bkl" not in measured["kid", "df"].ruler


def test_a_class_of_few_images_has_no_neighbours_and_the_mean_says_so(measured):
    assert ("coverage", "df") not in measured
    assert measured["coverage", "macro"].caveat == "of 2 classes: the others have 5 images or fewer"
    mean = (measured["coverage", "mel"].value + measured["coverage", "bkl"].value) / 2
    assert measured["coverage", "macro"].value == pytest.approx(mean)


def test_fid_says_how_little_it_says_at_this_n(measured):
    assert "rank deficient: 4 images" in measured["fid", "df"].caveat
    assert "rank deficient: 4 images" in measured["fid", "macro"].caveat
    assert "biased upwards: 64 images are under 2,048" in measured["fid", ""].caveat
    assert measured["kid", ""].caveat == ""


def test_equal_sets_are_told_apart_at_no_better_than_chance():
    found = figures(np.concatenate([draws(3), draws(4)]), np.concatenate([draws(5), draws(6)]))
    assert found["two_sample_accuracy"] == pytest.approx(0.5, abs=0.08)
    assert abs(found["kid"]) < 0.1
    assert found["coverage"] > 0.9
