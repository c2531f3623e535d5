from dataclasses import replace

import numpy as np
import pytest

from lesionlab.data.calibration_half import calibration_half
from lesionlab.data.prepared import PreparedData
from lesionlab.evaluation.trust import CROSS_FITTED, OF_THE_CARD, UNCALIBRATED, class_coverage, trust_metrics, trusted
from lesionlab.inference.calibrating import calibrate_card
from lesionlab.metrics.calibration import brier
from lesionlab.records.card import Metric, read_card
from lesionlab.records.split import read_split

TEMPLATE = Metric("", 0.0, 0, "lesions", "validation")


@pytest.fixture(scope="module")
def validation(tiny_data, pytestconfig):
    """The validation part of HAM10000's release split, without pixels."""
    split = read_split(pytestconfig.rootpath / "splits" / "ham10000-release.csv")
    return PreparedData(tiny_data.folder, tiny_data.record, split).part("validation")


@pytest.fixture(scope="module")
def logits(validation):
    """Of a sharp model that believes all classes alike frequent: the images of a lesion look alike."""
    draw = np.random.default_rng(0)
    of_lesion = {lesion: draw.normal(size=7) for lesion in dict.fromkeys(validation.lesions)}
    noise = np.array([of_lesion[lesion] for lesion in validation.lesions])
    return 2.5 * (1.5 * noise + 2 * np.eye(7)[validation.labels])


@pytest.fixture(scope="module")
def card(tiny_classifier):
    return read_card(tiny_classifier)


@pytest.fixture(scope="module")
def calibrated(card, validation, logits):
    half = calibration_half(validation)
    return calibrate_card(card, half, logits[np.isin(validation.groups, half.groups)])


def named(metrics):
    return {metric.name: metric for metric in metrics}


def test_as_trained_all_lesions_are_judged_and_there_is_no_set(card, validation, logits):
    found = trusted(card, validation, logits)
    assert found.how == UNCALIBRATED
    assert len(found.truth) == len(set(validation.lesions))
    assert found.prior.sum() == pytest.approx(1)
    metrics = named(trust_metrics(found, TEMPLATE))
    assert "coverage" not in metrics
    assert class_coverage(found, card.classes, TEMPLATE) == []
    assert metrics["debiased_calibration_error"].caveat == UNCALIBRATED


def test_on_the_part_that_calibrated_it_is_cross_fitted_over_that_half(calibrated, validation, logits):
    found = trusted(calibrated, validation, logits)
    assert found.how == CROSS_FITTED
    assert len(found.truth) == sum(calibrated.calibration.lesions_per_class.values())
    elsewhere = replace(calibrated, calibration=replace(calibrated.calibration, split_sha256="0" * 64))
    other = trusted(elsewhere, validation, logits)
    assert other.how == OF_THE_CARD
    assert len(other.truth) == len(set(validation.lesions))


def test_calibration_mends_what_it_is_there_to_mend(card, calibrated, validation, logits):
    before, after = (named(trust_metrics(trusted(each, validation, logits), TEMPLATE)) for each in (card, calibrated))
    for name in ("brier", "log_loss", "debiased_calibration_error", "calibration_error"):
        assert after[name].value < before[name].value, name
    assert after["debiased_calibration_error"].value < 0.05 < before["debiased_calibration_error"].value
    assert after["coverage"].value == pytest.approx(0.9, abs=0.04)
    assert 1 <= after["set_size"].value < 4


def test_each_figure_has_its_ruler(calibrated, validation, logits):
    found = trusted(calibrated, validation, logits)
    metrics = named(trust_metrics(found, TEMPLATE))
    alone = np.tile(found.prior, (len(found.truth), 1))
    assert metrics["brier"].ruler == {"the prior alone": pytest.approx(brier(alone, found.truth))}
    assert metrics["brier"].low < metrics["brier"].value < metrics["brier"].high
    assert 0.02 < metrics["debiased_calibration_error"].ruler["19 of 20 perfect models below"] < 0.08
    assert sum(each.n for each in found.reliability) == len(found.truth) == metrics["brier"].n


def test_no_coverage_is_told_of_a_class_with_fewer_than_thirty_lesions(calibrated, validation, logits):
    found = class_coverage(trusted(calibrated, validation, logits), calibrated.classes, TEMPLATE)
    assert [metric.of for metric in found] == ["bkl", "mel", "nv"]
    assert all(metric.n >= 30 for metric in found)
    assert all(metric.low <= metric.value <= metric.high for metric in found)


def test_a_handful_of_lesions_has_no_debiased_error(card, validation, logits):
    few = validation.of_groups(validation.groups[:1])
    found = trusted(card, few, logits[np.isin(validation.groups, few.groups)])
    assert {m.name for m in trust_metrics(found, TEMPLATE)} == {"brier", "log_loss", "calibration_error"}
