import pytest

from lesionlab.records.codec import from_plain
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.study.first_protocol import first_protocol

PROTOCOL = first_protocol("ham10000", 64, 500, 80)


@pytest.mark.parametrize("arm", PROTOCOL.arms, ids=lambda arm: arm.name)
def test_each_arm_s_classifier_can_train(arm):
    options = from_plain(ClassifierOptions, PROTOCOL.classifier | arm.classifier, arm.name)
    assert (options.image_size_px, options.total_kimg, options.width) == (64, 80, 0.25)
    assert options.warmup_kimg < 80 / 10


def test_its_generator_is_the_released_recipe_at_the_length_asked_for():
    options = from_plain(GanOptions, PROTOCOL.generator, "generator")
    assert options == GanOptions(total_kimg=500)


def test_it_has_what_a_critic_asks_for():
    fills = {arm.fill for arm in PROTOCOL.arms if arm.role == "control"}
    assert fills == {"replay", "shuffled", "perfect"}
    assert {arm.dose for arm in PROTOCOL.arms if arm.fill in ("raw", "filtered", "replay") and arm.dose < 1} == {0.5}
    assert (PROTOCOL.folds, PROTOCOL.classifier_seeds, PROTOCOL.delta) == (5, (0, 1), 0.02)
    assert PROTOCOL.real_shares == (1.0, 0.25)
