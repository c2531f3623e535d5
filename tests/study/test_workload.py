from collections import Counter
from dataclasses import replace

from known_studies import PROTOCOL

from lesionlab.study.choosing import Choices
from lesionlab.study.first_protocol import first_protocol
from lesionlab.study.trials import choosing_trials, confirming_trials, sweeping_trials
from lesionlab.study.workload import Place, Rates, first_choices, workload

CHOSEN = Choices("augmented", "raw")


def test_each_training_is_counted_once_in_the_stage_that_needs_it_first():
    stages = workload(PROTOCOL, CHOSEN)
    assert [each.stage for each in stages] == ["choice", "verdict", "sweeps"]
    every = [trial for each in stages for trial in each.trials]
    assert set(every) == {
        *choosing_trials(PROTOCOL, "real"),
        *choosing_trials(PROTOCOL, "synthetic"),
        *confirming_trials(PROTOCOL, CHOSEN),
        *sweeping_trials(PROTOCOL, CHOSEN),
    }
    assert len(set(every)) == len(every)


def test_a_generator_serves_all_arms_of_its_fold_and_share():
    choice, verdict, sweeps = workload(PROTOCOL, CHOSEN)
    assert choice.generators == choice.judges == (Place(1.0, 0),)
    assert Counter(place.share for place in verdict.generators) == {1.0: 4, 0.25: 5}
    assert verdict.judges == ()
    assert set(sweeps.generators) == {Place(0.5, fold) for fold in range(5)}
    filtered = workload(PROTOCOL, Choices("augmented", "filtered"))[1]
    assert len(filtered.judges) == 9
    assert Place(0.125, 3).name == "12.5pct-fold3"


def test_before_the_choice_the_first_candidates_count():
    assert first_choices(PROTOCOL) == Choices("plain", "raw")
    assert workload(PROTOCOL) == workload(PROTOCOL, Choices("plain", "raw"))


def test_hours_are_those_of_all_pieces():
    choice, verdict, _ = workload(PROTOCOL, CHOSEN)
    rates = Rates(training=10, generator=100, judge=1)
    assert rates.of(choice) == 8 * 10 + 100 + 1
    assert rates.of(verdict) == len(verdict.trials) * 10 + 9 * 100


def test_the_first_protocol_without_sweeps_has_none_but_its_other_arms():
    protocol = replace(first_protocol("d", 64, 1, 1), sweep_shares=(), sweep_doses=())
    assert {trial.share for trial in workload(protocol)[2].trials} == {1.0, 0.25}
    assert workload(protocol)[2].generators == ()
