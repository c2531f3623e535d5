from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import LeakError, StudyError
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card, write_card
from lesionlab.records.seen_groups import seen_groups, write_seen_groups
from lesionlab.study.first_protocol import first_protocol
from lesionlab.study.fold_data import FoldData
from lesionlab.study.slots import shuffled, slots_of

PROTOCOL = replace(first_protocol("tiny", 16, 1, 1), folds=3, real_shares=(1.0, 0.5))


@pytest.fixture(scope="module")
def folds(tiny_data) -> FoldData:
    return FoldData(tiny_data, PROTOCOL)


@pytest.fixture
def pool_of(tiny_generator, folds, tmp_path):
    """Return synthetic images by a generator that says it saw the training images of a fold and share."""

    def make(fold: int, share: float) -> SyntheticSet:
        export = tmp_path / f"export {fold} {share}"
        export.mkdir()
        for file in Path(tiny_generator).iterdir():
            (export / file.name).write_bytes(file.read_bytes())
        part = folds.shared(fold, share).part("train")
        seen = seen_groups(train=zip(part.groups, part.image_ids, strict=True))
        write_card(export, replace(read_card(export), groups_sha256=write_seen_groups(export, seen)))
        sampler = Sampler(export)
        plan = plan_for(sampler, dict.fromkeys(sampler.card.classes, 2), 5)
        folder = tmp_path / f"pool {fold} {share}"
        begin(folder, plan)
        sample_into(folder, sampler, plan)
        return SyntheticSet.open(folder, [export])

    return make


def arm(name: str):
    return PROTOCOL.arm(name)


def test_an_arm_without_synthetic_images_fills_no_slot(folds):
    found = slots_of(arm("plain"), folds, 0, 1.0, None)
    assert (found.filling, found.generator_sha256) == (None, "")
    assert found.images.shape == (len(found.real.labels), 16, 16, 3)


def test_replay_repeats_the_arm_s_own_images_and_perfect_those_held_back(folds):
    replay, perfect = (slots_of(arm(name), folds, 0, 0.5, None) for name in ("replay", "perfect"))
    assert np.array_equal(replay.filling.images, replay.images)
    assert len(perfect.filling.labels) + len(perfect.real.labels) == len(folds.whole(0).part("train").labels)
    assert replay.real.image_ids == perfect.real.image_ids


def test_synthetic_images_come_with_their_generator(folds, pool_of):
    pool = pool_of(1, 1.0)
    found = slots_of(arm("raw"), folds, 1, 1.0, pool)
    assert np.bincount(found.filling.labels).tolist() == [2] * 7
    assert found.generator_sha256 == pool.images[0].model_sha256
    wrong = slots_of(arm("shuffled"), folds, 1, 1.0, pool)
    assert np.array_equal(wrong.filling.images, found.filling.images)
    assert not np.any(wrong.filling.labels == found.filling.labels)


@pytest.mark.parametrize(("fold", "share"), [(0, 1.0), (1, 0.5)])
def test_a_generator_that_saw_other_images_is_refused(folds, pool_of, fold, share):
    with pytest.raises(LeakError, match="saw"):
        slots_of(arm("raw"), folds, fold, share, pool_of(1, 1.0))


def test_without_its_pool_an_arm_is_not_trained(folds):
    with pytest.raises(StudyError, match="Train its generator first"):
        slots_of(arm("raw"), folds, 0, 1.0, None)


def test_the_hash_tells_every_arm_fold_and_share_apart_and_comes_again(folds):
    asked = [(name, fold, share) for name in ("plain", "replay") for fold in (0, 1) for share in (1.0, 0.5)]
    hashes = [slots_of(arm(name), folds, fold, share, None).sha256 for name, fold, share in asked]
    assert len(set(hashes)) == len(hashes)
    assert slots_of(arm("replay"), folds, 0, 1.0, None).sha256 == hashes[asked.index(("replay", 0, 1.0))]


def test_shuffled_labels_are_as_many_of_each_and_none_in_its_place():
    labels = np.repeat(np.arange(4), (10, 12, 9, 10))
    found = shuffled(labels, 3)
    assert np.bincount(found).tolist() == [10, 12, 9, 10]
    assert not np.any(found == labels)
    assert np.array_equal(found, shuffled(labels, 3))
    assert not np.array_equal(found, shuffled(labels, 4))
