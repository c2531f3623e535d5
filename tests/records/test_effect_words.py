from dataclasses import replace

import pytest

from lesionlab.records import effect_words as words
from lesionlab.records.effect import EffectRecord, WorthRecord
from lesionlab.study.verdict import Verdict


def test_every_word_of_a_verdict_has_an_answer_and_a_meaning():
    said = Verdict.__dataclass_fields__["word"].type
    assert said == "Word"
    verdicts = {"helps", "hurts", "no relevant effect", "inconclusive", "no verdict"}
    assert set(words.ANSWERS) == set(words.MEANINGS) == verdicts


@pytest.mark.parametrize(("share", "said"), [(0.0213, "+2.1"), (-0.05, "-5.0"), (0.0004, "0.0"), (-0.0004, "0.0")])
def test_differences_are_signed_points_and_nothing_has_no_sign(share, said):
    assert words.points(share) == said


def test_a_difference_says_whether_zero_is_excluded(effect: EffectRecord):
    found = effect.shares[1].verdict.over_real
    assert words.told(found).startswith("raw is ")
    assert "better than augmented (95% interval +" in words.told(found)
    doubtful = replace(found, estimate=-0.01, low=-0.03, high=0.01)
    assert words.told(doubtful, "It") == (
        "It is 1.0 points worse than augmented (95% interval -3.0 to +1.0; zero is not excluded)"
    )


def test_a_worth_is_told_with_its_interval_or_as_not_bounded():
    assert "gave 32% of what as many new real images gave (95% interval 12% to 50%)" in words.worth_told(
        WorthRecord(0.32, 0.12, 0.5)
    )
    assert "not bounded" in words.worth_told(WorthRecord(0.32))
    assert "not bounded" in words.worth_told(WorthRecord(None))


def test_what_synthetic_images_teach_alone_is_corrected_for_chance(effect: EffectRecord):
    alone, real = (effect.shares[0].arm(name).metrics[0].value for name in ("alone", "augmented"))
    said = words.taught_alone(effect)
    assert f"{(alone - 1 / 3) / (real - 1 / 3):.0%} of the way from chance" in said
    without = replace(effect, shares=effect.shares[1:])
    assert words.taught_alone(without) == ""


def test_what_is_left_is_told_and_nothing_where_all_is_done(effect: EffectRecord):
    assert words.state(effect) == words.missing(effect.shares[0]) == ""
    assert "7 trainings" in words.state(replace(effect, left=7))
    assert words.missing(replace(effect.shares[0], missing="Nothing.")) == "There is no verdict yet: Nothing."
    assert [words.of_real(share) for share in (1.0, 0.125)] == [
        "With all real images",
        "With 12.5% of the real images",
    ]
