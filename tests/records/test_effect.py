import json
from dataclasses import replace

import pytest

from lesionlab.core.errors import StudyError
from lesionlab.records.effect import EFFECT_NAME, EffectRecord, WorthRecord, read_effect, write_effect


def test_an_outcome_reads_back_the_same_and_holds_no_nan(effect: EffectRecord, tmp_path):
    path = write_effect(tmp_path, effect)
    assert read_effect(path) == effect
    assert json.loads(path.read_text(), parse_constant=pytest.fail)["version"] == 1


def test_a_reading_goes_by_its_switches_in_any_order(effect: EffectRecord):
    share = effect.shares[0]
    assert share.verdict is share.readings[0]
    assert share.reading(("one-seed", "hide-replay")) == share.reading(("hide-replay", "one-seed"))
    assert share.reading(("one-seed",)).switches == ("one-seed",)
    assert share.reading(("nonsense",)) is None
    assert share.arm("raw").metric("recall", "mel").of == "mel"
    assert share.arm("nobody") is None
    assert effect.lesions == sum(effect.lesions_per_class.values()) == 300


def test_a_worth_is_bounded_where_it_has_both_bounds():
    assert WorthRecord(0.5, 0.2, 0.9).bounded
    assert not WorthRecord(0.5).bounded
    assert not WorthRecord(None).bounded


def test_what_is_damaged_or_of_another_version_is_refused(effect: EffectRecord, tmp_path):
    path = write_effect(tmp_path, replace(effect, version=7))
    with pytest.raises(StudyError, match="of version 7"):
        read_effect(path)
    (tmp_path / EFFECT_NAME).write_text("{")
    with pytest.raises(StudyError, match="missing or damaged"):
        read_effect(path)
