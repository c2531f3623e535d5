import hashlib
import json
from pathlib import Path

import pytest

from lesionlab.core.files import replacing, sha256_of, write_json, write_text


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
