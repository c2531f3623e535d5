from collections import Counter
from dataclasses import replace

from lesionlab.study.choosing import Choices
from lesionlab.study.first_protocol import first_protocol
from lesionlab.study.trials import choosing_trials, confirming_trials, sweeping_trials

PROTOCOL = replace(first_protocol("ham10000", 64, 500, 80), sweep_shares=(), sweep_doses=())
CHOSEN = Choices("oversampled", "filtered")


def test_every_candidate_is_tried_in_one_fold_with_every_seed():
    found = (*choosing_trials(PROTOCOL, "real"), *choosing_trials(PROTOCOL, "synthetic"))
    assert {trial.fold for trial in found} == {0}
    assert {trial.share for trial in found} == {1.0}
    candidates = ("plain", "augmented", "weighted", "oversampled", "raw", "filtered", "pretrained")
    assert Counter(trial.arm for trial in found) == dict.fromkeys(candidates, 2)


def test_verdicts_rest_on_the_chosen_arms_and_their_controls_in_every_fold():
    found = confirming_trials(PROTOCOL, CHOSEN)
    assert len(found) == len(set(found)) == (3 + 4) * 5 * 2 + 5 * 2
    counts = Counter((trial.arm, trial.share) for trial in found)
    assert counts == {
        **{(arm, share): 10 for arm in ("oversampled", "replay", "filtered") for share in (1.0, 0.25)},
        ("perfect", 0.25): 10,
        ("alone", 1.0): 10,
    }
    assert {trial.arm for trial in found[-10:]} == {"alone"}


def test_all_arms_of_a_fold_have_the_same_seeds():
    found = confirming_trials(PROTOCOL, CHOSEN)
    for share in (1.0, 0.25):
        for fold in range(5):
            seeds = {
                arm: {t.seed for t in found if (t.arm, t.share, t.fold) == (arm, share, fold)}
                for arm in ("oversampled", "replay", "filtered")
            }
            assert set(map(frozenset, seeds.values())) == {frozenset({0, 1})}


def test_an_arm_that_pretrains_is_held_against_the_replay_that_does():
    found = confirming_trials(PROTOCOL, Choices("augmented", "pretrained"))
    assert {trial.arm for trial in found if "replay" in trial.arm} == {"replay-first"}


def test_sweeps_are_what_is_left_with_one_seed():
    found = sweeping_trials(PROTOCOL, CHOSEN)
    done = {*choosing_trials(PROTOCOL, "real"), *choosing_trials(PROTOCOL, "synthetic")}
    done |= set(confirming_trials(PROTOCOL, CHOSEN))
    assert not set(found) & done
    assert {trial.seed for trial in found} == {0}
    assert {trial.arm for trial in found} == {
        "plain",
        "augmented",
        "weighted",
        "raw",
        "pretrained",
        "replay-first",
        "shuffled",
    }


def test_doses_and_shares_of_the_sweeps_come_beside_other_arms():
    protocol = replace(PROTOCOL, sweep_shares=(0.5, 0.125), sweep_doses=(0.25,))
    found = set(sweeping_trials(protocol, CHOSEN)) - set(sweeping_trials(PROTOCOL, CHOSEN))
    assert {(trial.arm, trial.share) for trial in found} == {
        *((arm, share) for arm in ("oversampled", "filtered", "replay", "perfect") for share in (0.5, 0.125)),
        *((arm, share) for arm in ("filtered-dose25", "replay-dose25") for share in (1.0, 0.25)),
    }
    assert {trial.seed for trial in found} == {0}
    again = replace(protocol, sweep_shares=(0.25, 0.5, 0.125))  # 25% has a verdict of its own
    assert set(sweeping_trials(again, CHOSEN)) == set(sweeping_trials(protocol, CHOSEN))
    pretrained = sweeping_trials(protocol, Choices("oversampled", "pretrained"))
    assert {trial.arm for trial in pretrained if "dose" in trial.arm} == {"raw-dose25", "replay-dose25"}
