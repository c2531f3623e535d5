from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import DataError
from lesionlab.data.calibration_half import calibration_half, choice_half
from lesionlab.data.prepared import PreparedData
from lesionlab.records.split import read_split

ROOT = Path(__file__).parents[2]


@pytest.fixture
def validation(tiny_data):
    """The validation part of HAM10000's release split; without pixels, which nobody looks at here."""
    split = read_split(ROOT / "splits" / "ham10000-release.csv")
    return PreparedData(tiny_data.folder, tiny_data.record, split).part("validation")


def test_the_halves_share_no_lesion_and_leave_none_out(validation):
    calibration, choice = calibration_half(validation), choice_half(validation)
    assert set(calibration.groups).isdisjoint(choice.groups)
    assert set(calibration.lesions).isdisjoint(choice.lesions)
    assert set(calibration.image_ids) | set(choice.image_ids) == set(validation.image_ids)
    assert len(calibration.labels) + len(choice.labels) == len(validation.labels)


def test_each_diagnosis_is_dealt_evenly(validation):
    calibration, choice = calibration_half(validation), choice_half(validation)
    one, other = (np.bincount(half.labels, minlength=7) for half in (calibration, choice))
    assert one.min() > 0
    assert other.min() > 0
    assert np.abs(one - other).max() <= 2


def test_the_halves_depend_on_the_lesions_alone_and_not_on_their_order(validation):
    turned = replace(
        validation,
        image_ids=validation.image_ids[::-1],
        groups=validation.groups[::-1],
        lesions=validation.lesions[::-1],
        labels=validation.labels[::-1],
        indices=validation.indices[::-1],
    )
    assert set(calibration_half(turned).groups) == set(calibration_half(validation).groups)


def test_some_of_the_part_is_halved_as_all_of_it_is(validation):
    calibration, choice = calibration_half(validation), choice_half(validation)
    assert calibration_half(calibration).groups == calibration.groups
    few = validation.of_groups({*calibration.groups[:3], *choice.groups[:4]})
    assert set(calibration_half(few).groups) == set(calibration.groups[:3])
    with pytest.raises(DataError, match="none falls to the choice half"):
        choice_half(calibration)


def test_what_was_trained_on_calibrates_nothing(tiny_data):
    with pytest.raises(DataError, match="The train part is not halved"):
        calibration_half(tiny_data.part("train"))
