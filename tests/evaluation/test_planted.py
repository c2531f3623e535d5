import numpy as np
import pytest
from small_reference import extractors, pictures, small_reference

from lesionlab.evaluation.planted import PLANTS, copies_found

IMAGES = pictures(60, 0)


@pytest.fixture(scope="module")
def found():
    reference = small_reference(IMAGES, "a" * 64, limit=0.5)
    return {metric.of: metric for metric in copies_found(reference, IMAGES, extractors())}


def test_every_kind_of_copy_is_planted_and_told_with_n_and_both_spaces(found):
    assert set(found) == set(PLANTS)
    for metric in found.values():
        assert (metric.name, metric.n, metric.part) == ("copies_found", 60, "validation")
        assert metric.space.count("squares-") == 2
        assert metric.low <= metric.value <= metric.high
        assert metric.ruler == {"real images": 0.01}


def test_turned_and_mirrored_copies_are_all_found_and_the_weaker_the_copy_the_fewer(found):
    assert found["unchanged"].value == found["turned"].value == found["mirrored"].value == 1
    assert found["JPEG 75"].value > found["JPEG 30"].value
    blends = [found[name].value for name in ("blended 90/10", "blended 80/20", "blended 60/40")]
    assert blends == sorted(blends, reverse=True)
    assert blends[0] > 0.9


def test_the_changes_are_what_their_names_say():
    image = np.full((2, 8, 8, 3), 100, np.uint8)
    image[0, 2, 2] = 200
    image[1] = 60
    assert PLANTS["shifted 4 px"](image)[0, 6, 6].tolist() == [200] * 3
    assert PLANTS["redder by 10%"](image)[1, 0, 0].tolist() == [66, 60, 54]
    assert PLANTS["brighter by 10%"](image)[0, 2, 2].tolist() == [220] * 3
    assert PLANTS["blended 80/20"](image)[0, 0, 0].tolist() == [92] * 3
    for change in PLANTS.values():
        assert change(image).shape == image.shape
        assert change(image).dtype == np.uint8
