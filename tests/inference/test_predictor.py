from __future__ import annotations

import threading

import numpy as np
import pytest

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.imaging import square
from lesionlab.inference.predictor import Prediction, Predictor
from lesionlab.metrics.classification import softmax
from lesionlab.records.card import ImageSpec


def _photographs(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(5)
    sides = [(8, 8), (9, 30), (64, 48), (1, 1), (200, 150)]
    return [random.integers(0, 256, (*sides[i % 5], 3), dtype=np.uint8) for i in range(count)]


def _bytes(prediction: Prediction) -> bytes:
    arrays = (prediction.probabilities, prediction.maps, prediction.features)
    return prediction.decision.encode() + b"".join(array.tobytes() for array in arrays)


@pytest.fixture
def predictor(make_classifier) -> Predictor:
    return Predictor(make_classifier())


def test_prediction_is_the_closed_form(predictor, maps_formula):
    (image,) = _photographs(1)
    (prediction,) = predictor.predict([image])
    maps = maps_formula(((image / 255 - 0.5) / 0.5).transpose(2, 0, 1))
    logits = maps.mean(axis=(1, 2))
    np.testing.assert_allclose(prediction.maps, maps, atol=1e-5)
    np.testing.assert_allclose(prediction.probabilities, np.exp(logits) / np.exp(logits).sum(), atol=1e-6)
    assert prediction.decision == HAM10000_CODES[logits.argmax()]
    assert prediction.features.shape == (3,)


def test_class_maps_are_exact(predictor):
    for prediction in predictor.predict(_photographs(5)):
        logits = prediction.maps.mean(axis=(1, 2))
        np.testing.assert_allclose(softmax(logits, 1.0), prediction.probabilities, atol=1e-6)


def test_normalisation_is_the_cards(make_classifier, maps_formula):
    predictor = Predictor(make_classifier(image=ImageSpec(8, mean=0.25, std=0.2)))
    (image,) = _photographs(1)
    maps = maps_formula(((image / 255 - 0.25) / 0.2).transpose(2, 0, 1))
    np.testing.assert_allclose(predictor.predict([image])[0].maps, maps, atol=1e-4)


def test_large_image_is_squared_first(predictor):
    image = _photographs(3)[2]
    assert _bytes(predictor.predict([image])[0]) == _bytes(predictor.predict([square(image, 8)])[0])


def test_temperature_flattens_and_keeps_the_decision(make_classifier):
    sharp, flat = Predictor(make_classifier("a")), Predictor(make_classifier("b", temperature=4.0))
    images = _photographs(5)
    for one, other in zip(sharp.predict(images), flat.predict(images), strict=True):
        np.testing.assert_allclose(other.probabilities, softmax(one.maps.mean(axis=(1, 2)), 4.0), atol=1e-6)
        assert other.probabilities.max() < one.probabilities.max()
        assert other.decision == one.decision


def test_probabilities_sum_to_one(predictor):
    for prediction in predictor.predict(_photographs(20)):
        assert prediction.probabilities.dtype == np.float32
        assert abs(float(prediction.probabilities.sum()) - 1) < 1e-6


def test_softmax_survives_large_logits():
    np.testing.assert_allclose(
        softmax(np.array([1000.0, 999.0, -1000.0], np.float32), 1.0), [0.7311, 0.2689, 0], atol=1e-4
    )


@pytest.mark.parametrize(("bf16", "streams"), [(False, 1), (True, 1), (False, 3)])
@pytest.mark.parametrize("together", [1, 8, 9])
def test_batch_size_changes_no_byte(make_classifier, together, bf16, streams):
    predictor = Predictor(make_classifier(), bf16=bf16, streams=streams)
    images = _photographs(50)
    whole = [_bytes(p) for p in predictor.predict(images)]
    parts = [predictor.predict(images[i : i + together]) for i in range(0, 50, together)]
    assert [_bytes(p) for part in parts for p in part] == whole
    assert predictor.predict([]) == []


def test_streams_answer_alike(make_classifier, predictor):
    images = _photographs(20)
    many = Predictor(make_classifier("many"), streams=3).predict(images)
    for one, other in zip(predictor.predict(images), many, strict=True):
        np.testing.assert_allclose(other.probabilities, one.probabilities, atol=1e-6)


def test_order_changes_no_byte(predictor):
    images = _photographs(11)
    forwards, backwards = predictor.predict(images), predictor.predict(images[::-1])
    assert [_bytes(p) for p in backwards[::-1]] == [_bytes(p) for p in forwards]


def test_threads_get_what_they_asked_for(predictor):
    images = _photographs(24)
    expected = [_bytes(p) for p in predictor.predict(images)]
    wrong: list[int] = []

    def ask(offset: int) -> None:
        for turn in range(24):
            i = (offset + turn) % 24
            if _bytes(predictor.predict([images[i]])[0]) != expected[i]:
                wrong.append(i)

    threads = [threading.Thread(target=ask, args=(3 * number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((8, 8), np.uint8),
        np.zeros((8, 8, 4), np.uint8),
        np.zeros((8, 8, 3), np.float32),
        np.zeros((0, 8, 3), np.uint8),
    ],
)
def test_what_is_no_rgb_image_is_refused(predictor, image):
    with pytest.raises(InputError, match="An image is"):
        predictor.predict([image])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weights_sha256": "0" * 64}, "SHA-256"),
        ({"card_version": 0}, "version 0"),
        ({"classes": HAM10000_CODES[:6]}, r"'logits' .* \[1, 7\], its card says float32 \[any, 6\]"),
        ({"image": ImageSpec(16)}, r"'image' .* \[1, 3, 8, 8\], its card says float32 \[any, 3, 16, 16\]"),
        ({"image": ImageSpec(8, std=0.0)}, "not above 0"),
        ({"temperature": 0.0}, "not above 0"),
        ({"kind": "generator"}, "is a generator, not a classifier"),
    ],
)
def test_card_that_does_not_fit_is_refused(make_classifier, change, told):
    folder = make_classifier(**change)
    with pytest.raises(ModelError, match=told):
        Predictor(folder)


def test_truncated_model_is_refused(make_classifier):
    folder = make_classifier()
    (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:-10])
    with pytest.raises(ModelError, match="SHA-256"):
        Predictor(folder)


def test_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"no card\.json"):
        Predictor(tmp_path)
