import pytest
from known_studies import CLASSES, PROTOCOL, RECALLS, findings_of

from lesionlab.metrics.holm import adjusted
from lesionlab.study.arm_outcomes import class_effects, metric_effects, worth_of
from lesionlab.study.choosing import Choices

CHOSEN = Choices("augmented", "raw")


def test_arms_of_the_verdict_come_first_and_sweeps_after_them(effect):
    whole, quarter, swept = effect.shares
    assert [arm.arm for arm in whole.arms if arm.decides] == ["raw", "replay", "augmented"]
    assert [arm.arm for arm in quarter.arms if arm.decides] == ["raw", "replay", "augmented", "perfect"]
    assert [arm.arm for arm in whole.arms[3:]] == ["plain", "filtered", "alone", "raw-dose25", "replay-dose25"]
    assert {arm.seeds for arm in whole.arms if not arm.decides} == {(0,), (0, 1)}
    assert (swept.share, swept.readings) == (0.5, ())
    assert [(arm.arm, arm.decides, arm.seeds) for arm in swept.arms] == [
        (name, False, (0,)) for name in ("augmented", "raw", "replay", "perfect")
    ]


def test_each_arm_is_held_against_the_real_arm_and_against_repeats_in_its_own_slots(effect):
    arms = {arm.arm: arm for arm in effect.shares[0].arms}
    assert arms["raw-dose25"].over_replay.other == "replay-dose25"
    assert arms["filtered"].over_replay.other == "replay"
    assert arms["filtered"].over_replay.seeds == 1
    assert (arms["filtered"].folds, arms["filtered"].over_replay.folds) == ((0, 1, 2, 3, 4), 5)
    assert arms["augmented"].over_real is arms["augmented"].over_replay is arms["alone"].over_replay is None
    gap = RECALLS["raw"] - RECALLS["augmented"]
    assert arms["raw"].over_real.estimate == pytest.approx(gap, abs=0.06)


def test_the_effects_on_diagnoses_are_adjusted_over_all_of_them(effect):
    found = effect.shares[0].classes
    assert [each.diagnosis for each in found] == list(CLASSES)
    assert [each.adjusted_over_replay for each in found] == list(adjusted([e.over_replay.p_value for e in found]))
    assert all(each.adjusted_over_real >= each.over_real.p_value for each in found)
    assert {each.over_real.lesions for each in found} == {100}


def test_biopsied_nevi_and_the_worst_subgroup_are_told_where_strata_are(effect):
    arm = effect.shares[0].arm("raw")
    spared, worst = arm.metric("specificity_on_biopsied_nevi"), arm.metric("worst_subgroup")
    assert (spared.value, spared.n) == (1.0, 75)  # a nevus that is missed is a vascular lesion here
    assert worst.value < arm.metrics[0].value
    assert (worst.low, worst.n >= 20) == (None, True)
    assert "lowest of 4" in worst.caveat


def test_a_diagnosis_of_one_lesion_is_left_out():
    found = findings_of({"augmented": 0.5, "raw": 0.7, "replay": 0.5}, lesions=11)
    assert [each.diagnosis for each in class_effects(found, CHOSEN, "replay", 1.0)] == ["mel", "nv"]


def test_other_metrics_are_compared_over_folds_and_with_one_fold_not_at_all(effect):
    found = {each.name: each for each in effect.shares[0].metrics}
    assert found["macro_auc"].over_replay.estimate > 0 > found["brier"].over_replay.estimate
    one = findings_of({"augmented": 0.5, "raw": 0.7, "replay": 0.5}, folds=1)
    assert metric_effects(one, CHOSEN, "replay", 1.0) == ()


def test_synthetic_images_are_worth_a_share_of_new_real_ones(effect):
    whole, quarter, swept = effect.shares
    assert whole.worth is swept.worth is None
    assert quarter.worth.low < 0.5 < quarter.worth.high
    assert quarter.worth.share == pytest.approx(0.5, abs=0.15)
    useless = findings_of({"raw": 0.5, "replay": 0.5, "perfect": 0.5}, share=0.25)
    assert not worth_of(useless, PROTOCOL, CHOSEN, 0.25).bounded
