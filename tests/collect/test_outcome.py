from __future__ import annotations

from lesionlab.collect.outcome import OTHER, REASONS_KEPT, Outcome


def test_many_reasons_are_counted_without_being_kept():
    outcome = Outcome(None, 10_000, new=5, had=2)
    for number in range(1000):
        outcome.note("failed", f"image {number} is gone")
    assert (outcome.failed, outcome.fetched) == (1000, 7)
    assert len(outcome.reasons["failed"]) == REASONS_KEPT + 1
    assert outcome.reasons["failed"][OTHER] == 1000 - REASONS_KEPT


def test_what_is_to_come_is_what_was_asked_for_or_what_there_is_to_keep():
    assert Outcome(5).wanted == 5
    assert Outcome(5, 3).wanted == 3
    assert Outcome(None).wanted == 0
    outcome = Outcome(None, 9)
    outcome.note("refused", "x")
    assert outcome.wanted == 8


def test_what_the_source_counted_and_did_not_list_is_told_where_all_were_asked_for():
    assert Outcome(None, 9, new=7).unlisted == 2
    assert Outcome(None, 9, new=9).unlisted == 0
    assert Outcome(5, 9, new=5).unlisted == 0
