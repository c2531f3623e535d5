from dataclasses import replace

import pytest
from known_studies import PROTOCOL

from lesionlab.study import prospects as module
from lesionlab.study.power import Power
from lesionlab.study.prospects import Chance, Prospects, prospects, sentences
from lesionlab.study.simulation import World

LESIONS = {"mel": 60, "nv": 300, "vasc": 40}
WORLD = World((60, 300, 40))


def found(smallest: float, null: float = 0.5, helps: float = 0.6) -> Prospects:
    chances = (Chance(0.0, {"no relevant effect": null}), Chance(0.02, {"helps": helps}))
    return Prospects(Power(smallest, {}), chances, WORLD)


def test_larger_gains_are_called_more_often_and_every_study_counts(monkeypatch):
    monkeypatch.setattr(module, "STUDIES", 12)
    seen = []
    told = prospects(PROTOCOL, LESIONS, lambda done, total, **_: seen.append((done, total)))
    assert [chance.gain for chance in told.chances] == pytest.approx([0.0, 0.02, 0.04, 0.06])
    assert all(sum(chance.words.values()) == pytest.approx(1) for chance in told.chances)
    rates = [chance.of("helps") for chance in told.chances]
    assert rates[0] <= rates[1] <= rates[3]
    assert list(told.power.of_class) == list(LESIONS)
    assert seen == [(number, 60) for number in range(1, 61)]


def test_it_says_plainly_whether_the_question_can_be_answered():
    assert "The question can be answered." in sentences(found(0.015), PROTOCOL)[0]
    said = sentences(found(0.037), PROTOCOL)[0]
    assert "cannot be answered in full" in said
    assert "one of 3.7 points is" in said
    assert (
        "50% of studies say so; if they gain 2.0 points over all else, 60% say helps"
        in sentences(found(0.01), PROTOCOL)[1]
    )


def test_a_pilot_and_a_missing_control_are_told():
    assert "This is a pilot: 3 folds and 2" in sentences(found(0.01), replace(PROTOCOL, folds=3))[0]
    without = replace(PROTOCOL, arms=tuple(arm for arm in PROTOCOL.arms if arm.fill != "perfect"))
    assert any("At 25% of the real images no arm" in said for said in sentences(found(0.01), without))
    assert not any("no arm is filled" in said for said in sentences(found(0.01), PROTOCOL))
