from __future__ import annotations

from dataclasses import replace

import pytest

from lesionlab.curate import audit_words as words
from lesionlab.curate.audit import Lists, audit_lists
from lesionlab.curate.audit_counts import parts_of
from lesionlab.records.audit import Audit
from lesionlab.records.split import Split, SplitRow


def audited(text: str) -> Audit:
    rows = tuple(SplitRow(*line.split()) for line in text.strip().splitlines())
    return audit_lists(Lists("theirs", parts_of(rows), rows), Split(rows, ("mel", "nv")))


CLEAN = audited("a L1 G1 mel train\nb L2 G2 nv train\nc L3 G3 nv test")
LEAKING = audited("a L1 G1 mel train\nb L1 G1 mel test\nc L2 G2 nv train\nd L3 G2 nv test\ne L4 G4 nv test")


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ("a L1 G1 nv train\nb L2 G2 nv test", "No leak found"),
        ("a L1 G1 nv train\nb L1 G1 nv test", "LEAKS: 1 lesion in both train and test"),
        ("a L1 G1 nv train\nb L2 G1 nv test", "LEAKS: 1 lesion group in both train and test"),
        (
            "a L1 G1 nv train\nb L1 G1 nv test\nc L2 G2 nv validation\nd L2 G2 nv test",
            "LEAKS: 2 lesions in more than one part",
        ),
        (
            "a L1 G1 nv train\na L1 G1 nv test\nb L2 G2 nv train\nc L2 G2 nv test",
            "LEAKS: 1 image in both train and test; 2 lesions in both train and test",
        ),
        ("a L1 G1 nv 0\nb L1 G1 nv 1", "LEAKS: 1 lesion in both 0 and 1"),
    ],
)
def test_the_verdict_names_what_crosses_and_where(rows: str, verdict: str):
    assert words.verdict(audited(rows)) == verdict


def test_what_was_not_looked_for_is_said_with_a_clean_verdict():
    told = words.coverage(CLEAN)
    assert told.startswith("4 of 6 checks were made")
    assert "pairs of near duplicates" in told
    assert "name the set as well" in words.next_step(CLEAN)


def test_a_whole_clean_audit_asks_for_nothing():
    whole = replace(CLEAN, checks=tuple(replace(check, state="clear") for check in CLEAN.checks))
    assert words.coverage(whole) == "All 6 checks were made."
    assert words.next_step(whole) == "Nothing has to be done."


def test_the_effect_on_a_score_gives_the_share_and_the_published_figures_with_their_source():
    own, published, warning = words.score_effect(LEAKING)
    assert own.startswith("33.3% of the test images (1 of 3) have another image of the same lesion in training.")
    assert "With known duplicates it is 2." in own
    for told in (".76", ".685", "yuanqing811/ISIC2018", "1.000", ".934", "MulTaBench"):
        assert told in published
    assert "even be higher" in warning
    assert words.score_effect(CLEAN) == ()


def test_of_many_folds_the_range_is_told():
    folds = audited("a L1 G1 nv 0\nb L1 G1 nv 1\nc L1 G1 nv 2\nd L2 G2 nv 2")
    assert words.score_effect(folds)[0].startswith("50.0% to 100.0% of the images of each of 3 parts")


def test_a_leaking_list_is_offered_a_mended_one_and_a_prepared_set_a_split_by_group():
    assert "--out" in words.next_step(LEAKING)
    assert "lesionlab data prepare" in words.next_step(replace(LEAKING, kind="prepared"))


def test_small_and_absent_classes_are_named():
    assert words.small_classes(LEAKING).startswith("Few lesions in the test part (mel 1, nv 2): one lesion of 1 moves")
    assert words.absent_classes(CLEAN) == "Absent: test has no mel."
    assert words.absent_classes(LEAKING) == ""


def test_shares_of_nothing_are_nothing():
    assert words.percent(0, 0) == "0.0%"
    assert words.percent(787, 2003) == "39.3%"
