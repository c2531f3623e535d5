from dataclasses import replace

import numpy as np
import pytest
from known_studies import CLASSES, findings_of

from lesionlab.records.study_strata import StudyStrata
from lesionlab.study.subgroups import nevi_spared, worst_subgroup

BARE = findings_of({"raw": 0.5})
ROWS = BARE.images.rows
BLANK = {"dx_type": "", "age": "", "sex": "", "localization": ""}


def told(of_row) -> StudyStrata:
    return StudyStrata({row.image_id: BLANK | of_row(row) for row in ROWS})


GRID = BARE.grid(("raw",), 1.0)


def test_biopsied_nevi_are_spared_where_they_are_not_taken_for_malignant():
    found = replace(BARE, strata=told(lambda row: {"dx_type": "histo" if row.diagnosis == "nv" else "follow_up"}))
    spared = nevi_spared(found, "raw", 1.0, GRID)
    nevus, melanoma = CLASSES.index("nv"), CLASSES.index("mel")
    for fold, value in zip(GRID.folds, spared, strict=True):
        said = [found.said("raw", 1.0, fold, seed) for seed in (0, 1)]
        expected = [(each.probabilities.argmax(axis=1)[each.truth == nevus] != melanoma).mean() for each in said]
        assert value == pytest.approx(np.mean(expected))


def test_one_image_of_a_lesion_is_enough_to_call_it_biopsied_and_without_any_nothing_is_told():
    one = next(row.image_id for row in ROWS if row.diagnosis == "nv" and row.image_id.endswith("-1"))
    single = replace(BARE, strata=told(lambda row: {"dx_type": "histo" if row.image_id == one else ""}))
    assert nevi_spared(single, "raw", 1.0, GRID) is None  # the other folds have none
    fold = next(row.fold for row in ROWS if row.image_id == one)
    assert nevi_spared(single, "raw", 1.0, replace(GRID, folds=(fold,))).shape == (1,)
    assert nevi_spared(BARE, "raw", 1.0, GRID) is None


def test_the_worst_subgroup_is_the_one_whose_lesions_are_missed():
    right = BARE.right("raw", 1.0, GRID.folds, GRID.seeds)
    names = BARE.lesions(GRID.folds).names
    missed = {name for name, share in zip(names, right, strict=True) if share == 0}
    assert len(missed) >= 20
    found = replace(BARE, strata=told(lambda row: {"sex": "male" if row.lesion in missed else "female"}))
    worst = worst_subgroup(found, "raw", 1.0, GRID)
    assert (worst.value, worst.n) == (0.0, len(missed))
    assert worst.caveat.startswith("sex male: the lowest of 2")


def test_subgroups_of_few_lesions_are_passed_over():
    few = {row.lesion for row in ROWS[:15]}
    found = replace(BARE, strata=told(lambda row: {"age": "under 20" if row.lesion in few else "40 to 59"}))
    assert worst_subgroup(found, "raw", 1.0, GRID).caveat.startswith("age 40 to 59: the lowest of 1")
    assert worst_subgroup(BARE, "raw", 1.0, GRID) is None
