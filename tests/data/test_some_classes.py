from __future__ import annotations

import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.data.arm import TrainingArm
from lesionlab.data.prepared import PreparedData
from lesionlab.data.some_classes import of_classes


def test_the_images_of_some_diagnoses_come_with_a_class_list_of_their_own(tiny_data: PreparedData) -> None:
    part = tiny_data.part("train")
    some = of_classes(part, ("nv", "df"))
    assert some.classes == ("df", "nv")
    diagnosis = {row.image_id: row.diagnosis for row in tiny_data.split.rows}
    group = {row.image_id: row.group for row in tiny_data.split.rows}
    assert [some.classes[label] for label in some.labels] == [diagnosis[image_id] for image_id in some.image_ids]
    assert list(some.groups) == [group[image_id] for image_id in some.image_ids]
    wanted = [place for place, image_id in enumerate(part.image_ids) if diagnosis[image_id] in ("nv", "df")]
    assert np.array_equal(some.images(16), part.images(16)[wanted])
    assert len(some.lesions) == len(some.labels) == len(wanted)
    TrainingArm(some)


def test_without_a_code_the_part_stays_as_it_is(tiny_data: PreparedData) -> None:
    part = tiny_data.part("validation")
    assert of_classes(part, ()) is part


def test_an_unknown_diagnosis_is_refused_and_the_nearest_named(tiny_data: PreparedData) -> None:
    with pytest.raises(InputError) as caught:
        of_classes(tiny_data.part("train"), ("df", "vasq"))
    assert "'tiny' has no diagnosis 'vasq'" in caught.value.cause
    assert "'vasc'" in caught.value.cure
