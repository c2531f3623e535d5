from __future__ import annotations

from dataclasses import replace

import pytest

from lesionlab.core.errors import InputError
from lesionlab.records.effect import EffectRecord, Reading
from lesionlab.web.debunk import debunk, judged, what_it_did


@pytest.fixture
def honest(effect: EffectRecord) -> Reading:
    read = effect.shares[0].verdict
    assert read is not None
    return read


def test_every_set_of_switches_is_read_from_the_record(effect: EffectRecord) -> None:
    [at, *_] = judged(effect)
    found = debunk(effect, at, ["one-fold", "hide-replay"])
    assert found is not None
    assert found.switches == ("hide-replay", "one-fold")
    assert found.without == found.share.reading(("one-fold", "hide-replay"))
    assert found.without != found.honest == found.share.verdict
    assert len(found.short) + len(found.longer) == len(found.share.readings) == 32


def test_without_a_share_it_is_the_first_and_without_switches_nothing_is_told(effect: EffectRecord) -> None:
    found = debunk(effect, None, [])
    assert found is not None
    assert found.share == effect.shares[0]
    assert found.told == ""


def test_what_the_record_does_not_hold_is_none(effect: EffectRecord) -> None:
    [first, *others] = effect.shares
    record = replace(effect, shares=(replace(first, readings=first.readings[:6]), *others))
    found = debunk(record, None, ["one-fold", "one-seed"])
    assert found is not None
    assert (found.without, found.told) == (None, "")
    assert debunk(replace(effect, shares=()), None, []) is None


@pytest.mark.parametrize(("at", "names"), [("37", []), ("", []), ("100", ["hide-replai"]), ("100", ["<script>" * 99])])
def test_other_shares_and_safeguards_are_refused(effect: EffectRecord, at: str, names: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        debunk(effect, at, names)
    assert len(caught.value.cause) < 100


def test_a_changed_answer_and_each_change_behind_it_are_told(honest: Reading) -> None:
    gain = replace(honest.over_real, estimate=0.301, low=0.2, high=0.4, lesions=60)
    switches = ("hide-replay", "choose-on-test")
    without = replace(
        honest, switches=switches, word="hurts", synthetic="other", over_real=gain, over_replay=None, replay=""
    )
    told = what_it_did(honest, without)
    assert told.startswith(
        "Without the 2 missing safeguards, “Synthetic images help” becomes “Synthetic images hurt”: the gain over the "
        "best arm without is told as +30.1 points (+20.0 to +40.0), not +"
    )
    assert "another arm, other in place of raw" in told
    assert "over repeats of real images, +" in told
    assert told.endswith("it rests on 60 lesions in place of 300.")


def test_an_answer_that_stays_is_told_so(honest: Reading) -> None:
    told = what_it_did(honest, replace(honest, switches=("one-seed",)))
    assert told.startswith("The answer is the same without the missing safeguard: ")
    assert "another arm" not in told
    assert "lesions" not in told
