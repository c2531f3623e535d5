import json
from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.core.errors import StudyError
from lesionlab.records.study import (
    Arm,
    Measured,
    PlannedRun,
    ReferenceRecord,
    StudyPlan,
    StudyRecord,
    read_plan,
    read_records,
    record_name,
    write_plan,
    write_record,
)

PLAN = StudyPlan(
    kind="ladder",
    data="tiny",
    split_sha256="a" * 64,
    classes=("mel", "nv"),
    image_size_px=16,
    kimg=0.5,
    seeds=(0, 1),
    arms=(
        Arm("faithful", "Faithful", "step", {"loss": "bce", "beta1": 0.5}),
        Arm("without-x", "Without: x", "without", {"loss": "hinge"}, {"loss": "hinge"}, of="x"),
    ),
    runs=(PlannedRun("faithful", 0, "b" * 64, 60),),
    judge={"width": 0.125},
    command="lesionlab study ladder --data tiny",
)
RUN = StudyRecord(
    kind="run",
    study="ladder",
    arm="faithful",
    seed=1,
    data="tiny",
    split_sha256="a" * 64,
    groups_sha256="b" * 64,
    images=60,
    options={"loss": "bce"},
    judge={"width": 0.125},
    part="validation",
    measured=(Measured("kid_macro", 0.01, 21, space="vgg"), Measured("tstr", 0.3, 18, "lesions")),
    weights_sha256="c" * 64,
    kimg=0.4,
    seconds=3.5,
    measuring_seconds=2.0,
    machine="a machine",
    versions={"torch": "2"},
    command="lesionlab study ladder --data tiny",
    finished="2026-11-25",
)
REFERENCE = ReferenceRecord(
    kind="reference",
    data="tiny",
    split_sha256="a" * 64,
    groups_sha256="b" * 64,
    images=60,
    image_size_px=16,
    seed=1,
    judge={"width": 0.125},
    part="validation",
    measured=(Measured("trtr", 0.6, 18, "lesions"), Measured("kid_macro", 0.0, 21, space="vgg", ruler="real images")),
    seconds=1.0,
    machine="a machine",
    finished="2026-11-25",
)


def test_a_plan_is_read_as_it_was_written(tmp_path):
    write_plan(tmp_path, PLAN)
    assert read_plan(tmp_path) == PLAN
    assert read_plan(tmp_path).command == PLAN.command


def test_plans_asked_for_in_other_words_are_one_plan():
    assert replace(PLAN, command="lesionlab study ladder --data tiny --seeds 2") == PLAN
    assert replace(PLAN, kimg=1.0) != PLAN


def test_arms_are_found_by_name_and_those_that_leave_a_step_out_are_no_stairs():
    assert PLAN.arm("without-x").of == "x"
    assert [arm.name for arm in PLAN.steps()] == ["faithful"]


def test_records_are_read_as_they_were_written_whatever_their_kind(tmp_path):
    write_plan(tmp_path, PLAN)  # beside the records, and none of them
    for record in (RUN, REFERENCE):
        assert write_record(tmp_path, record).name == record_name(record)
    assert read_records(tmp_path) == (RUN, REFERENCE)


def test_names_tell_runs_and_references_apart():
    assert record_name(RUN) == "faithful-seed1.json"
    assert record_name(REFERENCE) == "reference-bbbbbbbbbbbb-seed1.json"
    assert record_name(replace(REFERENCE, groups_sha256="d" * 64)) != record_name(REFERENCE)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def of_another_version(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 99}))


def with_another_key(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {"sead": 1}))


def no_record_at_all(path: Path) -> None:
    path.write_text("[1, 2]")


@pytest.mark.parametrize(
    ("harm", "cause"),
    [
        (cut, "is damaged"),
        (of_another_version, "is of version 99; this LesionLab reads version 1"),
        (with_another_key, "Unknown key 'sead'"),
        (no_record_at_all, "holds no named values"),
    ],
)
def test_a_harmed_record_or_plan_is_refused_by_name(tmp_path, harm, cause):
    harm(write_record(tmp_path, RUN))
    with pytest.raises(StudyError, match=cause) as refusal:
        read_records(tmp_path)
    assert "faithful-seed1.json" in refusal.value.cause
    write_plan(tmp_path / "study", PLAN)
    harm(tmp_path / "study" / "study.json")
    with pytest.raises(StudyError, match=cause):
        read_plan(tmp_path / "study")


def test_a_cut_record_says_that_removing_it_does_it_again(tmp_path):
    cut(write_record(tmp_path, RUN))
    with pytest.raises(StudyError) as refusal:
        read_records(tmp_path)
    assert refusal.value.cure == "Remove it: what it was of is done again."


def test_a_folder_without_a_plan_is_no_study(tmp_path):
    with pytest.raises(StudyError, match=r"no .*study\.json") as refusal:
        read_plan(tmp_path)
    assert "folder of a study" in refusal.value.cure
    assert read_records(tmp_path) == ()
