from dataclasses import replace

import pytest
from known_studies import CLASSES, study_images, training_of

from lesionlab.core.errors import StudyError
from lesionlab.records.protocol import protocol_as_toml
from lesionlab.study.first_protocol import first_protocol
from lesionlab.study.frozen import existing, find_frozen, freeze, open_frozen

PROTOCOL = first_protocol("tiny", 16, 1, 1)
IMAGES = study_images(60)


def frozen(**changes):
    return freeze(replace(PROTOCOL, **changes), IMAGES, "5" * 64, CLASSES)


def test_a_study_is_frozen_once_and_found_again(home):
    first = frozen()
    assert first.path.name == "00000-effect"
    assert frozen().path == first.path
    assert open_frozen(first.path) == find_frozen("0") == find_frozen(str(first.path)) == first
    assert first.frozen.earlier == ()


def test_a_changed_protocol_is_another_version_that_names_those_before_it(home):
    first, second = frozen(), frozen(delta=0.03)
    third = frozen(delta=0.03, folds=4)
    assert second.path.name == "00001-effect"
    assert third.frozen.earlier == (first.frozen.version, second.frozen.version)
    assert existing() == [first, second, third]
    other = frozen(data="other")
    assert other.frozen.earlier == ()


def test_a_protocol_edited_after_freezing_is_refused_and_lost_from_nothing(home):
    study = frozen()
    path = study.path / "protocol.toml"
    path.write_text(path.read_text().replace("delta = 0.02", "delta = 0.001"))
    with pytest.raises(StudyError, match="changed after it was frozen on"):
        open_frozen(study.path)
    assert frozen().path != study.path
    path.write_text("# with a word, and nothing else\n" + protocol_as_toml(PROTOCOL))
    assert open_frozen(study.path).protocol == PROTOCOL


def test_images_that_were_changed_are_refused(home):
    study = frozen()
    path = study.path / "images.csv"
    path.write_text(path.read_text().replace("mel", "nv", 1))
    with pytest.raises(StudyError, match="table of images"):
        open_frozen(study.path)


def test_records_of_another_protocol_are_refused(home):
    study = frozen()
    one, archive = training_of(IMAGES, "raw", 1.0, 0, 0, 0.7)
    mine = replace(one.record, protocol_sha256=PROTOCOL.sha256)
    study.add(mine, archive)
    assert [each.record for each in study.tested()] == [mine]
    study.add(replace(mine, seed=1, protocol_sha256="0" * 64), archive)
    with pytest.raises(StudyError, match=r"1 records, such as raw-100pct-fold0-seed1"):
        study.tested()


def test_a_damaged_study_is_named(home):
    study = frozen()
    (study.path / "frozen.json").write_text("{")
    with pytest.raises(StudyError, match="missing or damaged"):
        open_frozen(study.path)
    assert existing() == []
