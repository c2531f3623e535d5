from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from lesionlab.core.errors import ImageError
from lesionlab.core.processes import cores, process_pool

PARENT = """
import os, time
from lesionlab.core.processes import process_pool
if __name__ == "__main__":
    pool = process_pool(1)
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def test_each_process_is_prepared_before_its_first_work(tmp_path: Path):
    with process_pool(1, partial(os.chdir, tmp_path)) as pool:
        assert Path(pool.submit(os.getcwd).result()) == tmp_path.resolve()
    assert Path.cwd() != tmp_path.resolve()


def test_there_is_a_core():
    assert 1 <= cores() <= (os.cpu_count() or 1)


def test_an_error_keeps_both_sentences_on_the_way():
    error = pickle.loads(pickle.dumps(ImageError("It is damaged.", "Use another.")))
    assert (type(error), error.cause, error.cure) == (ImageError, "It is damaged.", "Use another.")


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process group")
def test_nothing_is_left_when_the_parent_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    until = time.monotonic() + 20
    while time.monotonic() < until and _alive(child):
        time.sleep(0.05)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
