import dataclasses

import numpy as np
import pytest

from lesionlab.core.errors import ModelError
from lesionlab.core.picture_statistics import STATISTICS, picture_statistics
from lesionlab.inference.compact_features import axes_along
from lesionlab.inference.scope import REFUSAL, Scope, load_scope
from lesionlab.inference.scope_file import ScopeRecord, write_scope
from lesionlab.records.scope import QualityLimits, ScopeFacts

LAX = QualityLimits(0, 0, 1, 1, 1, 0)
PICTURE = np.random.default_rng(0).integers(0, 256, (80, 100, 3), dtype=np.uint8)


def record(**changes: object) -> ScopeRecord:
    """One training picture, the statistics as they are."""
    seen = picture_statistics([PICTURE])
    axes = axes_along(seen + 1, seen[0].astype(float), np.eye(STATISTICS))
    facts = ScopeFacts("a" * 64, "5" * 64, 0.1, 0.05, {"nv": 0.02}, {"nv": 1}, LAX)
    return ScopeRecord(dataclasses.replace(facts, **changes), axes, axes.rounded(seen))


def test_oddness_is_the_distance_to_the_nearest_training_picture():
    other = PICTURE // 3
    one, both = record(), picture_statistics([PICTURE, other])
    apart = np.linalg.norm(both[1].astype(float) - both[0])
    assert Scope(one).oddness([PICTURE, other]) == pytest.approx([0, apart], rel=1e-4, abs=1e-3)
    two = dataclasses.replace(one, training=np.concatenate([one.training, one.axes.project(both[1:])]))
    assert Scope(two).oddness([PICTURE, other]) == pytest.approx([0, 0], abs=1e-3)


def test_what_is_like_the_training_images_is_in_scope_and_what_is_unlike_is_told_to_ask_a_doctor():
    scope = Scope(record())
    near, far = scope.judge(PICTURE), scope.judge(PICTURE // 3)
    assert (near.in_scope, near.words) == (True, "")
    assert near.oddness == pytest.approx(0, abs=1e-3)
    assert not far.in_scope
    assert far.words == REFUSAL
    assert "doctor" in REFUSAL
    assert scope.refuses([PICTURE, PICTURE // 3]).tolist() == [False, True]


def test_remarks_stand_beside_an_answer_and_behind_a_refusal():
    scope = Scope(record(quality=dataclasses.replace(LAX, least_brightness=0.9)))
    assert scope.judge(PICTURE).words.startswith("The picture is darker")
    assert scope.judge(PICTURE // 3).words.startswith(f"{REFUSAL} The picture is darker")


def test_what_is_written_comes_back(make_classifier):
    folder, made = make_classifier(groups_sha256="a" * 64), record()
    write_scope(folder, made)
    found = load_scope(folder)
    assert found.facts == made.facts
    assert found.oddness([PICTURE // 2]) == Scope(made).oddness([PICTURE // 2])


def test_a_scope_that_is_missing_damaged_or_of_other_images_is_refused(make_classifier):
    folder = make_classifier(groups_sha256="a" * 64)
    with pytest.raises(ModelError, match=r"no scope\.npz.*classifier reference"):
        load_scope(folder)
    for changed, told in (({"groups_sha256": "b" * 64}, "bbbb.*aaaa"), ({"statistics_version": 0}, "version 0")):
        path = write_scope(folder, record(**changed))
        with pytest.raises(ModelError, match=told):
            load_scope(folder)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(ModelError, match="damaged"):
        load_scope(folder)
