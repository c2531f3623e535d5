import math
import re
from xml.etree import ElementTree

import pytest

from lesionlab.records.figures import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_POINTS,
    RIGHT,
    TOP,
    WIDTH,
    Axis,
    Level,
    Line,
    Moment,
    decades,
    key,
    line_chart,
    thinned,
    ticks,
)


def places(chart: str, number: int = 0) -> list[tuple[float, float]]:
    found = re.search(rf'class="curve-{number}" points="([^"]*)"', chart)
    assert found is not None
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in found[1].split())]


def test_a_line_runs_from_edge_to_edge_and_higher_values_lie_higher():
    drawn = places(line_chart("Losses", [Line("loss", [(0, 0.0), (5, 2.0), (10, 1.0)])]))
    assert [x for x, _ in drawn] == [LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT]
    assert TOP < drawn[1][1] < drawn[2][1] < drawn[0][1] <= HEIGHT - BOTTOM


def test_a_logarithmic_axis_gives_equal_ratios_equal_heights_and_holds_what_is_not_positive_at_its_edge():
    drawn = places(line_chart("KID", [Line("kid", [(0, 1.0), (1, 0.1), (2, 0.01), (3, -0.5)])], log=True))
    heights = [y for _, y in drawn]
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1], abs=0.2)
    assert heights[3] == HEIGHT - BOTTOM


def test_what_is_not_finite_is_left_out_and_an_empty_chart_says_so():
    chart = line_chart("Losses", [Line("loss", [(0, 1.0), (1, math.nan), (2, math.inf), (3, 2.0)])])
    assert len(places(chart)) == 2
    assert 'aria-label="Losses: nothing yet"' in line_chart("Losses", [Line("loss", [])])
    assert "<circle" in line_chart("Losses", [Line("loss", [(1, 1.0)])])


def test_the_chart_is_whole_and_names_are_escaped():
    chart = line_chart("A & B", [Line("<i>", [(0, 1.0), (1, 2.0)])], [Level("<blur>", 1.5)], [Moment("<b>", 0.5, True)])
    ElementTree.fromstring(str(chart))
    assert "&lt;blur&gt;" in chart
    assert 'class="moment bad"' in chart
    assert 'aria-label="A &amp; B: &lt;i&gt; from 1 to 2"' in chart
    ElementTree.fromstring(str(key(0)))


def test_many_points_are_thinned_and_no_peak_is_lost():
    points = [(float(n), 1.0 + (n == 4321) * 9 - (n == 1234) * 5) for n in range(10_000)]
    kept = thinned(points)
    assert len(kept) <= MOST_POINTS
    assert {(4321.0, 10.0), (1234.0, -4.0)} <= set(kept)
    assert list(kept) == sorted(kept)
    assert thinned(points[:50]) == points[:50]


def test_ticks_are_round_and_within():
    assert ticks(0, 10) == [0, 2, 4, 6, 8, 10]
    assert ticks(0.13, 0.97) == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert decades(0.02, 30) == pytest.approx([0.1, 1, 10])
    assert decades(2, 8) == ticks(2, 8)


def test_an_axis_holds_its_values_within_its_stretch():
    axis = Axis(0, 10, 100, 200)
    assert [axis.place(value) for value in (0, 5, 10, 99, -3)] == [100, 150, 200, 200, 100]
