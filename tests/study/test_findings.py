from dataclasses import replace

import pytest

from lesionlab.records.study import Measured, ReferenceRecord, StudyRecord
from lesionlab.study.findings import ladder_findings, size_findings
from lesionlab.study.ladder import FULL
from lesionlab.study.outcome import outcome


@pytest.fixture
def said(ladder, done):
    """Return what is said when the figures of the full recipe, and of real images, are these instead."""

    def told(real: dict[str, float] | None = None, **full: float) -> str:
        records = []
        for record in done:
            if isinstance(record, StudyRecord) and record.arm == FULL:
                measured = [replace(m, value=full.get(m.name, m.value)) for m in record.measured]
                record = replace(record, measured=tuple(measured))
            if isinstance(record, ReferenceRecord) and real:
                more = tuple(Measured(name, value, 150, ruler="real images") for name, value in real.items())
                record = replace(record, measured=record.measured + more)
            records.append(record)
        return "\n".join(ladder_findings(outcome(ladder, records)))

    return told


def test_aims_are_reached_or_not_by_the_numbers(said):
    assert "KID is 0.1050 for the faithful DCGAN and 0.0105 for the full recipe, 10% of it" in said()
    assert "25% or less: reached." in said(kid_macro=0.105 * 0.25)
    assert "25% or less: not reached." in said(kid_macro=0.105 * 0.251)
    assert "blurred by 2 px, 0.0500: reached." in said(kid_macro=0.0499)
    assert "blurred by 2 px, 0.0500: not reached." in said(kid_macro=0.05)
    assert "goes 0.90 of the way" in said()
    assert "the aim is 0.6: reached." in said(tstr=1 / 7 + 0.5 * 0.61)
    assert "the aim is 0.6: not reached." in said(tstr=1 / 7 + 0.5 * 0.59)


def test_a_kid_below_nothing_has_no_share(said):
    assert "and -0.0010 for the full recipe; the aim is 25% or less: reached." in said(kid_macro=-0.001)


def test_the_grid_may_be_neither_above_nor_below_that_of_real_images(said):
    real = {"grid_index": 1.2}
    assert "1.30, that of real images 1.20: +8%; the aim is within 10%: reached." in said(real, grid_index=1.3)
    assert "1.40, that of real images 1.20: +17%; the aim is within 10%: not reached." in said(real, grid_index=1.4)
    assert "0.90, that of real images 1.20: -25%; the aim is within 10%: not reached." in said(real, grid_index=0.9)


def test_steps_are_sorted_by_what_leaving_them_out_does_and_chance_is_named(said):
    told = said()
    assert "these steps raise KID with all seeds: Spectral norm, hinge loss (+0.0105)" in told
    assert "The seeds disagree: none." in told
    assert "The seeds disagree: Balanced consistency (+0.0002)." in said(kid_macro=0.0115)
    assert "sets 2 seeds apart from 2 others in 33% of cases" in told
    assert "lower it with all seeds: Spectral norm" in said(kid_macro=0.5)


def test_one_seed_says_nothing_about_a_step(ladder, done):
    told = "\n".join(ladder_findings(outcome(ladder, [r for r in done if r.seed == 0])))
    assert f"{len(ladder.arms)} of {len(ladder.runs)} runs are done" in told
    assert "Left out" not in told


def test_nothing_done_says_nothing_more(ladder, sizes):
    assert ladder_findings(outcome(ladder, [])) == [
        f"0 of {len(ladder.runs)} runs are done; what is not done is left blank."
    ]
    assert size_findings(outcome(sizes, [])) == ["0 of 6 runs are done; what is not done is left blank."]


def test_sizes_compare_the_most_with_the_fewest_images_and_each_with_its_own_real_ones(sizes, done_sizes):
    told = size_findings(outcome(sizes, done_sizes))
    assert told[:4] == [
        "4 of 6 runs are done; what is not done is left blank.",
        "KID, mean of the classes: 0.0500 with 40 images, 0.1000 with 20 images.",
        "Coverage: 0.300 with 40 images, 0.300 with 20 images.",
        "Copies of training images: 0.200 with 40 images, 0.300 with 20 images.",
    ]
    assert "accuracy 0.200, one taught by the real images behind them 0.400." in told[4]
    assert "accuracy 0.300, one taught by the real images behind them 0.500." in told[5]


def test_one_size_is_compared_with_none(sizes, done_sizes):
    told = size_findings(outcome(sizes, [r for r in done_sizes if getattr(r, "arm", "images-00020") == "images-00020"]))
    assert len(told) == 2
