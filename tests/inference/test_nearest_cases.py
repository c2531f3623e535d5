import dataclasses

import numpy as np
import pytest

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.files import sha256_of
from lesionlab.inference.classifier_reference import (
    CasesFacts,
    ClassifierReference,
    read_classifier_reference,
    write_classifier_reference,
)
from lesionlab.inference.compact_features import axes_of
from lesionlab.inference.nearest_cases import NearestCases
from lesionlab.records.card import WEIGHTS_NAME, read_card, write_card
from lesionlab.records.seen_groups import seen_groups, write_seen_groups

FEATURES = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
SEEN = seen_groups(
    train=[(f"lesion {row // 2:02d}", f"ISIC_{row:02d}") for row in range(40)], validation=[("other", "ISIC_99")]
)


@pytest.fixture
def export(make_classifier):
    folder = make_classifier()
    write_card(folder, dataclasses.replace(read_card(folder), groups_sha256=write_seen_groups(folder, SEEN)))
    return folder


def reference(folder, **changes) -> ClassifierReference:
    axes = axes_of(FEATURES, 3)
    facts = CasesFacts(sha256_of(folder / WEIGHTS_NAME), SEEN.sha256, ("clinic", "ham10000"))
    labels, sources = np.arange(40).astype(np.int8) % 7, (np.arange(40) > 20).astype(np.int8)
    return ClassifierReference(dataclasses.replace(facts, **changes), axes, axes.rounded(FEATURES), labels, sources)


def test_what_is_written_comes_back_to_the_bit(export):
    made = reference(export)
    path = write_classifier_reference(export, made)
    found = read_classifier_reference(export, read_card(export))
    assert found.facts == made.facts
    for name in ("features", "labels", "sources"):
        assert np.array_equal(getattr(found, name), getattr(made, name))
    assert np.array_equal(found.axes.project(FEATURES), made.axes.project(FEATURES))
    with np.load(path, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


def test_a_training_image_is_nearest_to_itself_and_each_lesion_comes_once(export):
    write_classifier_reference(export, reference(export))
    cases = NearestCases(export).nearest(FEATURES[25], count=6)
    first = cases[0]
    assert (first.image_id, first.lesion_group, first.source) == ("ISIC_25", "lesion 12", "ham10000")
    assert first.diagnosis == read_card(export).classes[25 % 7]
    assert first.distance < 0.02
    assert len({case.lesion_group for case in cases}) == 6
    assert [case.distance for case in cases] == sorted(case.distance for case in cases)


def test_nearest_are_those_that_lie_nearest(export):
    write_classifier_reference(export, reference(export))
    asked = np.array([0.3, -0.2, 0.5], np.float32)
    distances = np.linalg.norm(FEATURES - asked, axis=1)
    by_lesion = np.minimum(distances[::2], distances[1::2])
    found = [int(case.lesion_group[-2:]) for case in NearestCases(export).nearest(asked, count=3)]
    assert found == np.argsort(by_lesion)[:3].tolist()


def test_a_reference_that_is_missing_damaged_or_of_another_classifier_is_refused(export):
    with pytest.raises(ModelError, match=r"no reference\.npz.*classifier reference"):
        NearestCases(export)
    path = write_classifier_reference(export, reference(export, weights_sha256="b" * 64))
    with pytest.raises(ModelError, match="the classifier bbbbbbbbbbbb"):
        NearestCases(export)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ModelError, match="damaged"):
        NearestCases(export)


def test_features_of_another_network_are_refused(export):
    write_classifier_reference(export, reference(export))
    with pytest.raises(InputError, match=r"shape \[5\].*has 3"):
        NearestCases(export).nearest(np.zeros(5, np.float32))


def test_a_reference_of_another_number_of_images_is_refused(export):
    made = reference(export)
    few = dataclasses.replace(made, features=made.features[:9], labels=made.labels[:9], sources=made.sources[:9])
    write_classifier_reference(export, few)
    with pytest.raises(ModelError, match=r"holds 9 images, its groups\.csv names 40"):
        NearestCases(export)
