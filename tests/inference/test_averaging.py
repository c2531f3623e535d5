import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.core.imaging import square
from lesionlab.inference.averaging import predict_averaged
from lesionlab.inference.orientations import ORIENTATIONS, oriented
from lesionlab.inference.predictor import Predictor
from lesionlab.metrics.classification import softmax

PHOTO = np.random.default_rng(3).integers(0, 256, (40, 56, 3), dtype=np.uint8)


@pytest.fixture
def predictor(make_classifier) -> Predictor:
    return Predictor(make_classifier())


def test_the_answer_is_of_the_mean_logits_of_all_views(predictor):
    views = [oriented(square(PHOTO, 8)[None], turned)[0] for turned in range(ORIENTATIONS)]
    logits = np.mean([each.maps.mean(axis=(1, 2)) for each in predictor.predict(views)], axis=0)
    (found,) = predict_averaged(predictor, [PHOTO])
    np.testing.assert_allclose(found.probabilities, softmax(logits), atol=1e-6)
    assert found.decision == predictor.card.classes[logits.argmax()]


def test_the_maps_lie_on_the_image_and_their_mean_is_still_the_logit(predictor):
    (plain,) = predictor.predict([PHOTO])
    (found,) = predict_averaged(predictor, [PHOTO])
    # The tiny classifier sees each quarter alone, so turning and turning back changes nothing.
    np.testing.assert_allclose(found.maps, plain.maps, atol=1e-5)
    np.testing.assert_allclose(softmax(found.maps.mean(axis=(1, 2))), found.probabilities, atol=1e-6)


def test_a_turned_image_gets_the_same_answer(tiny_classifier):
    predictor = Predictor(tiny_classifier)
    image = square(PHOTO, 16)
    both = [image, np.ascontiguousarray(np.rot90(image)[:, ::-1])]
    one, other = predict_averaged(predictor, both)
    np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-5)
    np.testing.assert_allclose(one.features, other.features, atol=1e-5)
    plain, turned = predictor.predict(both)
    assert np.abs(plain.probabilities - turned.probabilities).max() > 1e-4


def test_what_is_no_image_is_refused(predictor):
    with pytest.raises(InputError, match="An image is"):
        predict_averaged(predictor, [np.zeros((8, 8), np.uint8)])
