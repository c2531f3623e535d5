from __future__ import annotations

from dataclasses import replace

import pytest

from lesionlab.curate import audit_words as words
from lesionlab.curate.audit import Lists, audit_lists
from lesionlab.curate.audit_counts import parts_of
from lesionlab.records.audit import Audit, Check, Evidence
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
    assert own.startswith(
        "66.7% of the test images (2 of 3) show a lesion that training shows as well, 1 of them under the same lesion"
    )
    for told in (".76", ".685", "yuanqing811/ISIC2018", "1.000", ".934", "MulTaBench"):
        assert told in published
    assert "even be higher" in warning
    assert words.score_effect(CLEAN) == ()


def test_of_many_folds_the_range_is_told():
    folds = audited("a L1 G1 nv 0\nb L1 G1 nv 1\nc L1 G1 nv 2\nd L2 G2 nv 2")
    assert words.score_effect(folds)[0].startswith("50.0% to 100.0% of the images of each of 3 parts show")


def test_a_leaking_split_is_offered_a_mended_one():
    assert "--out" in words.next_step(LEAKING)


def test_pairs_found_by_sight_are_to_be_looked_at():
    found = (Evidence("a = c", {"train": ("a",), "test": ("c",)}, 0.4),)
    near = replace(CLEAN, checks=(*CLEAN.checks[:-1], Check("near", "leak", "by sight", found)))
    assert words.verdict(near) == "LEAKS: 1 pair of near duplicates across train and test"
    assert words.next_step(near).startswith("Look at the pairs")


def test_a_small_leak_is_bounded_instead_of_likened_to_a_split_by_image():
    rows = "a L1 G1 mel train\nb L1 G1 mel test\n" + "\n".join(f"c{n} M{n} H{n} nv test" for n in range(49))
    small = words.score_effect(audited(rows))
    assert "2.0% of the test images (1 of 50)" in small[0]
    assert "at most 2.00 points of accuracy and 50.00 points of balanced accuracy" in small[1]
    assert ".685" not in " ".join(small)


def test_small_and_absent_classes_are_named():
    assert words.small_classes(LEAKING).startswith("Few lesions in the test part (mel 1, nv 2): one lesion of 1 moves")
    assert words.absent_classes(CLEAN) == "Absent: test has no mel."
    assert words.absent_classes(LEAKING) == ""


def test_shares_of_nothing_are_nothing():
    assert words.percent(0, 0) == "0.0%"
    assert words.percent(787, 2003) == "39.3%"
