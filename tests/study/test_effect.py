from dataclasses import replace

import pytest
from known_studies import PROTOCOL, planned, study_done

from lesionlab.core.errors import StudyError
from lesionlab.study.choosing import Choices
from lesionlab.study.effect import effect_of
from lesionlab.study.frozen import open_frozen
from lesionlab.study.trials import confirming_trials


def test_the_same_records_give_the_same_outcome_wherever_they_lie(done_study, effect, tmp_path):
    other = tmp_path / "elsewhere"
    other.symlink_to(done_study, target_is_directory=True)
    assert effect_of(open_frozen(other)) == effect


def test_it_tells_the_choice_the_openings_and_every_training(effect):
    assert (effect.choice.real, effect.choice.synthetic, effect.choice.fold) == ("augmented", "raw", 0)
    assert list(effect.choice.scores) == ["plain", "augmented", "raw", "filtered"]
    assert len(effect.openings) == len(effect.trainings) == len(planned(PROTOCOL))
    assert effect.environment == {"python": "3"}
    assert (effect.left, effect.images, effect.lesions) == (0, 400, 300)
    assert list(effect.switches) == ["hide-replay", "choose-on-test", "best-seed", "one-seed", "one-fold"]


def test_versions_before_it_are_listed(home):
    first = study_done(lesions=60, trials=[])
    found = effect_of(study_done(replace(PROTOCOL, delta=0.05), lesions=60, trials=planned(PROTOCOL)[:1]))
    assert found.earlier == (first.frozen.version,)
    assert found.protocol.delta == 0.05


def test_what_is_not_done_yet_is_told(home):
    trials = planned(PROTOCOL)
    done = [trial for trial in trials if trial.arm in ("plain", "augmented")]
    study = study_done(lesions=60, trials=done)
    found = effect_of(study)
    assert found.choice is None
    assert {share.missing for share in found.shares} == {"'raw' has no training in fold 0."}
    assert found.left == len(set(confirming_trials(PROTOCOL, Choices("plain", "raw"))) - set(done))


def test_before_the_first_record_there_is_nothing_to_tell(home):
    with pytest.raises(StudyError, match="no record yet"):
        effect_of(study_done(lesions=60, trials=[]))
