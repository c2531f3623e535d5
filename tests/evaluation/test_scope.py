import numpy as np
import pytest
from PIL import Image

from lesionlab.core.errors import ImageError, InputError
from lesionlab.data.negatives import KINDS
from lesionlab.evaluation import scope as measuring
from lesionlab.evaluation.scope import as_lesions_are, drawings_refused, lesions_refused, photos_refused
from lesionlab.evaluation.scope_fitting import fit_scope
from lesionlab.inference.scope import Scope


@pytest.fixture(scope="module")
def scope(tiny_data) -> Scope:
    return Scope(fit_scope(tiny_data.part("train"), "a" * 64))


def test_a_lesion_is_refused_when_any_of_its_images_is(tiny_data, scope, monkeypatch):
    part = tiny_data.part("validation")
    twice = next(lesion for lesion in part.lesions if part.lesions.count(lesion) == 2)
    row = part.lesions.index(twice)
    monkeypatch.setattr(scope, "refuses", lambda pictures: np.arange(len(pictures)) == row)
    whole, *each = lesions_refused(scope, part)
    lesions = len(set(part.lesions))
    assert (whole.of, whole.n, whole.unit, whole.part) == ("", lesions, "lesions", "validation")
    assert whole.value == pytest.approx(1 / lesions)
    assert [metric.of for metric in each if metric.value] == [part.classes[part.labels[row]]]
    assert sum(metric.n for metric in each) == lesions
    assert whole.low < whole.value < whole.high


def test_drawings_without_a_lesion_are_counted_by_kind(scope, monkeypatch):
    monkeypatch.setattr(measuring, "EACH", 1)
    whole, *each = drawings_refused(scope)
    assert [metric.of for metric in each] == list(KINDS)
    assert whole.value == pytest.approx(np.mean([metric.value for metric in each]))
    assert whole.n == len(KINDS)
    assert whole.value > 0.5


def test_photographs_are_measured_in_the_frame_and_quality_of_the_lesions(scope, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (300, 500, 3), dtype=np.uint8)
    for name in ("a.png", "b.png"):
        Image.fromarray(noise).save(tmp_path / name)
    (metric,) = photos_refused(scope, [tmp_path / "a.png", tmp_path / "b.png"], "odd things")
    assert (metric.value, metric.n, metric.data, metric.part) == (1, 2, "odd things", "external")
    assert metric.low == pytest.approx(0.342, abs=0.001)  # Wilson's bound of two of two


def test_a_photograph_is_cut_in_the_middle_and_compressed():
    photo = np.zeros((100, 800, 3), np.uint8)
    photo[:, 350:450] = 200
    framed = as_lesions_are(photo)
    assert framed.shape == (150, 200, 3)
    assert framed[:, 40:160].mean() > 195
    assert framed[:, :20].mean() < 5


def test_nothing_to_measure_on_is_told(scope, tmp_path):
    with pytest.raises(InputError, match="holds no picture"):
        photos_refused(scope, [], "empty")
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(ImageError):
        photos_refused(scope, [tmp_path / "a.png"], "broken")
