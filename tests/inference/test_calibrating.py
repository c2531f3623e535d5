from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import DataError, ModelError
from lesionlab.data.calibration_half import calibration_half
from lesionlab.data.prepared import PreparedData
from lesionlab.inference.calibrating import calibrate_card, calibrator_of, evenly
from lesionlab.inference.predictor import Predictor
from lesionlab.metrics.classification import softmax
from lesionlab.records.calibration import Calibration, PredictionSets
from lesionlab.records.card import read_card, write_card
from lesionlab.records.split import read_split

PRIOR = dict(zip(HAM10000_CODES, (0.03, 0.05, 0.1, 0.01, 0.1, 0.7, 0.01), strict=True))
SETS = PredictionSets(0.1, {**dict.fromkeys(HAM10000_CODES, 0.7), "df": None}, ("akiec", "df"))
CALIBRATION = Calibration(
    biases=dict(zip(HAM10000_CODES, (-0.5, 0.0, 0.5, -1.0, 0.5, 1.5, -1.0), strict=True)),
    data="tiny",
    split_sha256="0" * 64,
    half_seed=0,
    images=20,
    lesions_per_class=dict.fromkeys(HAM10000_CODES, 2),
    sets=SETS,
)


@pytest.fixture
def half(tiny_data, pytestconfig):
    """The half of HAM10000's validation part that is calibrated on, without pixels."""
    split = read_split(pytestconfig.rootpath / "splits" / "ham10000-release.csv")
    return calibration_half(PreparedData(tiny_data.folder, tiny_data.record, split).part("validation"))


def logits_for(part):
    return np.random.default_rng(0).normal(size=(len(part.labels), 7)) + 2 * np.eye(7)[part.labels]


def test_a_calibrated_card_names_what_it_was_calibrated_on_and_comes_back_equal(make_classifier, half):
    folder = make_classifier()
    card = calibrate_card(read_card(folder), half, logits_for(half))
    write_card(folder, card)
    assert read_card(folder) == card
    assert card.calibration.split_sha256 == half.data.split.sha256
    assert card.calibration.images == len(half.labels)
    assert sum(card.calibration.lesions_per_class.values()) == len(set(half.lesions))
    assert card.prior["nv"] == pytest.approx(card.calibration.lesions_per_class["nv"] / len(set(half.lesions)))
    assert card.calibration.sets.alpha == 0.1
    assert set(card.calibration.sets.pooled) == {"akiec", "bcc", "df", "mel", "vasc"}
    limits = card.calibration.sets.limits
    assert len({limits[code] for code in card.calibration.sets.pooled}) == 1


def test_the_card_gives_the_calibrator_back(make_classifier, half):
    logits = logits_for(half)
    card = calibrate_card(read_card(make_classifier()), half, logits)
    found = calibrator_of(card)
    expected = softmax(logits / card.temperature + np.array([card.calibration.biases[c] for c in card.classes]))
    assert found.probabilities(logits) == pytest.approx(expected)
    assert found.prior.sum() == pytest.approx(1)
    assert found.limits.pooled.sum() == 5


def test_a_card_as_trained_decides_for_the_likeliest_and_has_no_sets(make_classifier):
    found = calibrator_of(read_card(make_classifier(temperature=2.0, prior=PRIOR)))
    logits = np.array([[0.0, 1, 2, 3, 2, 1, 0]])
    assert found.probabilities(logits) == pytest.approx(softmax(logits, 2.0))
    assert found.balanced(found.probabilities(logits)).argmax() == 3
    assert found.sets(found.probabilities(logits)) is None


def test_a_prediction_is_calibrated_decides_by_the_prior_and_has_a_set(make_classifier):
    plain = Predictor(make_classifier("plain"))
    calibrated = Predictor(make_classifier("calibrated", temperature=1.5, prior=PRIOR, calibration=CALIBRATION))
    images = list(np.random.default_rng(3).integers(0, 256, (40, 8, 8, 3), dtype=np.uint8))
    prior, biases = (np.array([of[code] for code in HAM10000_CODES]) for of in (PRIOR, CALIBRATION.biases))
    differing = 0
    for before, after in zip(plain.predict(images), calibrated.predict(images), strict=True):
        expected = softmax(before.maps.mean(axis=(1, 2)) / 1.5 + biases)
        assert after.probabilities == pytest.approx(expected, abs=1e-6)
        assert after.decision == HAM10000_CODES[(expected / prior).argmax()]
        assert before.prediction_set == ()
        assert {"df", after.decision} <= set(after.prediction_set)
        shares = [after.probabilities[HAM10000_CODES.index(code)] for code in after.prediction_set]
        assert shares == sorted(shares, reverse=True)
        differing += after.decision != HAM10000_CODES[after.probabilities.argmax()]
    assert differing


def test_evenly_takes_the_prior_out_of_calibrated_probabilities_alone(make_classifier):
    plain = read_card(make_classifier())
    shares = np.array([PRIOR[code] for code in HAM10000_CODES])
    assert evenly(plain, shares) is shares
    assert evenly(replace(plain, prior=PRIOR, calibration=CALIBRATION), shares) == pytest.approx(np.full(7, 1 / 7))


def test_a_class_without_a_lesion_to_calibrate_on_is_named(make_classifier, half):
    lacking = half.of_groups({g for g, label in zip(half.groups, half.labels, strict=True) if label != 3})
    with pytest.raises(DataError, match="has no lesion of df to calibrate on, among 553"):
        calibrate_card(read_card(make_classifier()), lacking, logits_for(lacking))


def test_too_few_lesions_calibrate_nothing(make_classifier, tiny_data):
    half = calibration_half(tiny_data.part("validation"))
    with pytest.raises(DataError, match="'tiny' has 7 lesions to calibrate on; 100 are needed"):
        calibrate_card(read_card(make_classifier()), half, logits_for(half))


def test_no_numbers_and_another_class_list_are_refused(make_classifier, half):
    card = read_card(make_classifier())
    with pytest.raises(DataError, match="a logit is no number"):
        calibrate_card(card, half, np.full((len(half.labels), 7), np.nan))
    with pytest.raises(DataError, match="same class list"):
        calibrate_card(replace(card, classes=card.classes[:6]), half, logits_for(half))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"temperature": float("nan")}, "not above 0"),
        ({"prior": {**PRIOR, "df": 0.0}}, "not above 0"),
        ({"prior": {}}, "is of akiec, .*, its calibration of"),
        ({"calibration": replace(CALIBRATION, biases={"mel": 0.0})}, "its calibration of mel"),
        ({"calibration": replace(CALIBRATION, biases={**CALIBRATION.biases, "df": float("inf")})}, "no number"),
        ({"calibration": replace(CALIBRATION, sets=replace(SETS, limits={"mel": 0.5}))}, "its calibration of mel"),
    ],
)
def test_a_calibration_that_does_not_fit_its_card_is_refused(make_classifier, change, told):
    with pytest.raises(ModelError, match=told):
        Predictor(make_classifier(**({"prior": PRIOR, "calibration": CALIBRATION} | change)))
