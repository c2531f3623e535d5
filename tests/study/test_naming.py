from dataclasses import dataclass
from pathlib import Path

import pytest

from lesionlab.core.errors import StudyError
from lesionlab.study.naming import alone, named, next_folder


@dataclass(frozen=True)
class Named:
    path: Path


THERE = [Named(Path("00000-ladder")), Named(Path("00001-effect"))]


def find(name: str) -> Path:
    return named(name, "plan.json", Named, THERE, "study").path


def test_kinds_share_their_numbers(home):
    with alone() as parent:
        assert next_folder(parent, "ladder") == home / "studies" / "00000-ladder"
        (parent / "00004-effect").mkdir()
        (parent / "notes").mkdir()
        assert next_folder(parent, "ladder").name == "00005-ladder"
        assert not next_folder(parent, "ladder").exists()


def test_a_study_goes_by_number_name_or_place(tmp_path):
    assert find("1").name == find("00001").name == find("00001-effect").name == "00001-effect"
    (tmp_path / "plan.json").write_text("{}")
    assert find(str(tmp_path)) == tmp_path


def test_another_name_is_refused_with_the_latest_there_are():
    with pytest.raises(StudyError, match="no study '7'") as refused:
        find("7")
    assert "00000-ladder, 00001-effect" in str(refused.value.cure)
