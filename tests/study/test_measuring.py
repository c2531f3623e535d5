import numpy as np
import pytest

from lesionlab.study.measuring import Measurer, drawn
from lesionlab.study.outcome import mean_of


@pytest.fixture(scope="module")
def measurer(tiny_data, one_thread):
    return Measurer(tiny_data, 16)


def test_each_figure_has_its_n_and_space(measurer, tiny_data):
    part = tiny_data.part("validation")
    found = measurer.measure(part.images(16), part.labels)
    assert {m.n for m in found if m.name in ("kid_macro", "kid", "coverage")} == {len(part.labels)}
    assert {m.n for m in found if m.name == "kid_df"} == {3}
    assert len({(m.name, m.space) for m in found}) == len(found) == 3 * (6 + 7)
    assert all(m.space.startswith("vgg19-random-") for m in found)
    by_class = [m.value for m in found if m.name.startswith("kid_") and m.name != "kid_macro"]
    assert mean_of(found, "kid_macro") == pytest.approx(np.mean(by_class))


def test_the_part_itself_covers_all_and_noise_covers_nothing(measurer, tiny_data):
    part = tiny_data.part("validation")
    noise = np.random.default_rng(0).integers(0, 256, part.images(16).shape).astype(np.uint8)
    itself, spoilt = measurer.measure(part.images(16), part.labels), measurer.measure(noise, part.labels)
    assert mean_of(itself, "coverage") == 1
    assert mean_of(spoilt, "coverage") == 0
    assert mean_of(itself, "kid_macro") < 0 < mean_of(spoilt, "kid_macro")


def test_another_class_mix_is_a_mistake_of_the_caller(measurer, tiny_data):
    part = tiny_data.part("validation")
    with pytest.raises(AssertionError):
        measurer.measure(part.images(16)[:-1], part.labels[:-1])


def test_rulers_are_worse_the_more_is_spoilt_and_told_once_a_seed(measurer):
    found = measurer.rulers(0)
    kid = {name: mean_of([m for m in found if m.ruler == name], "kid_macro") for name in {m.ruler for m in found}}
    assert kid["blur 1 px"] < kid["blur 2 px"] < kid["blur 4 px"] > kid["real images"]
    assert "mel against bkl" in kid
    assert measurer.rulers(0) is found
    other = measurer.rulers(1)
    assert [m for m in other if "blur" in m.ruler] == [m for m in found if "blur" in m.ruler]
    assert [m for m in other if m.ruler == "real images"] != [m for m in found if m.ruler == "real images"]


def test_images_with_a_grid_from_32_px_on_have_a_grid_index(tiny_data, one_thread):
    part = tiny_data.part("validation")
    images = part.images(32)
    grid = images.copy()
    grid[:, ::2, ::2] //= 2
    measurer = Measurer(tiny_data, 32)
    plain, marked = (mean_of(measurer.measure(each, part.labels), "grid_index") for each in (images, grid))
    assert marked > 2 * plain


def test_replayed_training_images_are_copies_of_these_and_not_of_others(measurer, tiny_data):
    part = tiny_data.part("train")
    ours, theirs = part.of_groups(set(part.groups[:30])), part.of_groups(set(part.groups) - set(part.groups[:30]))
    replayed = ours.images(16)[:21]
    found = measurer.copies(replayed, ours)
    assert (found.name, found.value, found.n) == ("copies", 1.0, 21)
    assert found.space.count(" & ") == 1
    assert measurer.copies(replayed, theirs).value < 0.2


def test_drawn_images_have_the_counts_and_repeat_only_where_there_are_too_few(tiny_data):
    part = tiny_data.part("train")
    counts = [3] * 6 + [40]
    places = drawn(part, counts, 0)
    assert np.bincount(part.labels[places]).tolist() == counts
    few = places[part.labels[places] < 6]
    assert len(set(few)) == len(few)
    assert np.array_equal(places, drawn(part, counts, 0))
    assert not np.array_equal(places, drawn(part, counts, 1))
