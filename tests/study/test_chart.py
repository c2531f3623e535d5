import re
from itertools import pairwise
from xml.etree import ElementTree

from lesionlab.study.chart import Axis, Dot, Panel, Ruler, chart, standalone

STAIRS = Axis(["Faithful DCGAN", "Resize-convolution", "DiffAugment"])
CURVE = Axis(["250", "7,000"], [0.0, 1.0], title="training images")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(axis: Axis, *panels: Panel, keys=()) -> ElementTree.Element:
    return ElementTree.fromstring(chart("A title", "What is <seen>", axis, panels, keys))


def texts(svg: ElementTree.Element, kind: str) -> list[str]:
    return [element.text or "" for element in svg.iter(f"{SVG}text") if element.get("class") == kind]


def paths(svg: ElementTree.Element, kind: str) -> list[str]:
    return [element.get("d") or "" for element in svg.iter(f"{SVG}path") if element.get("class") == kind]


def test_a_chart_names_and_describes_itself():
    svg = drawn(STAIRS, Panel("KID", "lower is better", [0.3, 0.2, 0.1], []))
    told = {element.get("id"): element.text for element in svg if element.get("id")}
    assert told == {"a-title-title": "A title", "a-title-description": "What is <seen>"}
    assert svg.get("aria-labelledby") == " ".join(told)
    assert svg.get("role") == "img"


def test_stairs_are_as_wide_as_their_place_and_a_gap_lifts_the_pen():
    (whole,) = paths(drawn(STAIRS, Panel("KID", "", [0.3, 0.2, 0.1], [])), "chart-mean")
    assert (whole.count("M"), whole.count("L"), whole.count("H")) == (1, 2, 3)
    x = [float(x) for x in re.findall(r"[MLH]([\d.]+)", whole)]
    assert x == sorted(x)
    (gap,) = paths(drawn(STAIRS, Panel("KID", "", [0.3, None, 0.1], [])), "chart-mean")
    assert (gap.count("M"), gap.count("H")) == (2, 2)
    assert paths(drawn(STAIRS, Panel("KID", "", [None, None, None], [])), "chart-mean") == []


def test_a_curve_runs_through_its_places_and_a_second_one_lies_under_it():
    svg = drawn(CURVE, Panel("KID", "", [0.3, 0.1], [], more_means=[0.2, 0.05]))
    (curve,), (other,) = paths(svg, "chart-mean"), paths(svg, "chart-mean chart-other")
    assert (curve.count("M"), curve.count("L"), "H" in curve) == (1, 1, False)
    assert other != curve
    assert "training images" in texts(svg, "chart-hint")


def test_a_dot_says_what_it_is_and_lies_where_its_value_is():
    dots = [Dot(0, 0.3, "seed", "Faithful, seed 0: 0.3"), Dot(1.25, 0.1, "without", "a & b")]
    svg = drawn(STAIRS, Panel("KID", "", [0.3, 0.2, 0.1], dots))
    groups = {group.find(f"{SVG}title").text: group[1] for group in svg.iter(f"{SVG}g")}
    assert set(groups) == {"Faithful, seed 0: 0.3", "a & b"}
    (stairs,) = paths(svg, "chart-mean")
    circle = groups["Faithful, seed 0: 0.3"]
    assert f"{circle.get('cy')}H" in stairs
    assert groups["a & b"].get("class") == "chart-without"


def test_rulers_are_named_with_their_value_and_their_names_do_not_overlap():
    rulers = [Ruler("one", 0.1), Ruler("two", 0.101), Ruler("full recipe", 0.102, own=True), Ruler("far", 9.0)]
    svg = drawn(STAIRS, Panel("KID", "", [0.3, 0.2, 0.1], [], rulers))
    assert texts(svg, "chart-ruler-name") == ["one 0.1", "two 0.101"]
    assert texts(svg, "chart-ruler-name chart-own") == ["full recipe 0.102"]
    heights = sorted(float(e.get("y")) for e in svg.iter(f"{SVG}text") if "ruler" in (e.get("class") or ""))
    assert all(below - above >= 12.9 for above, below in pairwise(heights))


def test_a_logarithmic_panel_says_so_where_it_is_one():
    assert "better; logarithmic" in texts(
        drawn(STAIRS, Panel("", "better", [3, 2, 1], [], logarithmic=True)), "chart-hint"
    )
    assert "better" in texts(drawn(STAIRS, Panel("", "better", [3, -2, 1], [], logarithmic=True)), "chart-hint")


def test_labels_are_broken_to_the_width_of_a_stair():
    labels = texts(drawn(STAIRS, Panel("", "", [1, 2, 3], [])), "chart-label")
    assert labels == ["Faithful", "DCGAN", "Resize-", "convolution", "DiffAugment"]


def test_keys_say_what_is_drawn():
    keys = [("mean", "the mean"), ("seed", "a seed"), ("without", "without it"), ("other", "real"), ("ruler", "rulers")]
    svg = drawn(STAIRS, Panel("", "", [], []), keys=keys)
    assert texts(svg, "chart-hint")[:5] == [text for _, text in keys]
    assert len(paths(svg, "chart-ruler")) == len(paths(svg, "chart-without")) == 1


def test_a_file_of_its_own_brings_its_styles_and_fetches_nothing():
    alone = standalone(chart("A", "B", STAIRS, [Panel("", "", [1, 2, 3], [])]))
    ElementTree.fromstring(alone)
    assert ".chart-mean" in alone
    assert "--accent" in alone
    assert "@import" not in alone
    assert "url(" not in alone


def test_nothing_known_is_still_a_chart():
    assert texts(drawn(STAIRS, Panel("KID", "", [None] * 3, [])), "chart-title") == ["KID"]
