from dataclasses import replace

from lesionlab.records.run import RunRecord, create_run
from lesionlab.study.machine import machine
from lesionlab.study.standing import record_of, standing


def begin(study, run, *kimg: float) -> None:
    folder = create_run(study.runs(run), RunRecord("generator", "tiny", "", "", {}), "gan")
    for each in kimg:
        folder.add_stats({"kimg": each})


def test_runs_are_done_begun_or_left(study, done):
    study.add(done[0])
    begin(study, study.plan.runs[1], 0.128, 0.256)
    states = [(each.state, each.kimg, each.seconds_left) for each in standing(study, study.plan.runs[:3], 1, None)]
    assert states == [("done", 0.512, 0.0), ("begun", 0.256, None), ("left", 0.0, None)]


def test_time_is_what_is_left_at_the_rate_of_the_clock_each_arm_timed_once(study):
    begin(study, study.plan.runs[0], 0.256)
    asked = []

    def clock(options) -> float:
        asked.append(options)
        return 100.0

    runs = [run for run in study.plan.runs if run.arm in ("faithful", "resize")]
    found = standing(study, runs, 1, clock)
    assert [each.seconds_left for each in found] == [100 * 0.256, 51.2, 51.2, 51.2]
    assert [options.upsampling for options in asked] == ["transposed", "resize"]


def test_a_run_of_the_same_arm_on_this_machine_tells_better_than_a_clock(study, done):
    early_best = replace(done[0], machine=machine(1), seconds=60.0, measuring_seconds=10.0, kimg=0.1)
    study.add(early_best)
    runs = [run for run in study.plan.runs if run.arm == "faithful"]
    assert standing(study, runs, 1, lambda options: 1e9)[1].seconds_left == 60 + 10
    study.add(replace(early_best, machine="another one"))
    assert standing(study, runs, 1, lambda options: 100.0)[1].seconds_left == 51.2


def test_a_record_is_found_for_its_run_alone(study, done):
    assert record_of(study.plan.runs[0], study, done) is done[0]
    assert record_of(study.plan.runs[0], study, done[1:]) is None
