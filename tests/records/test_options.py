import pytest

from lesionlab.core.errors import OptionsError
from lesionlab.records.options import ClassifierOptions, GanOptions


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        (GanOptions, {"image_size_px": 100}, "Choose one of 16, 32, 64, 128"),
        (GanOptions, {"total_kimg": 0}, "above 0"),
        (GanOptions, {"batch_size": 1}, "at least 2"),
        (GanOptions, {"class_temperature": 2.0}, "between 0"),
        (GanOptions, {"threads": -1}, "threads is -1"),
        (ClassifierOptions, {"dropout": 1.5}, "between 0 and 1"),
        (ClassifierOptions, {"pretrained": "x.pth", "width": 0.5}, "fit width 1"),
    ],
)
def test_values_that_cannot_train_are_refused(kind, values, words):
    with pytest.raises(OptionsError, match=words):
        kind(**values)
