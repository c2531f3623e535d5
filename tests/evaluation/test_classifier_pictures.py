import re

from lesionlab.evaluation.classifier_pictures import recall_forest, reliability_picture
from lesionlab.metrics.calibration import Bin
from lesionlab.records.card import Metric


def recall(code, value, low, high):
    return Metric("recall", value, 40, "lesions", "validation", of=code, low=low, high=high)


def places(svg, kind):
    return [[float(x) for x in found] for found in re.findall(kind, svg)]


def test_each_recall_has_a_row_with_its_interval_about_it():
    svg = str(recall_forest([recall("mel", 0.6, 0.5, 0.7), recall("nv", 1.0, 0.9, 1.0)]))
    assert "Melanoma" in svg
    assert svg.count("n = 40") == 2
    dots = places(svg, r'<circle class="curve-0" cx="([\d.]+)" cy="([\d.]+)"')
    lines = places(svg, r'points="([\d.]+),([\d.]+) ([\d.]+),([\d.]+)"')
    for (x, y), (low, at, high, end) in zip(dots, lines, strict=True):
        assert low < x <= high
        assert y == at == end
    assert dots[0][0] < dots[1][0]
    assert "Recall of each diagnosis: mel 0.600; nv 1.000" in svg


def test_what_is_right_as_often_as_it_is_sure_lies_on_the_dotted_line():
    svg = str(reliability_picture([Bin(50, 0.5, 0.5), Bin(50, 0.9, 0.7)]))
    (x0, y0, x1, y1), *_ = places(svg, r'class="level" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"')
    (x, y), (right, below) = places(svg, r'<circle class="curve-0" cx="([\d.]+)" cy="([\d.]+)"')
    assert abs((x - x0) / (x1 - x0) - (y0 - y) / (y0 - y1)) < 0.01
    assert (right - x0) / (x1 - x0) > (y0 - below) / (y0 - y1)  # too sure: below the line
    assert "50 lesions: confidence 0.90, right 0.70" in svg
