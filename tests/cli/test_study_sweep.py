from dataclasses import replace

import pytest
from known_studies import PROTOCOL, planned, study_images, training_of

from lesionlab.study import trial_runner
from lesionlab.study.fold_data import FoldData
from lesionlab.study.frozen import freeze

RECORD = training_of(study_images(15), "raw", 1.0, 0, 0, 0.5)[0].record


@pytest.fixture
def study(tiny_set):
    """A study of drawn lesions, frozen, with nothing done."""
    protocol = replace(PROTOCOL, image_size_px=16)
    images = FoldData(tiny_set, protocol).images()
    return freeze(protocol, images, tiny_set.split.sha256, tiny_set.split.classes)


def test_sweeps_wait_for_the_choice_of_the_arms(refused, study):
    cause, cure = refused("study", "sweep", "0")
    assert "'plain' has no training in fold 0" in cause
    assert "lesionlab study run" in cure


def test_each_training_of_a_sweep_is_told_and_ctrl_c_says_how_to_go_on(run, study, monkeypatch):
    trial = next(trial for trial in planned(study.protocol) if trial.arm == "raw-dose25")

    def swept(self):
        yield replace(RECORD, arm=trial.arm, fold=trial.fold)

    monkeypatch.setattr(trial_runner.TrialRunner, "sweep", swept)
    result = run("study", "sweep", "0", "--threads", 1)
    assert result.exit_code == 0, result.output
    assert "Done: raw-dose25-100pct-fold0-seed0" in result.stderr
    assert "next: lesionlab study report 00000-effect" in result.stdout

    def stopped(self):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(trial_runner.TrialRunner, "sweep", stopped)
    result = run("study", "sweep", "0")
    assert result.exit_code == 130
    assert "next: lesionlab study sweep 00000-effect" in result.stderr
