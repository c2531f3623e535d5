import dataclasses

import numpy as np
import pytest

from lesionlab.core.errors import ModelError
from lesionlab.core.picture_statistics import STATISTICS, picture_statistics
from lesionlab.inference.scope import REFUSAL, Scope, load_scope, oddness
from lesionlab.records.scope import QualityLimits, ScopeFacts, write_scope

LAX = QualityLimits(0, 0, 1, 1, 1, 0)
PICTURE = np.random.default_rng(0).integers(0, 256, (80, 100, 3), dtype=np.uint8)


def facts(**changes: object) -> ScopeFacts:
    mean = tuple(float(value) for value in picture_statistics([PICTURE])[0])
    axes = tuple(tuple(float(row == column) for column in range(STATISTICS)) for row in range(STATISTICS))
    whole = ScopeFacts("a" * 64, "5" * 64, mean, axes, 0.1, 0.05, {"nv": 0.02}, {"nv": 100}, LAX)
    return dataclasses.replace(whole, **changes)


def test_oddness_is_the_root_mean_square_along_the_axes():
    found = oddness(np.array([[3.0, 1.0], [0.0, 0.0]]), np.array([0.0, 1.0]), np.array([[1.0, 0.0], [0.0, 2.0]]))
    assert found == pytest.approx([np.sqrt(4.5), np.sqrt(2)])


def test_what_is_like_the_training_images_is_in_scope_and_what_is_unlike_is_told_to_ask_a_doctor():
    scope = Scope(facts())
    near, far = scope.judge(PICTURE), scope.judge(PICTURE // 3)
    assert (near.in_scope, near.words) == (True, "")
    assert near.oddness == pytest.approx(0, abs=1e-4)
    assert not far.in_scope
    assert far.words == REFUSAL
    assert "doctor" in REFUSAL
    assert scope.refuses([PICTURE, PICTURE // 3]).tolist() == [False, True]


def test_remarks_stand_beside_an_answer_and_behind_a_refusal():
    scope = Scope(facts(quality=dataclasses.replace(LAX, least_brightness=0.9)))
    assert scope.judge(PICTURE).words.startswith("The picture is darker")
    assert scope.judge(PICTURE // 3).words.startswith(f"{REFUSAL} The picture is darker")


def test_what_is_written_comes_back(make_classifier):
    folder = make_classifier(groups_sha256="a" * 64)
    write_scope(folder, facts())
    assert load_scope(folder).facts == facts()


def test_a_scope_that_is_missing_damaged_or_of_other_images_is_refused(make_classifier):
    folder = make_classifier(groups_sha256="a" * 64)
    with pytest.raises(ModelError, match=r"no scope\.json.*classifier reference"):
        load_scope(folder)
    for changed, told in (({"groups_sha256": "b" * 64}, "bbbb.*aaaa"), ({"statistics_version": 0}, "version 0")):
        write_scope(folder, facts(**changed))
        with pytest.raises(ModelError, match=told):
            load_scope(folder)
    (folder / "scope.json").write_text('{"mean": [1')
    with pytest.raises(ModelError, match="damaged"):
        load_scope(folder)
    (folder / "scope.json").write_text('{"mean": [1]}')
    with pytest.raises(ModelError, match="lacks 'groups_sha256'"):
        load_scope(folder)
