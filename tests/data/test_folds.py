"""Folds by lesion group: balanced, whole, the same everywhere; each lesion tested once."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.core.errors import DataError, InputError
from lesionlab.data.folds import FoldPlan, fold_split, make_folds
from lesionlab.data.prepared import PreparedData
from lesionlab.records.split import Split, SplitRow, read_split

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "splits" / "ham10000-5fold.csv"
FOLDS = 5


@pytest.fixture(scope="module")
def split() -> Split:
    return read_split(ROOT / "splits" / "ham10000-release.csv")


@pytest.fixture(scope="module")
def plan(split: Split) -> FoldPlan:
    return make_folds(split, FOLDS, seed=0)


@pytest.fixture(scope="module")
def parts(split: Split, plan: FoldPlan) -> list[Split]:
    return [fold_split(split, plan, fold) for fold in range(FOLDS)]


def test_the_committed_folds_are_made_again_byte_for_byte(plan: FoldPlan) -> None:
    assert plan.to_csv() == COMMITTED.read_bytes()
    assert plan.sha256 in (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def test_folds_have_alike_many_images_and_lesions_of_each_class(split: Split, plan: FoldPlan) -> None:
    images = Counter((row.diagnosis, plan.fold_of[row.group]) for row in split.rows)
    lesions = {row.lesion_id: (row.diagnosis, plan.fold_of[row.group]) for row in split.rows}
    of_lesions = Counter(lesions.values())
    for code in split.classes:
        for counts, slack in ((images, 5), (of_lesions, 5)):
            found = [counts[code, fold] for fold in range(FOLDS)]
            assert max(found) - min(found) <= slack, (code, found)


def test_each_lesion_is_tested_in_one_fold_and_seen_in_none_of_its_training_and_choosing(parts: list[Split]) -> None:
    tested: Counter[str] = Counter()
    for each in parts:
        part_of = defaultdict(set)
        for row in each.rows:
            part_of[row.group].add(row.part)
        assert all(len(found) == 1 for found in part_of.values())
        tested.update({row.lesion_id for row in each.rows if row.part == "test"})
    assert set(tested.values()) == {1}
    assert len(tested) == 7_470


def test_an_eighth_of_what_is_not_tested_is_for_validation(parts: list[Split]) -> None:
    for each in parts:
        for code in each.classes:
            counts = Counter(row.part for row in each.rows if row.diagnosis == code)
            rest = counts["train"] + counts["validation"]
            assert counts["validation"] == pytest.approx(rest / 8, abs=2)


def test_seed_and_order_decide_as_they_should(split: Split, plan: FoldPlan) -> None:
    turned = Split(split.rows[::-1], split.classes)
    assert make_folds(turned, FOLDS, seed=0).fold_of == plan.fold_of
    assert make_folds(split, FOLDS, seed=1).fold_of != plan.fold_of
    only_vasc = Split(tuple(row for row in split.rows if row.diagnosis == "vasc"), ("vasc",))
    of_vasc = make_folds(only_vasc, FOLDS, seed=0).fold_of
    assert of_vasc == {group: plan.fold_of[group] for group in of_vasc}


def test_parts_of_the_own_split_do_not_matter(split: Split, plan: FoldPlan, parts: list[Split]) -> None:
    other = Split(tuple(replace(row, part="train") for row in split.rows), split.classes)
    assert make_folds(other, FOLDS, seed=0).fold_of == plan.fold_of
    assert fold_split(other, plan, 2) == parts[2]


def test_added_images_train_or_stand_back(split: Split) -> None:
    alone = SplitRow("isic:a", "isic:la", "isic:la", "mel", "train")
    kin = SplitRow("isic:b", "isic:lb", split.rows[0].group, split.rows[0].diagnosis, "train")
    added = {alone.image_id, kin.image_id}
    grown = Split((*split.rows, alone, kin), split.classes)
    plan = make_folds(grown, FOLDS, seed=0, added=added)
    assert plan.fold_of == make_folds(split, FOLDS, seed=0).fold_of
    tested = plan.fold_of[split.rows[0].group]
    for fold in range(FOLDS):
        part = {row.image_id: row.part for row in fold_split(grown, plan, fold, added).rows}
        assert part[alone.image_id] == "train"
        expected = part[split.rows[0].image_id]
        assert part.get(kin.image_id, "withheld") == ("train" if expected == "train" else "withheld")
        assert (fold == tested) == (expected == "test")


def test_too_few_groups_and_odd_numbers_are_refused(tiny_data: PreparedData) -> None:
    with pytest.raises(DataError, match=r"Too few lesions for 13 folds: akiec \(12\)"):
        make_folds(tiny_data.split, 13, seed=0)
    with pytest.raises(InputError, match="1 folds are not accepted"):
        make_folds(tiny_data.split, 1, seed=0)
    with pytest.raises(InputError, match="Seed -1"):
        make_folds(tiny_data.split, 5, seed=-1)


@pytest.mark.parametrize("folds", [2, 3, 12])
def test_every_class_lies_in_every_part_of_every_fold(tiny_data: PreparedData, folds: int) -> None:
    plan = make_folds(tiny_data.split, folds, seed=0)
    for fold in range(folds):
        made = fold_split(tiny_data.split, plan, fold)
        assert {(row.diagnosis, row.part) for row in made.rows} == {
            (code, part) for code in made.classes for part in ("train", "validation", "test")
        }


def test_a_plan_of_other_groups_is_refused(tiny_data: PreparedData, plan: FoldPlan) -> None:
    with pytest.raises(DataError, match="84 groups of the data are in no fold"):
        fold_split(tiny_data.split, plan, 0)
    with pytest.raises(DataError, match="no fold 5"):
        fold_split(tiny_data.split, make_folds(tiny_data.split, 5, seed=0), 5)
