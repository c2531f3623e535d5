from dataclasses import replace

import pytest
from known_studies import findings_of

from lesionlab.core.errors import InputError, StudyError
from lesionlab.records.protocol import Protocol, ProtocolArm
from lesionlab.study.debunking import TOLD, debunk, rule_of, switches_of

PROTOCOL = Protocol(
    title="t",
    data="d",
    arms=(
        ProtocolArm("real", "", "real"),
        ProtocolArm("raw", "", "synthetic", "raw", 0.5),
        ProtocolArm("filtered", "", "synthetic", "filtered", 0.5),
        ProtocolArm("replay", "", "control", "replay", 0.5),
    ),
    generator={},
    classifier={},
)
# Repeats of real images do as well as synthetic ones: the truth is that the generator adds nothing.
FOUND = findings_of({"real": 0.6, "raw": 0.75, "filtered": 0.7, "replay": 0.75}, lesions=900)


def test_without_a_switch_it_is_the_honest_verdict():
    found = debunk(FOUND, PROTOCOL, 1.0)
    assert found.verdict.word in ("no relevant effect", "inconclusive")
    assert found.choices.synthetic == "raw"


def test_hiding_replay_makes_a_useless_generator_help():
    assert debunk(FOUND, PROTOCOL, 1.0, ["hide-replay"]).verdict.word == "helps"


def test_the_best_seed_is_never_worse_than_the_mean_of_all():
    protocol = replace(PROTOCOL, classifier_seeds=(0, 1, 2))
    found = findings_of({"real": 0.6, "raw": 0.75, "filtered": 0.7, "replay": 0.75}, seeds=3, lesions=600)
    honest, lucky = debunk(found, protocol, 1.0), debunk(found, protocol, 1.0, ["best-seed"])
    assert lucky.evidence.over_replay.estimate >= honest.evidence.over_replay.estimate
    assert lucky.evidence.over_real.estimate > honest.evidence.over_real.estimate


def test_choosing_on_test_takes_what_did_best_there():
    flipped = findings_of({"real": 0.6, "raw": 0.62, "filtered": 0.8, "replay": 0.6}, lesions=900)
    chosen_before = replace(
        flipped,
        tested=tuple(
            replace(e, probabilities=e.probabilities | {"validation": 65535 - e.probabilities["validation"]})
            if e.record.arm == "filtered"
            else e
            for e in flipped.tested
        ),
    )
    assert debunk(chosen_before, PROTOCOL, 1.0).choices.synthetic == "raw"
    found = debunk(chosen_before, PROTOCOL, 1.0, ["choose-on-test"])
    assert found.choices.synthetic == "filtered"
    assert found.verdict.word == "helps"


@pytest.mark.parametrize(("switch", "folds", "seeds"), [("one-fold", 1, 2), ("one-seed", 5, 1)])
def test_less_is_looked_at_and_a_word_comes_out_all_the_same(switch, folds, seeds):
    found = debunk(FOUND, PROTOCOL, 1.0, [switch])
    assert (found.evidence.folds, found.evidence.seeds) == (folds, seeds)
    assert found.verdict.word != "no verdict"


def test_a_pilot_stays_one_whatever_its_protocol_asks_for():
    few = replace(PROTOCOL, folds=3)
    found = findings_of({"real": 0.5, "raw": 0.9, "filtered": 0.7, "replay": 0.5}, folds=3, lesions=900)
    assert debunk(found, few, 1.0).verdict.word == "no verdict"
    assert (rule_of(few).folds, rule_of(few).seeds) == (5, 2)
    more = rule_of(replace(PROTOCOL, folds=10, classifier_seeds=(0, 1, 2)))
    assert (more.folds, more.seeds, more.delta) == (10, 3, 0.02)


def test_an_arm_of_the_sweeps_may_be_chosen_on_test_though_it_has_one_seed():
    found = findings_of({"real": 0.6, "raw": 0.65, "filtered": 0.9, "replay": 0.6})
    swept = replace(
        found,
        tested=tuple(
            replace(e, probabilities=e.probabilities | {"validation": 65535 - e.probabilities["validation"]})
            if e.record.arm == "filtered"
            else e
            for e in found.tested
            if e.record.arm != "filtered" or e.record.seed == 0 or e.record.fold == 0
        ),
    )
    assert debunk(swept, PROTOCOL, 1.0).choices.synthetic == "raw"
    found = debunk(swept, PROTOCOL, 1.0, ["choose-on-test"])
    assert (found.choices.synthetic, found.evidence.folds, found.evidence.seeds) == ("filtered", 5, 1)
    assert found.verdict.word == "helps"


def test_switches_go_by_their_names_and_the_nearest_is_named():
    assert switches_of(["one-seed", "hide-replay"]) == ("hide-replay", "one-seed")
    with pytest.raises(InputError, match=r"'hide-reply'.*hide-replay"):
        switches_of(["hide-reply"])


def test_every_switch_says_what_it_leaves_out():
    assert all(len(words) > 40 for words in TOLD.values())


def test_nothing_is_said_of_records_that_are_missing():
    with pytest.raises(StudyError, match="'filtered' has no training"):
        debunk(findings_of({"real": 0.6, "raw": 0.7, "replay": 0.6}), PROTOCOL, 1.0)
