import numpy as np
import pytest

from lesionlab.study.theatre.cast import TRAINED, cast_of
from lesionlab.study.theatre.makers import copied
from lesionlab.study.worlds import SYMMETRIES, turned


@pytest.fixture(scope="module")
def cast(lists, plan):
    return cast_of(lists, copied, plan, 0)


def test_the_honest_scene_and_its_generator_see_the_arm_s_own_images_alone(cast, lists):
    assert cast.real["honest"].ids == cast.seen["honest"].ids == lists.own.ids


def test_each_leak_is_on_the_list_where_it_belongs_and_on_no_other(cast, lists):
    planted = {
        ("real", "by-image"): lists.siblings,
        ("seen", "saw-test"): lists.tested,
        ("seen", "withheld"): lists.denied,
    }
    strange = set().union(*(set(each.ids) for each in planted.values()))
    for kind in ("real", "seen"):
        for scene in TRAINED:
            found = set(getattr(cast, kind)[scene].ids) & strange
            wanted = planted.get((kind, scene))
            assert bool(found) == (wanted is not None)
            assert found <= set(() if wanted is None else wanted.ids)


def test_every_scene_has_as_many_images_of_each_class(cast, plan):
    for kind in ("real", "seen", "made"):
        counts = {tuple(np.bincount(getattr(cast, kind)[scene].labels)) for scene in TRAINED}
        assert len(counts) == 1
    assert set(np.bincount(cast.made["honest"].labels)) == {plan.made_images}


def test_what_the_generator_saw_comes_back_in_what_it_makes(cast, lists):
    """The generator at its worst: with the test on its list, test images come into training."""

    def shows(scene, images) -> bool:
        made = {image.tobytes() for image in cast.made[scene].images}
        return any(turned(image, way).tobytes() in made for image in images for way in range(SYMMETRIES))

    assert shows("saw-test", lists.tested.images)
    assert shows("withheld", lists.denied.images)
    assert not shows("honest", lists.tested.images)
    assert not shows("honest", lists.denied.images)


def test_the_mixed_test_has_synthetic_images_in_the_places_of_some_lesions(cast, lists, plan):
    mixed, tested = cast.mixed, lists.tested
    assert list(dict.fromkeys(mixed.lesions)) == list(dict.fromkeys(tested.lesions))
    of_lesion = dict(zip(tested.lesions, tested.labels, strict=True))
    assert all(of_lesion[lesion] == label for lesion, label in zip(mixed.lesions, mixed.labels, strict=True))
    made = [number for number, image_id in enumerate(mixed.ids) if image_id.startswith("made:")]
    assert mixed.planted == len(made) == 7 * round(plan.mixed_share * 6)
    shown = set(cast.made["honest"].ids)
    assert not shown & set(mixed.ids)  # others than the classifier learned from
