from dataclasses import replace

import numpy as np
import pytest
from known_studies import CLASSES, findings_of, study_images, training_of

from lesionlab.core.errors import StudyError
from lesionlab.metrics.contrast import contrast
from lesionlab.records.tested import kept
from lesionlab.study.evidence import Findings, Grid

FOUND = findings_of({"real": 0.6, "raw": 0.8})


def test_every_lesion_is_tested_once_and_knows_its_fold():
    lesions = FOUND.lesions(range(5))
    assert len(set(lesions.names)) == len(lesions.names) == 150
    assert np.bincount(lesions.folds).tolist() == [30] * 5
    assert np.bincount(lesions.labels).tolist() == [50] * 3


def test_a_lesion_is_right_by_the_mean_over_its_images():
    images = study_images()
    one, _ = training_of(images, "real", 1.0, 0, 0, 1.0)
    rows = images.of_part("test", 0)
    twice = [place for place, row in enumerate(rows) if row.lesion == "lesion-0"]
    assert len(twice) == 2
    sure_and_wrong, unsure_and_right = np.array([0.1, 0.8, 0.1]), np.array([0.5, 0.3, 0.2])
    test = one.of_part("test")
    test[twice] = [sure_and_wrong, unsure_and_right]  # its diagnosis is the first
    changed = replace(one, probabilities=one.probabilities | {"test": kept(test)})
    right = Findings(images, CLASSES, (changed,)).right("real", 1.0, [0], [0])
    assert right[0] == 0
    assert right[1:].min() == 1


def test_the_contrast_of_two_arms_is_that_of_their_lesions():
    lesions = FOUND.lesions(range(5))
    gain = FOUND.right("raw", 1.0, range(5), [0, 1]) - FOUND.right("real", 1.0, range(5), [0, 1])
    assert FOUND.compare("raw", "real", 1.0) == contrast(gain, lesions.labels, lesions.folds)
    assert FOUND.compare("raw", "real", 1.0).estimate == pytest.approx(0.2, abs=0.08)
    assert FOUND.compare("real", "raw", 1.0).estimate == -FOUND.compare("raw", "real", 1.0).estimate
    one = FOUND.compare("raw", "real", 1.0, only="vasc")
    assert one.estimate == pytest.approx(gain[lesions.labels == 2].mean())


def test_a_fold_that_lacks_a_seed_is_left_out_of_both_arms():
    less = Findings(
        FOUND.images,
        CLASSES,
        tuple(e for e in FOUND.tested if (e.record.arm, e.record.fold, e.record.seed) != ("raw", 3, 1)),
    )
    assert less.grid(("raw",), 1.0) == Grid((0, 1, 2, 4), (0, 1))
    assert less.grid(("real",), 1.0) == Grid((0, 1, 2, 3, 4), (0, 1))
    assert less.grid(("raw", "real"), 1.0) == Grid((0, 1, 2, 4), (0, 1))
    lesions = less.lesions([0, 1, 2, 4])
    gain = less.right("raw", 1.0, [0, 1, 2, 4], [0, 1]) - less.right("real", 1.0, [0, 1, 2, 4], [0, 1])
    assert less.compare("raw", "real", 1.0) == contrast(gain, lesions.labels, lesions.folds)


def test_an_arm_with_one_seed_everywhere_and_two_in_a_fold_is_looked_at_in_every_fold():
    swept = tuple(e for e in FOUND.tested if e.record.arm == "real" or e.record.seed == 0 or e.record.fold == 0)
    found = Findings(FOUND.images, CLASSES, swept)
    assert found.grid(("raw",), 1.0) == Grid((0, 1, 2, 3, 4), (0,))
    lesions = found.lesions(range(5))
    gain = found.right("raw", 1.0, range(5), [0]) - found.right("real", 1.0, range(5), [0])
    assert found.compare("raw", "real", 1.0) == contrast(gain, lesions.labels, lesions.folds)
    assert found.grid(("raw", "nowhere"), 1.0) == Grid((), ())


def test_arms_without_a_fold_in_common_are_not_compared():
    with pytest.raises(StudyError, match="no fold and seed in common at 25%"):
        FOUND.compare("raw", "real", 0.25)
    with pytest.raises(StudyError, match="no training in fold 9"):
        FOUND.validated("raw", 1.0, 9)
    with pytest.raises(StudyError, match="'raw', fold 0, seed 7"):
        FOUND.right("raw", 1.0, [0], [7])


def test_what_is_chosen_by_sees_no_tested_lesion():
    images = study_images()
    one, _ = training_of(images, "real", 1.0, 0, 0, 0.5)
    blind = replace(one, probabilities=one.probabilities | {"test": np.zeros_like(one.probabilities["test"])})
    scores = [Findings(images, CLASSES, (each,)).validated("real", 1.0, 0) for each in (one, blind)]
    assert scores[0] == scores[1] == pytest.approx(0.5, abs=0.25)
