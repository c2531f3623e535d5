from dataclasses import replace

import pytest
from known_studies import findings_of

from lesionlab.core.errors import StudyError
from lesionlab.records.protocol import Protocol, ProtocolArm
from lesionlab.study.choosing import Choices, choose, evidence_of
from lesionlab.study.verdict import Rule, judge

PROTOCOL = Protocol(
    title="t",
    data="d",
    arms=(
        ProtocolArm("plain", "", "real"),
        ProtocolArm("augmented", "", "real"),
        ProtocolArm("raw", "", "synthetic", "raw", 0.5),
        ProtocolArm("filtered", "", "synthetic", "filtered", 0.5),
        ProtocolArm("replay", "", "control", "replay", 0.5),
        ProtocolArm("perfect", "", "control", "perfect", 0.5),
    ),
    generator={},
    classifier={},
)
RECALLS = {"plain": 0.4, "augmented": 0.6, "raw": 0.9, "filtered": 0.5, "replay": 0.6, "perfect": 0.9}


def test_the_best_of_each_kind_is_chosen_on_the_validation_lesions_of_one_fold():
    found = choose(findings_of(RECALLS, folds=1, lesions=900), PROTOCOL)
    assert (found.real, found.synthetic) == ("augmented", "raw")
    assert list(found.scores) == ["plain", "augmented", "raw", "filtered"]
    with pytest.raises(StudyError, match="'filtered' has no training in fold 0"):
        choose(findings_of(dict(list(RECALLS.items())[:3])), PROTOCOL)


def test_of_equal_candidates_the_first_is_chosen():
    equal = dict.fromkeys(RECALLS, 0.6)
    assert choose(findings_of(equal), PROTOCOL) == replace(
        choose(findings_of(equal), PROTOCOL), real="plain", synthetic="raw"
    )


def test_the_evidence_leads_to_the_verdict_that_is_true():
    chosen = Choices("augmented", "raw")
    found = evidence_of(findings_of(RECALLS, lesions=900), PROTOCOL, chosen, 1.0)
    assert (found.folds, found.seeds, found.control) == (5, 2, None)
    assert judge(found, Rule()).word == "helps"
    as_good = RECALLS | {"replay": 0.9}
    assert judge(evidence_of(findings_of(as_good, lesions=900), PROTOCOL, chosen, 1.0), Rule()).word == "inconclusive"


def test_with_few_real_images_the_perfect_generator_must_beat_replay():
    chosen = Choices("augmented", "raw")
    found = evidence_of(findings_of(RECALLS, share=0.25, lesions=900), PROTOCOL, chosen, 0.25)
    assert found.control is not None
    assert judge(found, Rule()).word == "helps"
    no_power = RECALLS | {"perfect": 0.6}
    found = evidence_of(findings_of(no_power, share=0.25, lesions=900), PROTOCOL, chosen, 0.25)
    assert judge(found, Rule()).word == "no verdict"


def test_a_dose_without_its_replay_is_refused():
    other = ProtocolArm("tenth", "", "synthetic", "raw", 0.1)
    with pytest.raises(StudyError, match=r"slots of 'tenth': dose 0\.1"):
        evidence_of(
            findings_of(RECALLS | {"tenth": 0.5}),
            replace(PROTOCOL, arms=(*PROTOCOL.arms, other)),
            Choices("plain", "tenth"),
            1.0,
        )
