from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.core.errors import DataError
from lesionlab.records.sampling import (
    JOURNAL_NAME,
    PLAN_NAME,
    FilterUse,
    Journal,
    SamplingPlan,
    Tried,
    read_plan,
    write_plan,
)
from lesionlab.records.synthetic import SyntheticImage

PLAN = SamplingPlan({"model_sha256": "ab"}, {"mel": 4, "nv": 2}, 0)
SHARDED = replace(PLAN, images_per_shard=2)


def kept(seed: int, shard: str = "") -> Tried:
    return Tried(SyntheticImage(f"mel-{seed}.png", seed, "mel", "ab", "cd", shard))


def withheld(seed: int) -> Tried:
    return Tried(SyntheticImage("", seed, "mel", "ab", ""), "agreement")


def recalled(folder: Path, plan: SamplingPlan, *lost: int) -> list[int]:
    with Journal(folder, plan) as journal:
        return [each.image.seed for each in journal.recall(lambda image: image.seed not in lost)]


def test_a_plan_comes_back_and_tells_its_columns(tmp_path: Path) -> None:
    assert read_plan(tmp_path) is None
    plan = replace(SHARDED, truncation=1.5, filters=(FilterUse("agreement", "ef", 0.5),))
    write_plan(tmp_path, plan)
    assert read_plan(tmp_path) == plan
    assert plan.columns[5:] == ("shard", "truncation", "agreement")
    assert PLAN.columns[5:] == ()
    assert plan.total == 6


def test_plans_tell_in_what_they_differ() -> None:
    assert PLAN.differences(PLAN) == ()
    assert PLAN.differences(replace(PLAN, first_seed=1, truncation=2.0)) == ("first_seed", "truncation")


def test_a_damaged_plan_is_refused(tmp_path: Path) -> None:
    for content in ("{", "[]", '{"counts": {}}'):
        (tmp_path / PLAN_NAME).write_text(content)
        with pytest.raises(DataError, match=r"sampling\.json"):
            read_plan(tmp_path)


def test_lines_are_added_and_come_back(tmp_path: Path) -> None:
    plan = replace(PLAN, truncation=0.7, filters=(FilterUse("agreement", "ef", 0.5),))
    image = replace(kept(0).image, truncation=0.7, agreement=0.123456)
    with Journal(tmp_path, plan) as journal:
        journal.add([Tried(image), Tried(replace(image, file="", sha256="", agreement=0.1), "agreement")])
    with Journal(tmp_path, plan) as journal:
        first, second = journal.lines()
    assert first == Tried(image)
    assert (second.withheld, second.image.agreement, second.image.file) == ("agreement", 0.1, "")


@pytest.mark.parametrize("cut", [1, 3, 8])
def test_a_line_that_was_being_written_is_cut_off(tmp_path: Path, cut: int) -> None:
    with Journal(tmp_path, PLAN) as journal:
        journal.add([kept(0), withheld(1), kept(2)])
    path = tmp_path / JOURNAL_NAME
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert recalled(tmp_path, PLAN) == [0, 1]
    with Journal(tmp_path, PLAN) as journal:
        journal.add([kept(2)])
    assert path.read_bytes() == whole


def test_what_comes_after_a_lost_file_is_cut_off(tmp_path: Path) -> None:
    with Journal(tmp_path, PLAN) as journal:
        journal.add([kept(0), kept(1), kept(2), kept(3)])
    assert recalled(tmp_path, PLAN, 2) == [0, 1]
    assert recalled(tmp_path, PLAN) == [0, 1]


def test_of_shards_whole_ones_are_recalled(tmp_path: Path) -> None:
    with Journal(tmp_path, SHARDED) as journal:
        journal.add([kept(0, "a"), withheld(1), kept(2, "a"), withheld(3), kept(4, "b")])
    assert recalled(tmp_path, SHARDED) == [0, 1, 2, 3]


def test_the_last_shard_is_whole_when_all_are_there(tmp_path: Path) -> None:
    plan = replace(SHARDED, counts={"mel": 3})
    with Journal(tmp_path, plan) as journal:
        journal.add([kept(0, "a"), kept(1, "a"), withheld(2), kept(3, "b")])
    assert recalled(tmp_path, plan) == [0, 1, 2, 3]


def test_two_processes_do_not_write_into_one_folder(tmp_path: Path) -> None:
    with Journal(tmp_path, PLAN), pytest.raises(DataError, match="Another process is sampling into"):
        Journal(tmp_path, PLAN)
    with Journal(tmp_path, PLAN):
        pass
