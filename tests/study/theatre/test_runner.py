from collections import Counter
from contextlib import nullcontext
from dataclasses import replace

import pytest

from lesionlab.core.errors import StudyError
from lesionlab.core.progress import silent
from lesionlab.records.ledger import read_ledger
from lesionlab.study.claims import claim
from lesionlab.study.theatre.plan import SCENES
from lesionlab.study.theatre.record import open_theatre
from lesionlab.study.theatre.runner import Theatre


def theatre(plan, data) -> Theatre:
    return Theatre(open_theatre(plan), data, 1, lambda *_: nullcontext(silent))


def test_every_scene_is_played_on_the_same_lesions_at_equal_numbers(home, plan, tiny_data):
    stage = theatre(plan, tiny_data)
    with claim(stage.folder.path, "fold1"):
        records = list(stage.play())
    assert Counter(record.scene for record in records) == dict.fromkeys(SCENES, 1)
    assert {record.fold for record in records} == {0}  # another process plays at the other
    assert len({record.diagnoses for record in records}) == 1
    assert len({(record.real_images, record.generator_images) for record in records}) == 1
    assert {record.scene for record in records if record.planted == 0} == {"honest"}
    of = {record.scene: record for record in records}
    assert of["mixed"].tested_sha256 != of["honest"].tested_sha256 == of["by-image"].tested_sha256
    assert of["by-image"].real_sha256 != of["honest"].real_sha256 == of["withheld"].real_sha256
    assert len({of[scene].generator_sha256 for scene in ("honest", "saw-test", "withheld")}) == 3
    (opening,) = read_ledger(stage.folder.ledger)
    assert opening.purpose == "00000-theatre: staged leaks, fold 0"

    lost = records[0]
    (stage.folder.path / "staged-records" / f"{lost.name}.json").unlink()
    (stage.folder.path / "staged-records" / f"{of['mixed'].name}.json").unlink()
    with claim(stage.folder.path, "fold1"):
        again = list(stage.play())
    assert [replace(each, seconds=0.0) for each in again] == [replace(of[each.scene], seconds=0.0) for each in again]
    assert [each.scene for each in again] == ["honest", "mixed"]


def test_other_data_than_it_began_on_is_refused(home, plan, tiny_data):
    with pytest.raises(StudyError, match="is not the data that 00000-theatre began on"):
        theatre(replace(plan, split_sha256="0" * 64), tiny_data)
