from dataclasses import replace

import numpy as np
import pytest

from lesionlab.core.errors import StudyError
from lesionlab.data.test_part import open_test_part
from lesionlab.study.first_protocol import first_protocol
from lesionlab.study.fold_data import FoldData

PROTOCOL = replace(first_protocol("tiny", 16, 1, 1), folds=3, real_shares=(1.0, 0.5))


@pytest.fixture(scope="module")
def folds(tiny_data) -> FoldData:
    return FoldData(tiny_data, PROTOCOL)


def test_every_image_is_tested_in_one_fold_and_by_the_order_of_its_part(folds, tiny_data, tmp_path):
    images = folds.images()
    assert [row.image_id for row in images.rows] == [row.image_id for row in tiny_data.split.rows]
    for fold in range(3):
        part = open_test_part(folds.whole(fold), tmp_path / "ledger.csv", "a test")
        assert [row.image_id for row in images.of_part("test", fold)] == list(part.image_ids)
        validation = folds.whole(fold).part("validation")
        assert [row.image_id for row in images.of_part("validation", fold)] == list(validation.image_ids)
        assert [row.lesion for row in images.of_part("test", fold)] == list(part.lesions)


def test_a_share_is_whole_groups_within_the_whole_and_tests_on_the_same_images(folds):
    for fold in range(3):
        whole, half = folds.whole(fold).part("train"), folds.shared(fold, 0.5).part("train")
        assert set(half.image_ids) < set(whole.image_ids)
        assert len(half.labels) == pytest.approx(len(whole.labels) / 2, abs=8)  # whole groups, of each class
        assert not set(half.groups) & {
            g for g, i in zip(whole.groups, whole.image_ids, strict=True) if i not in half.image_ids
        }
        assert folds.shared(fold, 0.5).part("validation").image_ids == folds.whole(fold).part("validation").image_ids
        assert folds.shared(fold, 1.0) is folds.whole(fold)


def test_what_is_held_back_is_the_rest_of_training_and_nothing_else(folds):
    whole, half, rest = folds.whole(1).part("train"), folds.shared(1, 0.5).part("train"), folds.held_back(1, 0.5)
    assert set(half.image_ids) | set(rest.image_ids) == set(whole.image_ids)
    assert not set(half.groups) & set(rest.groups)
    assert np.bincount(rest.labels, minlength=7).min() > 0
    with pytest.raises(StudyError, match="At 100% of the real images none of akiec"):
        folds.held_back(1, 1.0)


def test_a_size_that_is_not_prepared_is_refused(tiny_data):
    with pytest.raises(StudyError, match="asks for 64"):
        FoldData(tiny_data, replace(PROTOCOL, image_size_px=64))


def test_strata_are_told_of_every_image(tiny_data):
    strata = FoldData(tiny_data, PROTOCOL).strata()
    assert list(strata.of_image) == [row.image_id for row in tiny_data.split.rows]
    assert {tuple(its) for its in strata.of_image.values()} == {("dx_type", "age", "sex", "localization")}
