from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lesionlab.core.errors import DataError
from lesionlab.data.lock import only_one
from lesionlab.data.prepare import prepare_procedural

HOLDS = """
import sys, time
from pathlib import Path
from lesionlab.data.lock import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(home: Path):
    """A process that holds the lock of `taken`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(home / "cache" / "taken")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_name_that_is_being_prepared_is_refused(holder: subprocess.Popen[str]) -> None:
    with pytest.raises(DataError, match="'taken' is being prepared by another process"):
        prepare_procedural("taken", 21, (16,), 0)
    assert prepare_procedural("other", 21, (16,), 0).name == "other"


def test_a_lock_goes_with_its_process_however_that_ends(holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert prepare_procedural("taken", 21, (16,), 0).name == "taken"


def test_nothing_is_left_of_a_lock(tmp_path: Path) -> None:
    with only_one(tmp_path / "set"):
        assert [path.name for path in tmp_path.iterdir()] == [".set.lock"]
    assert list(tmp_path.iterdir()) == []


def test_a_lock_left_lying_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".set.lock").write_bytes(b"")
    with only_one(tmp_path / "set"):
        pass
