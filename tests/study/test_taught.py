from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from lesionlab.core.progress import silent
from lesionlab.inference.sampler import Sampler
from lesionlab.study.taught import Lesson, figures
from lesionlab.study.tstr import Told


def told(truth, right):
    """Return decisions that are right where `right` says so, else of the next class."""
    truth = np.asarray(truth)
    return Told(truth, np.where(right, truth, (truth + 1) % 4))


def test_chance_is_taken_off_both():
    truth = np.repeat(np.arange(4), 8)
    half, most = np.tile([True, False], 16), np.tile([True, True, True, False], 8)
    tstr, corrected = figures(told(truth, half), told(truth, most), classes=4, part="validation")
    assert (tstr.value, tstr.ruler) == (0.5, {"real images": 0.75, "chance": 0.25})
    assert corrected.value == pytest.approx((0.5 - 0.25) / (0.75 - 0.25))
    assert (tstr.n, tstr.unit, tstr.part) == (32, "lesions", "validation")


def test_intervals_hold_the_value_and_shrink_with_more_lesions():
    widths = []
    for each in (8, 128):
        truth = np.repeat(np.arange(4), each)
        half, most = np.tile([True, False], 2 * each), np.tile([True, True, True, False], each)
        tstr, corrected = figures(told(truth, half), told(truth, most), classes=4, part="test")
        assert tstr.low < tstr.value < tstr.high
        assert corrected.low < corrected.value < corrected.high
        widths.append(tstr.high - tstr.low)
    assert widths[1] == pytest.approx(widths[0] / 4, rel=0.2)


def test_the_same_teacher_twice_teaches_all_of_it():
    truth = np.repeat(np.arange(4), 8)
    same = told(truth, np.tile([True, True, True, False], 8))
    _, corrected = figures(same, same, classes=4, part="test")
    assert (corrected.value, corrected.low, corrected.high) == (1.0, 1.0, 1.0)


def test_where_real_images_taught_nothing_there_is_no_share():
    truth = np.repeat(np.arange(4), 8)
    chance = told(truth, np.tile([True, False, False, False], 8))
    (tstr,) = figures(chance, chance, classes=4, part="test")
    assert tstr.value == 0.25
    assert tstr.caveat == "as many real images taught no more than chance may have"


def test_a_generator_teaches_as_many_images_of_each_class_as_it_learned_from(tiny_data, tiny_generator, judge):
    begun = []

    def drawing(name, unit):
        begun.append(name)
        return nullcontext(silent)

    lesson = Lesson(Sampler(tiny_generator), tiny_data.part("train"), tiny_data.part("validation"), replace(judge))
    tstr, *_ = lesson.metrics(drawing)
    assert begun == ["Sampling", "Classifier on synthetic images", "Classifier on real images"]
    assert 0.0 <= tstr.value <= 1.0
    assert tstr.n == len(set(tiny_data.part("validation").lesions))
