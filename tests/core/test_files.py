import hashlib
import json
from pathlib import Path

import pytest

from lesionlab.core.errors import InputError
from lesionlab.core.files import check_new_folder, replacing, sha256_of, whole_folder, write_json, write_text


def _write_half(path: Path) -> None:
    with replacing(path) as beside:
        beside.write_text("half")
        raise OSError("disk full")


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "card.json"
    write_text(path, "old")
    with pytest.raises(OSError, match="disk full"):
        _write_half(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_makes_its_folder_and_replaces(tmp_path):
    path = tmp_path / "a" / "b.json"
    write_json(path, {"ä": 1})
    write_json(path, {"ä": 2})
    assert json.loads(path.read_text(encoding="utf-8")) == {"ä": 2}
    assert list(path.parent.iterdir()) == [path]


def test_hash(tmp_path):
    (tmp_path / "x").write_bytes(b"lesion")
    assert sha256_of(tmp_path / "x") == hashlib.sha256(b"lesion").hexdigest()


@pytest.mark.parametrize("existed", [False, True])
def test_a_folder_is_whole_or_not_there(tmp_path, existed):
    place = tmp_path / "out"
    if existed:
        place.mkdir()

    def fail() -> None:
        with whole_folder(place) as part:
            (part / "half").write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert place.is_dir() == existed
    (tmp_path / ".out.part").mkdir()
    (tmp_path / ".out.part" / "left").touch()  # by a process that was killed
    with whole_folder(place) as part:
        (part / "all").write_text("all")
        assert not list(place.glob("*"))
    assert [path.name for path in place.iterdir()] == ["all"]
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_new_folder_is_none_in_which_something_would_be_lost(tmp_path):
    check_new_folder(tmp_path)
    check_new_folder(tmp_path / "none")
    (tmp_path / "mine").touch()
    for path in (tmp_path, tmp_path / "mine"):
        with pytest.raises(InputError):
            check_new_folder(path)
