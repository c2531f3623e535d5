import pytest

from lesionlab.study import staircase as module
from lesionlab.study.chart import Panel, chart
from lesionlab.study.outcome import GRID, KID, TSTR, outcome
from lesionlab.study.staircase import FIGURES, staircase, value_of


@pytest.fixture
def panels(monkeypatch):
    """Return the panels that a staircase draws."""

    def seen(found) -> dict[str, Panel]:
        drawn = []
        monkeypatch.setattr(module, "chart", lambda *parts: drawn.extend(parts[3]) or chart(*parts))
        staircase(found)
        return {panel.title: panel for panel in drawn}

    return seen


def test_each_figure_has_a_stair_a_step_with_the_mean_of_its_seeds(ladder, done, panels):
    drawn = panels(outcome(ladder, done))
    assert list(drawn) == [figure.title for figure in FIGURES]
    kid = drawn[KID.title]
    assert kid.means == pytest.approx([0.1 / (k + 1) * 1.05 for k in range(10)])
    assert [dot.kind for dot in kid.dots].count("seed") == 20


def test_the_recipe_without_a_step_stands_at_the_step_and_the_last_one_at_the_stair_before(ladder, done, panels):
    kid = panels(outcome(ladder, done))[KID.title]
    without = [dot for dot in kid.dots if dot.kind == "without"]
    assert [int(dot.at) for dot in without] == list(range(1, 10))
    assert without[0].value == pytest.approx(0.1 / 10 * 2 * 1.05)
    assert without[-1].value == pytest.approx(kid.means[-2])
    assert "Full recipe without: DiffAugment, mean: 0.0210" in {dot.told for dot in without}


def test_tstr_is_corrected_for_chance(ladder, done, panels):
    drawn = panels(outcome(ladder, done))[TSTR.title]
    assert drawn.means == pytest.approx([0.05 * place / 0.5 for place in range(10)])
    assert [(ruler.name, ruler.value) for ruler in drawn.rulers] == [("full recipe", pytest.approx(0.9)), ("aim", 0.6)]
    assert value_of(outcome(ladder, done), GRID)("faithful", 0) == 13


def test_what_is_not_done_is_blank(ladder, done, panels):
    kid = panels(outcome(ladder, done[:3]))[KID.title]
    assert [mean is None for mean in kid.means] == [False] * 3 + [True] * 7
    assert not [dot for dot in kid.dots if dot.kind.startswith("without")]
    assert [ruler.own for ruler in kid.rulers] == []


def test_the_description_tells_size_length_and_seeds(ladder, done):
    svg = staircase(outcome(ladder, done))
    assert "at 16 pixels after 0.512 thousand images" in svg
    assert "means over the seeds (2)" in svg
