import math
from dataclasses import replace

import pytest

from lesionlab.metrics.contrast import Contrast
from lesionlab.study.verdict import Evidence, Rule, judge

RULE = Rule()


def of(estimate: float, error: float = 0.005) -> Contrast:
    return Contrast(estimate, error, math.inf, error**2, 0.0)


def said(over_real: Contrast, over_replay: Contrast, **others) -> str:
    return judge(Evidence(over_real, over_replay, **({"folds": 5, "seeds": 2} | others)), RULE).word


@pytest.mark.parametrize(
    ("over_real", "over_replay", "word"),
    [
        (of(0.03), of(0.04), "helps"),
        (of(0.03), of(0.019), "inconclusive"),  # replay nearly does it
        (of(0.03), of(0.03, 0.02), "inconclusive"),
        (of(-0.03), of(-0.04), "hurts"),
        (of(-0.03), of(0.04), "inconclusive"),
        (of(0.003), of(-0.004), "no relevant effect"),
        (of(0.003), of(-0.004, 0.02), "inconclusive"),
        (of(0.012), of(0.012), "inconclusive"),  # an effect, smaller than is of interest, perhaps
    ],
)
def test_both_comparisons_must_say_so(over_real, over_replay, word):
    assert said(over_real, over_replay) == word


def test_at_delta_itself_it_helps_and_a_hair_below_it_does_not():
    assert said(of(0.02), of(0.02)) == "helps"
    assert said(of(0.02), of(0.0199)) == "inconclusive"


def test_swapping_the_arms_turns_helps_into_hurts():
    for over_real, over_replay in ((0.03, 0.05), (0.021, 0.02)):
        assert said(of(over_real), of(over_replay)) == "helps"
        assert said(of(-over_real), of(-over_replay)) == "hurts"


def test_a_pilot_gives_no_verdict_however_large_the_effect():
    for fewer in ({"folds": 4}, {"seeds": 1}, {"folds": 1, "seeds": 1}):
        assert said(of(0.3), of(0.3), **fewer) == "no verdict"
    assert "pilot" in judge(Evidence(of(0.3), of(0.3), 1, 1), RULE).reason


def test_without_power_there_is_no_verdict():
    evidence = Evidence(of(0.03), of(0.03), 5, 2, control=of(0.005, 0.01))
    assert judge(evidence, RULE).word == "no verdict"
    assert judge(replace(evidence, control=of(0.05)), RULE).word == "helps"


def test_the_reason_names_the_comparison_that_leaves_it_open():
    found = judge(Evidence(of(0.03), of(0.01, 0.01), 5, 2), RULE)
    assert "replay" in found.reason
    assert "-1.0 to +3.0 points" in found.reason
