from __future__ import annotations

import threading

import numpy as np
import pytest

from lesionlab.core.errors import InputError, ModelError
from lesionlab.inference.extractor import BATCH_SIZE, FeatureExtractor
from lesionlab.records.card import ImageSpec, read_card


def _images(count: int, size: int = 8) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


@pytest.fixture
def extractor(make_extractor) -> FeatureExtractor:
    return FeatureExtractor(make_extractor())


def test_features_are_the_closed_form_in_the_cards_normalisation(make_extractor):
    extractor = FeatureExtractor(make_extractor(image=ImageSpec(8, mean=0.25, std=0.2)))
    images = _images(BATCH_SIZE + 3)
    quarters = images.reshape(-1, 2, 4, 2, 4, 3).mean(axis=(2, 4)).transpose(0, 3, 1, 2)
    found = extractor.features(images)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, (quarters.reshape(-1, 12) / 255 - 0.25) / 0.2, atol=1e-5)


def test_space_is_named_by_the_card_and_the_hash_of_the_weights(extractor):
    sha256 = read_card(extractor.folder).weights_sha256
    assert extractor.space.key == f"quarters@{sha256[:12]}/8px"
    assert extractor.space.dims == 12


@pytest.mark.parametrize("together", [1, 5, BATCH_SIZE, BATCH_SIZE + 1])
def test_company_changes_no_byte(extractor, together):
    images = _images(2 * BATCH_SIZE + 1)
    parts = [extractor.features(images[i : i + together]) for i in range(0, len(images), together)]
    assert np.concatenate(parts).tobytes() == extractor.features(images).tobytes()


def test_no_images_have_no_features(extractor):
    assert extractor.features(_images(0)).shape == (0, 12)


def test_several_threads_get_what_one_gets(extractor):
    images = _images(40)
    found: dict[int, bytes] = {}

    def ask(number: int) -> None:
        found[number] = extractor.features(images).tobytes()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found.values()) == {extractor.features(images).tobytes()}


@pytest.mark.parametrize(
    "images", [_images(2, 16), _images(2)[0], _images(2).astype(np.float32), _images(2)[..., :1]], ids=str
)
def test_images_of_another_size_or_type_are_refused_with_the_space(extractor, images):
    with pytest.raises(InputError, match=r"are not of quarters@[0-9a-f]{12}/8px") as caught:
        extractor.features(images)
    assert "uint8 [n, 8, 8, 3]" in caught.value.cure


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"feature_dims": 11}, r"'features' of the model"),
        ({"image": ImageSpec(16)}, r"'image' of the model"),
        ({"image": ImageSpec(8, std=0.0)}, "std 0"),
        ({"feature_dims": 0}, "0 features"),
        ({"weights_sha256": "0" * 64}, "SHA-256"),
        ({"classes": ("mel", "mel")}, "repeated"),
    ],
)
def test_card_that_does_not_fit_is_refused(make_extractor, changes, said):
    with pytest.raises(ModelError, match=said):
        FeatureExtractor(make_extractor(**changes))


def test_name_that_cannot_name_a_space_is_refused(make_extractor):
    folder = make_extractor("plain")
    (folder / "card.json").write_text((folder / "card.json").read_text().replace('"plain"', '"two words"'))
    with pytest.raises(ModelError, match="'two words'"):
        FeatureExtractor(folder)


def test_other_kinds_are_refused(make_classifier):
    with pytest.raises(ModelError, match="is a classifier, not an extractor"):
        FeatureExtractor(make_classifier())
