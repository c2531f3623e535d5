import json
from dataclasses import replace

import pytest
from known_studies import PROTOCOL, planned, study_done

from lesionlab.study.claims import claim
from lesionlab.study.frozen import open_frozen
from lesionlab.study.state import state_of
from lesionlab.study.workload import Place


@pytest.fixture
def begun(home):
    """A study whose candidates without synthetic images are done."""
    return study_done(lesions=60, trials=[t for t in planned(PROTOCOL) if t.arm in ("plain", "augmented")][:6])


def test_a_study_that_is_done_has_nothing_left(done_study):
    state = state_of(open_frozen(done_study))
    assert (state.choices.real, state.choices.synthetic) == ("augmented", "raw")
    assert [stage.left for stage in state.stages] == [0, 0, 0]
    assert [stage.seconds_left for stage in state.stages] == [0, 0, 0]
    assert {each.fate for stage in state.stages for each in stage.generators} == {"done"}


def test_what_is_left_is_counted_before_the_choice_as_well(begun):
    state = state_of(begun)
    assert state.choices is None
    fates = {each.trial.name: each.fate for each in state.stage("choice").trials}
    assert fates["plain-100pct-fold0-seed0"] == "done"
    assert fates["raw-100pct-fold0-seed1"] == "left"
    assert [each.fate for each in state.stage("choice").generators] == ["left"]
    assert state.stage("verdict").left > 60
    assert state.stage("verdict").seconds_left == state.stage("verdict").left * 2.0  # no generator of it learns


def test_what_others_work_on_is_running(begun):
    with claim(begun.path, "raw-100pct-fold0-seed0"), claim(begun.path, "raw-100pct-fold0"):
        state = state_of(begun)
    fates = {each.trial.name: each.fate for each in state.stage("choice").trials}
    assert fates["raw-100pct-fold0-seed0"] == "running"
    assert [each.fate for each in state.stage("choice").generators] == ["running"]
    assert [each.fate for each in state_of(begun).stage("choice").generators] == ["left"]


def test_a_generator_that_stopped_tells_how_far_it_came_and_hours_follow_from_its_pace(home):
    protocol = replace(PROTOCOL, generator={"total_kimg": 10.0})
    study = study_done(protocol, lesions=60, trials=planned(protocol)[:4])
    assert state_of(study).stage("choice").seconds_left is None  # nobody knows how long a generator takes
    run = study.path / "generators" / Place(1.0, 0).name / "00000-gan"
    run.mkdir(parents=True)
    (run / "options.json").write_text("{}")
    (run / "stats.jsonl").write_text(json.dumps({"kimg": 4.0, "seconds": 200.0}) + "\n")
    choice = state_of(study).stage("choice")
    (generator,) = choice.generators
    assert (generator.fate, generator.kimg) == ("stopped", 4.0)
    assert choice.seconds_left == (choice.left + 1) * 2.0 + 6.0 * 50.0  # a judge filters there
    (run / "done").touch()
    assert state_of(study).stage("choice").generators[0].fate == "done"


def test_a_diverged_training_is_told_and_not_done_again(home):
    study = study_done(lesions=60, trials=planned(PROTOCOL)[:2])
    path = next(study.records.glob("*seed0.json"))
    path.write_text(path.read_text().replace('"diverged": false', '"diverged": true'))
    choice = state_of(study).stage("choice")
    assert [each.fate for each in choice.trials].count("diverged") == 1
    assert choice.left == len(choice.trials) - 2
