from xml.etree import ElementTree

import pytest

from lesionlab.records.effect import Difference, EffectRecord
from lesionlab.records.effect_pictures import Group, Row, class_forest, forest, share_forest
from lesionlab.records.effect_words import points


def difference(estimate: float, reach: float = 0.01) -> Difference:
    bounds = (estimate - reach, estimate + reach)
    return Difference("raw", "real", estimate, *bounds, *bounds, 0.5, 100, 5, 2)


GROUPS = [
    Group("The verdict", [Row("raw over real", difference(0.03)), Row("raw over replay", difference(-0.03))]),
    Group("Nothing here", []),
    Group("Sweeps", [Row("an arm with a <long> name that goes on and on", difference(0.0), decides=False)]),
]


def drawn() -> ElementTree.Element:
    return ElementTree.fromstring(str(forest("told", GROUPS, 0.02, "recall")))


def test_a_dot_lies_where_its_value_is_and_within_its_interval():
    dots = [float(dot.get("cx")) for dot in drawn().iter("circle")]
    (zero,) = [path.get("d") for path in drawn().iter("path") if path.get("class") == "moment"]
    x = float(zero.split()[0][1:])
    assert dots[1] < dots[2] == x < dots[0]
    reaches = [path.get("d") for path in drawn().iter("path") if "forest-reach" in path.get("class")]
    for dot, reach in zip(dots, reaches, strict=True):
        left, right = float(reach[1:].split()[0]), float(reach.split("H")[1])
        assert left < dot < right


def test_the_band_is_as_wide_as_what_is_too_small_to_matter():
    (band,) = drawn().iter("rect")
    dots = [float(dot.get("cx")) for dot in drawn().iter("circle")]
    assert float(band.get("width")) * 1.5 == pytest.approx(dots[0] - dots[1], abs=0.3)  # four points against six


def test_groups_without_rows_are_left_out_and_names_are_escaped_and_cut():
    texts = [text.text for text in drawn().iter("text")]
    assert "Nothing here" not in texts
    assert any(text.endswith("…") and "<long>" in text for text in texts)
    assert "points of recall" in texts
    assert "+3.0  (+2.0 to +4.0)" in texts
    looks = [dot.get("class") for dot in drawn().iter("circle")]
    assert looks == ["curve-0", "curve-0", "curve-1"]
    assert drawn().get("aria-label") == "told"


def test_a_plot_of_a_study_tells_each_difference_of_its_verdict(effect: EffectRecord):
    [share, *_] = effect.shares
    read = share.verdict
    assert read is not None
    assert read.over_replay is not None
    told = ElementTree.fromstring(str(share_forest(effect, share))).get("aria-label") or ""
    assert f"{read.synthetic} over {read.real}, best without {points(read.over_real.estimate)}" in told
    assert f"{read.synthetic} over {read.replay}, repeats {points(read.over_replay.estimate)}" in told
    diagnoses = [text.text for text in ElementTree.fromstring(str(class_forest(effect, share))).iter("text")]
    assert [diagnoses.count(code) for code in effect.classes] == [2, 2, 2]
