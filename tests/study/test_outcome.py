from dataclasses import replace

import pytest

from lesionlab.core.errors import StudyError
from lesionlab.records.study import Measured
from lesionlab.study.ladder import FULL
from lesionlab.study.outcome import mean_of, outcome


def test_a_figure_is_the_mean_over_spaces_then_over_seeds(ladder, record):
    one, other = (record(ladder, run, {"kid_macro": 0.2}) for run in ladder.runs if run.arm == "faithful")
    spaces = [replace(m, value=v) for m, v in zip(one.measured, (0.1, 0.5), strict=True)]
    found = outcome(ladder, [replace(one, measured=tuple(spaces)), other])
    assert found.values("kid_macro", "faithful") == pytest.approx({0: 0.3, 1: 0.2})
    assert found.mean("kid_macro", "faithful") == pytest.approx(0.25)
    assert mean_of(spaces, "coverage") is None


def test_what_is_not_done_is_not_there(ladder, done):
    found = outcome(ladder, [r for r in done if getattr(r, "seed", None) == 0])
    assert found.value("kid_macro", "faithful", 1) is None
    assert found.mean("kid_macro", "faithful") == pytest.approx(0.1)
    assert found.mean("nothing", "faithful") is None
    assert found.left() == len(ladder.arms)
    assert outcome(ladder, done).left() == 0


def test_above_chance_is_0_for_chance_and_1_for_what_the_real_images_teach(ladder, record, reference):
    run = ladder.runs[0]
    for taught, share in ((1 / 7, 0.0), (1 / 7 + 0.3, 0.6), (1 / 7 + 0.5, 1.0), (0.0, -2 / 7)):
        found = outcome(ladder, [record(ladder, run, {"tstr": taught}), reference(ladder, run, 1 / 7 + 0.5, {})])
        assert found.above_chance(run.arm, run.seed) == pytest.approx(share)
    found = outcome(ladder, [record(ladder, run, {"tstr": 0.5}), reference(ladder, run, 1 / 7, {})])
    assert found.above_chance(run.arm, run.seed) is None
    assert outcome(ladder, [record(ladder, run, {"tstr": 0.5})]).above_chance(run.arm, run.seed) is None


def test_a_size_is_held_against_its_own_real_images(sizes, record, reference):
    small, large = sizes.runs[0], sizes.runs[-1]
    found = outcome(sizes, [reference(sizes, small, 0.3, {}), reference(sizes, large, 0.6, {})])
    assert found.on_real(small.arm, small.seed) == 0.3
    assert found.on_real(large.arm, large.seed) == 0.6
    assert found.on_real(small.arm, large.seed) is None


def test_rulers_are_means_over_references_and_runs_are_none(ladder, done):
    rulers = outcome(ladder, done).rulers("kid_macro")
    assert rulers == pytest.approx({"real images": 0.001, "blur 2 px": 0.05, "blur 4 px": 9})
    assert outcome(ladder, done).rulers("tstr") == {}


@pytest.mark.parametrize("change", [{"n": 20}, {"space": "another@0/16px"}])
def test_figures_of_another_n_or_space_are_not_compared(ladder, done, change):
    other = replace(done[1], measured=tuple(replace(m, **change) for m in done[1].measured))
    with pytest.raises(StudyError, match=r"kid_macro|coverage|grid_index|tstr") as refusal:
        outcome(ladder, [done[0], other])
    assert "cannot be compared" in refusal.value.cause


def test_melanoma_against_keratosis_has_an_n_of_its_own(ladder, done):
    of_two = Measured("kid_macro", 0.02, 9, space="vgg19-random-0@aaaaaaaaaaaa/16px", ruler="mel against bkl")
    with_it = replace(done[-1], measured=(*done[-1].measured, of_two))
    assert outcome(ladder, [*done[:-1], with_it]).rulers("kid_macro")["mel against bkl"] == 0.02


def test_the_protocol_names_what_runs_and_references_measured(ladder, done):
    assert {m.name for m in outcome(ladder, done).protocol()} == {"kid_macro", "coverage", "grid_index", "tstr", "trtr"}
    assert outcome(ladder, []).protocol() == ()
    assert outcome(ladder, done).mean("tstr", FULL) == pytest.approx(1 / 7 + 0.45)
