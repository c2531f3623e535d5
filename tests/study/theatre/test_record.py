import json
from dataclasses import replace

import pytest
from theatre_records import played

from lesionlab.core.errors import StudyError
from lesionlab.core.home import studies_folder
from lesionlab.records.study_images import StudyImages
from lesionlab.records.tested import read_tested
from lesionlab.study.frozen import open_frozen
from lesionlab.study.theatre.record import PLAN_NAME, RECORDS_NAME, find_theatre, open_theatre


def test_a_theatre_is_found_again_with_its_records(home, plan):
    theatre = open_theatre(plan)
    for record in played(plan):
        theatre.add(record)
    again = open_theatre(plan)
    assert again == theatre == find_theatre("0", studies_folder())
    assert set(again.records()) == set(played(plan))
    assert open_theatre(replace(plan, share=0.3)).path.name == "00001-theatre"
    (theatre.path / PLAN_NAME).write_text("{")
    assert open_theatre(plan).path.name == "00002-theatre"  # a damaged one is passed over


def test_each_file_says_that_it_is_staged_and_no_study_takes_it(home, plan):
    theatre = open_theatre(plan)
    theatre.add(played(plan)[0])
    (file,) = (theatre.path / RECORDS_NAME).iterdir()
    assert json.loads(file.read_text())["kind"] == "staged"
    file.with_suffix(".npz").write_bytes(b"")
    with pytest.raises(StudyError, match="Unknown key 'kind'"):
        read_tested(theatre.path / RECORDS_NAME, StudyImages(()), plan.classes)
    with pytest.raises(StudyError, match="missing or damaged"):
        open_frozen(theatre.path)


def test_a_damaged_record_is_named(home, plan):
    theatre = open_theatre(plan)
    record = played(plan)[0]
    with pytest.raises(StudyError, match="staged-honest-fold0-seed0 is damaged"):
        replace(record, right=record.right[:-1])
    theatre.add(replace(record, plan_sha256="0" * 64))
    with pytest.raises(StudyError, match="of another theatre"):
        theatre.records()
    (theatre.path / RECORDS_NAME / f"{record.name}.json").write_text("{")
    with pytest.raises(StudyError, match="is damaged"):
        theatre.records()
