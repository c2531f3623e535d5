from dataclasses import replace

import pytest

from lesionlab.metrics.contrast import contrast
from lesionlab.study.power import power
from lesionlab.study.simulation import REAL, SYNTHETIC, World, simulate

CLASSES = ("df", "nv")
WORLD = World(lesions=(40, 400), training=0.05, generator=0.05)


@pytest.fixture(scope="module")
def seen():
    return power(CLASSES, WORLD, studies=40)


def test_a_rare_diagnosis_needs_a_larger_effect(seen):
    assert seen.of_class["df"] > 1.5 * seen.of_class["nv"] > 0


def test_more_lesions_and_less_noise_show_smaller_effects(seen):
    assert power(CLASSES, replace(WORLD, lesions=(400, 4000)), studies=40).smallest < 0.6 * seen.smallest
    assert power(CLASSES, replace(WORLD, generator=0.4), studies=40).smallest > 1.3 * seen.smallest


def test_an_effect_of_that_size_is_told_from_zero_about_four_times_of_five(seen):
    world = replace(WORLD, real=-seen.smallest)
    hits = 0
    for seed in range(100):
        study = simulate(world, 1000 + seed)
        low, _ = contrast(study.differences(SYNTHETIC, REAL), study.labels, study.folds).interval()
        hits += low > 0
    assert 65 <= hits <= 93


def test_it_says_whether_the_question_can_be_answered(seen):
    assert not seen.answers(seen.smallest / 2)
    assert seen.answers(seen.smallest)
