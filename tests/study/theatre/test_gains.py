from dataclasses import replace

import pytest
from theatre_records import played

from lesionlab.core.errors import StudyError
from lesionlab.study.theatre.gains import gains_of


def test_a_leak_buys_what_its_scene_has_beyond_the_honest_one(plan):
    plan = replace(plan, folds=5)
    honest, gains = gains_of(plan, played(plan, by_image=1.0))
    assert honest == pytest.approx(0.5)
    by_image, *others = gains
    assert (by_image.scene, by_image.accuracy) == ("by-image", 1.0)
    assert by_image.gain.estimate == pytest.approx(0.5)
    assert by_image.gain.interval()[0] > 0
    for each in others:
        assert each.gain.estimate == 0
    assert (by_image.lesions, by_image.folds, by_image.seeds) == (5 * 7 * 4, 5, 1)


def test_a_fold_that_is_not_whole_is_left_out(plan):
    records = played(plan)
    assert {gain.folds for gain in gains_of(plan, records[:-1])[1]} == {1}
    with pytest.raises(StudyError, match="In no fold every scene"):
        gains_of(plan, records[:3])


def test_scenes_that_tested_other_lesions_are_not_compared(plan):
    with pytest.raises(StudyError, match="'mixed' was tested on other lesions"):
        gains_of(plan, played(plan, other_lesions="mixed"))
