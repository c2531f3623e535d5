from dataclasses import replace

import numpy as np
import pytest
from known_studies import study_images

from lesionlab.core.errors import StudyError
from lesionlab.records.study_images import StudyImages, read_images, write_images

IMAGES = study_images(60)


def test_what_is_written_reads_back_the_same(tmp_path):
    write_images(tmp_path, IMAGES)
    assert read_images(tmp_path) == IMAGES
    (tmp_path / "images.csv").write_text("image_id,lesion\n1,2\n")
    with pytest.raises(StudyError, match="missing or damaged"):
        read_images(tmp_path)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_the_lesions_of_a_part_follow_its_images(part):
    rows, lesions = IMAGES.of_part(part, 2), IMAGES.lesions_of(part, 2)
    assert [lesions.names[place] for place in lesions.of_image] == [row.lesion for row in rows]
    kinds = np.array(lesions.diagnoses)[lesions.of_lesion]
    assert [kinds[place] for place in lesions.of_image] == [row.diagnosis for row in rows]
    assert len(set(lesions.names)) == len(lesions.names) == 12
    assert {row.fold for row in rows} == {2 if part == "test" else 1}


def test_images_of_one_lesion_with_two_diagnoses_are_refused():
    first, second, *others = IMAGES.rows
    assert first.lesion == second.lesion
    torn = StudyImages((first, replace(second, diagnosis="vasc"), *others))
    with pytest.raises(StudyError, match="lesion-0 show two diagnoses"):
        torn.lesions_of("test", 0)
