from __future__ import annotations

from dataclasses import replace

from lesionlab.records.effect import EffectRecord
from lesionlab.records.effect_words import points
from lesionlab.web.study_sweeps import sweeps


def test_shares_and_doses_are_drawn_and_told_in_a_table(effect: EffectRecord) -> None:
    shares, *doses = sweeps(effect)
    assert [at for at, _ in shares.rows] == ["100%", "50%", "25%"]
    assert [name for _, name in shares.keys] == [
        "raw, synthetic images",
        "replay, repeats",
        "augmented, best arm without",
    ]
    raw = effect.shares[0].arm("raw")
    assert raw is not None
    assert raw.over_real is not None
    assert shares.rows[0][1][0][0] == raw.metrics[0].text
    assert " to " in shares.rows[0][1][0][1]
    assert [sweep.title for sweep in doses] == ["With all real images, by dose", "With 25% of the real images, by dose"]
    assert [at for at, _ in doses[0].rows] == ["50%", "25%"]
    assert doses[0].rows[0][1][0][0] == points(raw.over_real.estimate)
    assert doses[0].chart.count("<polyline") == 2


def test_one_point_is_no_sweep(effect: EffectRecord) -> None:
    [first, *_] = effect.shares
    alone = replace(first, arms=tuple(arm for arm in first.arms if arm.dose in (0, 0.5)))
    assert sweeps(replace(effect, shares=(alone,))) == []


def test_before_the_choice_there_is_none(effect: EffectRecord) -> None:
    assert sweeps(replace(effect, choice=None)) == []
