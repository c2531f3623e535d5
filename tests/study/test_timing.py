import pytest

from lesionlab.study import timing
from lesionlab.study.options import options_of


@pytest.mark.parametrize("arm", ["faithful", "penalty"])
def test_a_rate_is_measured_over_whole_rounds_of_the_penalty(monkeypatch, ladder, tiny_data, arm):
    monkeypatch.setattr(timing, "SECONDS", 0.01)
    run = next(run for run in ladder.runs if run.arm == arm)
    steps = []
    step = timing.GanTrainee.step
    monkeypatch.setattr(timing.GanTrainee, "step", lambda self: steps.append(self.steps) or step(self))
    assert timing.seconds_per_kimg(options_of(ladder, run, 1), tiny_data.part("train")) > 0
    every = 16 if arm == "penalty" else 1
    assert len(steps) > timing.WARM_UP_STEPS
    assert (len(steps) - timing.WARM_UP_STEPS) % every == 0


def test_a_classifier_is_timed_as_well(monkeypatch, judge, tiny_data):
    monkeypatch.setattr(timing, "SECONDS", 0.01)
    assert timing.classifier_seconds_per_kimg(judge, tiny_data.part("train")) > 0
