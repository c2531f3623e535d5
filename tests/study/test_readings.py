from dataclasses import replace

import pytest
from known_studies import PROTOCOL, findings_of

from lesionlab.core.errors import StudyError
from lesionlab.study.debunking import debunk
from lesionlab.study.readings import readings, subsets


def test_the_verdict_comes_first_and_every_set_of_safeguards_after_it(effect):
    read = effect.shares[0].readings
    assert read[0].switches == ()
    assert [each.switches for each in read[1:]] == list(subsets())
    assert len({frozenset(each.switches) for each in read}) == len(read) == 32


def test_a_reading_tells_what_debunking_finds(effect):
    share = effect.shares[1]
    assert (share.share, share.verdict.word, share.verdict.replay) == (0.25, "helps", "replay")
    for read in share.readings:
        assert (read.over_replay is None) == (read.replay == "") == ("hide-replay" in read.switches)
        assert read.folds == (1 if "one-fold" in read.switches else 5)
    assert share.verdict.control.arm == "perfect"
    assert share.verdict.over_real.lesions == 300
    assert share.reading(("one-fold",)).over_real.lesions == 60
    assert effect.shares[0].verdict.control is None


def test_its_figures_are_those_of_the_contrast():
    found = findings_of({"plain": 0.4, "augmented": 0.5, "raw": 0.7, "filtered": 0.6, "replay": 0.5})
    protocol = replace(PROTOCOL, arms=PROTOCOL.arms[:5], sweep_doses=())
    (read, *_), honest = readings(found, protocol, 1.0), debunk(found, protocol, 1.0)
    contrast = honest.evidence.over_replay
    assert (read.over_replay.low, read.over_replay.high) == contrast.interval()
    assert (read.over_replay.low_90, read.over_replay.high_90) == contrast.interval(0.9)
    assert (read.over_replay.estimate, read.over_replay.p_value) == (contrast.estimate, contrast.p_value)
    assert (read.word, read.reason) == (honest.verdict.word, honest.verdict.reason)


def test_without_the_trainings_of_the_verdict_nothing_is_read():
    with pytest.raises(StudyError, match="'filtered' has no training"):
        readings(findings_of({"plain": 0.4, "augmented": 0.5, "raw": 0.7}), PROTOCOL, 1.0)
