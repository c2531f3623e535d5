import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from known_studies import CLASSES, study_images, training_of

from lesionlab.core.errors import StudyError
from lesionlab.records.study_images import read_images, write_images
from lesionlab.records.tested import STEPS, archive_of, kept, read_tested, write_tested

IMAGES = study_images()
ONE, ARCHIVE = training_of(IMAGES, "raw", 0.25, 2, 1, 0.7)


def written(folder):
    write_tested(folder, ONE.record, ARCHIVE)
    return folder / f"{ONE.record.name}.json"


def test_what_is_written_reads_back_the_same(tmp_path):
    path = written(tmp_path)
    assert path.name == "raw-25pct-fold2-seed1.json"
    (found,) = read_tested(tmp_path, IMAGES, CLASSES)
    assert found.record == ONE.record
    for part in ("validation", "test"):
        assert np.array_equal(found.probabilities[part], ONE.probabilities[part])
        assert found.of_part(part).sum(axis=1) == pytest.approx(1, abs=3 / STEPS)


def test_the_same_probabilities_give_the_same_bytes():
    assert archive_of(ONE.probabilities) == ARCHIVE


def test_probabilities_are_kept_to_a_hundred_thousandth():
    drawn = np.random.default_rng(0).dirichlet([1, 1, 1], 100)
    assert kept(drawn) / STEPS == pytest.approx(drawn, abs=0.5 / STEPS)


def test_a_record_counts_only_with_its_probabilities_whole(tmp_path):
    path = written(tmp_path)
    path.with_suffix(".npz").write_bytes(ARCHIVE[:-20])
    with pytest.raises(StudyError, match="cut or changed"):
        read_tested(tmp_path, IMAGES, CLASSES)
    path.with_suffix(".npz").unlink()
    with pytest.raises(StudyError, match="missing or damaged"):
        read_tested(tmp_path, IMAGES, CLASSES)


def test_a_record_cut_in_half_is_named_with_its_cure(tmp_path):
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(StudyError, match=r"damaged.*Remove raw-25pct-fold2-seed1.json"):
        read_tested(tmp_path, IMAGES, CLASSES)


def test_records_of_other_images_or_parts_are_refused(tmp_path):
    path = written(tmp_path)
    with pytest.raises(StudyError, match="other images"):
        read_tested(tmp_path, study_images(60), CLASSES)
    plain = json.loads(path.read_text())
    path.write_text(json.dumps(plain | {"version": 9}))
    with pytest.raises(StudyError, match="another version"):
        read_tested(tmp_path, IMAGES, CLASSES)


def test_probabilities_of_too_few_images_are_refused(tmp_path):
    fewer = archive_of({part: values[1:] for part, values in ONE.probabilities.items()})
    write_tested(tmp_path, replace(ONE.record, probabilities_sha256=hashlib.sha256(fewer).hexdigest()), fewer)
    with pytest.raises(StudyError, match="probabilities of the validation part"):
        read_tested(tmp_path, IMAGES, CLASSES)


def test_the_table_of_images_comes_back_and_knows_its_parts(tmp_path):
    write_images(tmp_path, IMAGES)
    found = read_images(tmp_path)
    assert found == IMAGES
    assert found.sha256 == IMAGES.sha256
    assert {row.fold for row in found.of_part("test", 3)} == {3}
    assert {row.fold for row in found.of_part("validation", 3)} == {2}
    assert replace(found, rows=found.rows[1:]).sha256 != found.sha256


@pytest.mark.parametrize(
    "text", ["", "image_id,lesion\na,b\n", "image_id,lesion,diagnosis,fold,validates\na,b,mel,x,0\n"]
)
def test_a_damaged_table_is_refused(tmp_path, text):
    (tmp_path / "images.csv").write_text(text)
    if not text:
        (tmp_path / "images.csv").unlink()
    with pytest.raises(StudyError, match="missing or damaged"):
        read_images(tmp_path)
