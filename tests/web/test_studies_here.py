from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.core.errors import StudyError
from lesionlab.core.files import write_text
from lesionlab.records.effect import EFFECT_NAME, EffectRecord, write_effect
from lesionlab.records.protocol import PROTOCOL_NAME, protocol_as_toml
from lesionlab.web import studies_here as module
from lesionlab.web.studies_here import KINDS, NoSuchStudyError, outcome_here, studies_here, study_here


@pytest.fixture
def parent(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(module, "reports_folder", lambda: tmp_path / "reports")
    return home / "studies"


def records_in(folder: Path, number: int, name: str = "records") -> None:
    for each in range(number):
        write_text(folder / name / f"{each}.json", "{}")


def test_each_kind_is_told_by_its_folder_and_other_folders_are_passed_over(parent: Path) -> None:
    for number, kind in enumerate(KINDS):
        (parent / f"{number:05d}-{kind}").mkdir(parents=True)
    (parent / "notes-effect").mkdir()
    (parent / "00009-other").mkdir()
    records_in(parent / "00003-theatre", 2, "staged-records")
    found = studies_here()
    assert list(found) == ["00003-theatre", "00002-sizes", "00001-ladder", "00000-effect"]
    assert {name: study.kind for name, study in found.items()} == {name: name[6:] for name in found}
    assert found["00003-theatre"].records == 2
    assert found["00003-theatre"].command == "lesionlab study theatre --show 3"
    assert found["00001-ladder"].command == "lesionlab study report 1"


def test_without_an_outcome_its_records_are_counted(parent: Path, effect: EffectRecord) -> None:
    folder = parent / "00004-effect"
    write_text(folder / PROTOCOL_NAME, protocol_as_toml(effect.protocol))
    records_in(folder, 3)
    study = study_here("00004-effect")
    assert (study.title, study.records, study.outcome) == (effect.protocol.title, 3, None)
    with pytest.raises(NoSuchStudyError, match="no outcome") as caught:
        outcome_here("00004-effect")
    assert "`lesionlab study report 4`" in caught.value.cure


def test_trainings_since_the_outcome_are_counted(parent: Path, effect: EffectRecord) -> None:
    folder = parent / "00004-effect"
    records_in(folder, len(effect.trainings) + 2)
    write_effect(folder, effect)
    assert study_here("00004-effect").unread == 2


def test_an_outcome_that_is_written_again_is_read_again(parent: Path, effect: EffectRecord) -> None:
    for left in (0, 12):
        write_effect(parent / "00004-effect", replace(effect, left=left))
        assert outcome_here("00004-effect")[1].left == left


def test_a_damaged_outcome_hides_no_other(parent: Path, effect: EffectRecord) -> None:
    write_text(parent / "00001-effect" / EFFECT_NAME, "{")
    write_effect(parent / "00002-effect", effect)
    assert outcome_here("00002-effect")[1] == effect
    with pytest.raises(StudyError, match="damaged"):
        outcome_here("00001-effect")


def test_those_that_come_with_the_package_stand_beside_own_ones_of_the_same_name(
    parent: Path, effect: EffectRecord, tmp_path: Path
) -> None:
    write_effect(parent / "00000-effect", replace(effect, left=1))
    for name in ("00000-effect", "ham10000"):
        write_effect(tmp_path / "reports" / name, effect)
    assert list(studies_here()) == ["00000-effect", "published-00000-effect", "ham10000"]
    assert study_here("00000-effect").number == 0
    assert study_here("published-00000-effect").number is None
    assert study_here("ham10000").unread == 0


@pytest.mark.parametrize("name", ["00000-effekt", "../studies/00000-effect", "/etc", "", "x" * 5000])
def test_no_name_but_those_that_are_listed_reaches_a_path(parent: Path, name: str) -> None:
    (parent / "00000-effect").mkdir(parents=True)
    with pytest.raises(NoSuchStudyError) as caught:
        study_here(name)
    assert len(caught.value.cause) < 120
